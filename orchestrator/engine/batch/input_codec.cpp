#include "engine/batch/input_codec.hpp"

#include <algorithm>

#include "base/digest.hpp"
#include "base/json.hpp"
#include "base/overloaded.hpp"

namespace elukaar::engine {

std::string encode_input(const core::Input& input) {
  Json json = {{"source", input.key.source},
               {"id", input.key.id},
               {"receivedAt", input.received_at.time_since_epoch().count()},
               {"kind", core::kind_of(input)}};
  const overloaded add_body{
      [&](const core::EventArrived& event) {
        json["name"] = event.name;
        json["event"] = event.event;
      },
      [&](const core::TimerFired& timer) { json["timer"] = {timer.state, timer.key, timer.entry}; },
      [&](const core::CallUpdate& news) {
        json["call"] = {news.call.str(), static_cast<int>(news.kind), news.payload};
      },
      [&](const core::ActionTaken& action) {
        json["name"] = action.name;
        json["actor"] = action.actor.str();
        json["subject"] = action.subject;
        json["subjectVersion"] = action.subject_version;
        json["event"] = action.event;
      },
      [](const core::Command&) {}};  // none ever waits: it is applied or refused at once
  std::visit(add_body, input.body);
  if (!input.official.empty()) json["official"] = input.official;
  return json.dump();
}

Result<core::Input, std::string> decode_input(const std::string& text) try {
  const Json json = Json::parse(text);
  core::Input input;
  input.key = {json.at("source"), json.at("id")};
  input.received_at =
      Timestamp{std::chrono::microseconds{json.at("receivedAt").get<std::int64_t>()}};
  input.official = json.value("official", "");
  const auto kind = json.at("kind").get<std::string>();
  if (kind == "event") {
    input.body = core::EventArrived{json.at("name"), json.at("event")};
  } else if (kind == "timer") {
    const Json& timer = json.at("timer");
    input.body = core::TimerFired{timer.at(0), timer.at(1), timer.at(2)};
  } else if (kind == "call") {
    const Json& call = json.at("call");
    const auto id = Uuid::parse(call.at(0).get<std::string>());
    if (!id) return failure(std::string{"its call has no valid id"});
    const int news = call.at(1).get<int>();
    if (news < 0 || news > static_cast<int>(core::CallUpdate::Kind::error)) {
      return failure("its call has news of the unknown kind " + std::to_string(news));
    }
    input.body = core::CallUpdate{CallId{*id}, static_cast<core::CallUpdate::Kind>(news), call.at(2)};
  } else if (kind == "action") {
    input.body = core::ActionTaken{json.at("name"), Pseudonym{json.at("actor").get<std::string>()},
                                   json.at("subject"), json.value("subjectVersion", std::int64_t{0}),
                                   json.at("event")};
  } else {
    return failure("inputs of kind `" + kind + "` never wait");
  }
  return input;
} catch (const Json::exception& error) {
  return failure(std::string{"the stored input cannot be read: "} + error.what());
}

Uuid receipt_of(const EventKey& key) {
  std::string material = key.source;
  material += '\0';
  material += key.id;
  const Digest digest = sha256(material);
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  return Uuid{bytes};
}

}  // namespace elukaar::engine
