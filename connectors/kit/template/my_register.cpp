#include "kit/template/my_register.hpp"

#include <utility>

namespace elukaar::my_register {

kit::Registration registration() {
  return {.role = "my-register",
          .profiles = {"mine"},
          .transport = std::string(xroad_rest::transport),
          .settings = xroad_rest::settings(),
          .make = [](kit::Materials materials) -> std::shared_ptr<const kit::Connector> {
            return std::make_shared<const MyRegister>(xroad_rest::route_of(materials.settings),
                                                      std::move(materials.operations));
          }};
}

MyRegister::MyRegister(xroad_rest::Route route, std::vector<kit::Operation> operations)
    : route_(std::move(route)), operations_(std::move(operations)) {}

Result<kit::HttpRequest, kit::Outcome> MyRegister::request(const kit::Call& call,
                                                           kit::PersonalData& persons) const {
  // 1. Does the workflow's input fit?
  if (auto fits = kit::check_input(operations_, call); !fits) return failure(fits.error());
  // 2. Only the personal values that the request needs; they go into the body, never into the URL.
  auto code = persons.personal_code(Pseudonym{call.input.at("person").get<std::string>()});
  if (!code) return failure(kit::Outcome{kit::Invalid{"person: " + code.error()}});
  // 3. One exchange. make_request sets the idempotency key and both timeouts.
  return xroad_rest::make_request(route_, call, "POST", {"v1", call.operation},
                             {{"personalCode", code->reveal()}});
}

kit::Outcome MyRegister::read(const kit::Call& call, const kit::HttpResponse& response) const {
  // 1. The road's errors, unavailability, broken contracts.
  if (auto failed = xroad_rest::read_failure(call, response)) return *std::move(failed);
  // 2. The system's own "no".
  if (response.status != 200) return xroad_rest::read_refusal(response, "request-refused");
  // 3. The answer, checked against the operation's output schema.
  return kit::read_output(operations_, call, Json::parse(response.body, nullptr, false));
}

}  // namespace elukaar::my_register
