#include "app/commands/operator_commands.hpp"

#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "adapters/postgres/operations.hpp"
#include "app/commands/command_line.hpp"
#include "base/json.hpp"

namespace elukaar::app {
namespace {

using adapters::postgres::PgOperations;

int counts(const Settings& settings, const std::string& format, std::ostream& out) {
  const auto counts =
      PgOperations(settings.connection_string())
          .counts(settings.kafka.topics.life_events.text() + "/");
  if (format == "json") {
    Json reasons = Json::array();
    for (const auto& reason : counts.reasons) {
      reasons.push_back({{"code", reason.reason}, {"reason", reason.detail}, {"count", reason.count}});
    }
    out << Json{{"applied", counts.applied}, {"duplicates", counts.duplicates},
                {"parked", counts.parked}, {"reasons", reasons}}.dump() << '\n';
    return 0;
  }
  out << fmt::format("applied {}, duplicates {}, parked {}\n", counts.applied, counts.duplicates,
                     counts.parked);
  for (const auto& reason : counts.reasons) {
    out << fmt::format("  {:>6}  {}: {}\n", reason.count, reason.reason, reason.detail);
  }
  return 0;
}

}  // namespace

void add_counts(CLI::App& app, int& exit_code) {
  struct Options {
    std::string settings;
    std::string format = "text";
  };
  const auto options = std::make_shared<Options>();
  CLI::App* of = add_command(app, "counts", "What became of the life events read so far",
                             "elukaar counts --settings elukaar.yaml --format json");
  settings_option(of, options->settings);
  format_option(of, options->format);
  of->callback([options, &exit_code] {
    exit_code = with_settings(options->settings, [&](const Settings& settings) {
      return counts(settings, options->format, std::cout);
    });
  });
}

}  // namespace elukaar::app
