#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "resident/resident_store.hpp"

namespace elukaar::office {

// A logged-in official of one municipality.
struct Session {
  Digest token{};  // SHA-256 of the cookie's value
  std::string csrf;
  Municipality municipality;
  std::string official;  // his name
  Timestamp created_at{};  // real time, like the next two
  Timestamp seen_at{};
  Timestamp expires_at{};
};

// What officials' pages read. Contract:
// - Every read of a case takes the official's municipality; nothing of another one is found.
// - Cases without a status are not there: nothing has been said in them yet.
// - Functions block; faults are resident::StoreFault. An object belongs to one thread at a time.
class OfficeStore {
 public:
  static constexpr std::size_t max_cases = 200;  // of one list, the last changed first

  virtual ~OfficeStore() = default;

  virtual std::vector<resident::CaseRecord> cases_of(const Municipality& municipality) = 0;
  virtual std::optional<resident::CaseRecord> find_case(const Municipality& municipality,
                                                        const Uuid& public_id) = 0;

  virtual void add_session(const Session& session) = 0;
  // As resident::ResidentStore::session.
  virtual std::optional<Session> session(const Digest& token, std::chrono::microseconds idle) = 0;
  virtual void end_session(const Digest& token) = 0;
};

}  // namespace elukaar::office
