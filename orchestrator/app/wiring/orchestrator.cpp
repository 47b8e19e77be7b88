#include "app/wiring/orchestrator.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "adapters/kafka/event_source.hpp"
#include "adapters/postgres/case_store.hpp"
#include "app/wiring/housekeeping.hpp"
#include "engine/lanes/worker.hpp"

namespace elukaar::app {
namespace {

constexpr std::chrono::seconds healthy_within{5};

// The source must know its listener before the worker that listens can be made of the source.
struct LateListener final : engine::LaneListener {
  engine::LaneListener* listener = nullptr;
  std::map<std::string, std::int64_t> lanes_assigned(
      const std::vector<std::string>& lanes) override {
    return listener->lanes_assigned(lanes);
  }
  void lanes_revoked(const std::vector<std::string>& lanes, bool lost) override {
    listener->lanes_revoked(lanes, lost);
  }
};

// One worker with all that is its own. The source, when it closes, still tells the worker which
// partitions go: it ends first.
struct WorkerThread {
  adapters::postgres::CaseStore store;
  std::unique_ptr<engine::Worker> worker;
  std::unique_ptr<engine::EventSource> source;
  std::jthread thread;

  explicit WorkerThread(const std::string& connection) : store(connection) {}
  // The source tells the worker that its partitions go, so it has to go before the worker does.
  ~WorkerThread() {
    thread = {};
    source.reset();
  }
};

std::string host_name() {
  char host[256] = "host";
  ::gethostname(host, sizeof(host) - 1);
  return host;
}

}  // namespace

struct Orchestrator::Parts {
  std::vector<std::unique_ptr<LateListener>> listeners;
  std::vector<std::unique_ptr<WorkerThread>> workers;
  std::unique_ptr<Housekeeping> housekeeping;
};

Orchestrator::Orchestrator(Shared& shared) : parts_(std::make_unique<Parts>()) {
  const Settings& settings = shared.settings;
  parts_->housekeeping = std::make_unique<Housekeeping>(settings.connection_string(), shared.log);
  const std::string host = host_name();
  for (int i = 0; i < settings.workers; ++i) {
    auto each = std::make_unique<WorkerThread>(settings.connection_string());
    engine::WorkerSettings worker;
    worker.owner = fmt::format("{}/{}/{}", host, ::getpid(), i);
    worker.lease = std::max(std::chrono::seconds{1},
                            std::chrono::ceil<std::chrono::seconds>(settings.lane_lease));
    auto listener = std::make_unique<LateListener>();
    adapters::kafka::EventSourceSettings source;
    source.brokers = settings.kafka.brokers;
    source.group = settings.kafka.group;
    const engine::Topics& topics = settings.kafka.topics;
    source.topics = {topics.life_events.text(), topics.service_events.all()};
    each->source =
        std::make_unique<adapters::kafka::EventSource>(source, *listener, shared.faults());
    each->worker = std::make_unique<engine::Worker>(worker, each->store, *each->source,
                                                    *shared.publisher, shared.parts, shared.log);
    listener->listener = &each->worker->listener();
    each->thread = std::jthread([worker = each->worker.get()](std::stop_token stop) {
      worker->run(std::move(stop));
    });
    parts_->listeners.push_back(std::move(listener));
    parts_->workers.push_back(std::move(each));
  }
}

Orchestrator::~Orchestrator() {
  request_stop();
  for (auto& worker : parts_->workers) worker->thread.join();
}

void Orchestrator::request_stop() {
  for (auto& worker : parts_->workers) worker->thread.request_stop();
}

bool Orchestrator::is_healthy() const {
  return std::all_of(parts_->workers.begin(), parts_->workers.end(),
                     [](const auto& each) { return each->worker->is_healthy(healthy_within); });
}

}  // namespace elukaar::app
