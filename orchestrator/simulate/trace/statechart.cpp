#include <cctype>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "documents/reader.hpp"
#include "simulate/trace/trace.hpp"

namespace elukaar::simulate {
namespace {

using documents::Node;

// What the workflow of a bare statechart says whenever it does something: the action as it is written.
constexpr const char* action_told = "action";
// Guards are answered by the event, else by the context. What the event answers holds for all that
// follows from it, so it stands where no event hides it.
constexpr const char* guard_expression = "{0} in parameters ? parameters[{0}] : {0} in context ? context[{0}] : true";

std::string joined(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}

// An action's word, whether it stands in "params" or beside "type".
const Json* word_of(const Json& action, const char* name) {
  const auto params = action.find("params");
  if (params != action.end() && params->is_object() && params->contains(name)) {
    return &(*params)[name];
  }
  const auto beside = action.find(name);
  return beside == action.end() ? nullptr : &*beside;
}

class StatechartReader {
 public:
  Result<workflow::Workflow, Problems> read(const Node& statechart) {
    if (!reader_.expect(statechart, Node::Kind::mapping, "a statechart")) return failure(problems_);
    const Node* name = statechart.find("id");
    if (name == nullptr) name = statechart.find("key");
    root_key_ = name == nullptr ? "machine" : name->text;
    collect_ids(statechart, "");
    const chart::StateSource root = state(root_key_, "", statechart);
    if (has_errors(problems_)) return failure(std::move(problems_));
    auto chart = chart::compile(root);
    if (!chart) return failure(std::move(chart.error()));
    std::vector<workflow::StateRule> states;
    for (std::size_t i = 0; i < chart->state_count(); ++i) {
      const std::string& path = chart->state(static_cast<chart::StateIndex>(i)).path;
      workflow::StateRule& rule = rules_[path];
      rule.path = path;
      states.push_back(std::move(rule));
    }
    const Node* context = statechart.find("context");
    Json values = context == nullptr ? Json::object() : documents::to_json(*context);
    Json parameters = Json::object();
    workflow::MunicipalityFacts municipality;
    return workflow::Workflow{
        .service = {}, .release = {}, .title = {}, .digest = {}, .canonical = {}, .pins_on = {},
        .subject = {}, .turns = {},
        .municipality = std::move(municipality),
        .chart = std::move(*chart),
        .states = std::move(states),
        .guards = std::move(guards_),
        .actions = std::move(actions_),
        .rules = {}, .triggers = {}, .adverse = {}, .awaiting_confirmation = {}, .events = {}, .event_names = {},
        .person_actions = {}, .forms = {}, .cards = {}, .codes = {},
        .delays = std::move(delays_),
        .clocks = {}, .parties = {},
        .parameters = std::move(parameters),
        .context = std::move(values),
        .legal_basis = {}};
  }

 private:
  // `#id` means a state's own `id`; the chart knows only `#root.path`.
  void collect_ids(const Node& node, const std::string& path) {
    const Node* id = path.empty() ? nullptr : node.find("id");
    if (id != nullptr) ids_[id->text] = path;
    const Node* states = node.find("states");
    if (states == nullptr) return;
    for (const Node::Entry& child : states->entries) {
      collect_ids(child.value, joined(path, child.key));
    }
  }

  std::string target(const std::string& written) const {
    if (!written.starts_with("#")) return written;
    const std::string id = written.substr(1, written.find('.') - 1);
    const auto known = ids_.find(id);
    if (known == ids_.end()) return written;
    return "#" + root_key_ + "." + known->second + written.substr(1 + id.size());
  }

  chart::StateType type_of(const Node& node, bool nests) {
    const Node* type = node.find("type");
    if (type == nullptr) return nests ? chart::StateType::compound : chart::StateType::atomic;
    if (type->text == "history") {
      reader_.error(type->where, "not-supported", "history states are not known here",
                    "name the state to return to");
      return chart::StateType::atomic;
    }
    const std::string word = reader_.word(*type, "`type`",
                                          {"atomic", "compound", "parallel", "final"});
    if (word == "parallel") return chart::StateType::parallel;
    if (word == "final") return chart::StateType::final;
    return word == "compound" ? chart::StateType::compound : chart::StateType::atomic;
  }

  chart::StateSource state(const std::string& key, const std::string& path, const Node& node) {
    chart::StateSource state;
    state.key = key;
    state.where = node.where;
    if (node.is(Node::Kind::null)) return state;  // `state:` with nothing behind it
    if (!reader_.expect(node, Node::Kind::mapping, fmt::format("the state `{}`", key))) return state;
    const Node* states = node.find("states");
    state.type = type_of(node, states != nullptr && !states->entries.empty());
    if (const Node* initial = node.find("initial")) {
      const Node* inner = initial->find("target");
      state.initial = inner == nullptr ? initial->text : inner->text;
      if (state.initial.starts_with(".")) state.initial.erase(0, 1);
    }
    if (const Node* on = node.find("on")) each_descriptor(*on, state.on);
    if (const Node* after = node.find("after")) timers(*after, path, state.on);
    if (const Node* invoke = node.find("invoke")) calls(*invoke, path, state.on);
    if (const Node* always = node.find("always")) alternatives(*always, "", state.always);
    if (const Node* done = node.find("onDone")) alternatives(*done, "", state.on_done);
    if (const Node* entry = node.find("entry")) state.entry = actions(*entry);
    if (const Node* exit = node.find("exit")) state.exit = actions(*exit);
    if (states != nullptr) {
      for (const Node::Entry& child : states->entries) {
        state.states.push_back(this->state(child.key, joined(path, child.key), child.value));
      }
    }
    return state;
  }

  void each_descriptor(const Node& node, std::vector<chart::TransitionSource>& into) {
    for (const Node::Entry& entry : node.entries) alternatives(entry.value, entry.key, into);
  }

  void timers(const Node& node, const std::string& path,
              std::vector<chart::TransitionSource>& into) {
    for (const Node::Entry& entry : node.entries) {
      const std::string event = "after." + joined(entry.key, path);
      alternatives(entry.value, event, into);
      rules_[path].afters.push_back({entry.key, event});
      delays_.try_emplace(entry.key, workflow::Delay{entry.key, expression("'0s'", {})});
    }
  }

  void calls(const Node& node, const std::string& path,
             std::vector<chart::TransitionSource>& into) {
    if (node.is(Node::Kind::sequence)) {
      for (const Node& item : node.items) calls(item, path, into);
      return;
    }
    workflow::StateRule& rule = rules_[path];
    workflow::Invoke invoke;
    invoke.id = reader_.text(node, "id", std::to_string(rule.afters.size() + rule.invokes.size()));
    invoke.role = reader_.text(node, "src");
    invoke.done_event = "done.invoke." + joined(path, invoke.id);
    invoke.error_event = "error.invoke." + joined(path, invoke.id);
    if (const Node* done = node.find("onDone")) alternatives(*done, invoke.done_event, into);
    if (const Node* error = node.find("onError")) alternatives(*error, invoke.error_event, into);
    rule.invokes.push_back(std::move(invoke));
  }

  void alternatives(const Node& node, const std::string& descriptor,
                    std::vector<chart::TransitionSource>& into) {
    if (node.is(Node::Kind::sequence)) {
      for (const Node& item : node.items) alternatives(item, descriptor, into);
      return;
    }
    chart::TransitionSource transition;
    transition.descriptor = descriptor;
    transition.where = node.where;
    if (node.is(Node::Kind::text)) transition.target = target(node.text);
    if (const Node* to = node.find("target")) transition.target = one_target(*to);
    transition.reenter = node.is(Node::Kind::mapping) && reader_.flag(node, "reenter", false);
    if (const Node* guard = node.find("guard")) {
      const Node* type = guard->find("type");
      const std::string name = Json(type == nullptr ? guard->text : type->text).dump();
      transition.guard = static_cast<int>(guards_.size());
      guards_.push_back(expression(fmt::format(guard_expression, name), guard->where));
    }
    if (const Node* list = node.find("actions")) transition.actions = actions(*list);
    into.push_back(std::move(transition));
  }

  std::string one_target(const Node& node) {
    if (!node.is(Node::Kind::sequence)) return target(node.text);
    if (node.items.size() == 1) return target(node.items.front().text);
    reader_.error(node.where, "not-supported",
                  fmt::format("expected one target, found {}", node.items.size()),
                  "name the parallel state that holds them");
    return {};
  }

  std::vector<int> actions(const Node& node) {
    std::vector<int> list;
    if (node.is(Node::Kind::sequence)) {
      for (const Node& item : node.items) {
        for (const int index : actions(item)) list.push_back(index);
      }
      return list;
    }
    const Json action = documents::to_json(node);
    list.push_back(add(workflow::Emit{action_told, literal(action), {}}));
    const Json type = action.is_object() ? action.value("type", Json{}) : Json{};
    if (type == "raise" || type == "xstate.raise") list.push_back(raise(action, node.where));
    if (type == "assign" || type == "xstate.assign") assign(action, node.where, list);
    return list;
  }

  int raise(const Json& action, const SourcePosition& where) {
    const Json* event = word_of(action, "event");
    if (event != nullptr && event->is_object()) event = word_of(*event, "type");
    if (event != nullptr && event->is_string()) {
      return add(workflow::Raise{event->get<std::string>(), literal(nullptr)});
    }
    reader_.error(where, "invalid-value", "a `raise` action: expected `event`, a name");
    return -1;
  }

  void assign(const Json& action, const SourcePosition& where, std::vector<int>& list) {
    const Json* values = word_of(action, "assignment");
    if (values == nullptr && action.contains("params")) values = &action["params"];
    if (values == nullptr || !values->is_object()) {
      reader_.error(where, "invalid-value", "an `assign` action: expected `params`, an object");
      return;
    }
    for (const auto& [key, value] : values->items()) {
      list.push_back(add(workflow::Assign{key, literal(value)}));
    }
  }

  int add(workflow::ActionBody body) {
    actions_.push_back(std::move(body));
    return static_cast<int>(actions_.size()) - 1;
  }
  static workflow::Template literal(Json value) { return {std::move(value), {}}; }

  // Of our own making: it compiles.
  static cel::Program expression(const std::string& text, const SourcePosition& where) {
    cel::Environment environment;
    environment.variables = {{"context", cel::Type::dyn()}, {"parameters", cel::Type::dyn()}};
    environment.dynamic = true;
    return cel::compile(text, where, environment).value();
  }

  Problems problems_;
  documents::Reader reader_{problems_};
  std::map<std::string, workflow::StateRule> rules_;  // by path
  std::vector<cel::Program> guards_;
  std::vector<workflow::ActionBody> actions_;
  std::map<std::string, workflow::Delay> delays_;
  std::string root_key_;
  std::map<std::string, std::string> ids_;
};

class StatechartTrace final : public Trace {
 public:
  explicit StatechartTrace(workflow::Workflow workflow)
      : Trace({}), workflow_(std::move(workflow)) {}

  const workflow::Workflow& workflow() const override { return workflow_; }

 protected:
  bool begins_alone() const override { return true; }

  decltype(core::Input::body) input_of(const std::string& name, const Json& event) override {
    // No file declares what such a chart hears of: what comes, it may take or leave.
    workflow::EventRule& rule = workflow_.events[name];
    rule.name = rule.type = name;
    rule.when_unexpected.kind = workflow::Unexpected::Kind::ignore;
    const Json* answers = word_of(event, "guards");
    workflow_.parameters = answers != nullptr && answers->is_object() ? *answers : Json::object();
    return core::EventArrived{name, event};
  }

  Json waits_for(const core::Timer& timer) const override { return {{"arm", event_of(timer)}}; }

  void add_actions(const core::Decision& decision, Json& effects) const override {
    for (const core::Record& record : decision.entry.records) {
      effects.push_back(Json::parse(record.data));
    }
  }

 private:
  workflow::Workflow workflow_;
};

}  // namespace

Result<std::unique_ptr<Trace>, Problems> make_trace(const Node& statechart) {
  auto workflow = StatechartReader{}.read(statechart);
  if (!workflow) return failure(std::move(workflow.error()));
  return std::unique_ptr<Trace>(std::make_unique<StatechartTrace>(std::move(*workflow)));
}

}  // namespace elukaar::simulate
