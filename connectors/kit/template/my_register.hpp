#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "kit/connector.hpp"
#include "xroad/rest.hpp"

namespace elukaar::my_register {

// The role `my-register`. Say here what the system is, where its contract is written down, which
// answers are refusals and with which codes.
class MyRegister : public kit::Connector {
 public:
  // Reads the operations' schemas from `folder`.
  static Result<std::shared_ptr<const MyRegister>, std::string> make(
      xroad::Route route, const std::filesystem::path& folder);

  std::string_view role() const override { return "my-register"; }
  const std::vector<kit::Operation>& operations() const override { return operations_; }
  Result<kit::HttpRequest, kit::Outcome> request(const kit::Call& call,
                                                 kit::PersonalData& persons) const override;
  kit::Outcome read(const kit::Call& call, const kit::HttpResponse& response) const override;

 private:
  MyRegister(xroad::Route route, std::vector<kit::Operation> operations);

  xroad::Route route_;
  std::vector<kit::Operation> operations_;
};

}  // namespace elukaar::my_register
