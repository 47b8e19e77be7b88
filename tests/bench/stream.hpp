#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace elukaar::bench {

inline constexpr int events_of_an_item = 6;  // one that starts its case, five that move it on
inline constexpr int poison = -1;  // in the place of a step: a record that nothing can be made of

// One event of the input, as anybody's producer would write it: nothing here uses the program's code.
struct Event {
  int item = 0;
  int step = 0;  // 0: starts the case; or `poison`
  std::string key;
  std::string value;  // a structured CloudEvent of about 600 bytes
};

struct StreamPlan {
  std::string run;  // sets the ids of one run apart from those of another
  std::string municipality = "0001";  // 0001: events alone; 0002: everything together
  int items = 0;
  // How many items go on at the same time: their events come in random order of items, each item's own
  // in theirs, so that the events of one transaction are those of many cases.
  int abreast = 4'096;
  int repeats_percent = 0;  // so many events come a second time, at some later moment
  int early_percent = 0;    // so many come before the one that they should come after
  int poison_permille = 0;  // so many records for a thousand events
  std::uint64_t seed = 1;
  std::vector<std::string> persons;  // pseudonyms that may see the cases, in turn; empty: nobody
};

// Which event comes next, item and step, or which poison, number and `poison`. The same plan gives the same
// order.
std::vector<std::pair<int, int>> order_of(const StreamPlan& plan);
// The event itself; the same bytes each time.
Event event_of(const StreamPlan& plan, int item, int step);

std::string key_of(const StreamPlan& plan, int item);
// Whether a record with this key is poison: no item's key looks like it.
bool is_poison(std::string_view key);
// What an event adds to its case.
int amount_of(int item, int step);

}  // namespace elukaar::bench
