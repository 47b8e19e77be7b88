#include "app/wiring/run.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <thread>

#include <fmt/format.h>

#include "adapters/curl/http_client.hpp"
#include "adapters/http/server.hpp"
#include "adapters/kafka/event_source.hpp"
#include "adapters/kafka/publisher.hpp"
#include "adapters/kafka/tail.hpp"
#include "adapters/kafka/topics.hpp"
#include "adapters/postgres/calls.hpp"
#include "adapters/postgres/case_store.hpp"
#include "adapters/postgres/office.hpp"
#include "adapters/postgres/operations.hpp"
#include "adapters/postgres/case_views.hpp"
#include "adapters/postgres/schema.hpp"
#include "adapters/postgres/sessions.hpp"
#include "adapters/postgres/vault.hpp"
#include "app/observability.hpp"
#include "app/wiring/housekeeping.hpp"
#include "app/wiring/registry.hpp"
#include "calendar/calendar.hpp"
#include "engine/calls/dispatcher.hpp"
#include "engine/intake/intake.hpp"
#include "engine/lanes/worker.hpp"
#include "office/sending.hpp"
#include "resident/desk.hpp"
#include "workflow/load/calendar_file.hpp"
#include "workflow/load/load.hpp"

namespace elukaar::app {
namespace {

constexpr std::chrono::seconds healthy_within{5};
constexpr std::chrono::seconds broker_answers_within{10};

// What keeps the program from starting; one line for the operator.
struct CannotStart : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string in_lines(const Problems& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    if (!text.empty()) text += '\n';
    text += to_text(problem);
  }
  return text;
}

template <class T>
T or_stop(Result<T, Problems> result) {
  if (!result) throw CannotStart(in_lines(result.error()));
  return std::move(*result);
}

template <class T>
T or_stop(Result<T, std::string> result) {
  if (!result) throw CannotStart(result.error());
  return std::move(*result);
}

// Everything that is read once and then shared by all threads.
struct Content {
  cloudevents::SchemaCatalogue events;
  workflow::SchemaTable schemas;
  calendar::Calendar calendar;
  std::vector<workflow::Service> services;
  engine::IntakeForms forms;
  privacy::Keyring keyring;
};

Content read_content(const Settings& settings) {
  auto events = or_stop(cloudevents::SchemaCatalogue::load(settings.content_dir / "events"));
  auto forms = or_stop(engine::IntakeForms::build(
      or_stop(cloudevents::SchemaCatalogue::load(settings.content_dir / "events" / "intake"))));
  auto schemas = or_stop(workflow::read_schemas(settings.content_dir));
  std::vector<std::filesystem::path> files;
  for (const auto& served : settings.municipalities) files.push_back(served.workflow);
  auto services = or_stop(workflow::load_files(files, settings.content_dir, schemas));
  for (std::size_t i = 0; i < services.size(); ++i) {
    if (services[i].workflow->municipality.ehak != settings.municipalities[i].ehak) {
      throw CannotStart(fmt::format(
          "{}: municipality {} is to be served by {}, which is the file of municipality {}",
          settings.file.string(), settings.municipalities[i].ehak.str(), files[i].string(),
          services[i].workflow->municipality.ehak.str()));
    }
  }
  auto keyring = or_stop(privacy::Keyring::load(settings.keys_dir));
  auto calendar = or_stop(workflow::read_calendar(settings.content_dir));
  return {std::move(events), std::move(schemas), std::move(calendar), std::move(services),
          std::move(forms), std::move(keyring)};
}

engine::IntakeSettings intake_settings(const Settings& settings) {
  engine::IntakeSettings intake;
  for (const auto& each : settings.credentials) {
    intake.credentials.push_back(
        {each.name, each.token_sha256, each.municipality, each.source, each.types});
  }
  intake.life_events_topic = settings.kafka.life_events;
  intake.service_events_topic = settings.kafka.service_events;
  return intake;
}

engine::DispatcherSettings dispatcher_settings(const Settings& settings) {
  engine::DispatcherSettings dispatcher;
  for (const auto& each : settings.connectors) {
    dispatcher.roles[each.registration.role] = {
        each.settings.number("max_in_flight"), each.settings.milliseconds("retry_interval_ms"),
        each.settings.milliseconds("retry_interval_max_ms"),
        std::chrono::duration_cast<std::chrono::seconds>(
            each.settings.milliseconds("give_up_after_ms"))};
  }
  dispatcher.jitter_seed = static_cast<std::uint64_t>(::getpid());
  return dispatcher;
}

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

// The program put together. Members that use others stand below them: what is declared last ends first.
class Program {
 public:
  Program(const Settings& settings, const Roles& roles)
      : settings_(settings),
        roles_(roles),
        log_(settings.log_level),
        content_(read_content(settings)),
        registry_(or_stop(make_registry(settings, content_.services))),
        workflows_(newest(), compile()),
        services_(content_.services, workflows_),
        parts_{workflows_, content_.events, content_.calendar, content_.keyring,
               {settings.kafka.status, settings.kafka.notifications, settings.kafka.service_events}} {}

  void start() {
    check_database();
    adapters::kafka::expect_broker(settings_.kafka.brokers, broker_answers_within);
    publisher_ = std::make_unique<adapters::kafka::Publisher>(settings_.kafka.brokers, faults());
    if (roles_.orchestrator) start_workers();
    if (roles_.dispatcher) start_dispatcher();
    if (roles_.portal) start_portal();
    log_.info(fmt::format("started: {} municipalities{}", content_.services.size(),
                          server_ ? fmt::format(", listening on port {}", server_->port()) : ""));
  }

  void stop() {
    if (server_) server_->stop();
    for (auto& worker : workers_) worker->thread.request_stop();
    dispatching_.request_stop();
    if (dispatcher_) dispatcher_->wake();
    following_.request_stop();
    for (auto& worker : workers_) worker->thread.join();
    if (dispatching_.joinable()) dispatching_.join();
    if (following_.joinable()) following_.join();
    workers_.clear();
    housekeeping_.reset();
    server_.reset();
    hub_.reset();
    publisher_.reset();  // before the intake, which it calls back
    intake_.reset();
    log_.info("stopped");
  }

 private:
  std::vector<workflow::WorkflowPtr> newest() const {
    std::vector<workflow::WorkflowPtr> workflows;
    for (const auto& service : content_.services) workflows.push_back(service.workflow);
    return workflows;
  }

  engine::Workflows::Compile compile() const {
    return [this](const std::string& source) {
      return workflow::compile_canonical(source, content_.schemas);
    };
  }

  std::function<void(const std::string&)> faults() {
    return [this](const std::string& what) { log_.fault(what); };
  }

  // Whatever of it PostgreSQL does not answer, is told in one line: libpq's words come in several.
  void check_database() {
    try {
      ask_database(settings_.connection_string());
    } catch (const CannotStart&) {
      throw;
    } catch (const std::exception& error) {
      std::string what = error.what();
      std::replace_if(what.begin(), what.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
      throw CannotStart(fmt::format(
          "expected PostgreSQL at {}:{} with the database {}, found: {}; start it or set `postgres` in {}",
          settings_.postgres.host, settings_.postgres.port, settings_.postgres.database, what,
          settings_.file.string()));
    }
  }

  void ask_database(const std::string& connection) {
    if (!adapters::postgres::schema_is_current(connection)) {
      throw CannotStart("the database's schema is not up to date; run `elukaar setup` first");
    }
    adapters::postgres::PgCaseClock clock(connection);
    if (!settings_.is_development() && clock.is_shifted()) {
      throw CannotStart("the database's clock is moved, which production refuses; delete the row of "
                        "elukaar.clock_shift if this is the right database");
    }
    adapters::postgres::CaseStore store(connection);
    workflows_.register_with(store);
  }

  void start_workers() {
    housekeeping_ = std::make_unique<Housekeeping>(settings_.connection_string(), log_);
    char host[256] = "host";
    ::gethostname(host, sizeof(host) - 1);
    for (int i = 0; i < settings_.workers; ++i) {
      auto each = std::make_unique<WorkerThread>(settings_.connection_string());
      engine::WorkerSettings worker;
      worker.owner = fmt::format("{}/{}/{}", host, ::getpid(), i);
      worker.lease = std::max(std::chrono::seconds{1},
                              std::chrono::ceil<std::chrono::seconds>(settings_.lane_lease));
      listeners_.push_back(std::make_unique<LateListener>());
      adapters::kafka::EventSourceSettings source;
      source.brokers = settings_.kafka.brokers;
      source.group = settings_.kafka.group;
      source.topics = {settings_.kafka.life_events, settings_.kafka.service_events.all()};
      each->source = std::make_unique<adapters::kafka::EventSource>(source, *listeners_.back(), faults());
      each->worker = std::make_unique<engine::Worker>(worker, each->store, *each->source,
                                                      *publisher_, parts_, log_);
      listeners_.back()->listener = &each->worker->listener();
      each->thread = std::jthread([worker = each->worker.get()](std::stop_token stop) {
        worker->run(std::move(stop));
      });
      workers_.push_back(std::move(each));
    }
  }

  void start_dispatcher() {
    const std::string connection = settings_.connection_string();
    calls_ = std::make_unique<adapters::postgres::PgCalls>(connection);
    calls_vault_ = std::make_unique<adapters::postgres::PgVault>(connection, content_.keyring);
    http_client_ = std::make_unique<adapters::curl::HttpClient>();
    dispatcher_ = std::make_unique<engine::Dispatcher>(
        dispatcher_settings(settings_), *calls_, *http_client_, *calls_vault_, content_.keyring,
        registry_,
        [] { return std::chrono::time_point_cast<std::chrono::microseconds>(
                 std::chrono::system_clock::now()); },
        [this](const engine::DispatchNote& note) { log_.note(note); });
    dispatching_ =
        std::jthread([this](std::stop_token stop) { dispatcher_->run(std::move(stop)); });
  }

  void start_portal() {
    const std::string connection = settings_.connection_string();
    intake_vault_ = std::make_unique<adapters::postgres::PgVault>(connection, content_.keyring);
    engine::IntakeSettings intake = intake_settings(settings_);
    intake_ = std::make_unique<engine::Intake>(
        std::move(intake), content_.forms, content_.keyring,
        [this](const Municipality& municipality) { return engine::standing_of(workflows_, municipality); },
        *intake_vault_, *publisher_);
    hub_ = std::make_unique<resident::LiveHub>(
        resident::LiveSettings{}, std::make_unique<adapters::postgres::PgCaseViews>(connection),
        faults());
    following_ = std::jthread([this](std::stop_token stop) {
      adapters::kafka::follow(
          settings_.kafka.brokers, settings_.kafka.status,
          [this](const std::string& value) { hub_->status_record(value); }, faults(),
          std::move(stop));
    });
    adapters::http::ServerSettings server;
    server.listen = settings_.http.listen;
    server.port = static_cast<std::uint16_t>(settings_.http.port);
    server.public_url = settings_.http.public_url;
    server.portal_dir = settings_.http.portal_dir;
    server.max_connections = static_cast<std::size_t>(settings_.http.max_connections);
    server.max_body_bytes = static_cast<std::size_t>(settings_.http.max_body_bytes);
    adapters::http::ServerParts parts;
    parts.make_desk = [this, connection] { return make_desk(connection); };
    parts.make_office = [this, connection] { return make_office(connection); };
    parts.live = hub_.get();
    parts.intake = intake_.get();
    parts.metrics = [this] { return log_.metrics(); };
    parts.readiness = [this] { return readiness(); };
    parts.access_log = [this](const adapters::http::AccessEntry& entry) {
      log_.access(std::string{entry.method}, std::string{entry.route}, entry.status, entry.took);
    };
    parts.fault = faults();
    server_ = std::make_unique<adapters::http::Server>(server, parts);
    server_->start();
  }

  // Of one thread; `address`: PostgreSQL's.
  identity::Sessions sessions(identity::Kind kind, const std::string& address) const {
    return {kind,
            {settings_.is_development(), settings_.http.session_idle, settings_.http.session_max},
            std::make_unique<adapters::postgres::PgSessions>(address)};
  }

  std::unique_ptr<resident::Desk> make_desk(const std::string& connection) const {
    return std::make_unique<resident::Desk>(
        sessions(identity::Kind::resident, connection), services_, content_.events, content_.keyring,
        std::make_unique<adapters::postgres::PgCaseViews>(connection),
        std::make_unique<adapters::postgres::PgVault>(
            connection, content_.keyring, adapters::postgres::PgVault::Serving::people));
  }

  std::unique_ptr<office::Office> make_office(const std::string& connection) {
    return std::make_unique<office::Office>(
        sessions(identity::Kind::official, connection), services_, content_.events,
        content_.forms.catalogue(), registry_, content_.keyring,
        std::make_unique<adapters::postgres::PgOffice>(connection),
        std::make_unique<adapters::postgres::PgCaseViews>(connection),
        std::make_unique<adapters::postgres::PgVault>(
            connection, content_.keyring, adapters::postgres::PgVault::Serving::people),
        office::send_through(*intake_, content_.forms.catalogue()));
  }

  adapters::http::Readiness readiness() const {
    for (const auto& worker : workers_) {
      if (!worker->worker->is_healthy(healthy_within)) {
        return {false, "a worker has not come round for some seconds; see the log"};
      }
    }
    return {true, {}};
  }

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

  const Settings& settings_;
  const Roles roles_;
  Observability log_;
  const Content content_;
  const kit::Registry registry_;
  engine::Workflows workflows_;
  const caseview::Services services_;
  engine::EngineParts parts_;
  std::unique_ptr<engine::Vault> intake_vault_;
  std::unique_ptr<engine::Intake> intake_;
  std::unique_ptr<adapters::kafka::Publisher> publisher_;
  std::vector<std::unique_ptr<LateListener>> listeners_;
  std::vector<std::unique_ptr<WorkerThread>> workers_;
  std::unique_ptr<Housekeeping> housekeeping_;
  std::unique_ptr<engine::CallStore> calls_;
  std::unique_ptr<engine::Vault> calls_vault_;
  std::unique_ptr<engine::HttpClient> http_client_;
  std::unique_ptr<engine::Dispatcher> dispatcher_;
  std::unique_ptr<resident::LiveHub> hub_;
  std::unique_ptr<adapters::http::Server> server_;
  std::jthread dispatching_;
  std::jthread following_;
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
    Program program(settings, roles);
    program.start();
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
