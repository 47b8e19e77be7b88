#pragma once

#include <string>

namespace CLI {
class App;
}

// What may be written on the command line, in two families of commands.
namespace elukaar::app {

// Adds a command below `parent` whose --help ends in the example.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& about,
                      const std::string& example);

// --format text (as `format` stands) or json.
void format_option(CLI::App* command, std::string& format);

// run, setup, keys, clock, counts, parked, case, retention: what needs a settings file and a database.
void add_operator_commands(CLI::App& app, int& exit_code);

// workflow … and cel: what an author asks of files on a laptop, offline.
void add_author_commands(CLI::App& app, int& exit_code);

}  // namespace elukaar::app
