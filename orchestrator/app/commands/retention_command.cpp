#include "app/commands/operator_commands.hpp"

#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "adapters/postgres/operations.hpp"
#include "app/commands/command_line.hpp"
#include "operations/retention.hpp"

namespace elukaar::app {
namespace {

using adapters::postgres::PgOperations;

int retention_run(const Settings& settings, std::ostream& out) {
  PgOperations store(settings.connection_string());
  const operations::RetentionPeriods periods;
  const std::size_t discarded = operations::discard_parked(store, periods);
  const std::size_t erased = operations::erase_ended_values(store, periods);
  out << fmt::format("{} parked records were discarded, {} personal values were erased\n",
                     discarded, erased);
  return 0;
}

}  // namespace

void add_retention(CLI::App& app, int& exit_code) {
  const auto file = std::make_shared<std::string>();
  CLI::App* retention = add_command(app, "retention", "What is kept for a time only",
                                    "elukaar retention run --settings elukaar.yaml");
  retention->require_subcommand(1);
  CLI::App* run = add_command(*retention, "run",
                              "Erases at once what is due, as `elukaar run` does every ten minutes",
                              "elukaar retention run --settings elukaar.yaml");
  settings_option(run, *file);
  run->callback([file, &exit_code] {
    exit_code = with_settings(
        *file, [](const Settings& settings) { return retention_run(settings, std::cout); });
  });
}

}  // namespace elukaar::app
