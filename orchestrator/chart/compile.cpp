#include <algorithm>
#include <set>
#include <utility>

#include "base/nearest.hpp"
#include "chart/chart.hpp"
#include "chart/tables.hpp"

namespace elukaar::chart {

namespace {

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string_view first_segment(std::string_view path) { return path.substr(0, path.find('.')); }

// "a.b", "a.*", "*": segments that are not empty, a star only as the last.
bool is_descriptor(std::string_view text) {
  if (text.empty()) return false;
  while (true) {
    std::string_view segment = first_segment(text);
    bool last = segment.size() == text.size();
    if (segment.empty()) return false;
    if (segment == "*") return last;
    for (char c : segment) {
      if (c == '*' || static_cast<unsigned char>(c) <= ' ') return false;
    }
    if (last) return true;
    text.remove_prefix(segment.size() + 1);
  }
}

bool is_key(std::string_view key) {
  return !key.empty() && key.front() != '#' &&
         std::none_of(key.begin(), key.end(), [](char c) {
           return c == '.' || c == '*' || static_cast<unsigned char>(c) <= ' ';
         });
}

bool is_wildcard(std::string_view descriptor) { return descriptor.back() == '*'; }

// "a.b" of "a.b.*", "" of "*".
std::string wildcard_prefix(std::string_view descriptor) {
  descriptor.remove_suffix(descriptor.size() > 1 ? 2 : 1);
  return std::string(descriptor);
}

bool wildcard_matches(std::string_view prefix, std::string_view event) {
  if (prefix.empty() || event == prefix) return true;
  return event.size() > prefix.size() && event.starts_with(prefix) && event[prefix.size()] == '.';
}

// Numbers the states, resolves every name, then computes what the step needs. It goes on after a
// problem, so that all are found at once.
class Compiler {
 public:
  Result<std::shared_ptr<const Tables>, Problems> run(const StateSource& root) {
    number(root, std::nullopt, 1);
    if (!problems_.empty()) {
      // Names can still be checked, unless the tree itself was cut short.
      if (!too_large_) resolve();
      return failure(std::move(problems_));
    }
    resolve();
    if (!problems_.empty()) return failure(std::move(problems_));
    link();
    tabulate();
    return std::make_shared<const Tables>(std::move(tables_));
  }

 private:
  void problem(const SourcePosition& where, std::string rule, std::string what,
               std::string hint = {}) {
    problems_.push_back({where, std::move(what), std::move(hint), std::move(rule)});
  }

  static std::string hint_for(std::string_view word, const std::vector<std::string>& known) {
    std::string close = nearest(word, known);
    return close.empty() ? std::string{} : "did you mean " + quoted(close) + "?";
  }

  // ---- first pass: the tree

  void number(const StateSource& source, std::optional<StateIndex> parent, std::size_t depth) {
    if (too_large_) return;
    if (sources_.size() == max_states || depth > max_depth) {
      too_large_ = true;
      bool deep = depth > max_depth;
      problem(source.where, deep ? "too-deep" : "too-many-states",
              deep ? "expected at most " + std::to_string(max_depth) + " levels of states"
                   : "expected at most " + std::to_string(max_states) + " states");
      return;
    }
    const auto self = StateIndex(sources_.size());
    sources_.push_back(&source);
    CompiledState& state = tables_.states.emplace_back();
    state.shown.key = source.key;
    state.shown.type = source.type;
    state.shown.parent = parent;
    state.shown.where = source.where;
    if (parent) {
      const std::string& above = tables_.states[position(*parent)].shown.path;
      state.shown.path = above.empty() ? source.key : above + "." + source.key;
      tables_.states[position(*parent)].shown.children.push_back(self);
    }
    state.entry = source.entry;
    state.exit = source.exit;
    check_shape(source, parent.has_value());
    for (const StateSource& child : source.states) number(child, self, depth + 1);
    tables_.states[position(self)].end = sources_.size();
  }

  void check_shape(const StateSource& source, bool has_parent) {
    if (!is_key(source.key)) {
      problem(source.where, "invalid-key",
              "expected a key without dots, stars, blanks or a leading `#`, found " +
                  quoted(source.key));
    }
    std::set<std::string_view> keys;
    for (const StateSource& child : source.states) {
      if (!keys.insert(child.key).second) {
        problem(child.where, "duplicate-key",
                "state " + quoted(child.key) + " is defined twice in " + quoted(source.key));
      }
    }
    bool nests = source.type == StateType::compound || source.type == StateType::parallel;
    if (nests && source.states.empty()) {
      problem(source.where, "no-substates",
              "expected substates in " + quoted(source.key) + ", found none");
    }
    if (!nests && !source.states.empty()) {
      problem(source.where, "unexpected-substates",
              "expected no substates in " + quoted(source.key) + ", which is " +
                  (source.type == StateType::final ? "final" : "atomic"));
    }
    check_initial(source);
    if (source.type != StateType::final) return;
    if (!has_parent) {
      problem(source.where, "unexpected-type", "expected the top level not to be final");
    }
    for (const auto* list : {&source.on, &source.always, &source.on_done}) {
      for (const TransitionSource& transition : *list) {
        problem(transition.where, "transition-from-final",
                "expected no transitions out of the final state " + quoted(source.key));
      }
    }
  }

  void check_initial(const StateSource& source) {
    if (source.type != StateType::compound) {
      if (!source.initial.empty()) {
        problem(source.where, "unexpected-initial",
                "expected no `initial` in " + quoted(source.key) +
                    ": only compound states have one");
      }
      return;
    }
    if (source.states.empty()) return;
    std::vector<std::string> keys;
    for (const StateSource& child : source.states) keys.push_back(child.key);
    if (source.initial.empty()) {
      problem(source.where, "missing-initial",
              "expected `initial` in the compound state " + quoted(source.key),
              "name the substate to begin with, for example " + quoted(keys.front()));
    } else if (std::find(keys.begin(), keys.end(), source.initial) == keys.end()) {
      problem(source.where, "unknown-initial",
              "state " + quoted(source.key) + " has no substate " + quoted(source.initial),
              hint_for(source.initial, keys));
    }
  }

  // ---- second pass: names

  void resolve() {
    for (std::size_t s = 0; s < sources_.size(); ++s) {
      const StateSource& source = *sources_[s];
      if (source.type == StateType::compound) {
        tables_.states[s].initial = child_of(s, source.initial);
      }
      if (s != 0 && source.type != StateType::atomic && source.type != StateType::final) {
        tables_.states[s].done_event =
            std::string(done_event_prefix) + tables_.states[s].shown.path;
      }
    }
    for (std::size_t s = 0; s < sources_.size(); ++s) {
      const StateSource& source = *sources_[s];
      if (source.type == StateType::final) continue;  // its transitions are problems already
      for (const TransitionSource& transition : source.on) {
        if (!is_descriptor(transition.descriptor)) {
          problem(transition.where, "invalid-descriptor",
                  "expected an event name, `name.*` or `*`, found " +
                      quoted(transition.descriptor));
        }
        add(s, transition, transition.descriptor);
      }
      if (!source.on_done.empty() && !can_complete(s)) {
        problem(source.on_done.front().where, "done-never-raised",
                s == 0 ? "`onDone` of the top level is never answered: the chart is done then"
                       : "`onDone` of " + quoted(source.key) +
                             " is never answered: no final substate ends it");
      }
      for (const TransitionSource& transition : source.on_done) {
        add(s, transition, tables_.states[s].done_event);
      }
      for (const TransitionSource& transition : source.always) add_always(s, transition);
    }
  }

  void add_always(std::size_t s, const TransitionSource& transition) {
    std::uint32_t added = add(s, transition, {});
    tables_.states[s].always.push_back(added);
    const Transition& shown = tables_.transitions[added].shown;
    bool stays = !shown.target || position(*shown.target) == s;
    if (transition.guard < 0 && stays && (transition.target.empty() || shown.target)) {
      problem(transition.where, "endless-always",
              "`always` without a guard stays in " + quoted(sources_[s]->key) +
                  " and so would be taken for ever",
              "add a guard or a target elsewhere");
    }
  }

  std::uint32_t add(std::size_t s, const TransitionSource& source, const std::string& descriptor) {
    const auto index = static_cast<std::uint32_t>(tables_.transitions.size());
    CompiledTransition& compiled = tables_.transitions.emplace_back();
    compiled.shown = {static_cast<int>(index), StateIndex(s), std::nullopt, source.guard,
                      source.actions, source.reenter, source.tag, source.where};
    if (!source.target.empty()) compiled.shown.target = target_of(s, source);
    descriptors_.push_back(descriptor);
    tables_.states[s].transitions.push_back(index);
    return index;
  }

  bool can_complete(std::size_t s) const {
    if (s == 0) return false;
    const State& state = tables_.states[s].shown;
    auto ends = [&](StateIndex child) {
      return tables_.states[position(child)].shown.type == StateType::final;
    };
    const auto& children = state.children;
    if (state.type == StateType::compound) {
      return std::any_of(children.begin(), children.end(), ends);
    }
    return state.type == StateType::parallel &&
           std::all_of(children.begin(), children.end(), [&](StateIndex child) {
             return ends(child) || can_complete(position(child));
           });
  }

  std::optional<StateIndex> child_of(std::size_t s, std::string_view key) const {
    for (StateIndex child : tables_.states[s].shown.children) {
      if (tables_.states[position(child)].shown.key == key) return child;
    }
    return std::nullopt;
  }

  std::optional<StateIndex> descend(std::size_t from, std::string_view path) const {
    auto state = std::optional(StateIndex(from));
    while (state) {
      std::string_view key = first_segment(path);
      state = child_of(position(*state), key);
      if (key.size() == path.size()) return state;
      path.remove_prefix(key.size() + 1);
    }
    return std::nullopt;
  }

  std::optional<StateIndex> target_of(std::size_t s, const TransitionSource& source) {
    std::optional<StateIndex> found;
    const std::string& target = source.target;
    const std::string absolute = "#" + sources_[0]->key;
    if (target == absolute) {
      found = root_state;
    } else if (target.starts_with(absolute + ".")) {
      found = descend(0, std::string_view(target).substr(absolute.size() + 1));
    } else if (target.starts_with(".")) {
      found = descend(s, std::string_view(target).substr(1));
    } else if (!target.starts_with("#") && s != 0) {
      found = descend(position(*tables_.states[s].shown.parent), target);
    }
    if (!found) report_unknown_target(s, source);
    return found;
  }

  void report_unknown_target(std::size_t s, const TransitionSource& source) {
    const std::string& target = source.target;
    const std::string absolute = "#" + sources_[0]->key;
    const State& state = tables_.states[s].shown;
    std::vector<std::string> same_form;
    std::string elsewhere;
    std::string_view last = std::string_view(target).substr(target.find_last_of(".#") + 1);
    if (target.starts_with("#")) same_form.push_back(absolute);
    for (std::size_t other = 1; other < tables_.states.size(); ++other) {
      const State& candidate = tables_.states[other].shown;
      bool is_child = position(*candidate.parent) == s;
      bool is_sibling = state.parent && candidate.parent == state.parent;
      if (target.starts_with("#")) {
        same_form.push_back(absolute + "." + candidate.path);
      } else if (target.starts_with(".") && is_child) {
        same_form.push_back("." + candidate.key);
      } else if (!target.starts_with(".") && is_sibling) {
        same_form.push_back(candidate.key);
      }
      if (elsewhere.empty() && candidate.key == last) {
        elsewhere = is_child     ? "." + candidate.key
                    : is_sibling ? candidate.key
                                 : absolute + "." + candidate.path;
      }
    }
    std::string hint = elsewhere.empty() ? hint_for(target, same_form)
                                         : "did you mean " + quoted(elsewhere) + "?";
    problem(source.where, "unknown-target",
            "no state " + quoted(target) + " as seen from " +
                (s == 0 ? "the top level" : quoted(state.path)),
            hint);
  }

  // ---- third pass: what each transition leaves and enters

  void link() {
    add_default_entry(tables_, 0, tables_.initial);
    for (CompiledTransition& transition : tables_.transitions) {
      if (transition.shown.target) compute_sets(transition);
    }
    for (std::size_t s = 0; s < tables_.states.size(); ++s) {
      if (!tables_.states[s].always.empty()) tables_.with_always.insert(s);
    }
  }

  bool within(std::size_t ancestor, std::size_t state) const {
    return tables_.states[ancestor].has_descendant(ancestor, state);
  }

  // getTransitionDomain: the state that stays while everything inside it is left. Nothing where
  // the top level itself is left and entered again.
  std::optional<std::size_t> domain_of(const Transition& transition) const {
    std::size_t source = position(transition.source);
    std::size_t target = position(*transition.target);
    if (!transition.reenter && (target == source || within(source, target))) return source;
    std::size_t ancestor = target;
    while (ancestor != 0) {
      ancestor = position(*tables_.states[ancestor].shown.parent);
      if (within(ancestor, source)) return ancestor;
    }
    return std::nullopt;
  }

  void compute_sets(CompiledTransition& transition) const {
    std::optional<std::size_t> domain = domain_of(transition.shown);
    std::size_t target = position(*transition.shown.target);
    std::size_t first = domain ? *domain + 1 : 0;
    std::size_t end = domain ? tables_.states[*domain].end : tables_.states.size();
    for (std::size_t s = first; s < end; ++s) transition.exits.insert(s);

    // The path from the domain down to the target, with the other regions of every parallel state
    // on it (the domain's own too: its regions have been left).
    add_default_entry(tables_, target, transition.enters);
    std::size_t below = target;
    while (below != domain.value_or(0)) {
      std::size_t above = position(*tables_.states[below].shown.parent);
      if (!domain || above != *domain) transition.enters.insert(above);
      if (tables_.states[above].shown.type == StateType::parallel) {
        for (StateIndex region : tables_.states[above].shown.children) {
          if (position(region) == below) continue;
          add_default_entry(tables_, position(region), transition.enters);
        }
      }
      below = above;
    }
    // A target that is the domain was not left, so it is not entered.
    if (domain) transition.enters.erase(*domain);
  }

  // ---- fourth pass: candidate lists

  void tabulate() {
    std::set<std::string> exact;
    std::set<std::string> wildcards;
    for (const std::string& descriptor : descriptors_) {
      if (descriptor.empty()) continue;
      if (is_wildcard(descriptor)) {
        wildcards.insert(wildcard_prefix(descriptor));
      } else {
        exact.insert(descriptor);
      }
    }
    tables_.exact.assign(exact.begin(), exact.end());
    tables_.wildcards.assign(wildcards.begin(), wildcards.end());
    for (const std::string& name : tables_.exact) add_row(name, true);
    for (const std::string& prefix : tables_.wildcards) add_row(prefix, false);
    tables_.first.push_back(static_cast<std::uint32_t>(tables_.candidates.size()));
  }

  // The candidates of every state for one class of events. `event` is a member's name where
  // `is_exact`, else the longest wildcard that matches the members.
  void add_row(const std::string& event, bool is_exact) {
    StateSet answering;
    for (std::size_t s = 0; s < tables_.states.size(); ++s) {
      tables_.first.push_back(static_cast<std::uint32_t>(tables_.candidates.size()));
      std::vector<std::pair<std::size_t, std::uint32_t>> matching;  // (generality, transition)
      for (std::uint32_t t : tables_.states[s].transitions) {
        const std::string& descriptor = descriptors_[t];
        if (descriptor.empty()) continue;
        if (!is_wildcard(descriptor)) {
          if (is_exact && descriptor == event) matching.emplace_back(0, t);
        } else if (std::string prefix = wildcard_prefix(descriptor);
                   wildcard_matches(prefix, event)) {
          matching.emplace_back(1 + event.size() - prefix.size(), t);
        }
      }
      std::stable_sort(matching.begin(), matching.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
      for (const auto& [generality, t] : matching) tables_.candidates.push_back(t);
      if (!matching.empty()) answering.insert(s);
    }
    tables_.answering.push_back(answering);
  }

  std::vector<const StateSource*> sources_;  // by state
  std::vector<std::string> descriptors_;     // by transition; "" for `always`
  Tables tables_;
  Problems problems_;
  bool too_large_ = false;
};

}  // namespace

Result<Chart, Problems> compile(const StateSource& root) {
  auto tables = Compiler().run(root);
  if (!tables) return failure(std::move(tables.error()));
  return Chart(std::move(*tables));
}

}  // namespace elukaar::chart
