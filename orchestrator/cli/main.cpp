#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/exit_codes.hpp"
#include "cli/author_commands.hpp"
#include "cli/operator_commands.hpp"
#include "cli/run.hpp"
#include "cli/settings.hpp"
#include "cli/simulation_commands.hpp"
#include "cli/workflow_commands.hpp"

namespace {

namespace cli = elukaar::cli;
using cli::bad_usage;

// Reads the settings and does something with them; every failure becomes one line and exit code 2.
template <class Work>
int with_settings(const std::string& file, Work work) {
  const auto settings = cli::read_settings(file);
  if (!settings) {
    for (const auto& problem : settings.error()) std::cerr << to_text(problem) << '\n';
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

CLI::App* command(CLI::App& parent, const std::string& name, const std::string& about,
                  const std::string& example) {
  CLI::App* app = parent.add_subcommand(name, about);
  app->footer("Example:\n  " + example);
  return app;
}

void settings_option(CLI::App* app, std::string& file) {
  app->add_option("--settings", file, "settings file (deploy/elukaar.example.yaml explains it)")
      ->required()
      ->check(CLI::ExistingFile);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Elukaar carries residents' matters through their municipality's systems."};
  app.require_subcommand(1);
  app.footer("Example:\n  elukaar run --settings /etc/elukaar/elukaar.yaml");
  int exit_code = 0;
  std::string settings;
  std::string format = "text";
  const auto formats = CLI::IsMember({"text", "json"});

  std::string roles = "orchestrator,dispatcher,portal";
  CLI::App* run = command(app, "run", "Runs the program until Ctrl-C or SIGTERM",
                          "elukaar run --settings elukaar.yaml --roles orchestrator,dispatcher");
  settings_option(run, settings);
  run->add_option("--roles", roles, "what this process does")->capture_default_str();
  run->callback([&] {
    exit_code = with_settings(settings, [&](const cli::Settings& read) {
      const auto parsed = cli::Roles::parse(roles);
      if (!parsed) throw std::runtime_error(parsed.error());
      return cli::run(read, *parsed, std::cerr);
    });
  });

  CLI::App* setup = command(app, "setup", "Creates the topics and brings the database's schema up",
                            "elukaar setup --settings elukaar.yaml");
  settings_option(setup, settings);
  setup->callback([&] {
    exit_code = with_settings(settings, [&](const cli::Settings& read) {
      return cli::setup(read, std::cout);
    });
  });

  CLI::App* keys = command(app, "keys", "Keys of municipalities", "elukaar keys init --settings dev.yaml");
  keys->require_subcommand(1);
  CLI::App* keys_init = command(*keys, "init", "Makes random keys where there are none (development)",
                                "elukaar keys init --settings dev.yaml");
  settings_option(keys_init, settings);
  keys_init->callback([&] {
    exit_code = with_settings(settings, [&](const cli::Settings& read) {
      return cli::keys_init(read, std::cout, std::cerr);
    });
  });

  double offset = 0;
  double factor = 1;
  CLI::App* clock = command(app, "clock", "The case clock (moved in development only)",
                            "elukaar clock --settings dev.yaml set --offset=1209600 --factor=1");
  clock->require_subcommand(1);
  settings_option(clock, settings);
  CLI::App* clock_set = command(*clock, "set", "Moves it away from real time",
                                "elukaar clock --settings dev.yaml set --offset=-86400 --factor=60");
  clock_set->add_option("--offset", offset, "seconds ahead of real time")->required();
  clock_set->add_option("--factor", factor, "how many times as fast")
      ->capture_default_str()
      ->check(CLI::Range(1e-6, 1e6));
  CLI::App* clock_reset = command(*clock, "reset", "Back to real time",
                                  "elukaar clock --settings dev.yaml reset");
  CLI::App* clock_show = command(*clock, "show", "What it shows",
                                 "elukaar clock --settings dev.yaml show");
  clock->callback([&] {
    exit_code = with_settings(settings, [&](const cli::Settings& read) {
      if (clock_set->parsed()) return cli::clock_set(read, offset, factor, std::cout, std::cerr);
      if (clock_reset->parsed()) return cli::clock_reset(read, std::cout, std::cerr);
      return clock_show->parsed() ? cli::clock_show(read, std::cout) : bad_usage;
    });
  });

  CLI::App* counts = command(app, "counts", "What became of the life events read so far",
                             "elukaar counts --settings elukaar.yaml --format json");
  settings_option(counts, settings);
  counts->add_option("--format", format)->check(formats)->capture_default_str();
  counts->callback([&] {
    exit_code = with_settings(settings, [&](const cli::Settings& read) {
      return cli::counts(read, format, std::cout);
    });
  });

  int most = 50;
  std::vector<std::string> ids;
  std::string reason;
  bool all = false;
  CLI::App* parked = command(app, "parked", "Records that could not be applied",
                             "elukaar parked list --settings elukaar.yaml");
  parked->require_subcommand(1);
  CLI::App* parked_list = command(*parked, "list", "Lists them, newest first",
                                  "elukaar parked list --settings elukaar.yaml --most 20");
  settings_option(parked_list, settings);
  parked_list->add_option("--most", most)->check(CLI::Range(1, 10'000))->capture_default_str();
  parked_list->add_option("--format", format)->check(formats)->capture_default_str();
  parked_list->callback([&] {
    exit_code = with_settings(settings, [&](const cli::Settings& read) {
      return cli::parked_list(read, most, format, std::cout);
    });
  });
  CLI::App* parked_retry =
      command(*parked, "retry", "Tries them again",
              "elukaar parked retry --settings elukaar.yaml --reason not-served");
  settings_option(parked_retry, settings);
  parked_retry->add_option("ids", ids, "ids of parked records");
  parked_retry->add_option("--reason", reason, "all with this reason");
  parked_retry->add_flag("--all", all, "all of them");
  parked_retry->callback([&] {
    exit_code = with_settings(settings, [&](const cli::Settings& read) {
      return cli::parked_retry(read, ids, reason, all, std::cout, std::cerr);
    });
  });

  std::string case_id;
  std::string operator_name = ::getlogin() ? ::getlogin() : "operator";
  std::string why;
  CLI::App* cases = command(app, "case", "One case", "elukaar case show ID --settings elukaar.yaml");
  cases->require_subcommand(1);
  CLI::App* show = command(*cases, "show", "Its history, with the rule that made each step",
                           "elukaar case show 019df2a1-7c3b-7d00-8a01-0123456789ab --settings e.yaml");
  settings_option(show, settings);
  show->add_option("id", case_id, "the case's id, or the one in its address")->required();
  show->add_option("--format", format)->check(formats)->capture_default_str();
  show->callback([&] {
    exit_code = with_settings(settings, [&](const cli::Settings& read) {
      return cli::case_show(read, case_id, format, std::cout, std::cerr);
    });
  });
  CLI::App* verify = command(*cases, "verify", "Whether its journal's chain of hashes holds",
                             "elukaar case verify ID --settings elukaar.yaml");
  settings_option(verify, settings);
  verify->add_option("id", case_id)->required();
  verify->callback([&] {
    exit_code = with_settings(settings, [&](const cli::Settings& read) {
      return cli::case_verify(read, case_id, std::cout, std::cerr);
    });
  });
  for (const std::string kind : {"retry", "suspend", "resume", "cancel"}) {
    CLI::App* order = command(*cases, kind, "Orders it; the case's history says who and why",
                              "elukaar case " + kind + " ID --because \"register repaired\" "
                              "--settings elukaar.yaml");
    settings_option(order, settings);
    order->add_option("id", case_id)->required();
    order->add_option("--because", why, "the reason")->required();
    order->add_option("--operator", operator_name, "who orders it")->capture_default_str();
    order->callback([&, kind] {
      exit_code = with_settings(settings, [&](const cli::Settings& read) {
        return cli::case_order(read, case_id, kind, operator_name, why, std::cout, std::cerr);
      });
    });
  }

  const std::string content_about = "folder with events/, connectors/, workflows/";
  cli::LintOptions lint_options;
  cli::TraceOptions trace_options;
  CLI::App* workflow = command(app, "workflow", "What a municipality writes",
                               "elukaar workflow lint workflows");
  workflow->require_subcommand(1);
  CLI::App* lint = command(*workflow, "lint", "Checks workflow files, all problems at once",
                           "elukaar workflow lint workflows/municipalities/rae");
  lint->add_option("paths", lint_options.paths, "files or folders")->required();
  lint->add_option("--content", lint_options.content_dir, content_about)
      ->capture_default_str();
  lint->add_option("--format", lint_options.format)
      ->check(CLI::IsMember({"text", "json", "github"}))
      ->capture_default_str();
  lint->callback([&] { exit_code = cli::lint_workflows(lint_options, std::cout, std::cerr); });
  CLI::App* trace = command(*workflow, "trace", "Runs a file over events, in memory",
                            "elukaar workflow trace rae.yaml --events events.jsonl");
  trace->add_option("file", trace_options.file)->required();
  trace->add_option("--events", trace_options.events, "JSON lines")->required();
  trace->add_option("--content", trace_options.content_dir)->capture_default_str();
  trace->add_option("--format", trace_options.format)
      ->check(CLI::IsMember({"json"}))
      ->capture_default_str();
  trace->callback([&] { exit_code = cli::trace_workflow(trace_options, std::cout, std::cerr); });

  cli::TestOptions test_options;
  CLI::App* test = command(*workflow, "test", "Plays scenario files on a virtual clock",
                           "elukaar workflow test workflows --coverage --junit scenarios.xml");
  test->add_option("paths", test_options.paths, "scenario files, or folders with scenarios/ below")
      ->required();
  test->add_option("--content", test_options.content_dir, content_about)->capture_default_str();
  test->add_option("--format", test_options.format)->check(formats)->capture_default_str();
  test->add_option("--junit", test_options.junit, "file for the JUnit report");
  test->add_flag("--coverage", test_options.coverage, "name what no scenario reaches");
  test->add_flag("--all", test_options.all, "name the scenarios that pass, too");
  test->callback([&] {
    test_options.progress = ::isatty(STDERR_FILENO) != 0;
    exit_code = cli::test_workflows(test_options, std::cout, std::cerr);
  });

  cli::add_author_commands(app, *workflow, exit_code);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : bad_usage;
  }
  return exit_code;
}
