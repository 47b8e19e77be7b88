#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "chart/chart.hpp"

namespace elukaar::chart::test {

// A random chart that compiles: up to `max_size` states, five levels, every kind of state and
// transition. Events are "a" … "e" with parts "a.b"; guards 0 … 5; an action from
// `first_raise` on raises one of events().
class RandomChart {
 public:
  static constexpr int guard_count = 6;
  static constexpr int first_raise = 1000;

  explicit RandomChart(std::uint64_t seed) : random_(seed) {}

  StateSource make(int max_size = 30) {
    left_ = number(3, max_size) - 1;
    StateSource root = state("m", 1, false);
    paths_.clear();
    collect(root, "");
    dress(root, nullptr, true);
    return root;
  }

  static const std::vector<std::string>& events() {
    static const std::vector<std::string> all{"a", "b", "c", "d", "a.b", "a.b.c", "a.d", "b.c"};
    return all;
  }
  std::string event() { return events()[static_cast<std::size_t>(number(0, 7))]; }
  bool chance(int percent) { return number(1, 100) <= percent; }
  int number(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }

 private:
  StateSource state(std::string key, int depth, bool may_be_final) {
    StateSource s;
    s.key = std::move(key);
    bool nests = depth == 1 || (depth < 5 && left_ >= 2 && chance(45));
    if (!nests) {
      if (may_be_final && chance(20)) s.type = StateType::final;
      return s;
    }
    s.type = depth > 1 || chance(80) ? (chance(30) ? StateType::parallel : StateType::compound)
                                     : StateType::parallel;
    int children = std::min(left_, number(2, 5));
    left_ -= children;
    for (int i = 0; i < children; ++i) {
      s.states.push_back(state("s" + std::to_string(next_key_++), depth + 1,
                               s.type == StateType::compound && i > 0));
    }
    if (s.type == StateType::compound) s.initial = s.states[pick(s.states.size())].key;
    return s;
  }

  std::size_t pick(std::size_t size) {
    return static_cast<std::size_t>(number(0, static_cast<int>(size) - 1));
  }

  void collect(const StateSource& s, const std::string& path) {
    for (const StateSource& child : s.states) {
      std::string below = path.empty() ? child.key : path + "." + child.key;
      paths_.push_back(below);
      collect(child, below);
    }
  }

  std::string target(const StateSource& s, const StateSource* parent) {
    int kind = number(0, 9);
    if (kind < 1) return "";
    if (kind < 5 && parent != nullptr) return parent->states[pick(parent->states.size())].key;
    if (kind < 7 && !s.states.empty()) return "." + s.states[pick(s.states.size())].key;
    return "#m." + paths_[pick(paths_.size())];
  }

  TransitionSource transition(const StateSource& s, const StateSource* parent) {
    TransitionSource t;
    t.target = target(s, parent);
    t.reenter = chance(25);
    if (chance(40)) t.guard = number(0, guard_count - 1);
    t.actions = actions(50, chance(2));
    return t;
  }

  std::vector<int> actions(int percent, bool raises) {
    std::vector<int> list;
    while (chance(percent) && list.size() < 3) list.push_back(next_action_++);
    if (raises) list.push_back(first_raise + number(0, 7));
    return list;
  }

  static bool completes(const StateSource& s) {
    std::size_t ends = 0;
    for (const StateSource& child : s.states) {
      ends += child.type == StateType::final ||
              (s.type == StateType::parallel && completes(child));
    }
    return s.type == StateType::parallel ? ends == s.states.size() : ends > 0;
  }

  void dress(StateSource& s, const StateSource* parent, bool is_root) {
    s.entry = actions(40, chance(2));
    s.exit = actions(40, chance(2));
    for (StateSource& child : s.states) dress(child, &s, false);
    if (s.type == StateType::final) return;
    for (int n = number(0, 4); n > 0; --n) {
      TransitionSource t = transition(s, parent);
      int kind = number(0, 9);
      t.descriptor = kind == 0 ? "*" : kind == 1 ? "a.*" : kind == 2 ? "a.b.*" : event();
      s.on.push_back(std::move(t));
    }
    if (chance(2)) {
      TransitionSource t = transition(s, parent);
      t.guard = number(0, guard_count - 1);
      s.always.push_back(std::move(t));
    }
    if (!is_root && completes(s) && chance(70)) s.on_done.push_back(transition(s, parent));
  }

  std::mt19937_64 random_;
  int left_ = 0;
  int next_key_ = 0;
  int next_action_ = 0;
  std::vector<std::string> paths_;
};

}  // namespace elukaar::chart::test
