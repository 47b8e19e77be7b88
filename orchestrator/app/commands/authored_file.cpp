#include "app/commands/authored_file.hpp"

#include <ostream>

#include <fmt/format.h>

#include "app/commands/problems.hpp"
#include "workflow/load/load.hpp"

namespace elukaar::app {
namespace fs = std::filesystem;

std::optional<Telling> read_telling(const fs::path& file, const fs::path& content_dir,
                                    std::ostream& err) {
  Problems problems;
  const auto give_up = [&](const Problems& more) -> std::optional<Telling> {
    problems.insert(problems.end(), more.begin(), more.end());
    tell_problems(problems, err);
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

}  // namespace elukaar::app
