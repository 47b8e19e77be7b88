// The speed of the language, without a database: checking all files, one macrostep of the
// kindergarten chart with its guards, how a step's cost grows with the chart, and ten thousand
// families through three years. Ends with 1 where a limit is missed; in a build with optimisation
// only.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "app/commands/simulation_commands.hpp"
#include "app/commands/workflow_commands.hpp"
#include "workflow/load/load.hpp"

namespace elukaar {
namespace {

const std::filesystem::path content = ELUKAAR_SOURCE_DIR;

constexpr double max_lint_seconds = 1.0;
constexpr double max_macrostep_seconds = 2e-6;
constexpr double max_growth = 2.0;  // 200 states against 10
constexpr double max_simulation_seconds = 10.0;
constexpr int simulated_families = 10'000;

void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(2);
}

void lint(benchmark::State& state) {
  for (auto _ : state) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = app::lint_workflows({{content / "workflows"}, content, "text"}, out, err);
    if (code != 0) give_up("lint: " + out.str() + err.str());
  }
}

// ---- the kindergarten -------------------------------------------------------------------------

workflow::WorkflowPtr kindergarten() {
  const auto schemas = workflow::read_schemas(content);
  if (!schemas) give_up("the schemas cannot be read");
  auto loaded = workflow::load(content / "workflows/municipalities/rae/kindergarten-place.yaml",
                               {content / "workflows", *schemas, {}});
  if (!loaded) give_up(to_text(loaded.error().front()));
  return loaded->workflow;
}

// Guards are evaluated as they are in a case; actions cost nothing.
class Guards final : public chart::Host, private cel::CaseFacts {
 public:
  Guards(const workflow::Workflow& workflow, const Json& context)
      : workflow_(workflow), context_(context) {}
  void select_event(const chart::CurrentEvent&) override {}
  Result<bool, std::string> guard(int index, const chart::Configuration& active) override {
    active_ = &active;
    ++asked;
    cel::Activation with;
    with.event = event;
    with.context = &context_;
    with.parameters = &workflow_.parameters;
    with.now = Timestamp{};
    with.facts = this;
    auto holds = workflow_.guards[static_cast<std::size_t>(index)].test(with);
    if (!holds) return failure(holds.error().text());
    return *holds;
  }
  Result<void, std::string> action(int, const chart::Configuration&, chart::Raiser&) override {
    return {};
  }

  const Json* event = nullptr;
  std::size_t asked = 0;

 private:
  bool in_state(std::string_view path) const override {
    const auto state = workflow_.chart.find(path);
    return state && active_ != nullptr && active_->contains(*state);
  }
  Timestamp entered_at() const override { return {}; }

  const workflow::Workflow& workflow_;
  const Json& context_;
  const chart::Configuration* active_ = nullptr;
};

struct Told {
  std::string name;
  Json body;
};

// From a birth into the queue, and twice a new place in it.
std::vector<Told> way() {
  const auto told = [](const char* name, const char* body) { return Told{name, Json::parse(body)}; };
  return {told("birth-registered", R"({"data":{"child":{"key":"c","bornOn":"2026-04-20"},"residenceKov":"0653"}})"),
          told("after.notice.expecting", "{}"),
          told("done.invoke.verifying.family", R"({"output":{"alive":true,"livesHere":true,"protected":false,"guardians":[{"key":"g"}]}})"),
          told("application-submitted", R"({"data":{"application":{"id":"a"},"child":{"key":"c"}}})"),
          told("done.invoke.checking.residence", R"({"output":{"childLivesHere":true,"applicantLivesHere":true,"custody":true,"childSince":"2026-04-20","asOf":"2026-05-05"}})"),
          told("done.invoke.registering.register", R"({"output":{"registerId":"r","status":"queued","queue":{"scope":"s","position":12,"of":40,"ruleRef":"x"}}})"),
          told("queue-position-changed", R"({"data":{"application":{"id":"a"},"queue":{"scope":"s","position":8,"of":40,"ruleRef":"x"}}})"),
          told("queue-position-changed", R"({"data":{"application":{"id":"a"},"queue":{"scope":"s","position":7,"of":40,"ruleRef":"x"}}})")};
}

// One iteration is one macrostep; the mean over the whole way.
void macrostep(benchmark::State& state) {
  const auto workflow = kindergarten();
  Json context = workflow->context;  // as a case begins, with what its first events bring
  context.update({{"child", {{"key", "c"}, {"bornOn", "2026-04-20"}}},
                  {"family", {{"guardians", {"g"}}}},
                  {"application", {{"id", "a"}, {"applicant", "g"}}},
                  {"queue", {{"scope", "s"}, {"position", 12}, {"of", 40}, {"ruleRef", "x"}}}});
  const std::vector<Told> events = way();
  Guards host(*workflow, context);
  const auto first = chart::start(workflow->chart, host);
  if (!first) give_up("start: " + first.error().what);
  auto now = first->next;
  std::size_t at = 0;
  for (auto _ : state) {
    if (at == events.size()) {
      at = 0;
      now = first->next;
    }
    host.event = &events[at].body;
    auto step = chart::step(workflow->chart, now, events[at].name, host);
    if (!step) give_up(events[at].name + ": " + step.error().what);
    if (!step->handled) give_up(events[at].name + " is not handled where the way expects it");
    now = step->next;
    ++at;
  }
  // Benchmark tries itself with one iteration first; the way's first event has no guard.
  if (host.asked == 0 && state.iterations() >= static_cast<benchmark::IterationCount>(events.size())) {
    give_up("no guard was asked");
  }
}

// ---- growth -------------------------------------------------------------------------------------

class Nothing final : public chart::Host {
 public:
  void select_event(const chart::CurrentEvent&) override {}
  Result<bool, std::string> guard(int, const chart::Configuration&) override { return true; }
  Result<void, std::string> action(int, const chart::Configuration&, chart::Raiser&) override {
    return {};
  }
};

// A ring of that many states in compound states of ten.
chart::Chart ring(int states) {
  chart::StateSource root;
  root.key = "m";
  root.type = chart::StateType::compound;
  const auto target = [&](int i) {
    const int next = (i + 1) % states;
    return "#m.g" + std::to_string(next / 10) + ".s" + std::to_string(next);
  };
  for (int g = 0; g < states / 10; ++g) {
    chart::StateSource group;
    group.key = "g" + std::to_string(g);
    group.type = chart::StateType::compound;
    for (int i = g * 10; i < g * 10 + 10; ++i) {
      chart::StateSource state;
      state.key = "s" + std::to_string(i);
      chart::TransitionSource go;
      go.descriptor = "go";
      go.target = target(i);
      state.on.push_back(go);
      group.states.push_back(std::move(state));
    }
    group.initial = group.states.front().key;
    root.states.push_back(std::move(group));
  }
  root.initial = "g0";
  auto chart = chart::compile(root);
  if (!chart) give_up(to_text(chart.error().front()));
  return *chart;
}

void step_of_chart(benchmark::State& state) {
  const chart::Chart chart = ring(static_cast<int>(state.range(0)));
  Nothing host;
  auto now = chart::start(chart, host)->next;
  for (auto _ : state) {
    auto step = chart::step(chart, now, "go", host);
    now = step->next;
    benchmark::DoNotOptimize(now);
  }
}

// ---- a municipality ----------------------------------------------------------------------------

void simulate(benchmark::State& state) {
  app::SimulateOptions options;
  options.file = content / "workflows/municipalities/rae/kindergarten-place.yaml";
  options.content_dir = content;
  options.families = simulated_families;
  options.years = 3;
  for (auto _ : state) {
    std::ostringstream out;
    std::ostringstream err;
    if (app::simulate_workflow(options, out, err) != 0) give_up("simulate: " + err.str());
    benchmark::DoNotOptimize(out);
  }
}

BENCHMARK(simulate)->Unit(benchmark::kMillisecond)->Iterations(1)->UseRealTime();
BENCHMARK(lint)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(macrostep)->Unit(benchmark::kNanosecond);
BENCHMARK(step_of_chart)->Arg(10)->Arg(200)->Unit(benchmark::kNanosecond);

// Prints as usual and keeps the seconds an iteration took.
class Keeper : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      const double unit = benchmark::GetTimeUnitMultiplier(run.time_unit);
      seconds[run.benchmark_name()] = run.GetAdjustedRealTime() / unit;
    }
    ConsoleReporter::ReportRuns(runs);
  }
  std::map<std::string, double> seconds;
};

bool within(const char* what, double found, double limit) {
  std::printf("%s: %g, limit %g%s\n", what, found, limit, found <= limit ? "" : "  MISSED");
  return found <= limit;
}

}  // namespace
}  // namespace elukaar

int main(int argc, char** argv) {
  using namespace elukaar;
  benchmark::Initialize(&argc, argv);
  Keeper keeper;
  benchmark::RunSpecifiedBenchmarks(&keeper);
  // A filter leaves some out: only what has run is judged.
  const auto& seconds = keeper.seconds;
  const auto ran = [&](const std::string& name) { return seconds.contains(name); };
  bool kept = true;
  if (ran("lint/real_time")) {
    kept &= within("lint of all workflows, s", seconds.at("lint/real_time"), max_lint_seconds);
  }
  if (ran("macrostep")) {
    kept &= within("macrostep with guards, s", seconds.at("macrostep"), max_macrostep_seconds);
  }
  if (ran("step_of_chart/10") && ran("step_of_chart/200")) {
    kept &= within("a step of 200 states against one of 10",
                   seconds.at("step_of_chart/200") / seconds.at("step_of_chart/10"), max_growth);
  }
  if (ran("simulate/iterations:1/real_time")) {
    kept &= within("simulate 10000 families over three years, s",
                   seconds.at("simulate/iterations:1/real_time"), max_simulation_seconds);
  }
  return kept ? 0 : 1;
}
