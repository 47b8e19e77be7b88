#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "base/ids.hpp"
#include "base/timestamp.hpp"
#include "engine/ports/call_store.hpp"
#include "engine/ports/http_client.hpp"
#include "kit/registry.hpp"

namespace elukaar::privacy {
class Keyring;
}

namespace elukaar::engine {

class Vault;

// So many municipalities may have all their calls of a role hanging before the others have to wait.
inline constexpr int municipalities_at_once = 8;

// How patient we are with the systems of one role.
struct RolePatience {
  // For one municipality, so that its slow systems hold no other's up; `municipalities_at_once` times
  // as many for all.
  int most_in_flight = 64;
  std::chrono::milliseconds first_delay{1'000};  // doubles with each attempt, …
  std::chrono::milliseconds longest_delay{300'000};  // … up to this
  std::chrono::seconds give_up_after{std::chrono::hours{72}};  // for calls without a limit of their own
};

struct DispatcherSettings {
  RolePatience patience;                      // of roles not named below
  std::map<std::string, RolePatience> roles;
  std::chrono::milliseconds lease_margin{15'000};   // beyond a call's timeout
  std::chrono::milliseconds idle_wait{100};   // between looks at the table; wake() shortens it
  std::chrono::milliseconds after_fault{1'000};  // pause after the store failed
  std::uint64_t jitter_seed = 0;              // of the delays' random part
};

// Something an operator may want to read; the texts hold no personal data.
struct DispatchNote {
  enum class Kind { delayed, gave_up, refused, invalid, too_late, fault };
  Kind kind;
  Municipality municipality;
  CaseId case_id;
  CallId call;
  std::string role;
  std::string operation;
  std::string detail;
};

// Carries connector calls out: claims them, asks the connector for the request (personal values come
// out of the vault at that moment, with a usage record), performs many at once, takes personal fields
// out of the answers into the vault, and records what became of each call; the worker that owns the
// case's lane reads that as an input of the case. An unavailable system is asked again with the same
// call id, later and later, until the call's limit; a call whose dispatcher died is repeated when its
// lease ends; what an official carries out is left to him. Owned and used by one thread; wake() may
// come from any. Keeps references to all it is given.
class Dispatcher {
 public:
  // `now` is real time and only measures what passes between a claim and its report. Throws
  // std::invalid_argument where an operation's output schema would let personal data slip through.
  Dispatcher(DispatcherSettings settings, CallStore& calls, HttpClient& http, Vault& vault,
             const privacy::Keyring& keyring, const kit::Registry& registry,
             std::function<Timestamp()> now,
             std::function<void(const DispatchNote&)> note);
  ~Dispatcher();

  // One round: claims what there is room for, starts it, waits at most `at_most` for answers, records
  // them. Exceptions of the store pass through; answers not yet recorded are kept and recorded by the
  // next round, and nothing is claimed until they are. A vault that cannot be asked delays a call
  // without a word to the case: it is not the register's fault.
  void round(std::chrono::milliseconds at_most);

  // Rounds until a stop is asked for; then no more claims, and what is in flight is awaited (each
  // call has a timeout) and recorded. The one place that catches faults: noted, then retried.
  void run(std::stop_token stop);

  // There may be new calls: look now.
  void wake();

  std::size_t in_flight() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace elukaar::engine
