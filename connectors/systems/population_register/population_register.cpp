#include "systems/population_register/population_register.hpp"

#include <utility>

namespace elukaar::population_register {

kit::Registration registration() {
  return {.role = "population-register",
          .profiles = {"xroad-rr"},
          .transport = std::string(xroad_rest::transport),
          .settings = xroad_rest::settings(),
          .make = [](kit::Materials materials) -> std::shared_ptr<const kit::Connector> {
            return std::make_shared<const PopulationRegister>(
                xroad_rest::route_of(materials.settings), std::move(materials.operations));
          }};
}

PopulationRegister::PopulationRegister(xroad_rest::Route route, std::vector<kit::Operation> operations)
    : route_(std::move(route)), operations_(std::move(operations)) {}

Result<kit::HttpRequest, kit::Outcome> PopulationRegister::request(
    const kit::Call& call, kit::PersonalData& persons) const {
  if (auto fits = kit::check_input(operations_, call); !fits) return failure(fits.error());
  Json body{{"municipality", call.municipality.str()}};
  // Every member of an input of this role names a person.
  for (const auto& [name, person] : call.input.items()) {
    auto code = persons.personal_code(Pseudonym{person.get<std::string>()});
    if (!code) return failure(kit::Outcome{kit::Invalid{name + ": " + code.error()}});
    body[name] = {{"personalCode", code->reveal()}};
  }
  return xroad_rest::make_request(route_, call, "POST", {"v1", call.operation}, body);
}

kit::Outcome PopulationRegister::read(const kit::Call& call,
                                      const kit::HttpResponse& response) const {
  if (auto failed = xroad_rest::read_failure(call, response)) return *std::move(failed);
  if (response.status != 200) return xroad_rest::read_refusal(response, "request-refused");
  return kit::read_output(operations_, call, Json::parse(response.body, nullptr, false));
}

}  // namespace elukaar::population_register
