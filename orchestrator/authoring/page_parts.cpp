#include "authoring/page_parts.hpp"

#include <algorithm>
#include <string>

#include "base/assert.hpp"
#include "documents/markup.hpp"

namespace elukaar::authoring {
namespace {

constexpr std::string_view part_begins = "<!-- part: ";
constexpr std::string_view part_begun = " -->";

[[noreturn]] void missing(const std::string& what, std::string_view name) {
  ELUKAAR_ASSERT(false, "page.html: there is no " + what + " `" + std::string{name} + "`");
}

std::string_view value_of(PageParts::Values values, std::string_view name) {
  const auto* found = std::find_if(values.begin(), values.end(),
                                   [&](const auto& value) { return value.first == name; });
  if (found == values.end()) missing("value", name);
  return found->second;
}

}  // namespace

PageParts::PageParts(std::string_view file) {
  std::string* part = nullptr;
  while (!file.empty()) {
    const std::string_view line = file.substr(0, file.find('\n'));
    file.remove_prefix(std::min(line.size() + 1, file.size()));
    if (line.starts_with(part_begins) && line.ends_with(part_begun)) {
      part = &parts_[std::string{line.substr(
          part_begins.size(), line.size() - part_begins.size() - part_begun.size())}];
    } else if (part != nullptr) {
      part->append(line).append("\n");
    }
  }
  for (auto& [name, text] : parts_) text.erase(text.find_last_not_of('\n') + 1);
}

std::string PageParts::fill(std::string_view part, Values values) const {
  const auto found = parts_.find(part);
  if (found == parts_.end()) missing("part", part);
  std::string_view rest = found->second;
  std::string filled;
  for (std::size_t at = 0; (at = rest.find("{{")) != std::string_view::npos;) {
    const bool is_html = rest.substr(at).starts_with("{{{");
    const std::string_view closing = is_html ? "}}}" : "}}";
    const std::size_t name_at = at + closing.size();
    const std::size_t end = rest.find(closing, name_at);
    if (end == std::string_view::npos) missing("end of", rest.substr(name_at));
    const std::string_view value = value_of(values, rest.substr(name_at, end - name_at));
    filled.append(rest.substr(0, at));
    filled += is_html ? std::string{value} : documents::escape_markup(value);
    rest.remove_prefix(end + closing.size());
  }
  return filled.append(rest);
}

}  // namespace elukaar::authoring
