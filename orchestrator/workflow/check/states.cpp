#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "workflow/load/compiler.hpp"

// Checks of the states as a whole (workflows/checks.md): where a case can get, what it
// waits for, what it handles. Each function is one rule.
namespace elukaar::workflow {
namespace {

using chart::StateIndex;

class StateChecker {
 public:
  StateChecker(const Draft& draft, const chart::Chart& chart, documents::Reader& reader)
      : draft_(draft), chart_(chart), reader_(reader) {}

  void run() {
    find_reachable();
    unreachable_states();
    states_without_end();
    stuck_states();
    endless_always();
    protective_events();
    unexpected_events();
    starting_events();
    offered_actions();
    groups();
    asked_states();
    pausing_states();
    adverse_steps();
  }

 private:
  const StateDraft& draft_of(StateIndex state) const {
    static const StateDraft none;
    const auto found = draft_.states.find(chart_.state(state).path);
    return found == draft_.states.end() ? none : found->second;
  }
  const std::string& path(StateIndex state) const { return chart_.state(state).path; }
  SourcePosition place(StateIndex state) const { return chart_.state(state).where; }

  template <class Visit>
  void upwards(StateIndex state, Visit visit) const {
    for (std::optional<StateIndex> at = state; at; at = chart_.state(*at).parent) visit(*at);
  }

  bool is_leaf(StateIndex state) const { return chart_.state(state).children.empty(); }
  bool is_final(StateIndex state) const {
    return chart_.state(state).type == chart::StateType::final;
  }
  std::vector<StateIndex> all() const {
    std::vector<StateIndex> list;
    for (std::size_t i = 0; i < chart_.state_count(); ++i) {
      list.push_back(static_cast<StateIndex>(i));
    }
    return list;
  }
  // States that a case can rest in and go on from.
  std::vector<StateIndex> resting() const {
    std::vector<StateIndex> list;
    for (const StateIndex state : all()) {
      if (is_leaf(state) && !is_final(state) && reachable_.count(state) > 0) list.push_back(state);
    }
    return list;
  }

  // Whether the event finds a candidate whatever else is active beside this leaf. In a parallel state
  // another region may be the one that handles it, if it does so in each of its states.
  bool handles(StateIndex leaf, const std::string& event) const {
    const auto handling = chart_.states_with_candidate(event);
    bool found = false;
    StateIndex below = leaf;
    upwards(leaf, [&](StateIndex state) {
      found = found || std::find(handling.begin(), handling.end(), state) != handling.end();
      if (chart_.state(state).type == chart::StateType::parallel) {
        for (const StateIndex region : chart_.state(state).children) {
          found = found || (region != below && always_handles(region, handling));
        }
      }
      below = state;
    });
    return found;
  }
  bool always_handles(StateIndex state, const std::vector<StateIndex>& handling) const {
    if (std::find(handling.begin(), handling.end(), state) != handling.end()) return true;
    const auto& children = chart_.state(state).children;
    const auto handled = [&](StateIndex child) { return always_handles(child, handling); };
    if (chart_.state(state).type == chart::StateType::parallel) {
      return std::any_of(children.begin(), children.end(), handled);
    }
    return !children.empty() && std::all_of(children.begin(), children.end(), handled);
  }
  // The states that may take a case on from this leaf: those around it and, in a parallel state, the
  // other regions.
  template <class Visit>
  void those_that_take_on(StateIndex leaf, Visit visit) const {
    upwards(leaf, [&](StateIndex state) {
      visit(state);
      if (chart_.state(state).type != chart::StateType::parallel) return;
      for (const StateIndex other : all()) {
        if (is_within(other, state) && !is_within(leaf, other)) visit(other);
      }
    });
  }
  // The status that is shown while this leaf is active alone.
  const StateDraft* shown_in(StateIndex leaf) const {
    const StateDraft* found = nullptr;
    upwards(leaf, [&](StateIndex state) {
      const StateDraft& draft = draft_of(state);
      if (found == nullptr && draft.rule.status) found = &draft;
    });
    return found;
  }

  void enter_initial(StateIndex state, std::set<StateIndex>& into) const {
    into.insert(state);
    const chart::State& entered = chart_.state(state);
    if (entered.type == chart::StateType::parallel) {
      for (const StateIndex child : entered.children) enter_initial(child, into);
    } else if (!entered.children.empty()) {
      const chart::StateSource* source = source_of(state);
      if (source == nullptr) return;
      for (const StateIndex child : entered.children) {
        if (chart_.state(child).key == source->initial) enter_initial(child, into);
      }
    }
  }

  void find_reachable() {
    enter_initial(chart::root_state, reachable_);
    std::vector<StateIndex> waiting(reachable_.begin(), reachable_.end());
    while (!waiting.empty()) {
      const StateIndex state = waiting.back();
      waiting.pop_back();
      for (const chart::Transition& transition : chart_.transitions_of(state)) {
        for (const StateIndex entered : chart_.entered_by(transition)) {
          if (reachable_.insert(entered).second) waiting.push_back(entered);
        }
      }
    }
  }

  void unreachable_states() {
    for (const StateIndex state : all()) {
      if (reachable_.count(state) > 0) continue;
      const auto parent = chart_.state(state).parent;
      if (parent && reachable_.count(*parent) == 0) continue;  // told for the parent
      reader_.error(place(state), "unreachable-state",
                    fmt::format("no case can get into state `{}`", path(state)),
                    fmt::format("let a transition lead there, `target: {}`, or remove it",
                                chart_.state(state).key));
    }
  }

  // Backwards from the final states of the top level. Guards are taken to be able to hold.
  void states_without_end() {
    std::set<StateIndex> ending;
    for (const StateIndex child : chart_.state(chart::root_state).children) {
      if (is_final(child)) ending.insert(child);
    }
    if (chart_.state(chart::root_state).type == chart::StateType::parallel) return;
    if (ending.empty()) {
      reader_.error(draft_.root.where, "no-final-state",
                    "the workflow has no final state: its cases never end",
                    "add a state with `type: final`");
      return;
    }
    for (bool grew = true; grew;) {
      grew = false;
      for (const StateIndex leaf : all()) {
        if (!is_leaf(leaf) || ending.count(leaf) > 0 || !leads_into(leaf, ending)) continue;
        ending.insert(leaf);
        grew = true;
      }
    }
    for (const StateIndex leaf : resting()) {
      if (ending.count(leaf) > 0) continue;
      reader_.error(place(leaf), "state-without-end",
                    fmt::format("from state `{}` no way leads to a final state: a case that gets "
                                "there never ends",
                                path(leaf)),
                    "add a way out: a transition towards a state with `type: final`");
    }
  }

  bool leads_into(StateIndex leaf, const std::set<StateIndex>& goal) const {
    bool found = false;
    those_that_take_on(leaf, [&](StateIndex state) {
      for (const chart::Transition& transition : chart_.transitions_of(state)) {
        const auto entered = chart_.entered_by(transition);
        found = found || std::any_of(entered.begin(), entered.end(), [&](StateIndex target) {
                  return is_leaf(target) && goal.count(target) > 0;
                });
      }
    });
    return found;
  }

  // A case waits for a timer, a call or an event that takes it on. Protective events don't count:
  // nobody waits for a death.
  void stuck_states() {
    std::set<std::string> protective;
    for (const auto& [name, rule] : draft_.events) {
      if (rule.protective) protective.insert(name);
    }
    for (const StateIndex leaf : resting()) {
      bool waits = false;
      those_that_take_on(leaf, [&](StateIndex state) {
        const StateDraft& draft = draft_of(state);
        waits = waits || draft.has_timer_or_call || draft.has_unguarded_always ||
                takes_on(state, protective);
      });
      if (waits) continue;
      reader_.error(place(leaf), "waits-for-nothing",
                    fmt::format("state `{}` waits for nothing: no timer, no call and no event leads "
                                "on from it",
                                path(leaf)),
                    "add `after`, `invoke`, or `on` with a `target`");
    }
  }

  bool takes_on(StateIndex state, const std::set<std::string>& protective) const {
    const chart::StateSource* source = source_of(state);
    if (source == nullptr) return false;
    return std::any_of(source->on.begin(), source->on.end(), [&](const auto& transition) {
      return !transition.target.empty() && protective.count(transition.descriptor) == 0;
    });
  }

  const chart::StateSource* source_of(StateIndex index) const {
    const chart::StateSource* source = &draft_.root;
    const std::string& whole = path(index);
    for (std::size_t begin = 0; begin < whole.size();) {
      const std::size_t dot = std::min(whole.find('.', begin), whole.size());
      const std::string key = whole.substr(begin, dot - begin);
      const auto next = std::find_if(source->states.begin(), source->states.end(),
                                     [&](const auto& child) { return child.key == key; });
      if (next == source->states.end()) return nullptr;
      source = &*next;
      begin = dot + 1;
    }
    return source;
  }

  // `always` without a guard from state to state and back: the step would not come to rest. Guards are
  // taken to be able to fail.
  void endless_always() {
    std::set<StateIndex> told;
    for (const StateIndex leaf : all()) {
      if (!is_leaf(leaf) || reachable_.count(leaf) == 0) continue;
      std::vector<StateIndex> way = {leaf};
      for (auto next = pushed_on(leaf); next; next = pushed_on(*next)) {
        if (std::find(way.begin(), way.end(), *next) != way.end()) break;
        way.push_back(*next);
      }
      const auto back = pushed_on(way.back());
      if (back != leaf || way.size() < 2 || told.count(leaf) > 0) continue;
      told.insert(way.begin(), way.end());
      reader_.error(place(leaf), "endless-always",
                    fmt::format("{} lead to each other by `always` without a guard, for ever",
                                listed(way)),
                    "give one of them a guard, or wait for something: `after`, `on`, `invoke`");
    }
  }
  // Where `always` leads from this leaf at once, if its first alternative has no guard.
  std::optional<StateIndex> pushed_on(StateIndex leaf) const {
    std::optional<StateIndex> found;
    bool decided = false;
    upwards(leaf, [&](StateIndex state) {
      const chart::StateSource* source = source_of(state);
      if (decided || source == nullptr || source->always.empty()) return;
      decided = true;
      if (source->always.front().guard >= 0) return;
      for (const chart::Transition& transition : chart_.transitions_of(state)) {
        if (transition.tag != source->always.front().tag) continue;
        for (const StateIndex entered : chart_.entered_by(transition)) {
          if (is_leaf(entered)) found = entered;
        }
      }
    });
    return found;
  }

  // "state `a`", "states `a` and `b`", "states `a`, `b` and 7 more".
  std::string listed(const std::vector<StateIndex>& states) const {
    constexpr std::size_t most = 3;
    std::string text = states.size() == 1 ? "state " : "states ";
    const std::size_t named = states.size() > most ? most - 1 : states.size();
    for (std::size_t i = 0; i < named; ++i) {
      if (i > 0) text += i + 1 == states.size() ? " and " : ", ";
      text += fmt::format("`{}`", path(states[i]));
    }
    if (named < states.size()) text += fmt::format(" and {} more", states.size() - named);
    return text;
  }

  void protective_events() {
    for (const auto& [name, rule] : draft_.events) {
      if (!rule.protective) continue;
      std::vector<StateIndex> without;
      for (const StateIndex leaf : resting()) {
        if (!handles(leaf, name)) without.push_back(leaf);
      }
      if (without.empty()) continue;
      reader_.error(place(without.front()), "protective-event-unhandled",
                    fmt::format("`{}` is protective and must be handled everywhere, but {} {} not "
                                "handle it",
                                name, listed(without), without.size() == 1 ? "does" : "do"),
                    fmt::format("handle it for every state at once, in the top level's `on`: "
                                "`{}: {{ target: … }}`",
                                name));
    }
  }

  void unexpected_events() {
    for (const auto& [name, rule] : draft_.events) {
      if (rule.protective || draft_.with_unexpected.count(name) > 0) continue;
      for (const StateIndex leaf : resting()) {
        if (shown_in(leaf) == nullptr || handles(leaf, name)) continue;
        reader_.error(draft_.event_places.at(name), "unexpected-without-rule",
                      fmt::format("event `{}` may come while state `{}` is shown, which does not "
                                  "handle it",
                                  name, path(leaf)),
                      "say what becomes of it then: `whenUnexpected: ignore`, `park` or "
                      "`{ defer: P7D }`");
        break;
      }
    }
  }

  std::vector<StateIndex> begins(const std::set<StateIndex>& first) const {
    std::vector<StateIndex> leaves;
    for (const StateIndex state : first) {
      if (is_leaf(state)) leaves.push_back(state);
    }
    return leaves;
  }

  void starting_events() {
    std::set<StateIndex> first;
    enter_initial(chart::root_state, first);
    for (const auto& [name, rule] : draft_.events) {
      if (rule.starts == Starts::never) continue;
      // Clang 14 captures no structured binding as it is.
      const auto is_handled_in = [&, &event = name](StateIndex state) {
        return is_leaf(state) && handles(state, event);
      };
      const bool handled = std::any_of(first.begin(), first.end(), is_handled_in);
      if (handled) continue;
      reader_.error(draft_.event_places.at(name), "start-unhandled",
                    fmt::format("event `{}` starts a case, but {} does not handle it, where cases "
                                "begin",
                                name, listed(begins(first))),
                    "a case is offered its start event first: handle it there");
    }
  }

  void offered_actions() {
    for (const StateIndex state : all()) {
      for (const Mentioned& action : draft_of(state).actions) {
        const auto rule = draft_.person_actions.find(action.name);
        if (rule == draft_.person_actions.end()) continue;  // told elsewhere
        const std::string& event = rule->second.event;
        std::vector<StateIndex> without;
        for (const StateIndex leaf : resting()) {
          if (is_within(leaf, state) && !handles(leaf, event)) without.push_back(leaf);
        }
        if (without.empty()) continue;
        reader_.error(action.where, "offered-but-unhandled",
                      fmt::format("the page offers `{}`, but {} {} not handle its event `{}`: "
                                  "what the family answers would be refused",
                                  action.name, listed(without),
                                  without.size() == 1 ? "does" : "do", event),
                      fmt::format("handle it, `on: {{ {}: … }}`, or don't offer it", event));
      }
    }
  }

  bool is_within(StateIndex leaf, StateIndex state) const {
    bool found = false;
    upwards(leaf, [&](StateIndex at) { found = found || at == state; });
    return found;
  }

  // ---- Names that lead nowhere -------------------------------------------------------------------

  void groups() {
    for (const auto& [name, members] : draft_.groups) {
      if (chart_.find(name)) {
        reader_.error(draft_.group_places.at(name), "bad-name",
                      fmt::format("a group and a state are both called `{}`", name),
                      "give the group another name: state() could mean either");
      }
      for (const Mentioned& member : members) {
        if (chart_.find(member.name)) continue;
        reader_.error(member.where, "unknown-state",
                      fmt::format("group `{}` names a state that does not exist, `{}`", name,
                                  member.name),
                      documents::suggestion(member.name, chart_.paths()));
      }
    }
  }

  void asked_states() {
    for (const cel::Mention& asked : draft_.asked_states) {
      if (chart_.find(asked.name)) continue;
      std::vector<std::string> known = chart_.paths();
      for (const auto& [name, members] : draft_.groups) known.push_back(name);
      reader_.error(asked.where, "unknown-state",
                    fmt::format("state('{}') asks for a state that does not exist", asked.name),
                    documents::suggestion(asked.name, known));
    }
  }

  // A legal clock measures the municipality's duty: it never stands still while the case waits for the
  // municipality itself, for its register or for one of its houses.
  void pausing_states() {
    for (const auto& [clock, in] : draft_.pausing) {
      const auto state = chart_.find(in.name);
      if (!state) {
        reader_.error(in.where, "unknown-state",
                      fmt::format("clock `{}` stands still in a state that does not exist, `{}`",
                                  clock, in.name),
                      documents::suggestion(in.name, chart_.paths()));
        continue;
      }
      for (const StateIndex leaf : resting()) {
        if (!is_within(leaf, *state)) continue;
        const StateDraft* shown = shown_in(leaf);
        if (shown == nullptr || shown->rule.status->turn == "resident" ||
            shown->rule.status->turn == "none") {
          continue;
        }
        reader_.error(in.where, "pause-while-waiting",
                      fmt::format("clock `{}` may not stand still in state `{}`, where it is the "
                                  "{}'s turn",
                                  clock, path(leaf), shown->rule.status->turn),
                      "a queue never stops it; let it run there");
        break;
      }
    }
  }

  // A step that time takes takes something from the family where it closes a case that is shown, or
  // ends the family's turn (ADR 0021).
  void adverse_steps() {
    for (const Draft::StepByTime& step : draft_.by_time) {
      for (const StateIndex state : all()) {
        if (reachable_.count(state) == 0) continue;
        for (const chart::Transition& transition : chart_.transitions_of(state)) {
          if (transition.tag == step.tag) adverse_step(state, transition, step);
        }
      }
    }
    const bool confirmable =
        std::any_of(draft_.events.begin(), draft_.events.end(),
                    [](const auto& entry) { return entry.second.confirms.has_value(); });
    for (const auto& [code, where] : draft_.confirmed_steps) {
      if (confirmable) break;
      reader_.error(where, "adverse-step",
                    fmt::format("an official is to confirm `{}`, but no event does so", code),
                    "declare one: `adverse-step-confirmed: { …, confirms: \"{{ event.data.step }}\" }`");
    }
  }

  void adverse_step(StateIndex source, const chart::Transition& transition,
                    const Draft::StepByTime& step) {
    const auto turn_in = [&](StateIndex state) {
      const StateDraft* shown = shown_in(state);
      return shown == nullptr ? std::string{} : shown->rule.status->turn;
    };
    bool closes = false;
    bool ends_turn = false;
    for (const StateIndex target : chart_.entered_by(transition)) {
      if (!is_leaf(target)) continue;
      const bool ends_case = is_final(target) && chart_.state(target).parent == chart::root_state;
      closes = closes || (ends_case && shown_in(target) != nullptr);
      ends_turn = ends_turn || (turn_in(source) == "resident" && turn_in(target) != "resident");
    }
    if (!closes && !ends_turn) return;
    reader_.error(step.where, "adverse-step",
                  fmt::format("by the mere passing of time {} `{}`",
                              ends_turn ? "the family's turn ends in state"
                                        : "a case is closed that is in state",
                              path(source)),
                  "say why that may be: `adverse: { confirmedBy: official }` or "
                  "`adverse: { legalBasis: NAME }`");
  }

  const Draft& draft_;
  const chart::Chart& chart_;
  documents::Reader& reader_;
  std::set<StateIndex> reachable_;
};

}  // namespace

void check_states(const Draft& draft, const chart::Chart& chart, documents::Reader& reader) {
  StateChecker(draft, chart, reader).run();
}

}  // namespace elukaar::workflow
