#include "app/commands/operator_commands.hpp"

#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

#include "app/commands/command_line.hpp"
#include "app/wiring/run.hpp"

namespace elukaar::app {

void add_run(CLI::App& app, int& exit_code) {
  struct Options {
    std::string settings;
    std::string roles = "orchestrator,dispatcher,portal";
  };
  const auto options = std::make_shared<Options>();
  CLI::App* run = add_command(app, "run", "Runs the program until Ctrl-C or SIGTERM",
                              "elukaar run --settings elukaar.yaml --roles orchestrator,dispatcher");
  settings_option(run, options->settings);
  run->add_option("--roles", options->roles, "what this process does")->capture_default_str();
  run->callback([options, &exit_code] {
    exit_code = with_settings(options->settings, [&](const Settings& settings) {
      const auto roles = Roles::parse(options->roles);
      if (!roles) throw std::runtime_error(roles.error());
      return app::run(settings, *roles, std::cerr);
    });
  });
}

}  // namespace elukaar::app
