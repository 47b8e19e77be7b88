#include <ostream>

#include <fmt/format.h>

#include "app/commands/author_commands.hpp"
#include "app/commands/authored_file.hpp"
#include "app/commands/exit_codes.hpp"
#include "authoring/explain.hpp"

namespace elukaar::app {

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

}  // namespace elukaar::app
