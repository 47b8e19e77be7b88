#include "bench/throughput.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <pqxx/pqxx>

namespace elukaar::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds interval{200};

struct Sample {
  Clock::time_point at{};
  std::int64_t carried = 0;  // applied, recognised as repeats, parked
  std::int64_t applied = 0;  // transitions: events, timers and answers that moved a case
  std::int64_t transactions = 0;
  std::map<std::string, double> processor;  // seconds
};

double ticks_of(int process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 2));
  std::string word;
  double ticks = 0;
  for (int i = 3; fields >> word && i <= 15; ++i) {
    if (i == 14 || i == 15) ticks += std::stod(word);
  }
  return ticks;
}

// Of the process and its present children (PostgreSQL works in children).
double processor_seconds(int process) {
  double ticks = ticks_of(process);
  std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", process));
  for (int child = 0; children >> child;) ticks += ticks_of(child);
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

// The most memory that the process itself has had at a time.
double peak_mib(int process) {
  std::ifstream status(fmt::format("/proc/{}/status", process));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

Sample look(pqxx::connection& connection, const ThroughputPlan& plan) {
  pqxx::nontransaction work(connection);
  const pqxx::row row = work.exec1(
      "select coalesce(sum(applied + duplicates + parked), 0), coalesce(sum(next_sequence), 0), "
      "(select xact_commit from pg_stat_database where datname = current_database()) "
      "from elukaar.lane");
  Sample sample{Clock::now(), row[0].as<long long>(), row[1].as<long long>(),
                row[2].as<long long>(), {}};
  for (const auto& [name, process] : plan.processes) {
    sample.processor[name] = processor_seconds(process);
  }
  return sample;
}

std::int64_t completed(pqxx::connection& connection) {
  pqxx::nontransaction work(connection);
  return work.exec1("select count(*) from elukaar.cases where lifecycle = 'completed'")[0]
      .as<long long>();
}

Json report(const std::vector<Sample>& samples, const ThroughputPlan& plan) {
  std::size_t first = 0;
  while (first < samples.size() && samples[first].applied == samples[0].applied) ++first;
  std::size_t begin = first;
  while (begin + 1 < samples.size() && samples[begin].at - samples[first].at < plan.warm_up) ++begin;
  const Sample& from = samples[begin];
  const Sample& to = samples.back();
  const double seconds = std::chrono::duration<double>(to.at - from.at).count();
  const auto moved = static_cast<double>(to.applied - from.applied);
  Json processor = Json::object();
  for (const auto& [name, used] : to.processor) {
    processor[name] = (used - from.processor.at(name)) / moved * 1e6;
  }
  Json memory = Json::object();
  for (const auto& [name, process] : plan.processes) memory[name] = peak_mib(process);
  // The slowest whole second tells whether the rate is sustained.
  double slowest = moved / seconds;
  for (std::size_t i = begin; i < samples.size(); ++i) {
    std::size_t j = i;
    while (j < samples.size() && samples[j].at - samples[i].at < std::chrono::seconds{1}) ++j;
    if (j == samples.size()) break;
    slowest = std::min(slowest, static_cast<double>(samples[j].applied - samples[i].applied) /
                                    std::chrono::duration<double>(samples[j].at - samples[i].at)
                                        .count());
  }
  return {{"transitions_per_s", moved / seconds},
          {"sustained_s", seconds},
          {"slowest_second_per_s", slowest},
          {"events_a_transaction",
           moved / static_cast<double>(std::max<std::int64_t>(1, to.transactions - from.transactions))},
          {"processor_us_a_transition", processor},
          {"peak_mib", memory}};
}

}  // namespace

Json measure_throughput(const ThroughputPlan& plan) {
  pqxx::connection connection(plan.database);
  std::vector<Sample> samples;
  const auto begun = Clock::now();
  auto told = begun;
  do {
    if (Clock::now() - begun > plan.patience) {
      throw std::runtime_error(fmt::format("after {} s only {} of {} events have been carried",
                                           plan.patience.count(), samples.back().carried,
                                           plan.expected));
    }
    samples.push_back(look(connection, plan));
    if (Clock::now() - told > std::chrono::seconds{5}) {
      told = Clock::now();
      std::cerr << fmt::format("    {} of {}\n", samples.back().carried, plan.expected);
    }
    std::this_thread::sleep_for(interval);
  } while (samples.back().carried < plan.expected ||
           (plan.cases > 0 && completed(connection) < plan.cases));
  return report(samples, plan);
}

}  // namespace elukaar::bench
