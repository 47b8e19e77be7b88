#include "cli/workflow_commands.hpp"

#include <algorithm>
#include <fstream>
#include <memory>
#include <ostream>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "workflow/load.hpp"
#include "workflow/yaml.hpp"

namespace elukaar::cli {
namespace fs = std::filesystem;
namespace {

using workflow::Node;

constexpr int ok = 0;
constexpr int found_problems = 1;
constexpr int bad_usage = 2;

constexpr std::size_t max_trace_events = 1'000'000;
constexpr std::size_t max_trace_line = 1024 * 1024;

void tell(const Problems& problems, std::ostream& to) {
  for (const Problem& problem : problems) to << to_text(problem) << '\n';
}

std::size_t count(const Problems& problems, Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(problems.begin(), problems.end(),
                    [&](const Problem& problem) { return problem.severity == severity; }));
}

// ---- lint --------------------------------------------------------------------------------------

// A folder stands for the workflow files below it: bases and municipalities' files, no texts.
bool is_workflow_file(const fs::path& path) {
  if (path.extension() != ".yaml") return false;
  const fs::path whole = fs::absolute(path);
  if (whole.parent_path().filename() == "scenarios") return false;  // `workflow test` reads those
  return path.filename() == "workflow.yaml" ||
         std::find(whole.begin(), whole.end(), "municipalities") != whole.end();
}

// The service whose texts this file holds; empty for any other file.
std::string service_of_text_file(const fs::path& path) {
  const fs::path folder = fs::absolute(path).parent_path();
  return folder.filename() == "texts" ? folder.parent_path().filename().string() : std::string{};
}

std::string counted(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

Result<std::vector<fs::path>, std::string> files_of(const std::vector<fs::path>& paths) {
  std::vector<fs::path> files;
  for (const fs::path& path : paths) {
    std::error_code error;
    if (fs::is_regular_file(path, error)) {
      files.push_back(path);
      continue;
    }
    if (!fs::is_directory(path, error)) {
      return failure(fmt::format("{}: expected a file or a folder, found nothing there",
                                 path.string()));
    }
    const std::size_t before = files.size();
    for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
      if (entry.is_regular_file() && is_workflow_file(entry.path())) files.push_back(entry.path());
    }
    if (files.size() == before) {
      return failure(fmt::format("{}: expected a workflow file or a municipality's file below this "
                                 "folder, found none",
                                 path.string()));
    }
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

Json to_json(const Problem& problem) {
  return {{"file", problem.where.file},
          {"line", problem.where.line},
          {"column", problem.where.column},
          {"severity", problem.severity == Severity::error ? "error" : "warning"},
          {"rule", problem.rule},
          {"what", problem.what},
          {"hint", problem.hint}};
}

// What GitHub wants escaped in an annotation's message, and in its properties besides.
std::string escaped(std::string_view text, bool property) {
  std::string result;
  for (const char c : text) {
    if (c == '%') result += "%25";
    else if (c == '\r') result += "%0D";
    else if (c == '\n') result += "%0A";
    else if (property && c == ':') result += "%3A";
    else if (property && c == ',') result += "%2C";
    else result += c;
  }
  return result;
}

void print_github(const Problem& problem, std::ostream& out) {
  const std::string message =
      problem.hint.empty() ? problem.what : fmt::format("{}; {}", problem.what, problem.hint);
  out << fmt::format("::{} file={},line={},col={},title={}::{}\n",
                     problem.severity == Severity::error ? "error" : "warning",
                     escaped(problem.where.file, true), problem.where.line, problem.where.column,
                     escaped(problem.rule, true), escaped(message, false));
}

void print(const Problems& problems, std::size_t files, const std::string& format,
           std::ostream& out) {
  if (format == "json") {
    Json list = Json::array();
    for (const Problem& problem : problems) list.push_back(to_json(problem));
    out << Json{{"files", files}, {"problems", list}}.dump(2) << '\n';
    return;
  }
  if (format == "github") {
    for (const Problem& problem : problems) print_github(problem, out);
    return;
  }
  tell(problems, out);
  out << fmt::format("{}, {}, {}\n", counted(files, "file"),
                     counted(count(problems, Severity::error), "error"),
                     counted(count(problems, Severity::warning), "warning"));
}

}  // namespace

int lint_workflows(const LintOptions& options, std::ostream& out, std::ostream& err) {
  if (options.format != "text" && options.format != "json" && options.format != "github") {
    err << fmt::format("--format: expected text, json or github, found {}\n", options.format);
    return bad_usage;
  }
  if (options.paths.empty()) {
    err << "expected a workflow file or a folder to check, found none; name one: `workflows`\n";
    return bad_usage;
  }
  const auto files = files_of(options.paths);
  if (!files) {
    err << files.error() << '\n';
    return bad_usage;
  }
  Problems problems;
  auto schemas = workflow::read_schemas(options.content_dir);
  if (!schemas) {
    print(schemas.error(), files->size(), options.format, out);
    return found_problems;
  }
  const fs::path workflows = (options.content_dir / "workflows").lexically_normal();
  workflow::TextShelf shelf(workflows);
  const workflow::Sources sources{
      workflows, *schemas, [&](const std::string& service) {
        const status::Catalogue* texts = shelf.find(service, problems);
        return texts == nullptr ? nullptr : &texts->facts();
      }};
  std::set<std::tuple<std::string, int, int, std::string>> known;
  for (const fs::path& file : *files) {
    if (const std::string service = service_of_text_file(file); !service.empty()) {
      shelf.find(service, problems);
      continue;
    }
    auto loaded = workflow::load(file, sources);
    const Problems& told = loaded ? loaded->warnings : loaded.error();
    // A base is told once, not again for each municipality that extends it.
    for (const Problem& problem : told) {
      const std::string file_name = fs::weakly_canonical(problem.where.file).string();
      if (!known.insert({file_name, problem.where.line, problem.where.column, problem.what})
               .second) {
        continue;
      }
      problems.push_back(problem);
    }
    if (!loaded || loaded->texts.empty()) continue;
    const status::Catalogue* texts = shelf.find(loaded->workflow->service, problems);
    if (texts == nullptr) continue;
    if (const auto own = texts->with(loaded->texts); !own) {
      problems.insert(problems.end(), own.error().begin(), own.error().end());
    }
  }
  print(problems, files->size(), options.format, out);
  return count(problems, Severity::error) > 0 ? found_problems : ok;
}

// ---- trace -------------------------------------------------------------------------------------

namespace {

// One event of the trace's input.
struct TraceEvent {
  std::string name;
  Json body;
};

Result<std::vector<TraceEvent>, std::string> read_events(const fs::path& path) {
  std::ifstream stream(path);
  if (!stream) return failure(fmt::format("{}: the file cannot be read", path.string()));
  std::vector<TraceEvent> events;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (line.size() > max_trace_line || events.size() >= max_trace_events) {
      return failure(fmt::format("{}:{}: more than {} events, or a line of more than {} bytes",
                                 path.string(), number, max_trace_events, max_trace_line));
    }
    Json body = Json::parse(line, nullptr, false);
    if (body.is_string()) body = {{"type", body}};
    if (!body.is_object() || !body.contains("type") || !body["type"].is_string()) {
      return failure(fmt::format("{}:{}: expected an event such as {{\"type\": \"offer-made\"}}",
                                 path.string(), number));
    }
    events.push_back({body["type"].get<std::string>(), body});
  }
  return events;
}

// A statechart to run, whatever its guards and actions are.
class Machine : public chart::Host {
 public:
  virtual const chart::Chart& chart() const = 0;
  virtual void begin() {}
  virtual Json context() const = 0;
  // The event as expressions see it, and the name that the chart knows it by.
  virtual std::string name_of(const TraceEvent& event) const { return event.name; }

  void select_event(const chart::CurrentEvent& event) override {
    if (event.origin == chart::EventOrigin::raised) {
      event_ = &raised_[static_cast<std::size_t>(event.payload)];
    } else if (event.origin == chart::EventOrigin::done) {
      event_ = &nothing_;
    } else {
      event_ = &body_;
    }
  }

  Json body_ = Json::object();
  Json effects_ = Json::array();

 protected:
  const Json* event_ = &nothing_;
  std::vector<Json> raised_;
  const Json nothing_ = Json::object();
};

// A workflow with all that we added.
class WorkflowMachine : public Machine, private cel::CaseFacts {
 public:
  explicit WorkflowMachine(workflow::WorkflowPtr workflow)
      : workflow_(std::move(workflow)), context_(workflow_->context) {
    raised_.reserve(chart::max_raised_events);  // events are held by address
  }

  const chart::Chart& chart() const override { return workflow_->chart; }
  Json context() const override { return context_; }

  std::string name_of(const TraceEvent& event) const override {
    const auto name = workflow_->event_names.find(event.name);
    return name == workflow_->event_names.end() ? event.name : name->second;
  }

  void begin() override {
    raised_.clear();
    if (!body_.contains("time")) return;
    const Json& time = body_["time"];
    if (!time.is_string()) return;
    if (const auto parsed = parse_rfc3339(time.get<std::string>())) now_ = *parsed;
  }

  Result<bool, std::string> guard(int index, const chart::Configuration& active) override {
    active_ = &active;
    auto holds = workflow_->guards[static_cast<std::size_t>(index)].test(activation());
    if (!holds) return failure(holds.error().text());
    return *holds;
  }

  Result<void, std::string> action(int index, const chart::Configuration& active,
                                   chart::Raiser& raiser) override {
    active_ = &active;
    const workflow::ActionBody& body = workflow_->actions[static_cast<std::size_t>(index)];
    const auto with = activation();
    if (const auto* assign = std::get_if<workflow::Assign>(&body)) {
      return effect("assign", assign->key, assign->value, with,
                    [&](Json value) { context_[assign->key] = std::move(value); });
    }
    if (const auto* raise = std::get_if<workflow::Raise>(&body)) {
      return effect("raise", raise->event, raise->data, with, [&](Json data) {
        raised_.push_back({{"type", raise->event}, {"data", std::move(data)}});
        raiser.raise(raise->event, static_cast<int>(raised_.size()) - 1);
      });
    }
    if (const auto* emit = std::get_if<workflow::Emit>(&body)) {
      return effect("emit", emit->type, emit->data, with, [](const Json&) {});
    }
    if (const auto* notify = std::get_if<workflow::Notify>(&body)) {
      return effect("notify", notify->text, notify->args, with, [](const Json&) {});
    }
    return effect("log", "", std::get<workflow::Log>(body).message, with, [](const Json&) {});
  }

  void exited(chart::StateIndex state) override {
    for (const workflow::Invoke& invoke : rule(state).invokes) {
      effects_.push_back({{"abandon", invoke.id}, {"state", rule(state).path}});
    }
    for (const workflow::After& after : rule(state).afters) {
      effects_.push_back({{"clear", after.event}});
    }
  }

  void entered(chart::StateIndex state) override {
    for (const workflow::After& after : rule(state).afters) {
      Json effect = {{"arm", after.event}};
      const auto delay = workflow_->delays.find(after.delay);
      if (delay != workflow_->delays.end()) {
        if (auto until = delay->second.when.evaluate(activation())) effect["until"] = *until;
      }
      effects_.push_back(std::move(effect));
    }
    for (const workflow::Invoke& invoke : rule(state).invokes) {
      effects_.push_back({{"call", invoke.role + "." + invoke.operation},
                          {"answer", invoke.done_event}});
    }
  }

 private:
  const workflow::StateRule& rule(chart::StateIndex state) const {
    return workflow_->states[chart::position(state)];
  }

  bool in_state(std::string_view path) const override {
    const auto index = workflow_->chart.find(path);
    return index && active_ != nullptr && active_->contains(*index);
  }
  Timestamp entered_at() const override { return now_; }

  cel::Activation activation() const {
    cel::Activation with;
    with.event = event_;
    with.context = &context_;
    with.parameters = &workflow_->parameters;
    with.now = now_;
    with.facts = this;
    return with;
  }

  template <class Then>
  Result<void, std::string> effect(const char* kind, const std::string& name,
                                   const workflow::Template& value, const cel::Activation& with,
                                   Then then) {
    auto result = value.evaluate(with);
    if (!result) return failure(result.error().text());
    effects_.push_back({{kind, name}, {"value", *result}});
    then(std::move(*result));
    return {};
  }

  workflow::WorkflowPtr workflow_;
  Json context_;
  Timestamp now_{};
  const chart::Configuration* active_ = nullptr;
};

// A statechart without our additions: guards and actions are names.
class BareMachine : public Machine {
 public:
  static Result<std::unique_ptr<BareMachine>, Problems> read(const Node& source) {
    auto machine = std::unique_ptr<BareMachine>(new BareMachine);
    const Node* key = source.find("id");
    if (key == nullptr) key = source.find("key");
    chart::StateSource root =
        machine->state(key == nullptr ? std::string{"machine"} : key->text, "", source);
    auto chart = chart::compile(root);
    if (!chart) return failure(std::move(chart.error()));
    machine->chart_ = std::make_unique<chart::Chart>(std::move(*chart));
    if (const Node* context = source.find("context")) {
      machine->context_ = workflow::to_json(*context);
    }
    return machine;
  }

  const chart::Chart& chart() const override { return *chart_; }
  Json context() const override { return context_; }

  Result<bool, std::string> guard(int index, const chart::Configuration&) override {
    const Json& answers = body_.contains("guards") ? body_["guards"] : nothing_;
    return answers.value(guards_[static_cast<std::size_t>(index)], true);
  }

  Result<void, std::string> action(int index, const chart::Configuration&,
                                   chart::Raiser& raiser) override {
    const Json& action = actions_[static_cast<std::size_t>(index)];
    effects_.push_back(action);
    if (!action.is_object() || action.value("type", "") != "raise") return {};
    const Json& event = action.contains("event") ? action["event"] : action["params"]["event"];
    const std::string name = event.is_object() ? event.value("type", "") : event.get<std::string>();
    raised_.push_back({{"type", name}});
    raiser.raise(name, static_cast<int>(raised_.size()) - 1);
    return {};
  }

 private:
  chart::StateSource state(const std::string& key, const std::string& path, const Node& node) {
    chart::StateSource state;
    state.key = key;
    state.where = node.where;
    const Node* type = node.find("type");
    const Node* states = node.find("states");
    if (states != nullptr) state.type = chart::StateType::compound;
    if (type != nullptr && type->text == "parallel") state.type = chart::StateType::parallel;
    if (type != nullptr && type->text == "final") state.type = chart::StateType::final;
    if (const Node* initial = node.find("initial")) state.initial = initial->text;
    if (const Node* on = node.find("on")) each_descriptor(*on, "", "", state.on);
    if (const Node* after = node.find("after")) {
      each_descriptor(*after, "after.", "." + path, state.on);
    }
    if (const Node* always = node.find("always")) alternatives(*always, "", state.always);
    if (const Node* done = node.find("onDone")) alternatives(*done, "", state.on_done);
    if (const Node* entry = node.find("entry")) state.entry = actions(*entry);
    if (const Node* exit = node.find("exit")) state.exit = actions(*exit);
    if (states != nullptr) {
      for (const Node::Entry& child : states->entries) {
        state.states.push_back(this->state(
            child.key, path.empty() ? child.key : path + "." + child.key, child.value));
      }
    }
    return state;
  }

  void each_descriptor(const Node& node, const std::string& before, const std::string& after,
                       std::vector<chart::TransitionSource>& into) {
    for (const Node::Entry& entry : node.entries) {
      alternatives(entry.value, before + entry.key + after, into);
    }
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
    if (node.is(Node::Kind::text)) transition.target = node.text;
    if (const Node* target = node.find("target")) transition.target = target->text;
    if (const Node* reenter = node.find("reenter")) transition.reenter = reenter->boolean;
    if (const Node* guard = node.find("guard")) {
      const Node* type = guard->find("type");
      transition.guard = static_cast<int>(guards_.size());
      guards_.push_back(type == nullptr ? guard->text : type->text);
    }
    if (const Node* list = node.find("actions")) transition.actions = actions(*list);
    into.push_back(std::move(transition));
  }

  std::vector<int> actions(const Node& node) {
    std::vector<int> list;
    if (node.is(Node::Kind::sequence)) {
      for (const Node& item : node.items) {
        for (const int index : actions(item)) list.push_back(index);
      }
      return list;
    }
    list.push_back(static_cast<int>(actions_.size()));
    actions_.push_back(workflow::to_json(node));
    return list;
  }

  std::unique_ptr<chart::Chart> chart_;
  std::vector<std::string> guards_;
  std::vector<Json> actions_;
  Json context_ = Json::object();
};

Result<std::unique_ptr<Machine>, Problems> read_machine(const TraceOptions& options) {
  auto source = workflow::read_yaml_file(options.file, options.file.string());
  if (!source) return failure(std::move(source.error()));
  if (source->find("language") == nullptr && source->find("extends") == nullptr) {
    auto bare = BareMachine::read(*source);
    if (!bare) return failure(std::move(bare.error()));
    return std::unique_ptr<Machine>(std::move(*bare));
  }
  auto schemas = workflow::read_schemas(options.content_dir);
  if (!schemas) return failure(std::move(schemas.error()));
  auto loaded = workflow::load(options.file, {options.content_dir / "workflows", *schemas, {}});
  if (!loaded) return failure(std::move(loaded.error()));
  return std::unique_ptr<Machine>(std::make_unique<WorkflowMachine>(std::move(loaded->workflow)));
}

void print_step(Machine& machine, const std::string& event, const chart::StepResult& step,
                std::ostream& out) {
  OrderedJson line;
  line["event"] = event.empty() ? OrderedJson(nullptr) : OrderedJson(event);
  line["handled"] = step.handled;
  line["states"] = machine.chart().active_paths(step.next);
  line["effects"] = machine.effects_;
  line["context"] = machine.context();
  line["done"] = step.done;
  out << line.dump() << '\n';
}

}  // namespace

int trace_workflow(const TraceOptions& options, std::ostream& out, std::ostream& err) {
  if (options.format != "json") {
    err << fmt::format("--format: expected json, found {}\n", options.format);
    return bad_usage;
  }
  auto machine = read_machine(options);
  if (!machine) {
    tell(machine.error(), err);
    return found_problems;
  }
  const auto events = read_events(options.events);
  if (!events) {
    err << events.error() << '\n';
    return bad_usage;
  }
  const auto give_up = [&](const chart::Fault& fault) {
    tell({{fault.where, fault.what, "", std::string{chart::to_string(fault.kind)},
           Severity::error}},
         err);
    return found_problems;
  };
  auto step = chart::start((*machine)->chart(), **machine);
  if (!step) return give_up(step.error());
  print_step(**machine, "", *step, out);
  for (const TraceEvent& event : *events) {
    (*machine)->effects_ = Json::array();
    (*machine)->body_ = event.body;
    (*machine)->begin();
    const std::string name = (*machine)->name_of(event);
    step = chart::step((*machine)->chart(), step->next, name, **machine);
    if (!step) return give_up(step.error());
    print_step(**machine, name, *step, out);
  }
  return ok;
}

}  // namespace elukaar::cli
