#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "app/commands/author_commands.hpp"
#include "app/commands/authored_file.hpp"
#include "app/commands/exit_codes.hpp"
#include "authoring/preview.hpp"

namespace elukaar::app {

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
