#include "app/commands/operator_commands.hpp"

#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "adapters/postgres/operations.hpp"
#include "app/commands/command_line.hpp"

namespace elukaar::app {
namespace {

using adapters::postgres::PgCaseClock;

int clock_set(const Settings& settings, double offset_seconds, double factor, std::ostream& out,
              std::ostream& err) {
  if (refuse_in_production(settings, "moving the clock", err)) return 2;
  PgCaseClock clock(settings.connection_string());
  clock.set(offset_seconds, factor);
  out << "the case clock shows " << clock.shown() << '\n';
  return 0;
}

int clock_reset(const Settings& settings, std::ostream& out, std::ostream& err) {
  if (refuse_in_production(settings, "moving the clock", err)) return 2;
  PgCaseClock clock(settings.connection_string());
  clock.reset();
  out << "the case clock shows real time: " << clock.shown() << '\n';
  return 0;
}

int clock_show(const Settings& settings, std::ostream& out) {
  PgCaseClock clock(settings.connection_string());
  out << clock.shown() << (clock.is_shifted() ? " (moved)" : " (real time)") << '\n';
  return 0;
}

}  // namespace

void add_clock(CLI::App& app, int& exit_code) {
  struct Options {
    std::string settings;
    double offset = 0;
    double factor = 1;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* clock = add_command(app, "clock", "The case clock (moved in development only)",
                                "elukaar clock --settings dev.yaml set --offset=1209600 --factor=1");
  clock->require_subcommand(1);
  settings_option(clock, options->settings);
  CLI::App* set = add_command(*clock, "set", "Moves it away from real time",
                              "elukaar clock --settings dev.yaml set --offset=-86400 --factor=60");
  set->add_option("--offset", options->offset, "seconds ahead of real time")->required();
  set->add_option("--factor", options->factor, "how many times as fast")
      ->capture_default_str()
      ->check(CLI::Range(1e-6, 1e6));
  CLI::App* reset = add_command(*clock, "reset", "Back to real time",
                                "elukaar clock --settings dev.yaml reset");
  add_command(*clock, "show", "What it shows", "elukaar clock --settings dev.yaml show");
  clock->callback([options, set, reset, &exit_code] {
    exit_code = with_settings(options->settings, [&](const Settings& settings) {
      if (set->parsed()) {
        return clock_set(settings, options->offset, options->factor, std::cout, std::cerr);
      }
      if (reset->parsed()) return clock_reset(settings, std::cout, std::cerr);
      return clock_show(settings, std::cout);
    });
  });
}

}  // namespace elukaar::app
