#include <map>
#include <utility>

#include <fmt/format.h>

#include "app/commands/machine.hpp"
#include "documents/reader.hpp"

namespace elukaar::app {
namespace {

using documents::Node;

std::string joined(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}

// What a state starts when it is entered and gives up when it is left.
struct Waiting {
  Json started;
  Json ended;
};

// What `compile` makes of the file, and what its indices mean.
struct BareChart {
  chart::StateSource root;
  std::vector<std::string> guards;
  std::vector<Json> actions;
  std::map<std::string, std::vector<Waiting>> waiting;  // by path
};

class BareReader {
 public:
  explicit BareReader(Problems& problems) : reader_(problems) {}

  BareChart read(const Node& source) {
    if (!reader_.expect(source, Node::Kind::mapping, "a statechart")) return {};
    const Node* name = source.find("id");
    if (name == nullptr) name = source.find("key");
    root_key_ = name == nullptr ? "machine" : name->text;
    collect_ids(source, "");
    chart_.root = state(root_key_, "", source);
    return std::move(chart_);
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
      chart_.waiting[path].push_back({{{"arm", event}}, {{"clear", event}}});
    }
  }

  void calls(const Node& node, const std::string& path,
             std::vector<chart::TransitionSource>& into) {
    if (node.is(Node::Kind::sequence)) {
      for (const Node& item : node.items) calls(item, path, into);
      return;
    }
    const std::string id =
        reader_.text(node, "id", std::to_string(chart_.waiting[path].size()));
    const std::string answer = joined(path, id);
    if (const Node* done = node.find("onDone")) {
      alternatives(*done, "done.invoke." + answer, into);
    }
    if (const Node* error = node.find("onError")) {
      alternatives(*error, "error.invoke." + answer, into);
    }
    chart_.waiting[path].push_back(
        {{{"call", reader_.text(node, "src")}, {"answer", "done.invoke." + answer}},
         {{"abandon", id}, {"state", path}}});
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
      transition.guard = static_cast<int>(chart_.guards.size());
      chart_.guards.push_back(type == nullptr ? guard->text : type->text);
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
    list.push_back(static_cast<int>(chart_.actions.size()));
    chart_.actions.push_back(documents::to_json(node));
    return list;
  }

  documents::Reader reader_;
  BareChart chart_;
  std::string root_key_;
  std::map<std::string, std::string> ids_;
};

// An action's word, whether it stands in "params" or beside "type".
const Json* word_of(const Json& action, const char* name) {
  const auto params = action.find("params");
  if (params != action.end() && params->is_object() && params->contains(name)) {
    return &(*params)[name];
  }
  const auto beside = action.find(name);
  return beside == action.end() ? nullptr : &*beside;
}

class BareMachine final : public Machine {
 public:
  BareMachine(chart::Chart chart, BareChart names, Json context)
      : chart_(std::move(chart)), names_(std::move(names)), context_(std::move(context)) {}

  const chart::Chart& chart() const override { return chart_; }
  const Json& context() const override { return context_; }

 protected:
  void restore_context(Json former) override { context_ = std::move(former); }

  Result<bool, std::string> guard(int index, const chart::Configuration&) override {
    const std::string& name = names_.guards[static_cast<std::size_t>(index)];
    const Json* const answers = word_of(body_, "guards");
    for (const Json* from : {answers, &std::as_const(context_)}) {
      if (from == nullptr || !from->is_object() || !from->contains(name)) continue;
      const Json& answer = (*from)[name];
      if (answer.is_boolean()) return answer.get<bool>();
      return failure(fmt::format("guard `{}`: expected true or false, found {}", name,
                                 answer.dump()));
    }
    return true;
  }

  Result<void, std::string> action(int index, const chart::Configuration&,
                                   chart::Raiser& raiser) override {
    const Json& action = names_.actions[static_cast<std::size_t>(index)];
    effects_.push_back(action);
    if (!action.is_object() || !action.contains("type")) return {};
    const Json& type = action["type"];
    if (type == "raise" || type == "xstate.raise") return raise_event(action, raiser);
    if (type != "assign" && type != "xstate.assign") return {};
    const Json* values = word_of(action, "assignment");
    if (values == nullptr && action.contains("params")) values = &action["params"];
    if (values == nullptr || !values->is_object()) {
      return failure(std::string{"an `assign` action: expected `params`, an object"});
    }
    for (const auto& [key, value] : values->items()) context_[key] = value;
    return {};
  }

  void entered(chart::StateIndex state) override {
    for (const Waiting& one : waiting(state)) effects_.push_back(one.started);
  }
  void exited(chart::StateIndex state) override {
    for (const Waiting& one : waiting(state)) effects_.push_back(one.ended);
  }

 private:
  Result<void, std::string> raise_event(const Json& action, chart::Raiser& raiser) {
    const Json* event = word_of(action, "event");
    if (event != nullptr && event->is_object() && event->contains("type")) event = &(*event)["type"];
    if (event == nullptr || !event->is_string()) {
      return failure(std::string{"a `raise` action: expected `event`, a name"});
    }
    raise({{"type", *event}}, raiser);
    return {};
  }

  const std::vector<Waiting>& waiting(chart::StateIndex state) const {
    static const std::vector<Waiting> none;
    const auto found = names_.waiting.find(chart_.state(state).path);
    return found == names_.waiting.end() ? none : found->second;
  }

  chart::Chart chart_;
  BareChart names_;
  Json context_;
};

}  // namespace

Result<std::unique_ptr<Machine>, Problems> make_bare_machine(const Node& source) {
  Problems problems;
  BareChart bare = BareReader(problems).read(source);
  if (has_errors(problems)) return failure(std::move(problems));
  auto chart = chart::compile(bare.root);
  if (!chart) return failure(std::move(chart.error()));
  const Node* context = source.find("context");
  Json values = context == nullptr ? Json::object() : documents::to_json(*context);
  return std::unique_ptr<Machine>(
      std::make_unique<BareMachine>(std::move(*chart), std::move(bare), std::move(values)));
}

}  // namespace elukaar::app
