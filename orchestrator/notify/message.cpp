#include "notify/message.hpp"

#include <set>

#include "base/json_members.hpp"

namespace elukaar::notify {
namespace {

Json args_of(const Json& said) {
  const Json args = said.value("args", Json());
  return args.is_object() ? args : Json::object();
}

}  // namespace

std::vector<std::string> visible_to(const Json& status) {
  std::vector<std::string> roles;
  if (!status.is_object()) return roles;
  for (const Json& role : status.value("visibleTo", Json::array())) {
    if (role.is_string()) roles.push_back(role.get<std::string>());
  }
  return roles;
}

std::optional<Message> message_of_status(const std::string& former, const Json& status) {
  const std::string text = text_member(status, "text");
  const std::string push = text_member(status, "push");
  if (text.empty() || text == former || push.empty() || push == "none") return std::nullopt;
  const bool asks = text_member(status, "turn") == "resident";
  return Message{asks ? Message::Kind::action : Message::Kind::notice, text, args_of(status),
                 visible_to(status)};
}

Message message_of_request(const Json& request) {
  Json args = request.is_object() ? args_of(request) : Json::object();
  const bool corrects = !text_member(args, "corrects").empty();
  return {corrects ? Message::Kind::correction : Message::Kind::notice,
          text_member(request, "text"), std::move(args), {}};
}

std::vector<Pseudonym> audience_of(const Message& message, std::span<const access::Party> parties,
                                   Timestamp now) {
  std::set<Pseudonym> told;
  for (const access::Party& party : parties) {
    const auto role = access::role_of(parties, party.person, now);
    if (role && (message.roles.empty() || access::admits(message.roles, *role))) {
      told.insert(party.person);
    }
  }
  return {told.begin(), told.end()};
}

}  // namespace elukaar::notify
