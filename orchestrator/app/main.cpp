#include <string>

#include <CLI/CLI.hpp>

#include "adapters/postgres/schema.hpp"
#include "app/commands/command_line.hpp"
#include "app/commands/exit_codes.hpp"
#include "app/release.hpp"

namespace {

// "elukaar 0.1.0 commit 7735a961c0de schema 20261130225000": what an operator tells whoever helps.
std::string version() {
  using namespace elukaar;
  std::string line{"elukaar "};
  line.append(app::release).append(" commit ").append(app::commit);
  return line.append(" schema ").append(adapters::postgres::schema_number());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Elukaar carries residents' matters through their municipality's systems."};
  app.require_subcommand(1);
  app.footer("Example:\n  elukaar run --settings /etc/elukaar/elukaar.yaml");
  app.set_version_flag("--version", version, "Release, commit and number of the database's schema");
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
