#pragma once

#include <vector>

#include "base/result.hpp"
#include "kit/registration.hpp"
#include "transport/xroad_rest/rest.hpp"

namespace elukaar::my_register {

// What this folder tells of itself: its role, the names of its profiles, how it talks.
kit::Registration registration();

// The role `my-register`. Say here what the system is, where its contract is written down, which
// answers are refusals and with which codes.
class MyRegister : public kit::Connector {
 public:
  MyRegister(xroad_rest::Route route, std::vector<kit::Operation> operations);

  std::string_view role() const override { return "my-register"; }
  const std::vector<kit::Operation>& operations() const override { return operations_; }
  Result<kit::HttpRequest, kit::Outcome> request(const kit::Call& call,
                                                 kit::PersonalData& persons) const override;
  kit::Outcome read(const kit::Call& call, const kit::HttpResponse& response) const override;

 private:
  xroad_rest::Route route_;
  std::vector<kit::Operation> operations_;
};

}  // namespace elukaar::my_register
