#include "app/commands/operator_commands.hpp"

#include <algorithm>
#include <iostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands/command_line.hpp"
#include "app/commands/exit_codes.hpp"
#include "app/commands/problems.hpp"

namespace elukaar::app {

void add_operator_commands(CLI::App& app, int& exit_code) {
  for (const auto add : operator_commands) add(app, exit_code);
}

void settings_option(CLI::App* command, std::string& file) {
  command->add_option("--settings", file, "settings file (deploy/elukaar.example.yaml explains it)")
      ->required()
      ->check(CLI::ExistingFile);
}

int with_settings(const std::string& file, const std::function<int(const Settings&)>& work) {
  const auto settings = read_settings(file);
  if (!settings) {
    tell_problems(settings.error(), std::cerr);
    return bad_usage;
  }
  try {
    return work(*settings);
  } catch (const std::exception& failed) {
    std::string line = failed.what();
    while (!line.empty() && line.back() == '\n') line.pop_back();
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::cerr << "elukaar: " << line << '\n';
    return bad_usage;
  }
}

bool refuse_in_production(const Settings& settings, const char* what, std::ostream& err) {
  if (settings.is_development()) return false;
  err << fmt::format("elukaar: {} is allowed only where `environment: development` stands in {}\n",
                     what, settings.file.string());
  return true;
}

std::set<Municipality> municipalities_of(const Settings& settings) {
  std::set<Municipality> municipalities;
  for (const auto& served : settings.municipalities) municipalities.insert(served.ehak);
  return municipalities;
}

}  // namespace elukaar::app
