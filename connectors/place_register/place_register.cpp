#include "place_register/place_register.hpp"

#include <utility>

#include "base/nearest.hpp"

namespace elukaar::place_register {
namespace {

const std::map<std::string, Profile, std::less<>>& profiles() {
  // The words that ARNO shows to officials; how its interface will write them is open (K1).
  static const std::map<std::string, Profile, std::less<>> all{
      {"arno",
       {"arno",
        {{"Menetlemisel", "locked"},
         {"Järjekorras", "queued"},
         {"Ootel", "waiting"},
         {"pakkumine aktiivne", "offered"},
         {"loobutud", "queued"},
         {"asenduskoht Hetkel kasutusel", "substitute_held"}}}},
  };
  return all;
}

// K1's application out of the workflow's: preferences are ranked by their order.
Json wire_application(const kit::Call& call, const std::string& child_code) {
  const Json& application = call.input.at("application");
  Json preferences = Json::array();
  int rank = 0;
  for (const Json& kindergarten : application.at("preferences")) {
    preferences.push_back({{"rank", ++rank}, {"kindergarten", kindergarten}});
  }
  return {{"kov", call.municipality.str()},
          {"child", {{"personalCode", child_code}}},
          {"submittedAt", application.at("submittedAt")},
          {"wishedStart", application.at("wishedStart")},
          {"language", application.at("language")},
          {"preferences", std::move(preferences)}};
}

}  // namespace

Result<Profile, std::string> profile(std::string_view name) {
  const auto found = profiles().find(name);
  if (found != profiles().end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [each, value] : profiles()) known.push_back(each);
  const std::string near = nearest(name, known);
  return failure("no profile `" + std::string(name) + "` of a place register" +
                 (near.empty() ? "; there is `arno`" : "; did you mean `" + near + "`?"));
}

Result<std::shared_ptr<const PlaceRegister>, std::string> PlaceRegister::make(
    xroad::Route route, Profile profile, const std::filesystem::path& folder) {
  auto operations = kit::load_operations(folder);
  if (!operations) return failure(operations.error());
  return std::shared_ptr<const PlaceRegister>(
      new PlaceRegister(std::move(route), std::move(profile), std::move(*operations)));
}

PlaceRegister::PlaceRegister(xroad::Route route, Profile profile,
                             std::vector<kit::Operation> operations)
    : route_(std::move(route)), profile_(std::move(profile)), operations_(std::move(operations)) {}

Result<kit::HttpRequest, kit::Outcome> PlaceRegister::request(const kit::Call& call,
                                                              kit::PersonalData& persons) const {
  if (auto fits = kit::check_input(operations_, call); !fits) return failure(fits.error());
  auto code = persons.personal_code(Pseudonym{call.input.at("child").get<std::string>()});
  if (!code) return failure(kit::Outcome{kit::Invalid{"child: " + code.error()}});
  const std::string id = call.input.at("application").at("id").get<std::string>();
  return xroad::make_request(route_, call, "PUT", {"v1", "applications", id},
                             wire_application(call, code->reveal()));
}

kit::Outcome PlaceRegister::read(const kit::Call& call, const kit::HttpResponse& response) const {
  if (auto failed = xroad::read_failure(call, response)) return *std::move(failed);
  if (response.status == 409) return xroad::read_refusal(response, "round-running");
  if (response.status != 200 && response.status != 201) {
    return xroad::read_refusal(response, "application-refused");
  }
  const Json wire = Json::parse(response.body, nullptr, false);
  if (!wire.is_object() || !wire.contains("status") || !wire["status"].is_string()) {
    return kit::Invalid{"the answer is not a JSON object with a status"};
  }
  const auto status = profile_.statuses.find(wire["status"].get<std::string>());
  if (status == profile_.statuses.end()) {
    return kit::Invalid{"the answer's status is none that profile " + profile_.name + " knows"};
  }
  // An application may stand in several queues; the first is that of its first preference.
  const auto queues = wire.find("queues");
  if (queues == wire.end() || !queues->is_array() || queues->empty()) {
    return kit::Invalid{"the answer names no queue"};
  }
  return kit::read_output(operations_, call,
                          {{"registerId", wire.value("registerId", Json())},
                           {"status", status->second},
                           {"queue", queues->front()}});
}

}  // namespace elukaar::place_register
