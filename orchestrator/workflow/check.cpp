#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "workflow/compiler.hpp"

// Checks of the whole (workflow-language.md, section 6): each function is one rule or a few that
// belong together.
namespace elukaar::workflow {
namespace {

using chart::StateIndex;

class Checker {
 public:
  Checker(const Draft& draft, const chart::Chart& chart, const CompileOptions& options,
          Reader& reader)
      : draft_(draft), chart_(chart), texts_(options.texts), reader_(reader) {}

  void run() {
    find_reachable();
    unreachable_states();
    states_without_end();
    stuck_states();
    protective_events();
    unexpected_events();
    starting_events();
    correlations();
    offered_actions();
    statuses();
    notifications();
    labels();
    names();
    unused();
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

  bool handles(StateIndex leaf, const std::string& event) const {
    const auto states = chart_.states_with_candidate(event);
    bool found = false;
    upwards(leaf, [&](StateIndex state) {
      found = found || std::find(states.begin(), states.end(), state) != states.end();
    });
    return found;
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
                    "let a transition lead there, or remove it");
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
                    fmt::format("from state `{}` no way leads to a final state", path(leaf)),
                    "a case that gets there never ends; add a way out");
    }
  }

  bool leads_into(StateIndex leaf, const std::set<StateIndex>& goal) const {
    bool found = false;
    upwards(leaf, [&](StateIndex state) {
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
      upwards(leaf, [&](StateIndex state) {
        const StateDraft& draft = draft_of(state);
        waits = waits || draft.has_timer_or_call || draft.has_unguarded_always ||
                takes_on(state, protective);
      });
      if (waits) continue;
      reader_.error(place(leaf), "waits-for-nothing",
                    fmt::format("state `{}` waits for no timer, call or event that leads on",
                                path(leaf)),
                    "add `after`, `invoke` or `on` with a target");
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

  void protective_events() {
    for (const auto& [name, rule] : draft_.events) {
      if (!rule.protective) continue;
      for (const StateIndex leaf : resting()) {
        if (handles(leaf, name)) continue;
        reader_.error(place(leaf), "protective-event-unhandled",
                      fmt::format("state `{}` does not handle the protective event `{}`",
                                  path(leaf), name),
                      "handle it in the top level's `on`, for every state at once");
      }
    }
  }

  void unexpected_events() {
    for (const auto& [name, rule] : draft_.events) {
      if (rule.protective || draft_.with_unexpected.count(name) > 0) continue;
      for (const StateIndex leaf : resting()) {
        if (shown_in(leaf) == nullptr || handles(leaf, name)) continue;
        reader_.error(draft_.event_places.at(name), "unexpected-without-rule",
                      fmt::format("event `{}` may come in state `{}`, which does not handle it",
                                  name, path(leaf)),
                      "say `whenUnexpected: ignore`, `park` or `{ defer: P7D }`");
        break;
      }
    }
  }

  void starting_events() {
    std::set<StateIndex> first;
    enter_initial(chart::root_state, first);
    for (const auto& [name, rule] : draft_.events) {
      if (rule.starts == Starts::never) continue;
      const bool handled = std::any_of(first.begin(), first.end(), [&](StateIndex state) {
        return is_leaf(state) && handles(state, name);
      });
      if (handled) continue;
      reader_.error(draft_.event_places.at(name), "start-unhandled",
                    fmt::format("event `{}` starts a case, but the initial state does not handle it",
                                name),
                    "a start event is offered to the new case as its first: handle it there");
    }
  }

  void correlations() {
    for (const auto& [name, rule] : draft_.events) {
      if (!rule.correlate.empty()) continue;
      const bool action = std::any_of(
          draft_.person_actions.begin(), draft_.person_actions.end(),
          [&, &event = name](const auto& entry) { return entry.second.event == event; });
      if (action && rule.starts == Starts::never) continue;
      reader_.error(draft_.event_places.at(name), "uncorrelated-event",
                    fmt::format("event `{}` says nothing about whose case it belongs to", name),
                    "add `correlate: { … }`");
    }
  }

  void offered_actions() {
    std::vector<std::string> known;
    for (const auto& [name, rule] : draft_.person_actions) known.push_back(name);
    for (const StateIndex state : all()) {
      for (const Mentioned& action : draft_of(state).actions) {
        const auto rule = draft_.person_actions.find(action.name);
        if (rule == draft_.person_actions.end()) {
          reader_.error(action.where, "unknown-action",
                        fmt::format("the status offers `{}`, which is not among the `actions`",
                                    action.name),
                        suggestion(action.name, known));
          continue;
        }
        for (const StateIndex leaf : resting()) {
          if (!is_within(leaf, state) || handles(leaf, rule->second.event)) continue;
          reader_.error(action.where, "offered-but-unhandled",
                        fmt::format("the status offers `{}`, but state `{}` does not handle its "
                                    "event `{}`",
                                    action.name, path(leaf), rule->second.event),
                        "a person's answer would be refused; handle the event or don't offer it");
        }
      }
    }
  }

  bool is_within(StateIndex leaf, StateIndex state) const {
    bool found = false;
    upwards(leaf, [&](StateIndex at) { found = found || at == state; });
    return found;
  }

  // ---- What people read --------------------------------------------------------------------------

  void statuses() {
    for (const StateIndex state : all()) {
      const StateDraft& draft = draft_of(state);
      if (!draft.rule.status) continue;
      const StatusRule& status = *draft.rule.status;
      if (status.turn == "resident" && status.actions.empty()) {
        reader_.error(draft.status_where, "turn-without-action",
                      fmt::format("state `{}` says that it is the family's turn, but offers no "
                                  "action",
                                  path(state)),
                      "name what they may do: `actions: [ … ]`");
      }
      std::vector<std::string> citations;
      for (const auto& [id, citation] : draft_.legal_basis.items()) citations.push_back(id);
      for (const Mentioned& basis : draft.legal_basis) {
        if (draft_.legal_basis.contains(basis.name)) continue;
        reader_.error(basis.where, "unknown-citation",
                      fmt::format("`{}` is not among the citations of `legalBasis`", basis.name),
                      suggestion(basis.name, citations));
      }
      if (texts_ != nullptr && !status.text.empty()) text_of_status(draft, status);
    }
  }

  const status::TextFacts* find_text(const std::string& key, const SourcePosition& where) {
    const auto text = texts_->texts.find(key);
    if (text != texts_->texts.end()) return &text->second;
    std::vector<std::string> known;
    for (const auto& [name, facts] : texts_->texts) known.push_back(name);
    reader_.error(where, "unknown-text", fmt::format("there is no text `{}`", key),
                  suggestion(key, known));
    return nullptr;
  }

  void complete(const status::TextFacts& text, const SourcePosition& where, bool pushed) {
    std::vector<std::string> fields = {"headline", "body", "next"};
    if (pushed) fields.push_back("sms");
    for (const std::string& field : fields) {
      const auto found = text.fields.find(field);
      for (const status::Language language : status::all_languages) {
        if (found != text.fields.end() && found->second.count(language) > 0) continue;
        reader_.error(where, "missing-text",
                      fmt::format("text `{}` has no `{}` in `{}`", text.key, field,
                                  status::to_text(language)),
                      fmt::format("add it to texts/{}.yaml", status::to_text(language)));
      }
    }
  }

  void text_of_status(const StateDraft& draft, const StatusRule& status) {
    const status::TextFacts* text = find_text(status.text, draft.status_where);
    if (text == nullptr) return;
    complete(*text, draft.status_where, status.push != "none");
    static const std::set<std::string> filled_in = {"viewer", "actor", "contact", "legalBasis"};
    std::vector<std::string> supplied;
    for (const auto& [name, argument] : draft.arguments) supplied.push_back(name);
    for (const auto& [name, use] : text->arguments) {
      const auto argument = draft.arguments.find(name);
      if (argument != draft.arguments.end()) {
        argument_fits(*text, name, use, argument->second);
      } else if (filled_in.count(name) == 0) {
        reader_.error(draft.status_where, "missing-argument",
                      fmt::format("text `{}` needs `{}`, which the status does not supply",
                                  status.text, name),
                      fmt::format("add it: `args: {{ {}: … }}`", name));
      }
    }
    for (const auto& [name, argument] : draft.arguments) {
      if (text->arguments.count(name) > 0) continue;
      std::vector<std::string> wanted;
      for (const auto& [key, use] : text->arguments) wanted.push_back(key);
      reader_.warning(argument.where, "unused-argument",
                      fmt::format("text `{}` does not use `{}`", status.text, name),
                      suggestion(name, wanted));
    }
  }

  // The value's type against what the text does with it; codes against the words that there are.
  void argument_fits(const status::TextFacts& text, const std::string& name,
                     const status::Argument& use, const StatusArgument& argument) {
    using K = cel::Type::Kind;
    const K kind = argument.type.kind();
    const auto complain = [&](std::string_view expected) {
      reader_.error(argument.where, "argument-type",
                    fmt::format("text `{}` uses `{}` as {}, but the status supplies {}", text.key,
                                name, expected, argument.type.str()));
    };
    if (kind == K::dyn || kind == K::null) return;
    const bool moment = kind == K::date || kind == K::timestamp;
    const bool number = kind == K::integer || kind == K::floating || kind == K::unsigned_integer;
    const auto uses = [&](status::Use wanted) { return use.uses.count(wanted) > 0; };
    if ((uses(status::Use::date) || uses(status::Use::time)) && !moment) return complain("a date");
    if ((uses(status::Use::plural) || uses(status::Use::number)) && !number) {
      return complain("a number");
    }
    if (uses(status::Use::select) && kind != K::boolean && kind != K::string) {
      return complain("a choice of words");
    }
    std::string group;
    if (name == "reason") {
      group = "reason." + text.reasons + ".";
    } else if (has_group(name)) {
      group = name + ".";
    }
    if (group.empty()) return;
    std::vector<std::string> codes = argument.type.values();
    if (argument.constant) codes = {*argument.constant};
    for (const std::string& code : codes) {
      if (texts_->messages.count(group + code) > 0) continue;
      std::vector<std::string> known;
      for (const auto& [message, arguments] : texts_->messages) {
        if (message.starts_with(group)) known.push_back(message.substr(group.size()));
      }
      reader_.error(argument.where, "unknown-code",
                    fmt::format("`{}` has no words: there is no text `{}{}`", code, group, code),
                    suggestion(code, known));
    }
  }

  bool has_group(const std::string& name) const {
    const auto first = texts_->messages.lower_bound(name + ".");
    return first != texts_->messages.end() && first->first.starts_with(name + ".");
  }

  void notifications() {
    if (texts_ == nullptr) return;
    for (const Mentioned& notified : draft_.notified) {
      if (notified.name.empty()) continue;
      const status::TextFacts* text = find_text(notified.name, notified.where);
      if (text != nullptr) complete(*text, notified.where, true);
    }
  }

  // Buttons and fields have words too.
  void labels() {
    if (texts_ == nullptr) return;
    const auto need = [&](const std::string& message, const SourcePosition& where) {
      if (texts_->messages.count(message) > 0) return;
      reader_.error(where, "missing-text", fmt::format("there is no text `{}`", message),
                    "add it to texts/et.yaml, en.yaml and ru.yaml");
    };
    for (const auto& [name, action] : draft_.person_actions) {
      need("action." + name + ".label", draft_.action_places.at(name));
    }
    for (const auto& [name, form] : draft_.forms) {
      const SourcePosition& where = draft_.form_places.at(name);
      need("form." + name + ".title", where);
      need("form." + name + ".submit", where);
      for (const std::string& field : form.known) need("field." + field, where);
      for (const Json& field : form.asked) {
        if (field.contains("id") && field["id"].is_string()) {
          need("field." + field["id"].get<std::string>() + ".label", where);
        }
      }
    }
  }

  // ---- Names that lead nowhere -------------------------------------------------------------------

  void names() {
    for (const cel::Mention& asked : draft_.asked_states) {
      if (chart_.find(asked.name)) continue;
      reader_.error(asked.where, "unknown-state",
                    fmt::format("state('{}') asks for a state that does not exist", asked.name),
                    suggestion(asked.name, chart_.paths()));
    }
    if (!draft_.pins_on.empty() && draft_.events.count(draft_.pins_on) == 0) {
      std::vector<std::string> known;
      for (const auto& [name, rule] : draft_.events) known.push_back(name);
      reader_.error(draft_.pins_on_place, "undeclared-event",
                    fmt::format("`pinsOn` names the event `{}`, which is not declared",
                                draft_.pins_on),
                    suggestion(draft_.pins_on, known));
    }
  }

  void unused() {
    for (const auto& [name, where] : draft_.delay_places) {
      if (draft_.used_delays.count(name) > 0) continue;
      reader_.warning(where, "unused-delay", fmt::format("no state waits for `{}`", name),
                      "use it under `after`, or remove it");
    }
    for (const auto& [name, where] : draft_.parameter_places) {
      if (draft_.used_parameters.count(name) > 0) continue;
      reader_.warning(where, "unused-parameter",
                      fmt::format("nothing depends on the setting `{}`", name),
                      "remove it, or use it: `{{ parameters." + name + " }}`");
    }
    std::set<std::string> handled;
    for (const Mentioned& mention : draft_.handled) handled.insert(mention.name);
    for (const auto& [name, where] : draft_.event_places) {
      if (handled.count(name) > 0 || !chart_.states_with_candidate(name).empty()) continue;
      reader_.warning(where, "unused-event", fmt::format("no state handles the event `{}`", name));
    }
  }

  const Draft& draft_;
  const chart::Chart& chart_;
  const status::Facts* texts_;
  Reader& reader_;
  std::set<StateIndex> reachable_;
};

}  // namespace

void check(const Draft& draft, const chart::Chart& chart, const CompileOptions& options,
           Reader& reader) {
  Checker(draft, chart, options, reader).run();
}

}  // namespace elukaar::workflow
