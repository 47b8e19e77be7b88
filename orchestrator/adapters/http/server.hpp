#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/timestamp.hpp"
#include "engine/intake/intake.hpp"
#include "office/office.hpp"
#include "resident/desk.hpp"
#include "resident/live_hub.hpp"

namespace elukaar::adapters::http {

struct ServerSettings {
  std::string listen = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: a free one
  std::string public_url;     // how residents reach it: https makes the cookie Secure
  std::filesystem::path portal_dir;  // built portal; empty: no pages
  std::size_t max_connections = 2000;
  std::size_t max_body_bytes = 64 * 1024;
  std::size_t desk_threads = 2;
  std::size_t max_waiting_requests = 1000;  // for a desk; beyond it 503
  std::chrono::milliseconds stop_within{5'000};
};

struct Readiness {
  bool ready = false;
  std::string what;  // what is missing, for an operator
};

// One answered request. No path, only the route's pattern: paths hold ids.
struct AccessEntry {
  std::string_view method;
  std::string_view route;  // "/api/v1/me/cases/{case}"
  int status = 0;
  std::chrono::microseconds took{0};
};

// What the server answers with. Callbacks may be called by any thread of the server and must not
// block; all references and callbacks must outlive it.
struct ServerParts {
  std::function<std::unique_ptr<resident::Desk>()> make_desk;  // one for each desk thread
  std::function<std::unique_ptr<office::Office>()> make_office;  // the same; null: 404
  resident::LiveHub* live = nullptr;  // null: no stream, 404
  engine::Intake* intake = nullptr;   // null: no intake, 404
  std::function<std::string()> metrics;      // Prometheus text format
  std::function<Readiness()> readiness;
  std::function<void(const AccessEntry&)> access_log;
  std::function<void(const std::string&)> fault;  // for an operator; no personal data
};

// The HTTP door: residents' routes, their stream, the intake, health, metrics and the portal's files
// (openapi.yaml lists every route). One thread speaks HTTP; `desk_threads` do what blocks.
//
// start() throws std::runtime_error where it cannot listen. stop() refuses new connections, lets what
// is in flight end for `stop_within`, then closes everything; the destructor does the same.
class Server {
 public:
  Server(ServerSettings settings, ServerParts parts);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void start();
  std::uint16_t port() const;  // after start()
  void stop();

 private:
  struct Implementation;
  std::shared_ptr<Implementation> implementation_;  // also held by what is in flight
};

}  // namespace elukaar::adapters::http
