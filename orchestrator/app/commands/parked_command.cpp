#include "app/commands/operator_commands.hpp"

#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "adapters/postgres/operations.hpp"
#include "app/commands/command_line.hpp"
#include "base/json.hpp"
#include "operations/parked.hpp"

namespace elukaar::app {
namespace {

using adapters::postgres::PgOperations;

int parked_list(const Settings& settings, int most, const std::string& format, std::ostream& out) {
  const auto rows = PgOperations(settings.connection_string()).parked(
      static_cast<std::size_t>(most));
  if (format == "json") {
    Json list = Json::array();
    for (const auto& row : rows) {
      list.push_back({{"id", row.id.str()}, {"municipality", row.municipality},
                      {"origin", row.origin}, {"type", row.type}, {"eventId", row.event_id},
                      {"reason", row.reason}, {"detail", row.detail}, {"parkedAt", row.parked_at}});
    }
    out << list.dump() << '\n';
    return 0;
  }
  if (rows.empty()) out << "nothing is parked\n";
  for (const auto& row : rows) {
    out << fmt::format("{}  {}  {:<18} {} {}\n    {}\n    {}\n", row.id.str(), row.parked_at,
                       row.reason, row.type.empty() ? "(type unknown)" : row.type, row.event_id,
                       row.origin, row.detail);
  }
  return 0;
}

int parked_retry(const Settings& settings, const operations::ParkedChoice& choice, std::ostream& out,
                 std::ostream& err) {
  PgOperations store(settings.connection_string());
  const auto ordered = operations::retry(store, choice);
  if (!ordered) {
    err << fmt::format("elukaar: {}\n", ordered.error());
    return 2;
  }
  out << fmt::format("{} parked records are tried again\n", *ordered);
  return *ordered == 0 ? 1 : 0;
}

}  // namespace

void add_parked(CLI::App& app, int& exit_code) {
  struct Options {
    std::string settings;
    std::string format = "text";
    int most = 50;
    operations::ParkedChoice choice;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* parked = add_command(app, "parked", "Records that could not be applied",
                                 "elukaar parked list --settings elukaar.yaml");
  parked->require_subcommand(1);
  CLI::App* list = add_command(*parked, "list", "Lists them, newest first",
                               "elukaar parked list --settings elukaar.yaml --most 20");
  settings_option(list, options->settings);
  format_option(list, options->format);
  list->add_option("--most", options->most)->check(CLI::Range(1, 10'000))->capture_default_str();
  list->callback([options, &exit_code] {
    exit_code = with_settings(options->settings, [&](const Settings& settings) {
      return parked_list(settings, options->most, options->format, std::cout);
    });
  });
  CLI::App* retry = add_command(*parked, "retry", "Tries them again",
                                "elukaar parked retry --settings elukaar.yaml --reason not-served");
  settings_option(retry, options->settings);
  retry->add_option("ids", options->choice.ids, "ids of parked records");
  retry->add_option("--reason", options->choice.reason, "all with this reason");
  retry->add_flag("--all", options->choice.all, "all of them");
  retry->callback([options, &exit_code] {
    exit_code = with_settings(options->settings, [&](const Settings& settings) {
      return parked_retry(settings, options->choice, std::cout, std::cerr);
    });
  });
}

}  // namespace elukaar::app
