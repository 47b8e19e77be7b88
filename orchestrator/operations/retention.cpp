#include "operations/retention.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

#include <fmt/format.h>

namespace elukaar::operations {
namespace {

// Page by page, so that no transaction is long; how many rows in all.
template <class Take>
std::size_t all_pages(std::size_t page, const Take& take) {
  std::size_t total = 0;
  for (;;) {
    const std::size_t taken = take(page);
    total += taken;
    if (taken < page) return total;
  }
}

}  // namespace

std::size_t discard_parked(OperationsStore& store, const RetentionPeriods& periods) {
  return all_pages(periods.page,
                   [&](std::size_t most) { return store.discard_parked(periods.parked, most); });
}

std::size_t erase_ended_values(OperationsStore& store, const RetentionPeriods& periods) {
  return all_pages(periods.page, [&](std::size_t most) { return store.erase_ended_values(most); });
}

Retention::Retention(OperationsStore& store, Observer observer, RetentionPeriods periods)
    : store_(store), observer_(std::move(observer)), periods_(periods) {}

void Retention::erase_due() {
  const std::size_t discarded = discard_parked(store_, periods_);
  if (discarded > 0) {
    observer_.info(fmt::format("{} parked records were discarded: not applied within {} days", discarded,
                               periods_.parked.kept.count()));
  }
  const std::size_t erased = erase_ended_values(store_, periods_);
  if (erased > 0) observer_.info(fmt::format("{} personal values were erased: their end has come", erased));
}

void Retention::run(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any asleep;
  while (!stop.stop_requested()) {
    try {
      erase_due();
    } catch (const std::exception& fault) {  // StoreFault among them
      observer_.fault(fault.what());
    }
    std::unique_lock lock(mutex);
    asleep.wait_for(lock, stop, periods_.look_every, [] { return false; });
  }
}

}  // namespace elukaar::operations
