#include "fuzz/target.hpp"
#include "support/roles.hpp"
#include "systems/place_register/place_register.hpp"
#include "systems/population_register/population_register.hpp"
#include "transport/xroad_rest/rest.hpp"

namespace {

using namespace elukaar;

xroad_rest::Route route() {
  return {.security_server = "https://server.example",
          .client = {"EE", "GOV", "70000001", "elukaar"},
          .provider = {"EE", "COM", "10000001", "kohad"},
          .service = "koht",
          .user_id = {}};
}

kit::Call call_of(const char* operation) {
  return {.id = CallId{*Uuid::parse("018f3c5e-7b1a-7cde-9abc-0123456789ab")},
          .municipality = Municipality{"0653"},
          .case_reference = "c",
          .operation = operation,
          .input = Json::parse(R"({"child":"p1_a","applicant":"p1_b","application":{"id":"a"}})"),
          .attempt = 1,
          .traceparent = {}};
}

}  // namespace

// What a register answers over X-Road: the first byte chooses status and headers, the rest is the body.
// Whatever it is, the outcome is one of the four.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const place_register::PlaceRegister places(route(), *place_register::profile("arno"),
                                                    test::operations("place-register"));
  static const population_register::PopulationRegister population(
      route(), test::operations("population-register"));
  if (size == 0) return 0;
  constexpr int statuses[] = {200, 200, 201, 204, 301, 400, 404, 409, 422, 429, 500, 503};
  kit::HttpResponse response;
  response.status = statuses[data[0] % std::size(statuses)];
  response.headers.push_back({"Content-Type", "application/json"});
  if (data[0] & 0x40U) response.headers.push_back({"X-Road-Error", "Server.ServerProxy.X"});
  if (data[0] & 0x80U) response.headers.push_back({"Retry-After", "99999999999999999999"});
  response.body = fuzz::text(data + 1, size - 1);
  for (const char* operation : {"register", "answer", "withdraw"}) {
    (void)places.read(call_of(operation), response);
  }
  for (const char* operation : {"family", "residence"}) {
    (void)population.read(call_of(operation), response);
  }
  return 0;
}
