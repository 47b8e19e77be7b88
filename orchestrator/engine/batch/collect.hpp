#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/batch/prefetch.hpp"

namespace elukaar::engine {

// Gathers what a batch writes, and what is told of it afterwards: the one place where decisions become rows.
// Lives for one batch.
class Collector {
 public:
  // `lanes` are as they were before the batch; `read` is kept up with keys and receipts that are written.
  Collector(EngineParts& parts, Prefetched& read, const std::map<std::string, Lane>& lanes)
      : parts_(parts), read_(read), lanes_(lanes) {}

  // The lane in which the next decisions are journalled.
  void enter(const std::string& lane);
  void enter_internal(int number);
  // The batch's own copy of it; its counters count from nothing.
  Lane& lane() { return *lane_; }

  // Takes a decision over: the case becomes its `next`, its entry is journalled, its effects become rows, and
  // an input that has to wait is kept. Moves `next` and `entry` out of the decision.
  void take(Working& working, const core::Input& input, core::Decision& decision);

  void clear_timer(const CaseRef& ref, int lane, const core::Timer& timer);

  // A record that cannot be applied, with the keys under which it waits.
  void park(const Arrival& arrival, const ParkReason& reason, std::vector<CorrelationKey> keys);
  // An input that has waited, or came from inside, and that no state takes.
  void park_input(const Working& working, const core::Input& input, const std::string& code,
                  const std::string& sentence);
  // A parked one that was to be tried again and stays: it must not come due for ever.
  void keep_parked(const ParkedRetry& retry, std::string reason, std::string detail);

  void count(std::string_view disposition) { ++result_.dispositions[std::string{disposition}]; }

  // What a step writes by itself: acknowledgements of what it has read.
  Writes& writes() { return writes_; }

  // Everything, once the last input is through.
  const Writes& finish();
  // The lanes that the batch has moved, as they are after it.
  std::vector<Lane> moved() const;
  // After the commit: what is to be published is moved out of the writes.
  BatchResult take_result();

 private:
  using TimerPlace = std::tuple<CaseRef, std::string, std::string, std::uint32_t>;

  void journal(const Working& working, const core::Input& input, core::JournalEntry entry);
  void collect(const Working& working, const core::Input& input, const core::Effect& effect);
  void add_key(const Working& working, const core::Key& key);
  void drop_key(const Working& working, const core::Key& key);
  void keep_waiting(Working& working, const core::Input& input, std::uint64_t ordinal,
                    std::chrono::seconds defer_for);
  void change_timer(const CaseRef& ref, int lane, const core::Timer& timer, bool set);
  ParkedRow parked_row(const Arrival& arrival, const ParkReason& reason);
  void note(BatchNote::Kind kind, CaseRef ref, EventKey key, std::string reason, std::string sentence);

  EngineParts& parts_;
  Prefetched& read_;
  const std::map<std::string, Lane>& lanes_;
  std::map<std::string, Lane> touched_;
  Lane* lane_ = nullptr;
  std::size_t parks_ = 0;
  // What becomes of each timer row: set (true) or cleared; the last word counts.
  std::map<TimerPlace, std::pair<TimerRow, bool>> timers_;
  Writes writes_;
  BatchResult result_;
};

// What seals a parked input apart from a parked record: nobody who writes to a topic can make one.
std::string input_seal(const Uuid& id);

}  // namespace elukaar::engine
