#pragma once

#include <memory>
#include <string>

#include "identity/session_store.hpp"

namespace elukaar::adapters::postgres {

// Sessions of residents and officials in PostgreSQL, in the name of the login itself: they belong to no municipality.
// One object for each thread.
class PgSessions final : public identity::SessionStore {
 public:
  // `address`: a libpq connection string.
  explicit PgSessions(std::string address);
  ~PgSessions() override;

  Timestamp now() override;
  void add(const identity::Session& session) override;
  std::optional<identity::Session> find(identity::Kind kind, const Digest& token,
                                        std::chrono::microseconds idle) override;
  void end(const Digest& token) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace elukaar::adapters::postgres
