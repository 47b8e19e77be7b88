#include "bench/stream.hpp"

#include <algorithm>
#include <random>

#include <fmt/format.h>

namespace elukaar::bench {
namespace {

constexpr const char* time_of_events = "2026-05-04T06:00:00Z";

// Text that compresses like text, not like zeros.
std::string filler(int item, int step, int part) {
  std::mt19937 chance(static_cast<unsigned>(item * 31 + step * 7 + part));
  std::string text;
  while (text.size() < 54) text += fmt::format("{:08x} ", chance());
  return text;
}

}  // namespace

std::string key_of(const StreamPlan& plan, int item) {
  return fmt::format("{}-{:07}", plan.run, item);
}

int amount_of(int item, int step) { return (item * 13 + step * 101) % 1'000; }

std::vector<std::pair<int, int>> order_of(const StreamPlan& plan) {
  std::mt19937_64 chance(plan.seed);
  std::vector<std::pair<int, int>> order;
  for (int first = 0; first < plan.items; first += plan.abreast) {
    const int last = std::min(plan.items, first + plan.abreast);
    const std::size_t begin = order.size();
    for (int step = 0; step < events_of_an_item; ++step) {
      const std::size_t round = order.size();
      for (int item = first; item < last; ++item) order.emplace_back(item, step);
      std::shuffle(order.begin() + static_cast<std::ptrdiff_t>(round), order.end(), chance);
    }
    const std::size_t repeats = (order.size() - begin) * plan.repeats_percent / 100;
    for (std::size_t i = 0; i < repeats; ++i) {
      // A copy of one that has been by then.
      const std::size_t place = begin + chance() % (order.size() - begin);
      const auto again = order[begin + chance() % (place - begin + 1)];
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(place + 1), again);
    }
  }
  return order;
}

Event event_of(const StreamPlan& plan, int item, int step) {
  Event event{item, step, key_of(plan, item), {}};
  std::string person;
  if (step == 0 && !plan.persons.empty()) {
    person = fmt::format(R"("person":"{}",)",
                         plan.persons[static_cast<std::size_t>(item) % plan.persons.size()]);
  }
  event.value = fmt::format(
      R"({{"specversion":"1.0","id":"{0}-{1}","source":"/bench","type":"ee.elukaar.bench.{2}.v1",)"
      R"("time":"{3}","municipality":"{4}","partitionkey":"{0}","datacontenttype":"application/json",)"
      R"("data":{{"item":"{0}","amount":{5},"due":"2027-{6:02}-{7:02}",{8}"payload":{{"a":"{9}",)"
      R"("b":"{10}","c":"{11}"}}}}}})",
      event.key, step, step == 0 ? "started" : "step", time_of_events, plan.municipality,
      amount_of(item, step), 1 + item % 12, 1 + step, person, filler(item, step, 0),
      filler(item, step, 1), filler(item, step, 2));
  return event;
}

}  // namespace elukaar::bench
