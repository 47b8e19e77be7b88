#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "identity/session_store.hpp"

namespace elukaar::identity {

struct SessionSettings {
  bool development = false;  // allows log_in_for_development; there is no other log-in yet
  std::chrono::milliseconds idle{30 * 60 * 1000};
  std::chrono::milliseconds max{8 * 60 * 60 * 1000};
};

struct LoggedIn {
  std::string token;  // for the cookie; only its digest is kept
  Session session;
};

// The sessions of one kind of people. One object for each thread: it has its own store, whose faults pass through.
class Sessions {
 public:
  Sessions(Kind kind, SessionSettings settings, std::unique_ptr<SessionStore> store);

  bool is_development() const { return settings_.development; }

  // Without any identification; nothing in production, or where there is nobody. The session behind
  // `former_token` ends: a log-in always gives a new one.
  std::optional<LoggedIn> log_in_for_development(Persons persons, std::string_view former_token);
  // Nobody for a token that is unknown or empty, idle for too long or too old.
  std::optional<Session> session(std::string_view token);
  void log_out(const Session& session);

  // When it ends if nothing more is asked in it.
  Timestamp ends_at(const Session& session) const;

 private:
  Kind kind_;
  SessionSettings settings_;
  std::unique_ptr<SessionStore> store_;
};

}  // namespace elukaar::identity
