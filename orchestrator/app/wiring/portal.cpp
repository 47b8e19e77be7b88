#include "app/wiring/portal.hpp"

#include "adapters/kafka/tail.hpp"
#include "adapters/postgres/case_views.hpp"
#include "adapters/postgres/office.hpp"
#include "adapters/postgres/sessions.hpp"
#include "adapters/postgres/vault.hpp"
#include "office/sending.hpp"
#include "resident/desk.hpp"

namespace elukaar::app {
namespace {

engine::IntakeSettings intake_settings(const Settings& settings) {
  engine::IntakeSettings intake;
  for (const auto& each : settings.credentials) {
    intake.credentials.push_back(
        {each.name, each.token_sha256, each.municipality, each.source, each.types});
  }
  intake.topics = settings.kafka.topics;
  return intake;
}

adapters::http::ServerSettings server_settings(const Settings& settings) {
  adapters::http::ServerSettings server;
  server.listen = settings.http.listen;
  server.port = static_cast<std::uint16_t>(settings.http.port);
  server.public_url = settings.http.public_url;
  server.portal_dir = settings.http.portal_dir;
  server.max_connections = static_cast<std::size_t>(settings.http.max_connections);
  server.max_body_bytes = static_cast<std::size_t>(settings.http.max_body_bytes);
  return server;
}

}  // namespace

Portal::Portal(Shared& shared, std::function<adapters::http::Readiness()> readiness)
    : shared_(shared) {
  const Settings& settings = shared.settings;
  const std::string connection = settings.connection_string();
  intake_vault_ = std::make_unique<adapters::postgres::PgVault>(connection, shared.content.keyring);
  intake_ = std::make_unique<engine::Intake>(
      intake_settings(settings), shared.content.forms, shared.content.keyring,
      [this](const Municipality& municipality) {
        return engine::standing_of(shared_.workflows, municipality);
      },
      *intake_vault_, *shared.publisher);
  hub_ = std::make_unique<resident::LiveHub>(
      resident::LiveSettings{}, std::make_unique<adapters::postgres::PgCaseViews>(connection),
      shared.faults());
  following_ = std::jthread([this](std::stop_token stop) {
    adapters::kafka::follow(
        shared_.settings.kafka.brokers, shared_.settings.kafka.topics.status.text(),
        [this](const std::string& value) { hub_->status_record(value); }, shared_.faults(),
        std::move(stop));
  });
  server_ = std::make_unique<adapters::http::Server>(server_settings(settings),
                                                     server_parts(std::move(readiness)));
  server_->start();
}

Portal::~Portal() = default;

std::uint16_t Portal::port() const { return server_->port(); }

void Portal::request_stop() {
  server_->stop();
  following_.request_stop();
}

void Portal::close() {
  following_.join();
  server_.reset();
  hub_.reset();
}

adapters::http::ServerParts Portal::server_parts(
    std::function<adapters::http::Readiness()> readiness) {
  adapters::http::ServerParts parts;
  parts.make_desk = [this] { return make_desk(); };
  parts.make_office = [this] { return make_office(); };
  parts.live = hub_.get();
  parts.intake = intake_.get();
  parts.metrics = [this] { return shared_.log.metrics(); };
  parts.readiness = std::move(readiness);
  parts.access_log = [this](const adapters::http::AccessEntry& entry) {
    shared_.log.access(std::string{entry.method}, std::string{entry.route}, entry.status,
                       entry.took);
  };
  parts.fault = shared_.faults();
  return parts;
}

// Of one thread.
identity::Sessions Portal::sessions(identity::Kind kind) const {
  const Settings& settings = shared_.settings;
  return {kind,
          {settings.is_development(), settings.http.session_idle, settings.http.session_max},
          std::make_unique<adapters::postgres::PgSessions>(settings.connection_string())};
}

std::unique_ptr<resident::Desk> Portal::make_desk() const {
  const std::string connection = shared_.settings.connection_string();
  return std::make_unique<resident::Desk>(
      sessions(identity::Kind::resident), shared_.services, shared_.content.events,
      shared_.content.keyring, std::make_unique<adapters::postgres::PgCaseViews>(connection),
      std::make_unique<adapters::postgres::PgVault>(connection, shared_.content.keyring,
                                                    adapters::postgres::PgVault::Serving::people));
}

std::unique_ptr<office::Office> Portal::make_office() {
  const std::string connection = shared_.settings.connection_string();
  const Content& content = shared_.content;
  return std::make_unique<office::Office>(
      sessions(identity::Kind::official), shared_.services, content.events,
      content.forms.catalogue(), shared_.registry, content.keyring,
      std::make_unique<adapters::postgres::PgOffice>(connection),
      std::make_unique<adapters::postgres::PgCaseViews>(connection),
      std::make_unique<adapters::postgres::PgVault>(connection, content.keyring,
                                                    adapters::postgres::PgVault::Serving::people),
      office::send_through(*intake_, content.forms.catalogue()));
}

}  // namespace elukaar::app
