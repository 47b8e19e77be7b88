#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "kit/registration.hpp"
#include "transport/xroad_rest/rest.hpp"

namespace elukaar::place_register {

// What differs between the registers that speak contract K1 (connectors/docs/protocols.md, section 3).
struct Profile {
  std::string name;
  std::map<std::string, std::string> statuses;  // the register's word -> ours
  bool preferences_apart = false;  // each preference is an application with a queue of its own
};

// The profile of that name ("arno", "tallinn"); the message of a failure names the nearest.
Result<Profile, std::string> profile(std::string_view name);

// Whoever stands in the queue has a place in it: of registers' answers and of officials'.
std::optional<documents::Violation> queue_is_named(const Json& output);

// What this folder tells of itself.
kit::Registration registration();

// The role `place-register`, contract K1 over X-Road's REST (service code `elukaar-koht`):
//
//   register  PUT  /v1/applications/{id}              {kov, child, submittedAt, wishedStart, language,
//                                                      preferences[{rank, kindergarten,
//                                                      application?}], residence?{childSince}}
//             -> {registerId, status, queues[]}
//   answer    POST /v1/offers/{offer}/answer          {kov, application, answer, reasonCode?, start?,
//                                                      answeredAt} -> {status, queues?[]}
//   withdraw  POST /v1/applications/{id}/withdrawal   {kov, reason} -> {status}
//
// All are idempotent by the call's id. What the register refuses is a fact of the case, with the code
// that it gives, or else: 409 `round-running` (`answer`: `offer-closed`), 422 `application-refused`,
// `answer-refused`, `withdrawal-refused`. `answeredAt` is the receipt in the portal: the register
// counts from it, not from the arrival of the call.
class PlaceRegister : public kit::Connector {
 public:
  PlaceRegister(xroad_rest::Route route, Profile profile, std::vector<kit::Operation> operations);

  std::string_view role() const override { return "place-register"; }
  const std::vector<kit::Operation>& operations() const override { return operations_; }
  Result<kit::HttpRequest, kit::Outcome> request(const kit::Call& call,
                                                 kit::PersonalData& persons) const override;
  kit::Outcome read(const kit::Call& call, const kit::HttpResponse& response) const override;

 private:
  xroad_rest::Route route_;
  Profile profile_;
  std::vector<kit::Operation> operations_;
};

}  // namespace elukaar::place_register
