#include "systems/place_register/place_register.hpp"

#include <utility>

#include "base/nearest.hpp"

namespace elukaar::place_register {
namespace {

const std::map<std::string, Profile, std::less<>>& profiles() {
  // The words that ARNO shows to officials; how its interface will write them is open (K1). The last
  // three are ours: its pages name no word for them.
  static const std::map<std::string, Profile, std::less<>> all{
      {"arno",
       {"arno",
        {{"Menetlemisel", "locked"},
         {"Järjekorras", "queued"},
         {"Ootel", "waiting"},
         {"pakkumine aktiivne", "offered"},
         {"loobutud", "queued"},
         {"asenduskoht Hetkel kasutusel", "substitute_held"},
         {"koht vastu võetud", "accepted"},
         {"koht kinnitatud", "confirmed"},
         {"tagasi võetud", "withdrawn"}}}},
      // Words of our own, in the register's manner: nothing about its interface is public. Each
      // preference is an application with a queue of its own.
      {"tallinn",
       {"tallinn",
        {{"järjekorras", "queued"},
         {"ootel", "waiting"},
         {"komplekteerimisel", "locked"},
         {"koht pakutud", "offered"},
         {"koht vastu võetud", "accepted"},
         {"nimekirjas", "confirmed"},
         {"sõimekoht, järjekord jääb", "substitute_held"},
         {"tagasi võetud", "withdrawn"}},
        true}},
  };
  return all;
}

std::string text_at(const Json& input, const char* object, const char* member) {
  return input.at(object).at(member).get<std::string>();
}

// K1's application out of the workflow's: preferences are ranked by their order, and each has an
// application's id of its own ({id}.{rank}) where the register keeps them apart.
Json wire_application(const kit::Call& call, const std::string& child_code, bool apart) {
  const Json& application = call.input.at("application");
  Json preferences = Json::array();
  int rank = 0;
  for (const Json& kindergarten : application.at("preferences")) {
    Json preference = {{"rank", ++rank}, {"kindergarten", kindergarten}};
    if (apart) {
      preference["application"] =
          application.at("id").get<std::string>() + "." + std::to_string(rank);
    }
    preferences.push_back(std::move(preference));
  }
  Json wire = {{"kov", call.municipality.str()},
               {"child", {{"personalCode", child_code}}},
               {"submittedAt", application.at("submittedAt")},
               {"wishedStart", application.at("wishedStart")},
               {"language", application.at("language")},
               {"preferences", std::move(preferences)}};
  if (const Json since = application.value("residentSince", Json()); since.is_string()) {
    wire["residence"] = {{"childSince", since}};
  }
  return wire;
}

// K1's answer. The register knows the child by the application: its code is not sent again.
Json wire_answer(const kit::Call& call) {
  Json wire = {{"kov", call.municipality.str()},
               {"application", call.input.at("application").at("id")}};
  for (const char* member : {"answer", "reasonCode", "start", "answeredAt"}) {
    if (call.input.contains(member)) wire[member] = call.input.at(member);
  }
  return wire;
}

// The queue that the family reads of: its first preference's. Where it stands in several, also the
// worst place of all.
Json queue_of(const Json& queues) {
  Json queue = queues.front();
  if (queues.size() == 1 || !queue.is_object()) return queue;
  Json best = queue.value("position", Json());
  Json worst = best;
  for (const Json& each : queues) {
    const Json position = each.is_object() ? each.value("position", Json()) : Json();
    if (!position.is_number_integer()) continue;
    if (!best.is_number_integer() || position < best) best = position;
    if (!worst.is_number_integer() || position > worst) worst = position;
  }
  if (!best.is_null()) queue["best"] = best;
  if (!worst.is_null()) queue["worst"] = worst;
  return queue;
}

// What a refusal means where the register gives no code with it.
std::string_view refusal_of(std::string_view operation, int status) {
  if (operation == "answer") return status == 409 ? "offer-closed" : "answer-refused";
  if (operation == "withdraw") return status == 409 ? "round-running" : "withdrawal-refused";
  return status == 409 ? "round-running" : "application-refused";
}

}  // namespace

Result<Profile, std::string> profile(std::string_view name) {
  const auto found = profiles().find(name);
  if (found != profiles().end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [each, value] : profiles()) known.push_back(each);
  const std::string near = nearest(name, known);
  return failure("no profile `" + std::string(name) + "` of a place register" +
                 (near.empty() ? "; there are `arno` and `tallinn`" : "; did you mean `" + near + "`?"));
}

std::optional<documents::Violation> queue_is_named(const Json& output) {
  if (output.value("status", Json()) != "queued" || output.contains("queue")) return std::nullopt;
  return documents::Violation{"/queue",
                              "expected the place in the queue, for the status is `queued`"};
}

kit::Registration registration() {
  kit::Registration made{.role = "place-register",
                         .profiles = {},
                         .transport = std::string(xroad_rest::transport),
                         .settings = xroad_rest::settings(),
                         .rule = queue_is_named,
                         .make = nullptr};
  for (const auto& [name, value] : profiles()) made.profiles.push_back(name);
  made.make = [](kit::Materials materials) -> std::shared_ptr<const kit::Connector> {
    return std::make_shared<const PlaceRegister>(xroad_rest::route_of(materials.settings),
                                                 profile(materials.profile).value(),
                                                 std::move(materials.operations));
  };
  return made;
}

PlaceRegister::PlaceRegister(xroad_rest::Route route, Profile profile,
                             std::vector<kit::Operation> operations)
    : route_(std::move(route)), profile_(std::move(profile)), operations_(std::move(operations)) {}

Result<kit::HttpRequest, kit::Outcome> PlaceRegister::request(const kit::Call& call,
                                                              kit::PersonalData& persons) const {
  if (auto fits = kit::check_input(operations_, call); !fits) return failure(fits.error());
  const std::string application = text_at(call.input, "application", "id");
  if (call.operation == "answer") {
    return xroad_rest::make_request(route_, call, "POST",
                               {"v1", "offers", text_at(call.input, "offer", "id"), "answer"},
                               wire_answer(call));
  }
  if (call.operation == "withdraw") {
    return xroad_rest::make_request(
        route_, call, "POST", {"v1", "applications", application, "withdrawal"},
        {{"kov", call.municipality.str()}, {"reason", call.input.at("reason")}});
  }
  auto code = persons.personal_code(Pseudonym{call.input.at("child").get<std::string>()});
  if (!code) return failure(kit::Outcome{kit::Invalid{"child: " + code.error()}});
  return xroad_rest::make_request(route_, call, "PUT", {"v1", "applications", application},
                             wire_application(call, code->reveal(), profile_.preferences_apart));
}

kit::Outcome PlaceRegister::read(const kit::Call& call, const kit::HttpResponse& response) const {
  if (auto failed = xroad_rest::read_failure(call, response)) return *std::move(failed);
  if (response.status != 200 && response.status != 201) {
    return xroad_rest::read_refusal(response, refusal_of(call.operation, response.status));
  }
  const Json wire = Json::parse(response.body, nullptr, false);
  if (!wire.is_object() || !wire.contains("status") || !wire["status"].is_string()) {
    return kit::Invalid{"the answer is not a JSON object with a status"};
  }
  const auto status = profile_.statuses.find(wire["status"].get<std::string>());
  if (status == profile_.statuses.end()) {
    return kit::Invalid{"the answer's status is none that profile " + profile_.name + " knows"};
  }
  Json output = {{"status", status->second}};
  if (call.operation == "register") output["registerId"] = wire.value("registerId", Json());
  const auto queues = wire.find("queues");
  if (queues != wire.end() && queues->is_array() && !queues->empty()) {
    output["queue"] = queue_of(*queues);
  }
  if (const auto flaw = queue_is_named(output)) return kit::Invalid{flaw->where + ": " + flaw->what};
  return kit::read_output(operations_, call, std::move(output));
}

}  // namespace elukaar::place_register
