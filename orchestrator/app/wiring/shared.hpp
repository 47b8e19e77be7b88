#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/observability.hpp"
#include "app/settings.hpp"
#include "app/wiring/content.hpp"
#include "caseview/services.hpp"
#include "engine/batch/batch.hpp"
#include "engine/ports/event_publisher.hpp"
#include "engine/workflows.hpp"
#include "kit/registry.hpp"

namespace elukaar::app {

// What all roles of a process use; made before them and gone after them, but for the publisher: it calls back
// whoever published, so it ends when nobody publishes any more and before those who wait for its answers. Any
// thread may use it.
struct Shared {
  explicit Shared(const Settings& from);
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  // Writes an error to the log, for parts that know no log.
  std::function<void(const std::string&)> faults() {
    return [this](const std::string& what) { log.fault(what); };
  }

  const Settings& settings;
  Observability log;
  const Content content;
  const kit::Registry registry;
  engine::Workflows workflows;
  const caseview::Services services;
  engine::EngineParts parts;
  std::unique_ptr<engine::EventPublisher> publisher;  // once the broker has answered
};

}  // namespace elukaar::app
