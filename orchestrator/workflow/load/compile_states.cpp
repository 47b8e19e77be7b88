#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "calendar/term.hpp"
#include "workflow/load/compiler.hpp"

// The states: transitions, timers, calls, actions, status.
namespace elukaar::workflow {
namespace {

using Kind = documents::Node::Kind;

// How messages name a state.
std::string state_name(const std::string& path) {
  return path.empty() ? std::string{"the workflow"} : fmt::format("state `{}`", path);
}

std::string joined(const std::string& path, std::string_view key) {
  return path.empty() ? std::string{key} : fmt::format("{}.{}", path, key);
}

bool is_wildcard(std::string_view descriptor) {
  return descriptor == "*" || descriptor.ends_with(".*");
}

// One mapping or a list of them.
template <class Visit>
void each(const documents::Node& node, Visit visit) {
  if (node.is(Kind::sequence)) {
    for (const documents::Node& item : node.items) visit(item);
  } else {
    visit(node);
  }
}

}  // namespace

// States may mention a raised event before the action that raises it.
void Compiler::collect_raised(const documents::Node& node) {
  if (node.is(Kind::mapping)) {
    const documents::Node* type = node.find("type");
    const documents::Node* event = node.find("event");
    if (type != nullptr && type->text == "raise" && event != nullptr && event->is(Kind::text)) {
      draft_.raised.insert(event->text);
    }
    for (const documents::Node::Entry& entry : node.entries) collect_raised(entry.value);
  }
  for (const documents::Node& item : node.items) collect_raised(item);
}

void Compiler::read_root() {
  if (const documents::Node* states = source_.find("states")) collect_raised(*states);
  if (const documents::Node* on = source_.find("on")) collect_raised(*on);
  chart::StateSource& root = draft_.root;
  root.key = reader_.required_text(source_, "key", "the workflow");
  // A place in the base, which `source_.where` is not where a municipality's file extends it.
  root.where = source_.entries.empty() ? source_.where : source_.entries.front().where;
  for (const char* key : {"states", "initial"}) {
    if (const documents::Node::Entry* entry = source_.entry(key)) root.where = entry->where;
  }
  draft_.states[""].where = root.where;
  if (const documents::Node* type = source_.find("type")) {
    const std::string word = reader_.word(*type, "`type`", {"compound", "parallel"});
    root.type = word == "parallel" ? chart::StateType::parallel : chart::StateType::compound;
  } else {
    root.type = chart::StateType::compound;
  }
  root.initial = reader_.text(source_, "initial");
  if (const documents::Node* on = source_.find("on")) read_on(*on, "", root);
  if (const documents::Node* states = source_.find("states")) {
    read_substates(*states, "", root);
  } else {
    reader_.error(root.where, "missing-key", "the workflow lacks `states`",
                  "add what a case can be in: `states: { … }`");
  }
}

void Compiler::read_substates(const documents::Node& node, const std::string& path,
                              chart::StateSource& state) {
  if (!reader_.expect(node, Kind::mapping, fmt::format("`states` of {}", state_name(path)))) return;
  for (const documents::Node::Entry& entry : node.entries) {
    chart::StateSource child = read_state(entry.key, joined(path, entry.key), entry.value);
    child.where = entry.where;
    draft_.states[joined(path, entry.key)].where = entry.where;
    state.states.push_back(std::move(child));
  }
}

chart::StateSource Compiler::read_state(const std::string& key, const std::string& path,
                                        const documents::Node& node) {
  chart::StateSource state;
  state.key = key;
  state.where = node.where;
  draft_.states[path].rule.path = path;
  const std::string outer = std::exchange(reading_, path);
  state = read_state_parts(std::move(state), path, node);
  reading_ = outer;
  return state;
}

chart::StateSource Compiler::read_state_parts(chart::StateSource state, const std::string& path,
                                              const documents::Node& node) {
  if (node.is(Kind::null)) return state;  // `waiting:` with nothing: a state that only is
  if (!reader_.expect(node, Kind::mapping, state_name(path))) return state;
  reader_.known_keys(node, state_name(path),
                     {"type", "initial", "states", "on", "after", "always", "invoke", "onDone",
                      "entry", "exit", "meta", "tags", "description"});
  if (node.find("states") != nullptr) state.type = chart::StateType::compound;
  if (const documents::Node* type = node.find("type")) {
    const std::string word = reader_.word(*type, fmt::format("`type` of {}", state_name(path)),
                                          {"atomic", "compound", "parallel", "final"});
    if (word == "atomic") state.type = chart::StateType::atomic;
    if (word == "compound") state.type = chart::StateType::compound;
    if (word == "parallel") state.type = chart::StateType::parallel;
    if (word == "final") state.type = chart::StateType::final;
  }
  state.initial = reader_.text(node, "initial");
  const cel::Environment environment = moment_environment();
  if (const documents::Node* list = node.find("entry")) read_action_list(*list, environment, state.entry);
  if (const documents::Node* list = node.find("exit")) read_action_list(*list, environment, state.exit);
  if (const documents::Node* on = node.find("on")) read_on(*on, path, state);
  if (const documents::Node* after = node.find("after")) read_after(*after, path, state);
  if (const documents::Node* invoke = node.find("invoke")) read_invokes(*invoke, path, state);
  if (const documents::Node* always = node.find("always")) {
    read_alternatives(*always, {joined(path, "always"), "", trigger::AtOnce{}}, state.always);
    for (const auto& transition : state.always) {
      if (transition.guard < 0) draft_.states[path].has_unguarded_always = true;
    }
  }
  if (const documents::Node* done = node.find("onDone")) {
    read_alternatives(*done, {joined(path, "onDone"), "", trigger::Done{}}, state.on_done);
  }
  if (const documents::Node* states = node.find("states")) read_substates(*states, path, state);
  if (const documents::Node* meta = node.find("meta")) {
    read_meta(*meta, path, state.type == chart::StateType::final);
  }
  return state;
}

std::optional<trigger::Clock> Compiler::clock_event(std::string_view descriptor) const {
  for (const auto& [name, rule] : draft_.clocks) {
    for (const char* what : clock_events) {
      if (descriptor == fmt::format("clock.{}.{}", name, what)) return trigger::Clock{name, what};
    }
  }
  return std::nullopt;
}

// What a key of `on` means. One that is not known is told, and taken for an event of any kind.
Trigger Compiler::event_trigger(const documents::Node::Entry& entry, const std::string& path) {
  if (draft_.events.count(entry.key) > 0) return trigger::Event{entry.key};
  if (draft_.raised.count(entry.key) > 0) return trigger::Raised{entry.key};
  if (auto clock = clock_event(entry.key)) return std::move(*clock);
  if (is_wildcard(entry.key)) return trigger::AnyEvent{entry.key};
  std::vector<std::string> known;
  for (const auto& [name, rule] : draft_.events) known.push_back(name);
  for (const auto& [name, rule] : draft_.clocks) {
    for (const char* what : clock_events) known.push_back(fmt::format("clock.{}.{}", name, what));
  }
  reader_.error(entry.where, "undeclared-event",
                fmt::format("{} handles the event `{}`, which is not declared under `events`",
                            state_name(path), entry.key),
                documents::suggestion(entry.key, known));
  return trigger::AnyEvent{entry.key};
}

void Compiler::read_on(const documents::Node& node, const std::string& path, chart::StateSource& state) {
  if (!reader_.expect(node, Kind::mapping, fmt::format("`on` of {}", state_name(path)))) return;
  for (const documents::Node::Entry& entry : node.entries) {
    read_alternatives(entry.value,
                      {joined(path, "on." + entry.key), entry.key, event_trigger(entry, path)}, state.on);
  }
}

void Compiler::read_after(const documents::Node& node, const std::string& path, chart::StateSource& state) {
  if (!reader_.expect(node, Kind::mapping, fmt::format("`after` of {}", state_name(path)))) return;
  StateDraft& draft = draft_.states[path];
  draft.has_timer_or_call = true;
  for (const documents::Node::Entry& entry : node.entries) {
    const bool named = draft_.delay_places.count(entry.key) > 0;
    bool unknown = false;
    draft_.used_delays.insert(entry.key);
    if (!named && !calendar::Period::parse(entry.key)) {
      std::vector<std::string> known;
      for (const auto& [name, where] : draft_.delay_places) known.push_back(name);
      reader_.error(entry.where, "unknown-delay",
                    fmt::format("`{}` is neither one of the `delays` nor a period such as P3D or "
                                "PT30S",
                                entry.key),
                    calendar::Term::parse(entry.key)
                        ? fmt::format("a term gets a name under `delays`: "
                                      "`NAME: \"{{{{ deadline('{}') }}}}\"`",
                                      entry.key)
                        : documents::suggestion(entry.key, known));
      unknown = true;
    }
    const std::string event =
        fmt::format("after.{}.{}", unknown ? std::string{"unknown"} : entry.key, path);
    draft.rule.afters.push_back({entry.key, event});
    read_alternatives(entry.value,
                      {joined(path, "after." + entry.key), event, trigger::Timer{entry.key}}, state.on);
  }
}

void Compiler::read_invokes(const documents::Node& node, const std::string& path, chart::StateSource& state) {
  draft_.states[path].has_timer_or_call = true;
  each(node, [&](const documents::Node& item) {
    if (reader_.expect(item, Kind::mapping, fmt::format("`invoke` of {}", state_name(path)))) {
      read_invoke(item, path, state);
    }
  });
}

// Where an official carries a call out: the day until which he has done it, and an answer that he can give.
void Compiler::read_task(const documents::Node& node, const std::string& src,
                         const Schemas::Operation* operation, Invoke& invoke) {
  const bool is_task = draft_.by_hand.contains(invoke.role);
  if (const documents::Node* by = node.find("by")) {
    invoke.by = expressions_.program(*by, case_environment(), cel::Type::date().with_nullable(),
                                     "`by`");
  } else if (is_task) {
    reader_.error(node.where, "task-without-date",
                  fmt::format("an official carries out the call `{}` here, and it has no `by`, the "
                              "day until which he has done it",
                              src),
                  "add it: `by: \"{{ deadline('3 working days') }}\"`");
  }
  if (is_task && operation != nullptr && !operation->beyond_a_task.empty()) {
    reader_.error(node.where, "task-without-answer",
                  fmt::format("an official carries out the call `{}` here, and its answer needs `{}`, "
                              "which is a list or names a person: no task asks for either",
                              src, operation->beyond_a_task),
                  fmt::format("name a system that plays `{}` under `systems`", invoke.role));
  }
}

void Compiler::read_invoke(const documents::Node& node, const std::string& path, chart::StateSource& state) {
  reader_.known_keys(node, "a call (`invoke`)",
                     {"id", "src", "input", "timeout", "by", "onDone", "onError", "description"});
  Invoke invoke;
  invoke.id = reader_.required_text(node, "id", "a call (`invoke`)");
  const bool named = !invoke.id.empty();
  if (!named) invoke.id = "unnamed";  // so that its answers' names are no problems besides
  const std::string src = reader_.required_text(node, "src", "a call (`invoke`)");
  const std::size_t dot = src.find('.');
  invoke.role = src.substr(0, dot);
  for (const Invoke& other : draft_.states[path].rule.invokes) {
    if (other.id != invoke.id || !named) continue;
    reader_.error(node.find("id")->where, "duplicate-call",
                  fmt::format("{} has two calls with the id `{}`", state_name(path), invoke.id),
                  "give each its own: their answers are told apart by it");
  }
  invoke.operation = dot == std::string::npos ? std::string{} : src.substr(dot + 1);
  const Schemas::Operation* operation = options_.schemas.operation(invoke.role, invoke.operation);
  if (!src.empty() && operation == nullptr) {
    reader_.error(node.find("src")->where, "unknown-operation",
                  fmt::format("there is no connector operation `{}`", src),
                  documents::suggestion(src, options_.schemas.operations()));
  }
  if (!src.empty()) draft_.asked_roles.push_back({invoke.role, node.find("src")->where});
  invoke.done_event = fmt::format("done.invoke.{}.{}", path, invoke.id);
  invoke.error_event = fmt::format("error.invoke.{}.{}", path, invoke.id);

  static const documents::Node nothing = [] {
    documents::Node node_;
    node_.kind = Kind::mapping;
    return node_;
  }();
  const documents::Node* input = node.find("input");
  std::optional<cel::Type> expected;
  if (operation != nullptr) expected = cel::type_from_schema(operation->input, "the input of " + src);
  documents::Node empty = nothing;
  empty.where = node.where;
  invoke.input = expressions_.value(input == nullptr ? empty : *input, case_environment(), expected,
                                    fmt::format("input of `{}`", src));

  read_task(node, src, operation, invoke);

  const documents::Node* timeout = node.find("timeout");
  if (timeout == nullptr) {
    reader_.error(node.where, "call-without-timeout",
                  fmt::format("the call `{}` has no `timeout`", src),
                  "say how long one try may take: `timeout: PT30S`");
  } else if (const auto period = calendar::Period::parse(timeout->text);
             !period || period->months != 0 || period->days != 0 || period->time.count() <= 0) {
    reader_.error(timeout->where, "bad-period",
                  fmt::format("`timeout`: expected seconds or minutes, found {}",
                              timeout->describe()),
                  "write PT30S or PT2M");
  } else {
    invoke.timeout = period->time;
  }
  const std::string rule = joined(path, "invoke." + invoke.id);
  if (const documents::Node* done = node.find("onDone")) {
    read_alternatives(*done,
                      {rule + ".onDone", invoke.done_event, trigger::Answer{invoke.id}, operation},
                      state.on);
  } else {
    reader_.error(node.where, "call-without-on-done",
                  fmt::format("the call `{}` has no `onDone`", src),
                  "say what happens when the system has answered");
  }
  if (const documents::Node* error = node.find("onError")) {
    read_alternatives(*error, {rule + ".onError", invoke.error_event, trigger::Failure{invoke.id}},
                      state.on);
  } else {
    reader_.error(node.where, "call-without-on-error",
                  fmt::format("the call `{}` has no `onError`", src),
                  "say what happens when the system refuses, or is given up");
  }
  draft_.states[path].rule.invokes.push_back(std::move(invoke));
}

void Compiler::read_alternatives(const documents::Node& node, const Way& way,
                                 std::vector<chart::TransitionSource>& into) {
  int number = 0;
  std::optional<SourcePosition> unguarded;
  each(node, [&](const documents::Node& item) {
    if (item.is(Kind::text)) {
      reader_.error(item.where, "wrong-type",
                    fmt::format("expected a transition, found `{}`", item.text),
                    fmt::format("write it as an object: `{{ target: {} }}`", item.text));
      // Taken for what it means: one problem, not several.
      chart::TransitionSource meant;
      meant.descriptor = way.descriptor;
      meant.target = item.text;
      meant.where = item.where;
      into.push_back(std::move(meant));
      return;
    }
    if (!reader_.expect(item, Kind::mapping, "a transition")) return;
    if (unguarded) {
      reader_.error(item.where, "shadowed-alternative",
                    "this alternative is never taken: the one before it has no guard",
                    fmt::format("give the one in line {} a guard, or put it last",
                                unguarded->line));
    }
    auto transition = read_transition(item, way, number++);
    transition.descriptor = way.descriptor;
    if (transition.guard < 0) unguarded = item.where;
    auto held = read_adverse(item, way.trigger, transition);
    into.push_back(std::move(transition));
    if (!held) return;
    held->descriptor = way.descriptor;
    into.push_back(std::move(*held));
  });
}

int Compiler::new_tag(std::string rule, const Trigger& trigger) {
  draft_.rules.push_back(std::move(rule));
  draft_.triggers.push_back(trigger);
  return static_cast<int>(draft_.rules.size()) - 1;
}

chart::TransitionSource Compiler::read_transition(const documents::Node& node, const Way& way,
                                                  int number) {
  reader_.known_keys(node, "a transition",
                     {"target", "guard", "actions", "context", "reenter", "adverse", "description",
                      "meta"});
  chart::TransitionSource transition;
  transition.where = node.where;
  transition.target = reader_.text(node, "target");
  transition.reenter = reader_.flag(node, "reenter", false);
  transition.tag = new_tag(fmt::format("{}[{}]", way.rule, number), way.trigger);
  const cel::Environment environment = event_environment(way.trigger, way.operation);
  if (const documents::Node* guard = node.find("guard")) {
    // Even a guard that is wrong makes this a guarded alternative: one problem, not two.
    transition.guard = static_cast<int>(draft_.guards.size());
    if (auto program =
            expressions_.program(*guard, environment, cel::Type::boolean(), "the guard")) {
      draft_.guards.push_back(std::move(*program));
    }
  }
  if (const documents::Node* context = node.find("context")) {
    read_context(*context, environment, transition.actions);
  }
  if (const documents::Node* actions = node.find("actions")) {
    read_action_list(*actions, environment, transition.actions);
  }
  return transition;
}

// `adverse` of a transition. One that an official confirms becomes two: itself, taken only once that
// has happened, and one that stays and keeps the step, which is answered.
std::optional<chart::TransitionSource> Compiler::read_adverse(
    const documents::Node& node, const Trigger& trigger, chart::TransitionSource& transition) {
  const documents::Node* adverse = node.find("adverse");
  if (adverse == nullptr) {
    const bool by_time = std::holds_alternative<trigger::Timer>(trigger) ||
                         std::holds_alternative<trigger::Clock>(trigger);
    if (by_time) draft_.by_time.push_back({transition.tag, transition.where});
    return std::nullopt;
  }
  if (!reader_.expect(*adverse, Kind::mapping, "`adverse`")) return std::nullopt;
  reader_.known_keys(*adverse, "`adverse`", {"confirmedBy", "legalBasis", "step"});
  const std::string rule = draft_.rules[static_cast<std::size_t>(transition.tag)];
  AdverseStep step{reader_.text(*adverse, "step", rule), reader_.text(*adverse, "legalBasis")};
  const documents::Node* by = adverse->find("confirmedBy");
  if ((by == nullptr) == step.legal_basis.empty()) {
    reader_.error(adverse->where, "adverse-step",
                  "`adverse` says either who confirms the step or which law allows it without that",
                  "write `{ confirmedBy: official }` or `{ legalBasis: NAME }`");
    return std::nullopt;
  }
  draft_.adverse[transition.tag] = step;
  if (by == nullptr) {
    draft_.cited.push_back({"an adverse step", {step.legal_basis, adverse->find("legalBasis")->where}});
    return std::nullopt;
  }
  reader_.word(*by, "`confirmedBy`", {"official"});
  if (std::holds_alternative<trigger::AtOnce>(trigger)) {
    reader_.error(by->where, "adverse-step", "a step by `always` cannot wait for an official",
                  "lead into a state that waits for the official's event");
    return std::nullopt;
  }
  const auto [known, fresh] = draft_.confirmed_steps.emplace(step.code, adverse->where);
  if (!fresh) {
    reader_.error(adverse->where, "adverse-step",
                  fmt::format("two steps that an official confirms are called `{}`", step.code),
                  fmt::format("the other stands in line {}; give each its own `step`",
                              known->second.line));
  }
  chart::TransitionSource held;
  held.guard = transition.guard;
  held.where = transition.where;
  held.tag = new_tag(rule + ".held", trigger);
  held.actions.push_back(static_cast<int>(draft_.actions.size()));
  draft_.actions.emplace_back(Hold{step.code, reading_});
  // The confirmed one asks the same, and whether it is confirmed.
  cel::Environment nothing;
  const auto holds = cel::compile("true", adverse->where, nothing, cel::Type::boolean());
  const int guard = static_cast<int>(draft_.guards.size());
  const bool guarded = transition.guard >= 0 &&
                       static_cast<std::size_t>(transition.guard) < draft_.guards.size();
  draft_.guards.push_back(guarded ? draft_.guards[static_cast<std::size_t>(transition.guard)]
                                  : *holds);
  transition.guard = guard;
  draft_.awaiting_confirmation[guard] = step.code;
  return held;
}

void Compiler::read_context(const documents::Node& node, const cel::Environment& environment,
                            std::vector<int>& into) {
  if (!reader_.expect(node, Kind::mapping, "`context` of a transition")) return;
  for (const documents::Node::Entry& entry : node.entries) {
    if (!declared_in_context(entry)) continue;
    const cel::Type::Field* field = context_type_ ? context_type_->field(entry.key) : nullptr;
    const auto type = field == nullptr ? std::nullopt : std::optional{field->type};
    Assign assign{entry.key, expressions_.value(entry.value, environment, type,
                                                fmt::format("`context.{}`", entry.key))};
    into.push_back(static_cast<int>(draft_.actions.size()));
    draft_.actions.emplace_back(std::move(assign));
  }
}

void Compiler::read_action_list(const documents::Node& node, const cel::Environment& environment,
                                std::vector<int>& into) {
  each(node, [&](const documents::Node& item) {
    if (!item.is(Kind::mapping)) {
      reader_.error(item.where, "wrong-type",
                    fmt::format("expected an action, found {}", item.describe()),
                    "write `{ type: notify, text: … }`; there are assign, notify, emit, raise, log");
      return;
    }
    if (auto action = read_action(item, environment, into)) {
      into.push_back(static_cast<int>(draft_.actions.size()));
      draft_.actions.push_back(std::move(*action));
    }
  });
}

// An action, or nothing where it has put several into the list itself (assign) or is wrong.
std::optional<ActionBody> Compiler::read_action(const documents::Node& node,
                                                const cel::Environment& environment,
                                                std::vector<int>& into) {
  const documents::Node* type = node.find("type");
  if (type == nullptr) {
    reader_.error(node.where, "missing-key", "an action lacks `type`",
                  "there are assign, notify, emit, raise and log");
    return std::nullopt;
  }
  documents::Node nothing;
  nothing.where = node.where;
  const auto part = [&](std::string_view key) {
    const documents::Node* found = node.find(key);
    return found == nullptr
               ? Template{Json::object(), {}}
               : expressions_.value(*found, environment, std::nullopt, fmt::format("`{}`", key));
  };
  const std::string word =
      reader_.word(*type, "type of an action", {"assign", "notify", "emit", "raise", "log"});
  if (word == "assign") {
    reader_.known_keys(node, "the action `assign`", {"type", "context"});
    if (const documents::Node* context = node.find("context")) {
      read_context(*context, environment, into);
    } else {
      reader_.error(node.where, "missing-key", "the action `assign` lacks `context`",
                    "say what changes: `context: { … }`");
    }
    return std::nullopt;
  }
  if (word == "notify") {
    reader_.known_keys(node, "the action `notify`", {"type", "text", "args"});
    Notify notify{reader_.required_text(node, "text", "the action `notify`"), part("args")};
    Notified notified{notify.text, node.where, {}};
    const documents::Node* args = node.find("args");
    if (args != nullptr && reader_.expect(*args, Kind::mapping, "`args`")) {
      for (const documents::Node::Entry& entry : args->entries) {
        // Its type stays open: what it is told by has been checked as a part of the whole.
        notified.arguments.emplace(entry.key,
                                   StatusArgument{cel::Type::dyn(), entry.where, std::nullopt});
      }
    }
    draft_.notified.push_back(std::move(notified));
    return notify;
  }
  if (word == "emit") {
    reader_.known_keys(node, "the action `emit`", {"type", "event", "data"});
    const std::string event = reader_.required_text(node, "event", "the action `emit`");
    const Json* schema = options_.schemas.event(event);
    if (!event.empty() && schema == nullptr) {
      reader_.error(node.find("event")->where, "unknown-event-type",
                    fmt::format("there is no schema for events of type {}", event),
                    documents::suggestion(event, options_.schemas.event_types()));
    }
    std::optional<cel::Type> expected;
    if (schema != nullptr) expected = cel::type_from_schema(*schema, "the data of " + event);
    const documents::Node* data = node.find("data");
    return Emit{event, expressions_.value(data == nullptr ? nothing : *data, environment, expected,
                                          "`data`"),
                schema == nullptr ? "" : schema->value("x-partition-key", "")};
  }
  if (word == "raise") {
    reader_.known_keys(node, "the action `raise`", {"type", "event", "data"});
    return Raise{reader_.required_text(node, "event", "the action `raise`"), part("data")};
  }
  reader_.known_keys(node, "the action `log`", {"type", "message"});
  return Log{part("message")};
}

void Compiler::read_meta(const documents::Node& node, const std::string& path, bool final) {
  if (!reader_.expect(node, Kind::mapping, fmt::format("`meta` of {}", state_name(path)))) return;
  reader_.known_keys(node, "`meta`", {"status", "note"});
  if (const documents::Node* status = node.find("status")) {
    if (reader_.expect(*status, Kind::mapping, "`status`")) read_status(*status, path, final);
  }
}

// Who acts next.
std::string Compiler::read_turn(const documents::Node& status, std::string_view of) {
  std::vector<std::string> words{"none", "resident", "municipality", "register"};
  for (const Mentioned& turn : draft_.turns) words.push_back(turn.name);
  if (const documents::Node* turn = status.find("turn")) {
    return reader_.word_of(*turn, "`turn`", words);
  }
  reader_.error(status.where, "missing-key", fmt::format("{} lacks `turn`", of),
                documents::suggestion("", words));
  return words.front();
}

void Compiler::read_status(const documents::Node& node, const std::string& path, bool final) {
  const std::string name = fmt::format("the status of {}", state_name(path));
  reader_.known_keys(node, name,
                     {"text", "push", "turn", "by", "clock", "legalBasis", "actions", "visibleTo",
                      "args"});
  StateDraft& draft = draft_.states[path];
  draft.status_where = node.where;
  StatusRule status;
  status.final = final;
  status.text = reader_.required_text(node, "text", name);
  const auto word = [&](std::string_view key, std::initializer_list<std::string_view> words) {
    const documents::Node* value = node.find(key);
    if (value != nullptr) return reader_.word(*value, fmt::format("`{}`", key), words);
    reader_.error(node.where, "missing-key", fmt::format("{} lacks `{}`", name, key),
                  documents::suggestion("", {words.begin(), words.end()}));
    return std::string{*words.begin()};
  };
  status.push = word("push", {"none", "N", "A"});
  status.turn = read_turn(node, name);
  const cel::Environment environment = case_environment();  // no `now`: nothing ages by itself
  if (const documents::Node* by = node.find("by")) {
    status.by = expressions_.program(*by, environment, cel::Type::date().with_nullable(), "`by`");
  } else if (!final) {
    reader_.error(node.where, "status-without-date",
                  fmt::format("{} has no `by`, the day until which something happens", name),
                  "give the date of the next step or of the next news");
  }
  if (const documents::Node* clock = node.find("clock")) {
    status.clock = reader_.text(node, "clock");
    draft_.asked_clocks.push_back({status.clock, clock->where});
  }
  for (const documents::Node* basis : reader_.texts(node, "legalBasis")) {
    status.legal_basis.push_back(basis->text);
    draft.legal_basis.push_back({basis->text, basis->where});
  }
  for (const documents::Node* action : reader_.texts(node, "actions")) {
    status.actions.push_back(action->text);
    draft.actions.push_back({action->text, action->where});
  }
  for (const documents::Node* role : reader_.texts(node, "visibleTo")) {
    status.visible_to.push_back(
        reader_.word(*role, "`visibleTo`", {"applicant", "guardians", "official"}));
    draft.visible_to.push_back({status.visible_to.back(), role->where});
  }
  if (status.visible_to.empty()) {
    reader_.error(node.where, "missing-key", fmt::format("{} lacks `visibleTo`", name),
                  "say who sees it: [applicant, guardians, official]");
  }
  const documents::Node* args = node.find("args");
  if (args != nullptr && reader_.expect(*args, Kind::mapping, "`args`")) {
    for (const documents::Node::Entry& entry : args->entries) {
      Template value = expressions_.value(entry.value, environment, std::nullopt,
                                          fmt::format("argument `{}`", entry.key));
      StatusArgument argument{Expressions::type_of(value), entry.where, std::nullopt};
      if (value.is_constant() && value.literal().is_string()) {
        argument.constant = value.literal().get<std::string>();
      }
      draft.arguments.emplace(entry.key, std::move(argument));
      status.args.emplace(entry.key, std::move(value));
    }
  }
  draft.rule.status = std::move(status);
}

}  // namespace elukaar::workflow
