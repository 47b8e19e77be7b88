#include <fstream>
#include <ostream>

#include <fmt/format.h>

#include "app/commands/author_commands.hpp"
#include "app/commands/authored_file.hpp"
#include "app/commands/exit_codes.hpp"
#include "authoring/diagram.hpp"
#include "authoring/html.hpp"
#include "authoring/picture.hpp"

namespace elukaar::app {
namespace {

int deliver(const std::string& made, const std::filesystem::path& output, std::ostream& out, std::ostream& err) {
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

}  // namespace elukaar::app
