#include "identity/sessions.hpp"

#include <algorithm>
#include <utility>

#include "base/random.hpp"

namespace elukaar::identity {

Sessions::Sessions(Kind kind, SessionSettings settings, std::unique_ptr<SessionStore> store)
    : kind_(kind), settings_(settings), store_(std::move(store)) {}

std::optional<LoggedIn> Sessions::log_in_for_development(Persons persons, std::string_view former_token) {
  if (!settings_.development || persons.empty()) return std::nullopt;
  if (!former_token.empty()) store_->end(sha256(former_token));
  const Timestamp now = store_->now();
  LoggedIn login;
  login.token = random_token();
  login.session = {.token = sha256(login.token),
                   .csrf = random_token(),
                   .kind = kind_,
                   .persons = std::move(persons),
                   .assurance = access::Assurance::substantial,
                   .created_at = now,
                   .seen_at = now,
                   .expires_at = now + settings_.max};
  store_->add(login.session);
  return login;
}

std::optional<Session> Sessions::session(std::string_view token) {
  if (token.empty()) return std::nullopt;
  return store_->find(kind_, sha256(token), settings_.idle);
}

void Sessions::log_out(const Session& session) { store_->end(session.token); }

Timestamp Sessions::ends_at(const Session& session) const {
  return std::min<Timestamp>(session.expires_at, session.seen_at + settings_.idle);
}

}  // namespace elukaar::identity
