#include "simulate/world/world.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "cloudevents/encode.hpp"

namespace elukaar::simulate {
namespace {

constexpr const char* topic_lane = "kafka/simulated/0";
constexpr const char* owner_name = "simulation";
// Virtual years pass between two batches; nobody else wants the lanes.
constexpr std::chrono::hours lease{24 * 365 * 200};

}  // namespace

std::optional<Timestamp> reached_at(Timestamp asked, std::chrono::seconds unavailable,
                                    std::chrono::seconds patience) {
  if (unavailable >= patience) return std::nullopt;
  return asked + unavailable;
}

std::vector<std::string> names_of(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [name, member] : object.items()) names.push_back(name);
  return names;
}

Json data_of(const core::Record& record) { return read_json(record.data); }

World::World(Parts parts, Systems& systems, Timestamp start)
    : events_(parts.events),
      calendar_(std::move(parts.calendar)),
      systems_(systems),
      store_(start),
      workflows_(std::move(parts.workflows), std::move(parts.compile)),
      parts_{workflows_, events_, calendar_, keyring_, {}, false} {
  workflows_.register_with(store_);
  for (engine::Lane& lane : store_.take_lanes({topic_lane}, owner_name, lease)) {
    lanes_[lane.name] = lane;
  }
  for (engine::Lane& lane :
       store_.take_internal_lanes(owner_name, engine::internal_lanes, lease)) {
    lanes_[lane.name] = lane;
  }
}

void World::deliver(const std::vector<cloudevents::CloudEvent>& events) {
  std::vector<engine::Arrival> arrivals;
  for (const cloudevents::CloudEvent& event : events) {
    engine::SourceRecord record;
    record.lane = topic_lane;
    record.offset = offset_++;
    record.key = event.partition_key;
    record.value = cloudevents::encode(event);
    record.headers = {{"content-type", std::string{cloudevents::structured_content_type}}};
    arrivals.push_back(engine::understand(std::move(record), events_, workflows_, calendar_));
    if (arrivals.size() == engine::max_batch) run(std::exchange(arrivals, {}));
  }
  if (!arrivals.empty()) run(arrivals);
  settle();
}

const StoredAction& World::act(const engine::CaseRef& ref, const ActionId& id,
                               const std::string& name, const std::string& subject,
                               std::int64_t subject_version, const Pseudonym& person,
                               const Json& event) {
  store_.add_action(ref, id, name, subject, subject_version, person, event);
  settle();
  return store_.actions().at(id);
}

void World::answer(const CallId& call, const Reply& reply) {
  reply_to(call, reply);
  settle();
}

void World::order(const engine::CaseRef& ref, core::Command::Kind kind, const std::string& reason) {
  const Uuid id = Uuid::derived(now(), "simulation", std::string{core::to_string(kind)},
                                static_cast<std::uint32_t>(++orders_));
  store_.add_command(ref, id, {kind, "simulation", reason});
  settle();
}

void World::advance_to(Timestamp until) {
  settle();
  while (const auto due = store_.next_due()) {
    if (*due > until) break;
    store_.move_to(*due);
    settle();
  }
  store_.move_to(until);
}

// Everything that is due now, and what becomes due by it.
void World::settle() {
  for (int round = 0;; ++round) {
    const auto due = store_.next_due();
    if (!due || *due > now()) return;
    if (round == max_rounds) {
      throw std::runtime_error(fmt::format(
          "after {} rounds at {} inputs still fall due: a timer or a call of the workflow comes back "
          "at once",
          max_rounds, to_rfc3339(now())));
    }
    run({});
  }
}

void World::run(const std::vector<engine::Arrival>& arrivals) {
  const engine::BatchResult result =
      engine::run_batch(store_, parts_, lanes_, owner_name, lease, arrivals, engine::max_batch);
  ELUKAAR_ASSERT(!result.lost_lanes, "expected no one to take a lane from a simulation");
  inputs_ += result.internal_inputs + arrivals.size();
  // Nobody reads the outbox here: all of it counts as published.
  for (auto& [name, lane] : lanes_) lane.published_sequence = lane.next_sequence - 1;
  tell(result);
  for (const CallId& id : store_.take_requested()) ask(id);
}

void World::tell(const engine::BatchResult& result) {
  if (parked_observer_) {
    for (const engine::BatchNote& note : result.notes) {
      if (note.kind == engine::BatchNote::Kind::parked) parked_observer_(note);
    }
  }
  const auto rows = store_.take_journal();
  if (!observer_) return;
  for (const engine::JournalRow& row : rows) {
    observer_({row.ref, *row.entry});
  }
}

void World::ask(const CallId& id) {
  const StoredCall& call = store_.calls().at(id);
  if (!call.abandoned) reply_to(id, systems_.answer(call, now()));
}

void World::reply_to(const CallId& id, const Reply& reply) {
  using Kind = core::CallUpdate::Kind;
  if (reply.kind == Reply::Kind::silence) return;
  if (reply.unavailable.count() > 0) store_.add_update(id, now(), Kind::delayed, Json{});
  const auto reached = reached_at(now(), reply.unavailable, default_patience);
  if (!reached) {
    store_.add_update(id, now() + default_patience, Kind::error, {{"kind", "gave-up"}}, true);
    return;
  }
  const Timestamp at = *reached + reply.takes;
  const bool again = reply.unavailable.count() > 0;
  if (reply.kind == Reply::Kind::answer) {
    store_.add_update(id, at, Kind::done, reply.result, again);
    return;
  }
  Json error = reply.result.is_object() ? reply.result : Json::object();
  error["kind"] = reply.kind == Reply::Kind::refusal ? "refused" : "invalid";
  store_.add_update(id, at, Kind::error, error, again);
}

}  // namespace elukaar::simulate
