#include "app/commands/operator_commands.hpp"

#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands/command_line.hpp"
#include "privacy/keyring.hpp"

namespace elukaar::app {
namespace {

int keys_init(const Settings& settings, std::ostream& out, std::ostream& err) {
  if (refuse_in_production(settings, "making keys", err)) return 2;
  const std::set<Municipality> each = municipalities_of(settings);
  const std::vector<Municipality> municipalities(each.begin(), each.end());
  if (auto made = privacy::create_development_keys(settings.keys_dir, municipalities); !made) {
    err << "elukaar: " << made.error() << '\n';
    return 2;
  }
  out << fmt::format("keys for {} municipalities are in {}\n", municipalities.size(),
                     settings.keys_dir.string());
  return 0;
}

}  // namespace

void add_keys(CLI::App& app, int& exit_code) {
  const auto file = std::make_shared<std::string>();
  CLI::App* keys = add_command(app, "keys", "Keys of municipalities", "elukaar keys init --settings dev.yaml");
  keys->require_subcommand(1);
  CLI::App* init = add_command(*keys, "init", "Makes random keys where there are none (development)",
                               "elukaar keys init --settings dev.yaml");
  settings_option(init, *file);
  init->callback([file, &exit_code] {
    exit_code = with_settings(*file, [](const Settings& settings) {
      return keys_init(settings, std::cout, std::cerr);
    });
  });
}

}  // namespace elukaar::app
