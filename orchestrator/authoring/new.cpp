#include "authoring/new.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "authoring/content.hpp"
#include "documents/yaml.hpp"

namespace elukaar::authoring {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t max_folder_name = 64;

using Words = std::vector<std::pair<std::string_view, std::string>>;

// The template with each of the words put in; what was put in is not looked at again.
std::string filled(std::string_view text, const Words& words) {
  std::string result;
  while (!text.empty()) {
    const auto word = std::find_if(words.begin(), words.end(),
                                   [&](const auto& one) { return text.starts_with(one.first); });
    result += word == words.end() ? std::string{text.front()} : word->second;
    text.remove_prefix(word == words.end() ? 1 : word->first.size());
  }
  return result;
}

auto asked_wrongly(std::string what) {
  return failure(NotBegun{NotBegun::Why::asked_wrongly, std::move(what)});
}

Result<void, NotBegun> check(const std::string& folder, const fs::path& content_dir) {
  const bool fits =
      !folder.empty() && folder.size() <= max_folder_name && folder[0] >= 'a' && folder[0] <= 'z' &&
      folder.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (!fits) {
    return asked_wrongly(fmt::format(
        "expected a name of small letters, digits and dashes such as `viimsi`, found `{}`", folder));
  }
  if (!fs::is_directory(content_dir / "workflows")) {
    return asked_wrongly(fmt::format("--content: expected a folder with workflows/, found none in {}",
                                     content_dir.string()));
  }
  return {};
}

bool is_ehak(const std::string& code) {
  return code.size() == 4 && code.find_first_not_of("0123456789") == std::string::npos;
}

std::string capitalised(std::string name) {
  std::replace(name.begin(), name.end(), '-', ' ');
  if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

std::string content_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::vector<std::string> folders_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<fs::path> yaml_files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  return files;
}

// ---- A municipality ------------------------------------------------------------------------------

Result<void, NotBegun> check(const NewMunicipality& wanted, const fs::path& municipalities) {
  if (!is_ehak(wanted.ehak)) {
    return asked_wrongly(
        fmt::format("--ehak: expected four digits such as 0890, found `{}`", wanted.ehak));
  }
  const auto known = folders_in(municipalities);
  if (std::find(known.begin(), known.end(), wanted.like) == known.end()) {
    return asked_wrongly(fmt::format("--like: expected a municipality of {} ({}), found `{}`",
                                     municipalities.string(), fmt::join(known, ", "), wanted.like));
  }
  for (const std::string& name : known) {
    for (const fs::path& file : yaml_files_in(municipalities / name)) {
      if (content_of(file).find("ehak: \"" + wanted.ehak + "\"") == std::string::npos) continue;
      return asked_wrongly(
          fmt::format("--ehak: {} is {}'s already ({})", wanted.ehak, name, file.string()));
    }
  }
  return {};
}

// The model's file with another name: only the block `municipality` and the heading change, so that
// comments stay.
Result<std::string, NotBegun> adapted(const fs::path& model, const Words& words) {
  const auto unreadable = [](std::string what) {
    return failure(NotBegun{NotBegun::Why::model_unreadable, std::move(what)});
  };
  const std::string text = content_of(model);
  auto source = documents::read_yaml(text, model.string());
  if (!source) return unreadable(to_text(source.error().front()));
  const documents::Node::Entry* block =
      source->is(documents::Node::Kind::mapping) ? source->entry("municipality") : nullptr;
  if (block == nullptr) return unreadable(model.string() + ": it has no `municipality`");
  int next = std::numeric_limits<int>::max();
  int first = std::numeric_limits<int>::max();
  for (const auto& entry : source->entries) {
    first = std::min(first, entry.where.line);
    if (entry.where.line > block->where.line) next = std::min(next, entry.where.line);
  }
  std::string result = filled(text_of(content, "content/new/municipality-heading.yaml"), words);
  std::istringstream lines(text);
  int number = 1;
  for (std::string line; std::getline(lines, line); ++number) {
    if (number == block->where.line) {
      result += filled(text_of(content, "content/new/municipality.yaml"), words);
    }
    const bool replaced_line = number >= block->where.line && number < next;
    if (number < first || replaced_line) continue;
    result += line + "\n";
  }
  return result;
}

// The file that a municipality's file extends.
std::string base_of(const fs::path& file, const fs::path& content_dir) {
  const auto source = documents::read_yaml_file(file, file.string());
  const documents::Node* extends =
      source && source->is(documents::Node::Kind::mapping) ? source->find("extends") : nullptr;
  if (extends == nullptr) return "the service's workflow.yaml";
  const std::size_t at = std::min(extends->text.find('@'), extends->text.size() - 1);
  return (content_dir / "workflows" / extends->text.substr(0, at) / extends->text.substr(at + 1) /
          "workflow.yaml")
      .lexically_normal()
      .string();
}

}  // namespace

Result<Beginning, NotBegun> begin_municipality(const NewMunicipality& wanted, const fs::path& content_dir) {
  const fs::path folder = (content_dir / "workflows" / "municipalities").lexically_normal();
  if (auto fits = check(wanted.folder, content_dir); !fits) return failure(fits.error());
  if (auto fits = check(wanted, folder); !fits) return failure(fits.error());
  Words words = {
      {"TITLE", wanted.title.empty() ? capitalised(wanted.folder) + " vald" : wanted.title},
      {"EHAK", wanted.ehak},
      {"LIKE", wanted.like},
      {"FOLDER", wanted.folder}};
  Beginning made;
  std::set<std::string> bases;
  for (const fs::path& model : yaml_files_in(folder / wanted.like)) {
    bases.insert(base_of(model, content_dir));
    auto text = adapted(model, words);
    if (!text) return failure(text.error());
    made.files[folder / wanted.folder / model.filename()] = std::move(*text);
  }
  if (made.files.empty()) {
    return asked_wrongly(fmt::format("--like: `{}` has no files to copy", wanted.like));
  }
  words.emplace_back("FILE", made.files.begin()->first.string());
  words.emplace_back("BASES", fmt::format("{}", fmt::join(bases, " and ")));
  made.next = filled(text_of(content, "content/new/municipality-next.txt"), words);
  return made;
}

// ---- A service -----------------------------------------------------------------------------------

Result<Beginning, NotBegun> begin_service(const NewService& wanted, const fs::path& content_dir) {
  if (auto fits = check(wanted.name, content_dir); !fits) return failure(fits.error());
  const std::string title = wanted.title.empty() ? capitalised(wanted.name) : wanted.title;
  if (title.find_first_of("{}[],:#&*!|>'\"%@`\n") != std::string::npos) {
    return asked_wrongly("--title: expected plain words, found punctuation that YAML would read");
  }
  const fs::path folder = (content_dir / "workflows" / wanted.name).lexically_normal();
  if (fs::exists(folder)) {
    return asked_wrongly(folder.string() + " exists already; choose another name");
  }
  const fs::path workflow = folder / "1" / "workflow.yaml";
  const fs::path texts = folder / "texts";
  const std::string event =
      (content_dir / "events" / "services").lexically_normal() / ("ee.elukaar." + wanted.name);
  const Words words = {{"SERVICE", wanted.name},
                       {"TITLE", title},
                       {"WORKFLOW", workflow.string()},
                       {"TEXTS", texts.string()},
                       {"FOLDER", folder.string()}};
  const std::pair<fs::path, std::string_view> templates[] = {
      {workflow, text_of(content, "content/new/workflow.yaml")},
      {texts / "et.yaml", text_of(content, "content/new/texts.et.yaml")},
      {texts / "en.yaml", text_of(content, "content/new/texts.en.yaml")},
      {texts / "ru.yaml", text_of(content, "content/new/texts.ru.yaml")},
      {event + ".requested.v1.schema.json", text_of(content, "content/new/requested.schema.json")},
      {event + ".decided.v1.schema.json", text_of(content, "content/new/decided.schema.json")}};
  Beginning made;
  for (const auto& [path, text] : templates) made.files[path] = filled(text, words);
  made.next = filled(text_of(content, "content/new/service-next.txt"), words);
  return made;
}

}  // namespace elukaar::authoring
