#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "kit/connector.hpp"

namespace elukaar::place_register {

// The role `place-register` where the municipality has no such register: profile `manual`. It takes
// the same operations and gives the same answers as contract K1's registers, but nothing is sent: each
// call becomes an official's task, and what he enters is its answer.
class ManualRegister : public kit::Connector {
 public:
  // Reads the operations' schemas from `folder` (connectors/place_register/operations).
  static Result<std::shared_ptr<const ManualRegister>, std::string> make(
      const std::filesystem::path& folder);

  std::string_view role() const override { return "place-register"; }
  const std::vector<kit::Operation>& operations() const override { return operations_; }
  // Never an exchange: Entrusted, or Invalid where the input does not fit.
  Result<kit::HttpRequest, kit::Outcome> request(const kit::Call& call,
                                                 kit::PersonalData& persons) const override;
  // There is nothing to read: always Invalid.
  kit::Outcome read(const kit::Call& call, const kit::HttpResponse& response) const override;
  // As K1: whoever stands in the queue has a place in it.
  kit::Outcome judge(const kit::Call& call, Json output) const override;

 private:
  explicit ManualRegister(std::vector<kit::Operation> operations)
      : operations_(std::move(operations)) {}

  std::vector<kit::Operation> operations_;
};

}  // namespace elukaar::place_register
