#pragma once

#include <algorithm>
#include <compare>
#include <functional>
#include <string_view>

#include <boost/container/flat_map.hpp>
#include <nlohmann/json.hpp>

namespace elukaar {

// An object's members in one block of memory, sorted by name: objects are small, copied and freed much
// oftener than they grow. A member's reference holds only until a member is added or taken away.
template <class Name, class Value, class, class>
class SortedMembers : public boost::container::flat_map<Name, Value, std::less<>> {
 public:
  using Members = boost::container::flat_map<Name, Value, std::less<>>;
  using Members::Members;

  friend std::partial_ordering operator<=>(const SortedMembers& a, const SortedMembers& b) {
    const auto order = [](const auto& one, const auto& other) -> std::partial_ordering {
      if (const auto names = one.first <=> other.first; names != 0) return names;
      return one.second <=> other.second;
    };
    return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end(), order);
  }
  friend bool operator==(const SortedMembers& a, const SortedMembers& b) {
    return static_cast<const Members&>(a) == static_cast<const Members&>(b);
  }
};

// Data whose member order carries no meaning: event data, contexts, connector inputs and outputs.
using Json = nlohmann::basic_json<SortedMembers>;

// Data whose member order is meaning: workflow files, where document order decides.
using OrderedJson = nlohmann::ordered_json;

// Json::parse(text) at less than half the time, for what is read with every event: the same values, and
// the same exceptions for what is no JSON. Any number of threads.
Json read_json(std::string_view text);

}  // namespace elukaar
