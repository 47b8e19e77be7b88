#include "template/my_register.hpp"

#include <utility>

namespace elukaar::my_register {

Result<std::shared_ptr<const MyRegister>, std::string> MyRegister::make(
    xroad::Route route, const std::filesystem::path& folder) {
  auto operations = kit::load_operations(folder);
  if (!operations) return failure(operations.error());
  return std::shared_ptr<const MyRegister>(
      new MyRegister(std::move(route), std::move(*operations)));
}

MyRegister::MyRegister(xroad::Route route, std::vector<kit::Operation> operations)
    : route_(std::move(route)), operations_(std::move(operations)) {}

Result<kit::HttpRequest, kit::Outcome> MyRegister::request(const kit::Call& call,
                                                           kit::PersonalData& persons) const {
  // 1. Does the workflow's input fit?
  if (auto fits = kit::check_input(operations_, call); !fits) return failure(fits.error());
  // 2. Only the personal values that the request needs; they go into the body, never into the URL.
  auto code = persons.personal_code(Pseudonym{call.input.at("person").get<std::string>()});
  if (!code) return failure(kit::Outcome{kit::Invalid{"person: " + code.error()}});
  // 3. One exchange. make_request sets the idempotency key and both timeouts.
  return xroad::make_request(route_, call, "POST", {"v1", call.operation},
                             {{"personalCode", code->reveal()}});
}

kit::Outcome MyRegister::read(const kit::Call& call, const kit::HttpResponse& response) const {
  // 1. The road's errors, unavailability, broken contracts.
  if (auto failed = xroad::read_failure(call, response)) return *std::move(failed);
  // 2. The system's own "no".
  if (response.status != 200) return xroad::read_refusal(response, "request-refused");
  // 3. The answer, checked against the operation's output schema.
  return kit::read_output(operations_, call, Json::parse(response.body, nullptr, false));
}

}  // namespace elukaar::my_register
