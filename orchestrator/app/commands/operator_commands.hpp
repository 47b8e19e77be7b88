#pragma once

#include <functional>
#include <iosfwd>
#include <set>
#include <string>

#include "app/settings.hpp"

namespace CLI {
class App;
}

// What an operator does from the command line: a file a command, which says its words and does its
// work. The exit code is 0 done, 1 done but something is to be looked at, 2 it could not be done, for
// which one line on standard error says what to change.
namespace elukaar::app {

// A new command: its file, its line here and in the list below, its file's name in CMakeLists.txt.
// Each adds itself below `app`; `exit_code` is written when the command has run, and must outlive the
// parsing.
void add_run(CLI::App& app, int& exit_code);
void add_setup(CLI::App& app, int& exit_code);
void add_keys(CLI::App& app, int& exit_code);
void add_clock(CLI::App& app, int& exit_code);
void add_counts(CLI::App& app, int& exit_code);
void add_parked(CLI::App& app, int& exit_code);
void add_case(CLI::App& app, int& exit_code);
void add_retention(CLI::App& app, int& exit_code);

// In the order in which --help lists them.
inline constexpr void (*operator_commands[])(CLI::App& app, int& exit_code) = {
    add_run, add_setup, add_keys, add_clock, add_counts, add_parked, add_case, add_retention,
};

// ---- What they have in common -------------------------------------------------------------------

// --settings FILE, which must be there.
void settings_option(CLI::App* command, std::string& file);

// Reads the settings and does the work with them, whose exit code it gives; every failure becomes a
// line on standard error and exit code 2.
int with_settings(const std::string& file, const std::function<int(const Settings&)>& work);

// Whether this is production, where `what` ("moving the clock") is not done; says so.
bool refuse_in_production(const Settings& settings, const char* what, std::ostream& err);

// Each once, whatever number of services it has.
std::set<Municipality> municipalities_of(const Settings& settings);

}  // namespace elukaar::app
