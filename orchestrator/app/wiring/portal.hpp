#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "adapters/http/server.hpp"
#include "app/wiring/shared.hpp"
#include "engine/intake/intake.hpp"
#include "resident/live_hub.hpp"

namespace elukaar::app {

// The role `portal`: HTTP for residents, officials and senders, and the residents' open pages. Serves from when it is
// made. `shared` must outlive it, but its publisher must end before this does: it calls back the intake.
class Portal {
 public:
  Portal(Shared& shared, std::function<adapters::http::Readiness()> readiness);
  ~Portal();

  std::uint16_t port() const;
  // Takes no request any more and asks the threads to end.
  void request_stop();
  // Waits for them; what is left is what the publisher may still call back.
  void close();

 private:
  adapters::http::ServerParts server_parts(std::function<adapters::http::Readiness()> readiness);
  identity::Sessions sessions(identity::Kind kind) const;
  std::unique_ptr<resident::Desk> make_desk() const;
  std::unique_ptr<office::Office> make_office();

  Shared& shared_;
  std::unique_ptr<engine::Vault> intake_vault_;
  std::unique_ptr<engine::Intake> intake_;
  std::unique_ptr<resident::LiveHub> hub_;
  std::unique_ptr<adapters::http::Server> server_;
  std::jthread following_;
};

}  // namespace elukaar::app
