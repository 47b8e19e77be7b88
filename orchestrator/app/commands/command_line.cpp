#include "app/commands/command_line.hpp"

#include <CLI/CLI.hpp>

namespace elukaar::app {

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& about,
                      const std::string& example) {
  CLI::App* command = parent.add_subcommand(name, about);
  command->footer("Example:\n  " + example);
  return command;
}

void format_option(CLI::App* command, std::string& format) {
  command->add_option("--format", format)
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

}  // namespace elukaar::app
