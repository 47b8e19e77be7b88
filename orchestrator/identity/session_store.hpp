#pragma once

#include <chrono>
#include <optional>

#include "identity/session.hpp"

namespace elukaar::identity {

// Where sessions are kept. Functions block and throw where the store cannot be asked. An object belongs to one
// thread at a time.
class SessionStore {
 public:
  virtual ~SessionStore() = default;

  // The real time by which sessions begin and end.
  virtual Timestamp now() = 0;

  virtual void add(const Session& session) = 0;
  // Nothing where it is unknown or of the other kind, past its limit, or `idle` has passed since it was last seen;
  // a session that is over by that is gone. Counts as seen now.
  virtual std::optional<Session> find(Kind kind, const Digest& token, std::chrono::microseconds idle) = 0;
  // Of either kind; nothing happens where it is unknown.
  virtual void end(const Digest& token) = 0;
};

}  // namespace elukaar::identity
