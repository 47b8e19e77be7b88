#pragma once

#include <vector>

#include "base/result.hpp"
#include "kit/registration.hpp"
#include "transport/xroad_rest/rest.hpp"

namespace elukaar::population_register {

// What this folder tells of itself.
kit::Registration registration();

// The role `population-register` over X-Road's REST: who a child's guardians are (`family`), where
// child and applicant live (`residence`). The contract is our own (service code
// `elukaar-rahvastik`): the register's public services are SOAP and their current versions and
// code lists are not published (connectors/docs/protocols.md, section 5). Both operations are
// `POST /v1/<operation>` with the persons' codes in the body, because URLs are logged on the way:
//
//   {"municipality": "0653", "child": {"personalCode": …}, "applicant": {"personalCode": …}}
//
// and the answer is the operation's output as its schema says. A person whom the register does not
// know is a refusal, `person-unknown`.
class PopulationRegister : public kit::Connector {
 public:
  PopulationRegister(xroad_rest::Route route, std::vector<kit::Operation> operations);

  std::string_view role() const override { return "population-register"; }
  const std::vector<kit::Operation>& operations() const override { return operations_; }
  Result<kit::HttpRequest, kit::Outcome> request(const kit::Call& call,
                                                 kit::PersonalData& persons) const override;
  kit::Outcome read(const kit::Call& call, const kit::HttpResponse& response) const override;

 private:
  xroad_rest::Route route_;
  std::vector<kit::Operation> operations_;
};

}  // namespace elukaar::population_register
