#include "app/wiring/run.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "adapters/kafka/publisher.hpp"
#include "adapters/kafka/topics.hpp"
#include "adapters/postgres/case_store.hpp"
#include "adapters/postgres/operations.hpp"
#include "adapters/postgres/schema.hpp"
#include "app/wiring/dispatcher.hpp"
#include "app/wiring/orchestrator.hpp"
#include "app/wiring/portal.hpp"
#include "app/wiring/shared.hpp"

namespace elukaar::app {
namespace {

constexpr std::chrono::seconds broker_answers_within{10};

void ask_database(Shared& shared, const std::string& connection) {
  if (!adapters::postgres::schema_is_current(connection)) {
    throw CannotStart("the database's schema is not up to date; run `elukaar setup` first");
  }
  adapters::postgres::PgCaseClock clock(connection);
  if (!shared.settings.is_development() && clock.is_shifted()) {
    throw CannotStart("the database's clock is moved, which production refuses; delete the row of "
                      "elukaar.clock_shift if this is the right database");
  }
  adapters::postgres::CaseStore store(connection);
  shared.workflows.register_with(store);
}

// Whatever PostgreSQL does not answer is reported in one line: libpq's messages come in several.
void check_database(Shared& shared) {
  try {
    ask_database(shared, shared.settings.connection_string());
  } catch (const CannotStart&) {
    throw;
  } catch (const std::exception& error) {
    std::string what = error.what();
    std::replace_if(what.begin(), what.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
    const auto& postgres = shared.settings.postgres;
    throw CannotStart(fmt::format(
        "expected PostgreSQL at {}:{} with the database {}, found: {}; start it or set `postgres` in {}",
        postgres.host, postgres.port, postgres.database, what, shared.settings.file.string()));
  }
}

// The program put together: what all roles share, then each role.
class Program {
 public:
  explicit Program(const Settings& settings) : shared_(settings) {}

  void start(const Roles& roles) {
    check_database(shared_);
    const auto& kafka = shared_.settings.kafka;
    adapters::kafka::expect_broker(kafka.brokers, broker_answers_within);
    shared_.publisher =
        std::make_unique<adapters::kafka::Publisher>(kafka.brokers, shared_.faults());
    if (roles.orchestrator) orchestrator_ = std::make_unique<Orchestrator>(shared_);
    if (roles.dispatcher) dispatcher_ = std::make_unique<DispatcherRole>(shared_);
    if (roles.portal) portal_ = std::make_unique<Portal>(shared_, [this] { return readiness(); });
    shared_.log.info(
        fmt::format("started: {} municipalities{}", shared_.content.services.size(),
                    portal_ ? fmt::format(", listening on port {}", portal_->port()) : ""));
  }

  // All are asked to end before any is waited for.
  void stop() {
    if (portal_) portal_->request_stop();
    if (orchestrator_) orchestrator_->request_stop();
    if (dispatcher_) dispatcher_->request_stop();
    orchestrator_.reset();
    dispatcher_.reset();
    if (portal_) portal_->close();
    shared_.publisher.reset();  // before the intake, which it calls back
    portal_.reset();
    shared_.log.info("stopped");
  }

 private:
  adapters::http::Readiness readiness() const {
    if (orchestrator_ && !orchestrator_->is_healthy()) {
      return {false, "a worker has not completed a cycle for some seconds; see the log"};
    }
    return {true, {}};
  }

  Shared shared_;
  std::unique_ptr<Orchestrator> orchestrator_;
  std::unique_ptr<DispatcherRole> dispatcher_;
  std::unique_ptr<Portal> portal_;
};

}  // namespace

Result<Roles, std::string> Roles::parse(const std::string& text) {
  Roles roles{false, false, false};
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (word == "orchestrator") {
      roles.orchestrator = true;
    } else if (word == "dispatcher") {
      roles.dispatcher = true;
    } else if (word == "portal") {
      roles.portal = true;
    } else {
      return failure(fmt::format(
          "expected roles out of orchestrator, dispatcher and portal, found `{}`", word));
    }
    begin = end + 1;
  }
  return roles;
}

int run(const Settings& settings, const Roles& roles, std::ostream& err) {
  // Threads inherit the mask, so that the signal reaches this wait and nobody else.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  try {
    Program program(settings);
    program.start(roles);
    int signal = 0;
    sigwait(&signals, &signal);
    program.stop();
    return 0;
  } catch (const std::exception& cannot) {
    err << "elukaar: " << cannot.what() << '\n';
    return 2;
  }
}

}  // namespace elukaar::app
