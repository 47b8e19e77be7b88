#include "engine/lanes/worker.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

namespace elukaar::engine {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t republish_page = 1'000;  // journal rows read at a time

}  // namespace

Worker::Worker(WorkerSettings settings, CaseStore& store, EventSource& source,
               EventPublisher& publisher, EngineParts& parts, WorkerObserver& observer)
    : settings_(std::move(settings)),
      store_(store),
      source_(source),
      parts_(parts),
      observer_(observer),
      outbox_(publisher, [&observer](const std::string& what) {
        observer.fault("the broker refuses a record for good: " + what);
      }) {}

void Worker::run(std::stop_token stop) {
  stopping_ = [stop] { return stop.stop_requested(); };
  bool idle = false;
  while (!stop.stop_requested()) {
    try {
      if (must_recover_) recover();
      look_after_lanes();
      if (outbox_.outstanding() > settings_.most_outstanding) {
        std::this_thread::sleep_for(settings_.idle_wait);
        continue;
      }
      const auto wait = idle ? settings_.idle_wait : std::chrono::milliseconds{0};
      for (SourceRecord& record : source_.drain(max_batch, wait)) {
        if (!lanes_.contains(record.lane)) continue;  // revoked while it was on its way
        drained_.push_back(understand(std::move(record), parts_.schemas, parts_.workflows,
                                      parts_.calendar));
      }
      idle = !round();
      last_round_ = Clock::now().time_since_epoch().count();
    } catch (const std::exception& fault) {  // StoreFault among them
      observer_.fault(fault.what());
      must_recover_ = true;
      drained_.clear();
      std::this_thread::sleep_for(settings_.after_fault);
    }
  }
  try {
    store_.release_lanes(held(), settings_.owner);
  } catch (const StoreFault& fault) {
    observer_.fault(fault.what());  // the leases run out by themselves
  }
}

bool Worker::is_healthy(std::chrono::seconds within) const {
  const Clock::duration age = Clock::now().time_since_epoch() - Clock::duration{last_round_.load()};
  return age < within;
}

// One batch of what has been drained and of what is due. False: there was nothing to do.
bool Worker::round() {
  const auto begun = Clock::now();
  const std::size_t records = drained_.size();
  const bool looks = begun >= look_for_due_;
  if (records == 0 && !looks) return false;
  for (auto& [name, lane] : lanes_) lane.published_sequence = outbox_.published(lane.id);
  round_ = {};
  carry(std::exchange(drained_, {}), looks ? max_batch : 0);
  if (looks && round_.internal_inputs == 0) look_for_due_ = begun + settings_.due_interval;
  const bool worked = records > 0 || round_.internal_inputs > 0;
  if (worked) {
    observer_.batch_done(round_, records,
                         std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun));
  }
  return worked;
}

bool Worker::carry(std::vector<Arrival> arrivals, std::size_t most_internal) {
  for (int attempt = 1;; ++attempt) {
    try {
      BatchResult result = run_batch(store_, parts_, lanes_, settings_.owner, settings_.lease,
                                     arrivals, most_internal);
      if (result.lost_lanes) {
        drop_lost_lanes();
        return false;
      }
      publish(result);
      return true;
    } catch (const StoreFault& fault) {
      if (fault.kind() == StoreFault::Kind::conflict && attempt < settings_.most_conflicts) continue;
      if (fault.kind() != StoreFault::Kind::refused) throw;
      return halve(std::move(arrivals), most_internal, fault);
    }
  }
}

// One bad row must not block the rest: the batch is cut in two until the offender stands alone. Once a
// lane is lost the rest of the batch is left: it is read again.
bool Worker::halve(std::vector<Arrival> arrivals, std::size_t most_internal,
                   const StoreFault& fault) {
  if (most_internal > 0) {
    if (!arrivals.empty()) return carry({}, most_internal) && carry(std::move(arrivals), 0);
    if (most_internal > 1) return carry({}, most_internal / 2);
    return stop_offending_case(fault);
  }
  if (arrivals.size() == 1) {
    observer_.fault(fmt::format("a record is parked as faulted: {}", fault.what()));
    BatchResult result = park_offender(store_, parts_, lanes_, settings_.owner, settings_.lease,
                                       std::move(arrivals.front()), fault.sqlstate());
    if (result.lost_lanes) {
      drop_lost_lanes();
      return false;
    }
    publish(result);
    return true;
  }
  const auto middle = arrivals.begin() + static_cast<std::ptrdiff_t>(arrivals.size() / 2);
  std::vector<Arrival> second(std::make_move_iterator(middle),
                              std::make_move_iterator(arrivals.end()));
  arrivals.erase(middle, arrivals.end());
  return carry(std::move(arrivals), 0) && carry(std::move(second), 0);
}

// The first input that is due cannot be applied: its case stands still until an operator looks.
bool Worker::stop_offending_case(const StoreFault& fault) {
  observer_.fault(fmt::format("a due input is refused: {}", fault.what()));
  try {
    BatchResult result = stop_offender(store_, parts_, lanes_, settings_.owner, settings_.lease,
                                       fault.sqlstate());
    if (result.lost_lanes) {
      drop_lost_lanes();
      return false;
    }
    publish(result);
    return true;
  } catch (const StoreFault& again) {
    if (again.kind() != StoreFault::Kind::refused) throw;
  }
  // Not even the incident can be journalled: the case is marked, and nothing of it is read any more.
  std::vector<int> internal;
  for (const auto& [name, lane] : lanes_) {
    if (lane.kind == LaneKind::internal) internal.push_back(lane.internal_number);
  }
  const auto due = store_.begin()->due_inputs(internal, 1);
  if (due.empty()) return true;
  const auto passed = pass_case(store_, settings_.owner, settings_.lease, due.front());
  const CaseRef* offender = passed ? &*passed : case_of(due.front());
  if (offender != nullptr) {
    store_.mark_incident(*offender,
                         fmt::format("the database refused what follows from an input (SQLSTATE {})",
                                     fault.sqlstate()));
  }
  return true;
}

void Worker::publish(BatchResult& result) {
  for (Published& row : result.published) {
    outbox_.publish(row.lane, row.sequence, std::move(row.records));
  }
  for (const auto& [name, lane] : lanes_) outbox_.reached(lane.id, lane.next_sequence - 1);
  round_.internal_inputs += result.internal_inputs;
  for (const auto& [name, count] : result.dispositions) round_.dispositions[name] += count;
  std::move(result.notes.begin(), result.notes.end(), std::back_inserter(round_.notes));
}

// Leases and marks every third of a lease, at the latest each second; new internal lanes where there
// are some to be had.
void Worker::look_after_lanes() {
  for (const LaneId broken : outbox_.broken()) {
    for (const auto& [name, lane] : lanes_) {
      if (lane.id == broken) republish(lane);
    }
  }
  const auto now = Clock::now();
  if (now - looked_after_ < std::min<Clock::duration>(settings_.lease / 3, std::chrono::seconds{1})) {
    return;
  }
  looked_after_ = now;
  for (auto& [name, lane] : lanes_) lane.published_sequence = outbox_.published(lane.id);
  drop(store_.keep_lanes(held(), settings_.owner, settings_.lease));
  take_back_assigned();
  std::size_t internal = 0;
  std::map<std::string, std::int64_t> progress;
  for (const auto& [name, lane] : lanes_) {
    if (lane.kind == LaneKind::internal) ++internal;
    if (lane.kind == LaneKind::kafka && lane.position) progress[name] = *lane.position;
  }
  if (!progress.empty()) source_.note_progress(progress);
  const std::size_t share = store_.fair_share(settings_.owner);
  if (internal > share) {
    // One at a time: the others have the next round to take it.
    const auto spare = std::find_if(lanes_.begin(), lanes_.end(), [](const auto& entry) {
      return entry.second.kind == LaneKind::internal;
    });
    store_.release_lanes({spare->second}, settings_.owner);
    outbox_.close(spare->second.id);
    lanes_.erase(spare);
  } else if (internal < share) {
    for (Lane& lane : store_.take_internal_lanes(settings_.owner, share - internal,
                                                 settings_.lease)) {
      adopt(std::move(lane));
    }
  }
}

void Worker::adopt(Lane lane) {
  republish(lane);
  lanes_[lane.name] = std::move(lane);
}

// Whatever the former owner, or a producer that broke down, may have left unsaid: the same ids, in
// the same order.
void Worker::republish(const Lane& lane) {
  const std::int64_t mark =
      lanes_.contains(lane.name) ? outbox_.published(lane.id) : lane.published_sequence;
  outbox_.open(lane.id, mark);
  std::int64_t after = mark;
  for (;;) {
    auto rows = store_.unpublished(lane.id, after, republish_page);
    for (OutboxRow& row : rows) {
      outbox_.publish(lane.id, row.lane_sequence, std::move(row.records));
      after = row.lane_sequence;
    }
    if (rows.size() < republish_page) break;
  }
  outbox_.reached(lane.id, lane.next_sequence - 1);
}

std::map<std::string, std::int64_t> Worker::lanes_assigned(const std::vector<std::string>& names) {
  // The consumer cannot read before the database has said from where; it may be away just now.
  while (!stopping_()) {
    try {
      std::map<std::string, std::int64_t> positions;
      assigned_.insert(names.begin(), names.end());
      for (Lane& lane : store_.take_lanes(names, settings_.owner, settings_.lease)) {
        if (lane.position) positions[lane.name] = *lane.position;
        adopt(std::move(lane));
      }
      return positions;
    } catch (const StoreFault& fault) {
      observer_.fault(fault.what());
      std::this_thread::sleep_for(settings_.after_fault);
    }
  }
  return {};
}

void Worker::lanes_revoked(const std::vector<std::string>& names, bool lost) {
  std::vector<Lane> given;
  for (const std::string& name : names) {
    assigned_.erase(name);
    const auto lane = lanes_.find(name);
    if (lane == lanes_.end()) continue;
    lane->second.published_sequence = outbox_.published(lane->second.id);
    given.push_back(lane->second);
    outbox_.close(lane->second.id);
    lanes_.erase(lane);
  }
  // What was drained of them is forgotten: the next owner reads it from the committed position.
  std::erase_if(drained_, [&](const Arrival& arrival) { return !lanes_.contains(arrival.lane); });
  if (lost || given.empty()) return;
  try {
    store_.keep_lanes(given, settings_.owner, settings_.lease);
    store_.release_lanes(given, settings_.owner);
  } catch (const StoreFault& fault) {
    observer_.fault(fault.what());  // its next owner raises the epoch all the same
    must_recover_ = true;
  }
}

// Another owner has a lane of the batch: what is still ours is read again.
void Worker::drop_lost_lanes() {
  drop(store_.keep_lanes(held(), settings_.owner, settings_.lease));
  std::map<std::string, std::int64_t> positions;
  for (const auto& [name, lane] : lanes_) {
    if (lane.kind == LaneKind::kafka) positions[name] = lane.position.value_or(-1);
  }
  source_.rewind(positions);
}

void Worker::drop(const std::vector<LaneId>& lost) {
  for (const LaneId id : lost) {
    observer_.info(fmt::format("lane {} belongs to another worker now", number(id)));
    outbox_.close(id);
    std::erase_if(lanes_, [&](const auto& entry) { return entry.second.id == id; });
  }
}

// After a fault the outcome of the last commit is unknown, even that of taking a lane: all that may be
// ours is taken again as the database has it, and read and published from there. Lanes that somebody
// else has taken meanwhile stay theirs.
void Worker::recover() {
  const std::vector<Lane> before = held();
  store_.keep_lanes(before, settings_.owner, settings_.lease);  // what is known to be published
  std::set<std::string> names = assigned_;
  for (const Lane& lane : before) {
    outbox_.close(lane.id);
    names.insert(lane.name);
  }
  std::vector<Lane> taken = store_.retake_lanes({names.begin(), names.end()}, settings_.owner,
                                                settings_.lease);
  lanes_.clear();
  std::map<std::string, std::int64_t> positions;
  for (Lane& lane : taken) {
    if (lane.kind == LaneKind::kafka) positions[lane.name] = lane.position.value_or(-1);
    adopt(std::move(lane));
  }
  source_.rewind(positions);
  looked_after_ = {};
  must_recover_ = false;
}

void Worker::take_back_assigned() {
  std::vector<std::string> missing;
  for (const std::string& name : assigned_) {
    if (!lanes_.contains(name)) missing.push_back(name);
  }
  if (missing.empty()) return;
  std::map<std::string, std::int64_t> positions;
  for (Lane& lane : store_.retake_lanes(missing, settings_.owner, settings_.lease)) {
    positions[lane.name] = lane.position.value_or(-1);
    adopt(std::move(lane));
  }
  if (!positions.empty()) source_.rewind(positions);
}

std::vector<Lane> Worker::held() const {
  std::vector<Lane> lanes;
  for (const auto& [name, lane] : lanes_) lanes.push_back(lane);
  return lanes;
}

}  // namespace elukaar::engine
