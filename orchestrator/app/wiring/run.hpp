#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "app/settings.hpp"

namespace elukaar::app {

// The parts of the program that this process plays.
struct Roles {
  bool orchestrator = true;  // workers: events, timers, answers, actions
  bool dispatcher = true;    // connector calls
  bool portal = true;        // HTTP: residents, intake, metrics

  // "orchestrator,dispatcher,portal"; an error names the word that is none.
  static Result<Roles, std::string> parse(const std::string& text);
};

// Runs until SIGINT or SIGTERM. 0 after an orderly end; 2, with one line on `err`, where it cannot
// start: a bad workflow file, a server that cannot be reached, a moved clock in production.
int run(const Settings& settings, const Roles& roles, std::ostream& err);

}  // namespace elukaar::app
