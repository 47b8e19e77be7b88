#include "engine/lanes/outbox.hpp"

#include <utility>

#include "cloudevents/encode.hpp"

namespace elukaar::engine {
namespace {

std::string topic_of(const core::Record& record, const Topics& topics) {
  switch (record.kind) {
    case core::Record::Kind::status:
      return topics.status.text();
    case core::Record::Kind::notification_request:
      return topics.notifications.text();
    case core::Record::Kind::service_event:
      break;
  }
  return topics.service_events.of(record.event.municipality);
}

}  // namespace

std::vector<OutgoingRecord> outgoing_records(const std::vector<core::Record>& records,
                                             const Topics& topics) {
  std::vector<OutgoingRecord> outgoing;
  outgoing.reserve(records.size());
  for (const core::Record& record : records) {
    outgoing.push_back(
        {topic_of(record, topics), record.key, cloudevents::encode(record.event, record.data)});
  }
  return outgoing;
}

Outbox::Outbox(EventPublisher& publisher, std::function<void(const std::string&)> refused)
    : publisher_(publisher), refused_(std::move(refused)) {}

void Outbox::open(LaneId lane, std::int64_t published) {
  const std::lock_guard lock{shared_->mutex};
  shared_->lanes[lane] = {published, {}, ++shared_->generations, false};
}

void Outbox::close(LaneId lane) {
  const std::lock_guard lock{shared_->mutex};
  shared_->lanes.erase(lane);
}

void Outbox::publish(LaneId lane, std::int64_t sequence, std::vector<OutgoingRecord> records) {
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock{shared_->mutex};
    const auto found = shared_->lanes.find(lane);
    if (found == shared_->lanes.end()) return;  // handed over meanwhile: its new owner publishes
    found->second.waiting[sequence] += static_cast<int>(records.size());
    generation = found->second.generation;
  }
  for (OutgoingRecord& record : records) {
    publisher_.publish(
        std::move(record),
        [shared = shared_, lane, sequence, generation,
         refused = refused_](Result<void, PublishError> result) {
          if (!result && result.error().for_good) refused(result.error().what);
          const std::lock_guard lock{shared->mutex};
          const auto found = shared->lanes.find(lane);
          if (found == shared->lanes.end() || found->second.generation != generation) return;
          if (!result && !result.error().for_good) {
            found->second.broken = true;
            return;
          }
          const auto waiting = found->second.waiting.find(sequence);
          if (waiting != found->second.waiting.end() && --waiting->second == 0) {
            found->second.waiting.erase(waiting);
          }
        });
  }
}

void Outbox::reached(LaneId lane, std::int64_t sequence) {
  const std::lock_guard lock{shared_->mutex};
  if (const auto found = shared_->lanes.find(lane); found != shared_->lanes.end()) {
    found->second.reached = std::max(found->second.reached, sequence);
  }
}

std::int64_t Outbox::published(LaneId lane) const {
  const std::lock_guard lock{shared_->mutex};
  const auto found = shared_->lanes.find(lane);
  if (found == shared_->lanes.end()) return 0;
  const LaneState& state = found->second;
  return state.waiting.empty() ? state.reached : state.waiting.begin()->first - 1;
}

std::vector<LaneId> Outbox::broken() {
  std::vector<LaneId> lanes;
  const std::lock_guard lock{shared_->mutex};
  for (auto& [lane, state] : shared_->lanes) {
    if (std::exchange(state.broken, false)) lanes.push_back(lane);
  }
  return lanes;
}

std::size_t Outbox::outstanding() const {
  const std::lock_guard lock{shared_->mutex};
  std::size_t count = 0;
  for (const auto& [lane, state] : shared_->lanes) count += state.waiting.size();
  return count;
}

}  // namespace elukaar::engine
