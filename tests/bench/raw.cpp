#include "bench/raw.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <pqxx/pqxx>

#include "adapters/postgres/case_store.hpp"
#include "adapters/postgres/schema.hpp"
#include "bench/recording.hpp"
#include "calendar/calendar.hpp"
#include "engine/lanes/worker.hpp"
#include "support/database.hpp"
#include "workflow/load/load.hpp"

namespace elukaar::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

// A database with the schema.
struct Database : test::TestDatabase {
  Database(const std::string& server, const std::string& name) : TestDatabase(name, server) {
    adapters::postgres::bring_schema_up(address(), [](const std::string&) {});
  }
};

// The stream as topics would hand it over: partitions in memory, drained in turns.
class MemorySource final : public engine::EventSource {
 public:
  MemorySource(std::map<std::string, std::vector<engine::SourceRecord>> lanes, std::size_t batch)
      : lanes_(std::move(lanes)), batch_(batch) {}

  engine::LaneListener* listener = nullptr;

  std::vector<engine::SourceRecord> drain(std::size_t most, std::chrono::milliseconds) override {
    if (!assigned_) {
      std::vector<std::string> names;
      for (const auto& [name, records] : lanes_) names.push_back(name);
      listener->lanes_assigned(names);
      assigned_ = true;
    }
    std::vector<engine::SourceRecord> drained;
    const std::size_t share = std::max<std::size_t>(1, std::min(most, batch_) / lanes_.size());
    for (auto& [name, records] : lanes_) {
      std::size_t& next = next_[name];
      for (std::size_t i = 0; i < share && next < records.size(); ++i) {
        drained.push_back(std::move(records[next++]));
      }
    }
    return drained;
  }
  void rewind(const std::map<std::string, std::int64_t>&) override {
    throw std::logic_error("the bench's source cannot be read twice");
  }
  void note_progress(const std::map<std::string, std::int64_t>&) override {}

 private:
  std::map<std::string, std::vector<engine::SourceRecord>> lanes_;
  std::map<std::string, std::size_t> next_;
  std::size_t batch_;
  bool assigned_ = false;
};

class NobodyListens final : public engine::EventPublisher {
 public:
  void publish(engine::OutgoingRecord, Done done) override { done({}); }
};

class Count final : public engine::WorkerObserver {
 public:
  void batch_done(const engine::BatchResult&, std::size_t records,
                  std::chrono::microseconds) override {
    carried += static_cast<std::int64_t>(records);
  }
  void info(const std::string& what) override { std::cerr << what << '\n'; }
  void fault(const std::string& what) override {
    std::cerr << "fault: " << what << '\n';
    ++faults;
  }
  std::atomic<std::int64_t> carried{0};
  std::atomic<int> faults{0};
};

template <class T, class E>
T or_throw(Result<T, E> result, const std::string& what) {
  if (!result) throw std::runtime_error(what + " cannot be read");
  return std::move(*result);
}

using Lanes = std::map<std::string, std::vector<engine::SourceRecord>>;

// Worker by worker: an item has one partition, a partition one worker.
std::vector<Lanes> fill(const RawPlan& plan) {
  std::vector<Lanes> workers(static_cast<std::size_t>(plan.workers));
  for (const auto& [item, step] : order_of(plan.stream)) {
    Event event = event_of(plan.stream, item, step);
    const int partition = item % plan.partitions;
    const std::string lane = fmt::format("kafka/elukaar.life-events/{}", partition);
    auto& records = workers[static_cast<std::size_t>(partition % plan.workers)][lane];
    records.push_back({lane, static_cast<std::int64_t>(records.size()), std::move(event.key),
                       std::move(event.value),
                       {{"content-type", "application/cloudevents+json"}}});
  }
  return workers;
}

struct Recorded {
  std::vector<std::vector<RecordedTransaction>> workers;
  double per_s = 0;
};

Recorded record(const RawPlan& plan, const std::string& address, engine::EngineParts& parts,
                std::vector<Lanes> lanes, std::int64_t total) {
  struct Unit {
    adapters::postgres::CaseStore store;
    RecordingStore recording;
    MemorySource source;
    NobodyListens publisher;
    engine::Worker worker;
    std::jthread thread;
    Unit(const std::string& where, Lanes own, std::size_t batch, engine::EngineParts& with,
         engine::WorkerObserver& observer, int number)
        : store(where),
          recording(store),
          source(std::move(own), batch),
          worker({fmt::format("bench/{}", number)}, recording, source, publisher, with, observer) {
      source.listener = &worker.listener();
    }
  };
  Count count;
  std::vector<std::unique_ptr<Unit>> units;
  for (int i = 0; i < plan.workers; ++i) {
    units.push_back(std::make_unique<Unit>(address, std::move(lanes[static_cast<std::size_t>(i)]),
                                           plan.batch, parts, count, i));
  }
  const auto begun = Clock::now();
  for (auto& unit : units) {
    unit->thread = std::jthread([&worker = unit->worker](std::stop_token stop) {
      worker.run(std::move(stop));
    });
  }
  while (count.carried < total && count.faults == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  Recorded result;
  result.per_s = static_cast<double>(total) / seconds_since(begun);
  for (auto& unit : units) {
    unit->thread.request_stop();
    unit->thread.join();
    result.workers.push_back(std::move(unit->recording.recorded));
  }
  if (count.faults > 0) throw std::runtime_error("the recording run had faults");
  return result;
}

double replay(const std::string& address, Recorded& recorded, std::int64_t& rows) {
  std::vector<std::unique_ptr<adapters::postgres::CaseStore>> stores;
  for (std::size_t i = 0; i < recorded.workers.size(); ++i) {
    stores.push_back(std::make_unique<adapters::postgres::CaseStore>(address));
    adopt_lanes(*stores.back(), recorded.workers[i], fmt::format("raw/{}", i));
  }
  std::atomic<std::int64_t> written{0};
  std::atomic<bool> failed{false};
  const auto begun = Clock::now();
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < stores.size(); ++i) {
      threads.emplace_back([&, i] {
        try {
          written += ask_again(*stores[i], recorded.workers[i], fmt::format("raw/{}", i));
        } catch (const std::exception& fault) {
          std::cerr << "raw: " << fault.what() << '\n';
          failed = true;
        }
      });
    }
  }
  const double seconds = seconds_since(begun);
  if (failed) throw std::runtime_error("the raw run had faults");
  rows = written;
  return static_cast<double>(rows) / seconds;
}

}  // namespace

Json measure_raw(const RawPlan& plan) {
  auto schemas = or_throw(workflow::read_schemas(plan.content_dir), "the schemas");
  auto events =
      or_throw(cloudevents::SchemaCatalogue::load_events(plan.content_dir / "events"), "the events");
  const auto services = or_throw(
      workflow::load_files({plan.content_dir / "workflows/municipalities/bench/bench.yaml"},
                           plan.content_dir, schemas),
      "the bench's workflow");
  const auto keys = plan.scratch / "raw-keys";
  if (auto made = privacy::create_development_keys(keys, {Municipality{plan.stream.municipality}}); !made) {
    throw std::runtime_error(made.error());
  }
  const auto keyring = or_throw(privacy::Keyring::load(keys), "the keys");
  const calendar::Calendar calendar;
  engine::Workflows workflows({services.front().workflow}, [&](const std::string& source) {
    return workflow::compile_canonical(source, schemas);
  });
  engine::EngineParts parts{workflows, events, calendar, keyring, {}};

  auto lanes = fill(plan);
  std::int64_t total = 0;
  for (const Lanes& own : lanes) {
    for (const auto& [name, records] : own) total += static_cast<std::int64_t>(records.size());
  }
  Recorded recorded;
  {
    const Database database(plan.server, "bench_record");
    adapters::postgres::CaseStore store(database.address());
    workflows.register_with(store);
    recorded = record(plan, database.address(), parts, std::move(lanes), total);
  }
  std::size_t transactions = 0;
  for (const auto& worker : recorded.workers) transactions += worker.size();
  const Database database(plan.server, "bench_raw");
  {
    adapters::postgres::CaseStore store(database.address());
    store.release_number(*services.front().workflow);
  }
  std::int64_t rows = 0;
  const double raw = replay(database.address(), recorded, rows);
  return {{"raw_postgres_per_s", raw},
          {"engine_from_memory_per_s", recorded.per_s},
          {"raw_rows", rows},
          {"raw_transactions", transactions}};
}

}  // namespace elukaar::bench
