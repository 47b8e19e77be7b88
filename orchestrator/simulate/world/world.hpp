#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "calendar/calendar.hpp"
#include "cloudevents/cloud_event.hpp"
#include "cloudevents/schema_catalogue.hpp"
#include "engine/batch/batch.hpp"
#include "privacy/keyring.hpp"
#include "simulate/world/memory_store.hpp"
#include "workflow/load/schemas.hpp"

namespace elukaar::simulate {

// How long a role's system may be out of reach before its call is given up: the dispatcher's default.
inline constexpr std::chrono::hours default_patience{72};

// The names of an object's members.
std::vector<std::string> names_of(const Json& object);

// How a system takes one call.
struct Reply {
  enum class Kind { answer, refusal, invalid, silence };
  Kind kind = Kind::answer;
  Json result{};                          // answer: the output; refusal, invalid: {code?, message?}
  std::chrono::seconds takes{0};          // after the request, or the end of the outage
  std::chrono::seconds unavailable{0};    // out of reach for so long first
};

// Everything outside that answers calls.
class Systems {
 public:
  virtual ~Systems() = default;
  virtual Reply answer(const StoredCall& call, Timestamp now) = 0;
};

// What one decision of a case came to.
struct Decided {
  const engine::CaseRef& ref;
  const core::JournalEntry& entry;
};

// The data of what is published.
Json data_of(const core::Record& record);

// One or many cases on a virtual clock: the engine's own batch over a store in memory, with the time
// handed in, so that what happens here is what happens in production. Inputs come at the present
// moment; advance_to() lets everything that falls due in between happen in order of time. The same
// calls in the same order give the same run.
class World {
 public:
  // Most rounds in which new inputs fall due at one moment; more is a workflow that never rests.
  static constexpr int max_rounds = 1'000;

  struct Parts {
    std::vector<workflow::WorkflowPtr> workflows;  // the newest of each municipality and service
    engine::Workflows::Compile compile;            // for releases that are no longer the newest
    const cloudevents::SchemaCatalogue& events;
    calendar::Calendar calendar{};
  };

  World(Parts parts, Systems& systems, Timestamp start);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Timestamp now() const { return store_.now(); }
  const MemoryCaseStore& store() const { return store_; }
  const calendar::Calendar& calendar() const { return calendar_; }

  // Called for each decision, in order, after its commit.
  void on_decided(std::function<void(const Decided&)> observer) { observer_ = std::move(observer); }
  // Called for each record that was parked, with code and sentence.
  void on_parked(std::function<void(const engine::BatchNote&)> observer) {
    parked_observer_ = std::move(observer);
  }

  // An event arrives now, alone or with others of the same moment.
  void deliver(const cloudevents::CloudEvent& event) { deliver(std::vector{event}); }
  void deliver(const std::vector<cloudevents::CloudEvent>& events);
  // A person acts now; `event` is what the action became, {id, source, type, time, data}.
  const StoredAction& act(const engine::CaseRef& ref, const ActionId& id, const std::string& name,
                          const std::string& subject, std::int64_t subject_version,
                          const Pseudonym& person, const Json& event);
  // A system says its word to a call that it has left unanswered.
  void answer(const CallId& call, const Reply& reply);
  // An operator's order.
  void order(const engine::CaseRef& ref, core::Command::Kind kind, const std::string& reason);

  // Lets time pass: everything due until then, that moment included, happens in order.
  void advance_to(Timestamp until);
  std::optional<Timestamp> next_due() const { return store_.next_due(); }

  // The case; it may change with the next input.
  const core::Case& read(const engine::CaseRef& ref) const { return *store_.cases().at(ref).value; }

  std::uint64_t inputs() const { return inputs_; }  // carried through so far

 private:
  void settle();
  void run(const std::vector<engine::Arrival>& arrivals);
  void ask(const CallId& id);
  void reply_to(const CallId& id, const Reply& reply);
  void tell(const engine::BatchResult& result);

  const cloudevents::SchemaCatalogue& events_;
  calendar::Calendar calendar_;
  privacy::Keyring keyring_ = privacy::Keyring::passing();
  Systems& systems_;
  MemoryCaseStore store_;
  engine::Workflows workflows_;
  engine::EngineParts parts_;
  std::map<std::string, engine::Lane> lanes_;
  std::function<void(const Decided&)> observer_;
  std::function<void(const engine::BatchNote&)> parked_observer_;
  std::int64_t offset_ = 0;
  std::uint64_t orders_ = 0;
  std::uint64_t inputs_ = 0;
};

// When a system that is out of reach until `back` is asked again and answers; nothing: the call is given
// up before.
std::optional<Timestamp> reached_at(Timestamp asked, std::chrono::seconds unavailable,
                                    std::chrono::seconds patience);

}  // namespace elukaar::simulate
