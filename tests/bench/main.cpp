#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>

#include "bench/latency.hpp"
#include "bench/oracle.hpp"
#include "bench/raw.hpp"
#include "bench/stream.hpp"
#include "bench/throughput.hpp"
#include "bench/topics.hpp"

// The measuring half of tests/bench/run, which starts services and program and calls this step by step. Each
// step prints one JSON object.
namespace {

using namespace elukaar;
using namespace elukaar::bench;

void produce(const StreamPlan& plan, const std::string& brokers, const std::string& topic) {
  const auto begun = std::chrono::steady_clock::now();
  Producer producer(brokers, topic, 20);
  std::size_t bytes = 0;
  const auto order = order_of(plan);
  for (const auto& [item, step] : order) {
    const Event event = event_of(plan, item, step);
    bytes += event.value.size();
    producer.send(event.key, event.value);
  }
  producer.finish();
  const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::cout << Json{{"produced", order.size()},
                    {"event_bytes", bytes / std::max<std::size_t>(1, order.size())},
                    {"produce_s", took}}
                   .dump()
            << '\n';
}

void stream_options(CLI::App* app, StreamPlan& plan) {
  app->add_option("--run", plan.run, "sets the ids of this run apart")->required();
  app->add_option("--items", plan.items, "cases")->required();
  app->add_option("--municipality", plan.municipality, "0001: events alone; 0002: the whole")
      ->capture_default_str();
  app->add_option("--abreast", plan.abreast)->capture_default_str();
  app->add_option("--repeats", plan.repeats_percent, "percent of events that come twice")
      ->capture_default_str();
  app->add_option("--early", plan.early_percent, "percent of events that come too early")
      ->capture_default_str();
  app->add_option("--poison", plan.poison_permille, "records for a thousand events")
      ->capture_default_str();
  app->add_option("--seed", plan.seed)->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app{"Steps of tests/bench/run."};
  app.require_subcommand(1);
  StreamPlan stream;
  std::string brokers;
  std::string topic = "elukaar.life-events";

  CLI::App* producing = app.add_subcommand("produce", "Writes the input to Kafka");
  producing->add_option("--brokers", brokers)->required();
  producing->add_option("--topic", topic)->capture_default_str();
  stream_options(producing, stream);
  producing->callback([&] { produce(stream, brokers, topic); });

  ThroughputPlan throughput;
  CLI::App* drain = app.add_subcommand("drain", "Looks on while a backlog is worked off");
  drain->add_option("--database", throughput.database)->required();
  drain->add_option("--expected", throughput.expected, "events")->required();
  drain->add_option("--cases", throughput.cases, "cases that must have ended")->capture_default_str();
  int warm_up = 3;
  drain->add_option("--warm-up", warm_up, "seconds")->capture_default_str();
  std::vector<std::string> processes;
  drain->add_option("--process", processes, "name=id, whose processor time is told");
  drain->callback([&] {
    for (const std::string& process : processes) {
      const auto sign = process.find('=');
      if (sign == std::string::npos) throw std::runtime_error("--process: expected name=id");
      throughput.processes[process.substr(0, sign)] = std::stoi(process.substr(sign + 1));
    }
    throughput.warm_up = std::chrono::seconds{warm_up};
    std::cout << measure_throughput(throughput).dump() << '\n';
  });

  RawPlan raw;
  CLI::App* raw_app = app.add_subcommand("raw", "The same statements from memory");
  raw_app->add_option("--database", raw.server)->required();
  raw_app->add_option("--content", raw.content_dir)->required();
  raw_app->add_option("--scratch", raw.scratch, "a folder")->required();
  raw_app->add_option("--batch", raw.batch)->capture_default_str();
  raw_app->add_option("--partitions", raw.partitions)->capture_default_str();
  stream_options(raw_app, raw.stream);
  raw_app->callback([&] { std::cout << measure_raw(raw).dump() << '\n'; });

  OraclePlan oracle;
  CLI::App* check = app.add_subcommand("check", "Holds the outcome against the input");
  check->add_option("--database", oracle.database)->required();
  check->add_option("--brokers", oracle.brokers)->required();
  check->add_flag("--whole", oracle.whole, "calls and timers, too");
  check->callback([&] {
    std::cout << (oracle.whole ? hold_whole_against_input(oracle) : hold_against_input(oracle)).dump()
              << '\n';
  });

  LatencyPlan latency;
  CLI::App* latency_app = app.add_subcommand("latency", "From an event to the open page");
  latency_app->add_option("--brokers", latency.brokers)->required();
  latency_app->add_option("--database", latency.database)->required();
  latency_app->add_option("--run", latency.run)->required();
  latency_app->add_option("--address", latency.address, "http://host:port of the program");
  latency_app->add_option("--keys", latency.keys_dir, "the program's folder of keys");
  latency_app->add_option("--persons", latency.persons)->capture_default_str();
  latency_app->add_option("--per-s", latency.per_s)->capture_default_str();
  latency_app->add_option("--seconds", latency.seconds)->capture_default_str();
  latency_app->callback([&] { std::cout << measure_latency(latency).dump() << '\n'; });

  CLI11_PARSE(app, argc, argv);
  return 0;
} catch (const std::exception& failed) {
  std::cerr << "elukaar_bench: " << failed.what() << '\n';
  return 2;
}
