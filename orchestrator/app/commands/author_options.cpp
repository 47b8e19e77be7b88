#include <unistd.h>

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/commands/author_commands.hpp"
#include "app/commands/command_line.hpp"
#include "app/commands/simulation_commands.hpp"
#include "app/commands/workflow_commands.hpp"

namespace elukaar::app {
namespace {

void content_option(CLI::App* app, std::filesystem::path& folder) {
  app->add_option("--content", folder, "folder with events/, connectors/, workflows/")
      ->capture_default_str();
}

// What checks files and walks through them.
void add_checks(CLI::App& workflow, int& exit_code) {
  const auto lint = std::make_shared<LintOptions>();
  CLI::App* command = add_command(workflow, "lint", "Checks workflow files, all problems at once",
                                  "elukaar workflow lint workflows/municipalities/rae");
  command->add_option("paths", lint->paths, "files or folders")->required();
  content_option(command, lint->content_dir);
  command->add_option("--format", lint->format)
      ->check(CLI::IsMember({"text", "json", "github"}))
      ->capture_default_str();
  command->callback(
      [lint, &exit_code] { exit_code = lint_workflows(*lint, std::cout, std::cerr); });

  const auto trace = std::make_shared<TraceOptions>();
  command = add_command(workflow, "trace", "Runs a file over events, in memory",
                        "elukaar workflow trace rae.yaml --events events.jsonl");
  command->add_option("file", trace->file)->required();
  command->add_option("--events", trace->events, "JSON lines")->required();
  content_option(command, trace->content_dir);
  command->add_option("--format", trace->format)
      ->check(CLI::IsMember({"json"}))
      ->capture_default_str();
  command->callback(
      [trace, &exit_code] { exit_code = trace_workflow(*trace, std::cout, std::cerr); });

  const auto test = std::make_shared<TestOptions>();
  command = add_command(workflow, "test", "Plays scenario files on a virtual clock",
                        "elukaar workflow test workflows --coverage --junit scenarios.xml");
  command->add_option("paths", test->paths, "scenario files, or folders with scenarios/ below")
      ->required();
  content_option(command, test->content_dir);
  format_option(command, test->format);
  command->add_option("--junit", test->junit, "file for the JUnit report");
  command->add_flag("--coverage", test->coverage, "name what no scenario reaches");
  command->add_flag("--all", test->all, "name the scenarios that pass, too");
  command->callback([test, &exit_code] {
    test->progress = ::isatty(STDERR_FILENO) != 0;
    exit_code = test_workflows(*test, std::cout, std::cerr);
  });
}

void family_options(CLI::App* app, SimulateOptions& into) {
  app->add_option("--families", into.families, "synthetic families")->capture_default_str();
  app->add_option("--seed", into.seed, "the same seed makes the same families")
      ->capture_default_str();
  app->add_option("--years", into.years)->capture_default_str();
  app->add_option("--from", into.from, "first day")->capture_default_str();
  content_option(app, into.content_dir);
  format_option(app, into.format);
}

// What sends many families through a file, or an edit, and says what came of it.
void add_forecasts(CLI::App& workflow, int& exit_code) {
  const auto simulate = std::make_shared<SimulateOptions>();
  CLI::App* command =
      add_command(workflow, "simulate", "Sends synthetic families through a municipality's service",
                  "elukaar workflow simulate workflows/municipalities/rae/kindergarten-place.yaml "
                  "--families 10000 --seed 7");
  command->add_option("file", simulate->file, "a municipality's file")->required();
  family_options(command, *simulate);
  command->add_option("--cases", simulate->cases,
                      "write the cases as they stand at the end, one a line");
  command->callback([simulate, &exit_code] {
    simulate->progress = ::isatty(STDERR_FILENO) != 0;
    exit_code = simulate_workflow(*simulate, std::cout, std::cerr);
  });

  const auto diff = std::make_shared<DiffOptions>();
  command = add_command(workflow, "diff", "What an edit changes, case by case and in sum",
                        "elukaar workflow diff old/rae.yaml rae.yaml --events recorded.jsonl");
  command->add_option("old", diff->before, "the municipality's file as it was")->required();
  command->add_option("new", diff->after, "… and as it is to be")->required();
  command
      ->add_option("--events", diff->events,
                   "recorded events after the intake, one a line; without it synthetic families")
      ->check(CLI::ExistingFile);
  command->add_option("--most", diff->most, "cases shown one by one")->capture_default_str();
  family_options(command, diff->families);
  command->callback([diff, &exit_code] {
    diff->families.progress = ::isatty(STDERR_FILENO) != 0;
    exit_code = diff_workflows(*diff, std::cout, std::cerr);
  });

  const auto migrate = std::make_shared<MigrateOptions>();
  command = add_command(workflow, "migrate", "Whether running cases could be moved to another release",
                        "elukaar workflow migrate --dry-run old/rae.yaml rae.yaml --cases cases.jsonl");
  command->add_option("old", migrate->before, "the municipality's file of the cases")->required();
  command->add_option("new", migrate->after, "… that they are to follow")->required();
  command->add_option("--cases", migrate->cases, "cases, one a line")->required();
  command->add_option("--map", migrate->map,
                      "state map (default: migrations/<old>--<new>.yaml beside the service)");
  command->add_flag("--dry-run", migrate->dry_run, "change nothing");
  command->add_option("--most", migrate->most, "cases shown one by one")->capture_default_str();
  content_option(command, migrate->content_dir);
  format_option(command, migrate->format);
  command->callback(
      [migrate, &exit_code] { exit_code = migrate_cases(*migrate, std::cout, std::cerr); });
}

// What tells of a file: drawn, in sentences, as people read it; and what begins one.
void add_telling(CLI::App& workflow, int& exit_code) {
  const auto render = std::make_shared<RenderOptions>();
  CLI::App* command =
      add_command(workflow, "render", "Draws a file; html shows what residents read, too",
                     "elukaar workflow render workflows/municipalities/rae/kindergarten-place.yaml "
                     "--output rae.html");
  command->add_option("path", render->path, "a base or a municipality's file")->required();
  command->add_option("--format", render->format)
      ->check(CLI::IsMember({"mermaid", "dot", "svg", "html"}))
      ->capture_default_str();
  command->add_option("--output", render->output, "file to write; else to the terminal");
  content_option(command, render->content_dir);
  command->callback(
      [render, &exit_code] { exit_code = render_workflow(*render, std::cout, std::cerr); });

  const auto explain = std::make_shared<ExplainOptions>();
  command = add_command(workflow, "explain", "Tells in sentences what a file makes happen",
                           "elukaar workflow explain "
                           "workflows/municipalities/rae/kindergarten-place.yaml --language et");
  command->add_option("path", explain->path, "a municipality's file, or a base")->required();
  command->add_option("--language", explain->language)
      ->check(CLI::IsMember({"et", "en", "ru"}))
      ->capture_default_str();
  command->add_option("--format", explain->format)
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  content_option(command, explain->content_dir);
  command->callback(
      [explain, &exit_code] { exit_code = explain_workflow(*explain, std::cout, std::cerr); });

  const auto preview = std::make_shared<PreviewOptions>();
  command = add_command(workflow, "preview", "Shows texts as each person reads them, and their length",
                           "elukaar workflow preview "
                           "workflows/municipalities/rae/kindergarten-place.yaml --text queued");
  command->add_option("path", preview->path, "a municipality's file, or a base")->required();
  command->add_option("--text", preview->text, "one text; else all that the file shows");
  command->add_option("--language", preview->language, "one language; else all three")
      ->check(CLI::IsMember({"et", "en", "ru"}));
  command->add_option("--format", preview->format)
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  content_option(command, preview->content_dir);
  command->callback(
      [preview, &exit_code] { exit_code = preview_texts(*preview, std::cout, std::cerr); });

  const auto fresh = std::make_shared<NewOptions>();
  command = add_command(workflow, "new", "Begins a municipality's file, or a service",
                           "elukaar workflow new viimsi --ehak 0890 --like rae --title \"Viimsi vald\"");
  command->add_option("name", fresh->name, "folder: small letters, digits and dashes")->required();
  command->add_option("--ehak", fresh->ehak, "the municipality's code; without it a service is begun");
  command->add_option("--like", fresh->like, "the municipality whose files are copied");
  command->add_option("--title", fresh->title, "the municipality's or the service's name");
  content_option(command, fresh->content_dir);
  command->callback([fresh, &exit_code] { exit_code = new_workflow(*fresh, std::cout, std::cerr); });
}

// One expression's value.
void add_cel(CLI::App& app, int& exit_code) {
  const auto cel = std::make_shared<CelOptions>();
  CLI::App* command = add_command(app, "cel", "Evaluates one expression",
                           "elukaar cel \"termEnd(context.submitted, '14 days')\" --with case.json");
  command->add_option("expression", cel->expression)->required();
  command->add_option("--with", cel->with, "JSON: {\"context\": …, \"parameters\": …, \"now\": …}");
  command->callback([cel, &exit_code] { exit_code = evaluate_cel(*cel, std::cout, std::cerr); });
}

}  // namespace

void add_author_commands(CLI::App& app, int& exit_code) {
  CLI::App* workflow = add_command(app, "workflow", "What a municipality writes",
                                   "elukaar workflow lint workflows");
  workflow->require_subcommand(1);
  add_checks(*workflow, exit_code);
  add_telling(*workflow, exit_code);
  add_forecasts(*workflow, exit_code);
  add_cel(app, exit_code);
}

}  // namespace elukaar::app
