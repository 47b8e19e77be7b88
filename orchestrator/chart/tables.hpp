#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chart/chart.hpp"

// The compiled form of a chart. Internal to this folder: compile.cpp writes it, the rest reads it.
namespace elukaar::chart {

// A set of states as a bit mask of fixed size, so that a chart of 200 states costs what one of 10
// does.
class StateSet {
 public:
  StateSet() = default;
  explicit StateSet(const Configuration& configuration) : words_(configuration.words_) {}

  Configuration as_configuration() const {
    Configuration configuration;
    configuration.words_ = words_;
    return configuration;
  }

  bool contains(std::size_t state) const { return (words_[state / 64] >> (state % 64) & 1U) != 0; }
  void insert(std::size_t state) { words_[state / 64] |= std::uint64_t{1} << (state % 64); }
  void erase(std::size_t state) { words_[state / 64] &= ~(std::uint64_t{1} << (state % 64)); }
  bool empty() const { return words_ == Configuration::Words{}; }

  bool intersects(const StateSet& other) const {
    std::uint64_t common = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) common |= words_[i] & other.words_[i];
    return common != 0;
  }
  StateSet& operator|=(const StateSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
  }
  StateSet& operator&=(const StateSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
  }
  friend StateSet operator&(StateSet a, const StateSet& b) { return a &= b; }
  bool operator==(const StateSet&) const = default;

  // The first member at or after `from`; max_states where there is none.
  std::size_t next(std::size_t from) const {
    if (from >= max_states) return max_states;
    std::size_t word = from / 64;
    std::uint64_t bits = words_[word] & (~std::uint64_t{0} << (from % 64));
    while (bits == 0) {
      if (++word == words_.size()) return max_states;
      bits = words_[word];
    }
    return word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
  }
  // The last member; max_states for the empty set.
  std::size_t last() const {
    for (std::size_t word = words_.size(); word-- > 0;) {
      if (words_[word] != 0) {
        return word * 64 + 63 - static_cast<std::size_t>(std::countl_zero(words_[word]));
      }
    }
    return max_states;
  }

 private:
  Configuration::Words words_{};
};

// A transition with what follows from it. Without history a target's entry set depends on nothing
// but the chart, and as all descendants of the domain are left, it is exact.
struct CompiledTransition {
  Transition shown;
  StateSet exits;   // to be intersected with what is active
  StateSet enters;
};

struct CompiledState {
  State shown;
  std::size_t end = 0;  // one past its last descendant: numbering is preorder
  std::optional<StateIndex> initial;
  std::vector<int> entry;
  std::vector<int> exit;
  std::vector<std::uint32_t> transitions;  // all, document order
  std::vector<std::uint32_t> always;
  std::string done_event;  // empty for those that raise none

  bool has_descendant(std::size_t self, std::size_t other) const {
    return self < other && other < end;
  }
};

// Events fall into classes: one for each exact descriptor, one for each wildcard (events that no
// exact descriptor names and whose longest matching wildcard it is). All events of a class have
// the same candidates in every state, so candidates are lists found by (class, state).
struct Tables {
  std::vector<CompiledState> states;
  std::vector<CompiledTransition> transitions;
  StateSet initial;      // what start enters
  StateSet with_always;  // states that have `always`

  std::vector<std::string> exact;      // sorted
  std::vector<std::string> wildcards;  // prefixes, sorted: "a.b" for "a.b.*", "" for "*"
  std::vector<StateSet> answering;     // per class: the states that have candidates
  // Exact descriptors before wildcards, longer wildcards first.
  std::vector<std::uint32_t> candidates;
  std::vector<std::uint32_t> first;  // per (class, state), and one more: into `candidates`

  std::optional<std::size_t> event_class(std::string_view event) const;
};

inline constexpr std::string_view done_event_prefix = "done.state.";

// In a final state in SCXML's sense: a compound state whose active child is final, a parallel one
// all of whose regions are so.
bool in_final_state(const Tables& tables, const StateSet& active, std::size_t state);

// What becomes active where `state` is entered by default: itself, initial children, all regions.
void add_default_entry(const Tables& tables, std::size_t state, StateSet& into);

}  // namespace elukaar::chart
