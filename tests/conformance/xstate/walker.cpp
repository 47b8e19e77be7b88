// Walks statecharts for the oracles, many in one process. A line of JSON in, a line of JSON out:
//
// {"machine": a bare statechart, "events": [{"type": …}, …]}
//     → {"steps": [a line of `elukaar workflow trace`, …]}, and where something is wrong
//       {"steps", "fault": sentence} or {"problems": [sentence, …]}
// {"source": a workflow file's path}
//     → {"canonical": the merged source} or {"problems"}
// {"source": path, "events": [{"type", "guards": {expression: boolean}}, …]}
//     → {"steps"}: the workflow's own chart, its guards answered by the events, not evaluated
//
// Every configuration on the way is checked: {"illegal": sentence} if one is none.
#include <iostream>
#include <map>

#include "simulate/trace/trace.hpp"
#include "workflow/load/load.hpp"

namespace elukaar {
namespace {

Json as_json(const Problems& problems) {
  Json list = Json::array();
  for (const Problem& problem : problems) list.push_back(to_text(problem));
  return {{"problems", list}};
}

// One active child per compound state, all regions of a parallel one, and what is stored of it
// leads back to it.
std::string illegality(const chart::Chart& chart, const chart::Configuration& active, bool done) {
  if (!chart.is_legal(active)) return "the configuration is illegal";
  if (done != chart.is_done(active)) return "done is told wrongly";
  const auto restored = chart.restore(chart.active_paths(active));
  if (!restored) return restored.error();
  return *restored == active ? "" : "the stored paths lead to another configuration";
}

Json walk_bare(const Json& task, const OrderedJson& machine_source) {
  const auto trace = simulate::make_trace(documents::from_json(machine_source, "machine"));
  if (!trace) return as_json(trace.error());
  Json answer = {{"steps", Json::array()}};
  // False: the walk is over.
  const auto add = [&](const Result<OrderedJson, std::string>& line) {
    if (!line) {
      answer["fault"] = line.error();
      return false;
    }
    const auto& active = (*trace)->value().configuration;
    const std::string wrong = illegality((*trace)->workflow().chart, active, line->at("done"));
    if (!wrong.empty()) answer["illegal"] = wrong;
    if (wrong.empty()) answer["steps"].push_back(Json(*line));
    return wrong.empty();
  };
  if (!add((*trace)->start())) return answer;
  for (const Json& event : task["events"]) {
    if (!add((*trace)->step(event))) return answer;
  }
  return answer;
}

// The chart of a workflow without its language: expressions are names, answered from outside.
class NamedGuards final : public chart::Host {
 public:
  explicit NamedGuards(const workflow::Workflow& workflow) : workflow_(workflow) {}
  void select_event(const chart::CurrentEvent&) override {}
  Result<bool, std::string> guard(int index, const chart::Configuration&) override {
    return answers.value(workflow_.guards[static_cast<std::size_t>(index)].source(), true);
  }
  Result<void, std::string> action(int index, const chart::Configuration&,
                                   chart::Raiser& raiser) override {
    const auto& body = workflow_.actions[static_cast<std::size_t>(index)];
    if (const auto* raise = std::get_if<workflow::Raise>(&body)) raiser.raise(raise->event, 0);
    return {};
  }
  Json answers = Json::object();

 private:
  const workflow::Workflow& workflow_;
};

class Workflows {
 public:
  Json answer(const Json& task) {
    const std::string path = task["source"];
    auto& loaded = loaded_[path];
    if (loaded == nullptr) {
      auto content = contents_of(path);
      if (!content) return as_json(content.error());
      loaded = content->workflow;
    }
    if (!task.contains("events")) return {{"canonical", loaded->canonical}};
    return walk(*loaded, task["events"]);
  }

 private:
  // Files of another content folder than the project's bring their own schemas.
  Result<workflow::Loaded, Problems> contents_of(const std::filesystem::path& path) {
    const std::filesystem::path root = ELUKAAR_SOURCE_DIR;
    const std::filesystem::path fixtures = root / "tests/unit/workflow/fixtures/content";
    const bool fixture = path.string().starts_with(fixtures.string());
    const auto& content = fixture ? fixtures : root;
    const auto schemas = workflow::read_schemas(content);
    if (!schemas) return failure(schemas.error());
    return workflow::load(path, {content / "workflows", *schemas, {}});
  }

  static Json walk(const workflow::Workflow& workflow, const Json& events) {
    Json answer = {{"steps", Json::array()}};
    NamedGuards host(workflow);
    const chart::Chart& chart = workflow.chart;
    // False: the walk is over.
    const auto add = [&](const Result<chart::StepResult, chart::Fault>& step) {
      if (!step) {
        answer["fault"] = chart::to_string(step.error().kind);
        return false;
      }
      const std::string wrong = illegality(chart, step->next, step->done);
      if (!wrong.empty()) answer["illegal"] = wrong;
      answer["steps"].push_back({{"states", chart.active_paths(step->next)},
                                 {"handled", step->handled},
                                 {"done", step->done}});
      return wrong.empty();
    };
    auto step = chart::start(chart, host);
    if (!add(step)) return answer;
    for (const Json& event : events) {
      host.answers = event.value("guards", Json::object());
      step = chart::step(chart, step->next, event["type"].get<std::string>(), host);
      if (!add(step)) return answer;
    }
    return answer;
  }

  std::map<std::string, workflow::WorkflowPtr> loaded_;
};

}  // namespace
}  // namespace elukaar

int main() {
  using namespace elukaar;
  Workflows workflows;
  for (std::string line; std::getline(std::cin, line);) {
    const OrderedJson task = OrderedJson::parse(line);
    const Json plain = task.contains("machine") ? Json{{"events", Json(task["events"])}} : Json(task);
    const Json answer = task.contains("machine") ? walk_bare(plain, task["machine"])
                                                 : workflows.answer(plain);
    std::cout << answer.dump() << '\n' << std::flush;
  }
}
