#include "app/commands/author_commands.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <ostream>

#include <fmt/format.h>

#include "app/commands/exit_codes.hpp"
#include "authoring/diagram.hpp"
#include "authoring/explain.hpp"
#include "workflow/load/load.hpp"
#include "authoring/html.hpp"
#include "authoring/picture.hpp"
#include "authoring/preview.hpp"

namespace elukaar::app {
namespace fs = std::filesystem;
namespace {

// One file's service with its words.
struct Telling {
  workflow::WorkflowPtr workflow;
  texts::Catalogue texts;
};

// Errors go to `err`, warnings too where `warnings`.
std::optional<Telling> read_telling(const fs::path& file, const fs::path& content_dir,
                                    std::ostream& err) {
  Problems problems;
  const auto give_up = [&](const Problems& more) -> std::optional<Telling> {
    problems.insert(problems.end(), more.begin(), more.end());
    for (const Problem& problem : problems) err << to_text(problem) << '\n';
    return std::nullopt;
  };
  auto schemas = workflow::read_schemas(content_dir);
  if (!schemas) return give_up(schemas.error());
  const fs::path workflows = (content_dir / "workflows").lexically_normal();
  workflow::TextShelf shelf(workflows);
  const workflow::Sources sources{workflows, *schemas, [&](const std::string& service) {
                                    const auto* texts = shelf.find(service, problems);
                                    return texts == nullptr ? nullptr : &texts->facts();
                                  }};
  auto loaded = workflow::load(file, sources);
  if (!loaded) return give_up(loaded.error());
  const texts::Catalogue* base = shelf.find(loaded->workflow->service, problems);
  if (base == nullptr) return give_up({});
  auto texts = base->with(loaded->texts);
  if (!texts) return give_up(texts.error());
  return Telling{std::move(loaded->workflow), std::move(*texts)};
}

int deliver(const std::string& made, const fs::path& output, std::ostream& out, std::ostream& err) {
  if (output.empty()) {
    out << made;
    return ok;
  }
  std::ofstream file(output, std::ios::binary);
  file << made;
  file.close();
  if (file) return ok;
  err << fmt::format("--output: {} cannot be written\n", output.string());
  return bad_usage;
}

bool one_of(const std::string& option, const std::string& word,
            std::initializer_list<const char*> words, std::ostream& err) {
  std::string expected;
  for (const char* known : words) {
    if (word == known) return true;
    expected += (expected.empty() ? "" : ", ") + std::string{known};
  }
  err << fmt::format("{}: expected one of {}, found {}\n", option, expected, word);
  return false;
}

bool is_file(const fs::path& path, std::ostream& err) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) return true;
  err << fmt::format("{}: expected a workflow file or a municipality's file, found {}\n", path.string(),
                     fs::is_directory(path, error) ? "a folder" : "nothing there");
  return false;
}

}  // namespace

int render_workflow(const RenderOptions& options, std::ostream& out, std::ostream& err) {
  if (!one_of("--format", options.format, {"mermaid", "dot", "svg", "html"}, err) ||
      !is_file(options.path, err)) {
    return bad_usage;
  }
  const auto telling = read_telling(options.path, options.content_dir, err);
  if (!telling) return found_problems;
  const workflow::Workflow& file = *telling->workflow;
  if (options.format == "mermaid") return deliver(authoring::to_mermaid(file), options.output, out, err);
  if (options.format == "dot") return deliver(authoring::to_dot(file), options.output, out, err);
  if (options.format == "svg") return deliver(authoring::to_svg(file), options.output, out, err);
  const auto page = authoring::to_html(file, telling->texts);
  if (page) return deliver(*page, options.output, out, err);
  err << fmt::format("{}: {}\n", options.path.string(), page.error());
  return found_problems;
}

int explain_workflow(const ExplainOptions& options, std::ostream& out, std::ostream& err) {
  if (!one_of("--language", options.language, {"et", "en", "ru"}, err) ||
      !one_of("--format", options.format, {"text", "json"}, err) || !is_file(options.path, err)) {
    return bad_usage;
  }
  const auto telling = read_telling(options.path, options.content_dir, err);
  if (!telling) return found_problems;
  const auto explanation = authoring::explain(*telling->workflow, telling->texts,
                                             *texts::parse_language(options.language));
  if (!explanation) {
    err << fmt::format("{}: {}\n", options.path.string(), explanation.error());
    return found_problems;
  }
  out << (options.format == "json" ? to_json(*explanation).dump(2) + "\n" : to_text(*explanation));
  return ok;
}

int preview_texts(const PreviewOptions& options, std::ostream& out, std::ostream& err) {
  const bool all = options.language.empty();
  if ((!all && !one_of("--language", options.language, {"et", "en", "ru"}, err)) ||
      !one_of("--format", options.format, {"text", "json"}, err) || !is_file(options.path, err)) {
    return bad_usage;
  }
  const auto telling = read_telling(options.path, options.content_dir, err);
  if (!telling) return found_problems;
  const auto previews =
      authoring::preview(*telling->workflow, telling->texts, options.text,
                        all ? std::nullopt : texts::parse_language(options.language));
  if (!previews) {
    err << fmt::format("{}: {}\n", options.path.string(), previews.error());
    return bad_usage;
  }
  out << (options.format == "json" ? to_json(*previews).dump(2) + "\n" : to_text(*previews));
  const bool too_long = std::any_of(previews->begin(), previews->end(),
                                    [](const auto& one) { return !one.too_long.empty(); });
  return too_long ? found_problems : ok;
}

}  // namespace elukaar::app
