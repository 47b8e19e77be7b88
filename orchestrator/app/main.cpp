#include <CLI/CLI.hpp>

#include "app/commands/command_line.hpp"
#include "app/commands/exit_codes.hpp"

int main(int argc, char** argv) {
  CLI::App app{"Elukaar carries residents' matters through their municipality's systems."};
  app.require_subcommand(1);
  app.footer("Example:\n  elukaar run --settings /etc/elukaar/elukaar.yaml");
  int exit_code = elukaar::app::ok;
  elukaar::app::add_operator_commands(app, exit_code);
  elukaar::app::add_author_commands(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? elukaar::app::ok : elukaar::app::bad_usage;
  }
  return exit_code;
}
