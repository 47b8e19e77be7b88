#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "kit/connector.hpp"

namespace elukaar::kit {

// A role that a municipality's officials play, because it has no such system: profile `manual`, whatever
// the role. It takes the role's operations and gives a system's answers, but nothing is sent: each call
// becomes an official's task, and what he enters is its answer.
class Manual : public Connector {
 public:
  // `rule`: what the role's answers must keep beyond their schemas; null: nothing.
  Manual(std::string role, std::vector<Operation> operations, Rule rule)
      : role_(std::move(role)), operations_(std::move(operations)), rule_(rule) {}

  std::string_view role() const override { return role_; }
  const std::vector<Operation>& operations() const override { return operations_; }
  // Never an exchange: Entrusted, or Invalid where the input does not fit.
  Result<HttpRequest, Outcome> request(const Call& call, PersonalData& persons) const override;
  // There is nothing to read: always Invalid.
  Outcome read(const Call& call, const HttpResponse& response) const override;
  // The schema's, and the rule's where the schema is kept.
  std::vector<documents::Violation> flaws(const Operation& operation,
                                          const Json& output) const override;

 private:
  std::string role_;
  std::vector<Operation> operations_;
  Rule rule_;
};

}  // namespace elukaar::kit
