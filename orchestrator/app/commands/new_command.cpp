#include <fstream>
#include <ostream>

#include <fmt/format.h>

#include "app/commands/author_commands.hpp"
#include "app/commands/exit_codes.hpp"
#include "app/commands/workflow_commands.hpp"
#include "authoring/new.hpp"

// `elukaar workflow new`.
namespace elukaar::app {
namespace fs = std::filesystem;
namespace {

Result<authoring::Beginning, authoring::NotBegun> begin(const NewOptions& options) {
  if (options.ehak.empty() != options.like.empty()) {
    return failure(authoring::NotBegun{
        authoring::NotBegun::Why::asked_wrongly,
        "a municipality needs both --ehak CODE and --like MUNICIPALITY; a service neither"});
  }
  if (options.ehak.empty()) {
    return authoring::begin_service({options.name, options.title}, options.content_dir);
  }
  return authoring::begin_municipality(
      {options.name, options.ehak, options.like, options.title},
      options.content_dir);
}

// Writes all, or nothing where one of them is there already.
int write(const authoring::Beginning& beginning, std::ostream& out, std::ostream& err) {
  for (const auto& [path, text] : beginning.files) {
    if (!fs::exists(path)) continue;
    err << fmt::format("{} exists already; choose another name\n", path.string());
    return bad_usage;
  }
  for (const auto& [path, text] : beginning.files) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    std::ofstream stream(path, std::ios::binary);
    stream << text;
    stream.close();
    if (!stream) {
      err << fmt::format("{} cannot be written\n", path.string());
      return bad_usage;
    }
    out << "wrote " << path.string() << '\n';
  }
  return ok;
}

}  // namespace

int new_workflow(const NewOptions& options, std::ostream& out, std::ostream& err) {
  const auto beginning = begin(options);
  if (!beginning) {
    err << beginning.error().what << '\n';
    const bool unreadable = beginning.error().why == authoring::NotBegun::Why::model_unreadable;
    return unreadable ? found_problems : bad_usage;
  }
  if (const int written = write(*beginning, out, err); written != ok) return written;
  LintOptions lint;
  lint.content_dir = options.content_dir;
  for (const auto& [path, text] : beginning->files) {
    if (path.extension() == ".yaml") lint.paths.push_back(path);
  }
  const int linted = lint_workflows(lint, out, err);
  if (linted != bad_usage) out << '\n' << beginning->next;
  return linted;
}

}  // namespace elukaar::app
