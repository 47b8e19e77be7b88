#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/author_commands.hpp"

// The author's commands as they are written on the command line.
namespace elukaar::cli {
namespace {

CLI::App* author_command(CLI::App& parent, const std::string& name, const std::string& about,
                         const std::string& example) {
  CLI::App* app = parent.add_subcommand(name, about);
  app->footer("Example:\n  " + example);
  return app;
}

void content_option(CLI::App* app, std::filesystem::path& folder) {
  app->add_option("--content", folder, "folder with events/, connectors/, workflows/")
      ->capture_default_str();
}

}  // namespace

void add_author_commands(CLI::App& app, CLI::App& workflow, int& exit_code) {
  const auto render = std::make_shared<RenderOptions>();
  CLI::App* command =
      author_command(workflow, "render", "Draws a file; html shows what residents read, too",
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
  command = author_command(workflow, "explain", "Tells in sentences what a file makes happen",
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
  command = author_command(workflow, "preview", "Shows texts as each person reads them, and their length",
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
  command = author_command(workflow, "new", "Begins a municipality's file, or a service",
                           "elukaar workflow new viimsi --ehak 0890 --like rae --title \"Viimsi vald\"");
  command->add_option("name", fresh->name, "folder: small letters, digits and dashes")->required();
  command->add_option("--ehak", fresh->ehak, "the municipality's code; without it a service is begun");
  command->add_option("--like", fresh->like, "the municipality whose files are copied");
  command->add_option("--title", fresh->title, "the municipality's or the service's name");
  content_option(command, fresh->content_dir);
  command->callback([fresh, &exit_code] { exit_code = new_workflow(*fresh, std::cout, std::cerr); });

  const auto cel = std::make_shared<CelOptions>();
  command = author_command(app, "cel", "Evaluates one expression",
                           "elukaar cel \"termEnd(context.submitted, '14 days')\" --with case.json");
  command->add_option("expression", cel->expression)->required();
  command->add_option("--with", cel->with, "JSON: {\"context\": …, \"parameters\": …, \"now\": …}");
  command->callback([cel, &exit_code] { exit_code = evaluate_cel(*cel, std::cout, std::cerr); });
}

}  // namespace elukaar::cli
