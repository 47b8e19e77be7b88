#pragma once

#include <memory>
#include <thread>

#include "app/wiring/shared.hpp"
#include "engine/calls/dispatcher.hpp"

namespace elukaar::app {

// The role `dispatcher`: connector calls, on one thread. Works from when it is made; request_stop() asks the thread to
// end, the destructor waits for it. `shared` must outlive it.
class DispatcherRole {
 public:
  explicit DispatcherRole(Shared& shared);
  ~DispatcherRole();

  void request_stop();

 private:
  std::unique_ptr<engine::CallStore> calls_;
  std::unique_ptr<engine::Vault> vault_;
  std::unique_ptr<engine::HttpClient> http_client_;
  std::unique_ptr<engine::Dispatcher> dispatcher_;
  std::jthread thread_;  // last: ends first
};

}  // namespace elukaar::app
