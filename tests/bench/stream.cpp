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

constexpr std::string_view poison_prefix = "poison-";

using Order = std::vector<std::pair<int, int>>;

// Each in the place of its item's event before it, and that one in its.
void put_early(Order& order, std::size_t begin, std::size_t count, std::mt19937_64& chance) {
  while (count > 0) {
    const std::size_t late = begin + chance() % (order.size() - begin);
    const auto [item, step] = order[late];
    for (std::size_t place = late; step > 0 && place-- > begin;) {
      if (order[place].first != item) continue;
      std::swap(order[place], order[late]);
      --count;
      break;
    }
  }
}

// What no parser takes, what no schema takes, what no database takes, and an event that nobody knows.
std::string poison_of(const StreamPlan& plan, int number, const std::string& key) {
  const Event good = event_of(plan, number, 1);
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string value = good.value;
    value.replace(value.find(from), from.size(), to);
    const std::string own = key_of(plan, number);  // no other event's id
    for (std::size_t at = 0; (at = value.find(own, at)) != std::string::npos; at += key.size()) {
      value.replace(at, own.size(), key);
    }
    return value;
  };
  switch (number % 4) {
    case 0: return good.value.substr(0, good.value.size() / 2);
    case 1: return with(R"("amount":)", R"("amount":"many","cost":)");
    case 2: return with(R"("payload":{"a":")", R"("payload":{"a":"\u0000)");
    default: return with("bench.step.v1", "bench.unheard-of.v1");
  }
}

}  // namespace

bool is_poison(std::string_view key) { return key.starts_with(poison_prefix); }

std::string key_of(const StreamPlan& plan, int item) {
  return fmt::format("{}-{:07}", plan.run, item);
}

int amount_of(int item, int step) { return (item * 13 + step * 101) % 1'000; }

std::vector<std::pair<int, int>> order_of(const StreamPlan& plan) {
  std::mt19937_64 chance(plan.seed);
  Order order;
  int poisons = 0;
  for (int first = 0; first < plan.items; first += plan.abreast) {
    const int last = std::min(plan.items, first + plan.abreast);
    const std::size_t begin = order.size();
    for (int step = 0; step < events_of_an_item; ++step) {
      const std::size_t round = order.size();
      for (int item = first; item < last; ++item) order.emplace_back(item, step);
      std::shuffle(order.begin() + static_cast<std::ptrdiff_t>(round), order.end(), chance);
    }
    put_early(order, begin, (order.size() - begin) * plan.early_percent / 100, chance);
    const std::size_t poisoned = (order.size() - begin) * plan.poison_permille / 1'000;
    const std::size_t repeats = (order.size() - begin) * plan.repeats_percent / 100;
    for (std::size_t i = 0; i < repeats; ++i) {
      // A copy of one that has been by then.
      const std::size_t place = begin + chance() % (order.size() - begin);
      const auto again = order[begin + chance() % (place - begin + 1)];
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(place + 1), again);
    }
    for (std::size_t i = 0; i < poisoned; ++i) {
      const std::size_t place = begin + chance() % (order.size() - begin);
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(place), {poisons++, poison});
    }
  }
  return order;
}

Event event_of(const StreamPlan& plan, int item, int step) {
  Event event{item, step, key_of(plan, item), {}};
  if (step == poison) {
    event.key = fmt::format("{}{}-{:07}", poison_prefix, plan.run, item);
    event.value = poison_of(plan, item, event.key);
    return event;
  }
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
