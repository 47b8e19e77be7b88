#include "app/wiring/dispatcher.hpp"

#include <unistd.h>

#include "adapters/curl/http_client.hpp"
#include "adapters/postgres/calls.hpp"
#include "adapters/postgres/vault.hpp"
#include "base/real_time.hpp"

namespace elukaar::app {
namespace {

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

}  // namespace

DispatcherRole::DispatcherRole(Shared& shared) {
  const std::string connection = shared.settings.connection_string();
  calls_ = std::make_unique<adapters::postgres::PgCalls>(connection);
  vault_ = std::make_unique<adapters::postgres::PgVault>(connection, shared.content.keyring);
  http_client_ = std::make_unique<adapters::curl::HttpClient>();
  dispatcher_ = std::make_unique<engine::Dispatcher>(
      dispatcher_settings(shared.settings), *calls_, *http_client_, *vault_, shared.content.keyring,
      shared.registry, real_now,
      [&shared](const engine::DispatchNote& note) { shared.log.note(note); });
  thread_ = std::jthread([this](std::stop_token stop) { dispatcher_->run(std::move(stop)); });
}

DispatcherRole::~DispatcherRole() { request_stop(); }

void DispatcherRole::request_stop() {
  thread_.request_stop();
  dispatcher_->wake();
}

}  // namespace elukaar::app
