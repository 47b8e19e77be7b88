#include "workflow/load/load.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "workflow/load/compile.hpp"
#include "workflow/load/merge.hpp"

namespace elukaar::workflow {
namespace fs = std::filesystem;
namespace {

// Releases of a service that stand in the folder, for the hint.
std::vector<std::string> known_bases(const fs::path& workflows_dir) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& service : fs::directory_iterator(workflows_dir, error)) {
    std::error_code inner;
    for (const auto& release : fs::directory_iterator(service.path(), inner)) {
      if (!fs::exists(release.path() / "workflow.yaml", inner)) continue;
      names.push_back(service.path().filename().string() + "@" +
                      release.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The base that `extends: kindergarten-place@2026.1` names.
Result<documents::Node, Problems> read_base(const documents::Node& extends, const Sources& sources) {
  const std::size_t at = extends.text.find('@');
  const bool named = extends.is(documents::Node::Kind::text) && at != std::string::npos && at > 0 &&
                     extends.text.find_first_of("/\\") == std::string::npos &&
                     extends.text.find("..") == std::string::npos;
  const fs::path path = named ? sources.workflows_dir / extends.text.substr(0, at) /
                                    extends.text.substr(at + 1) / "workflow.yaml"
                              : fs::path{};
  std::error_code error;
  if (!named || !fs::exists(path, error)) {
    return failure(Problems{{extends.where,
                             fmt::format("`extends`: there is no base {}", extends.describe()),
                             documents::suggestion(extends.text, known_bases(sources.workflows_dir)),
                             "unknown-base", Severity::error}});
  }
  const fs::path real = fs::weakly_canonical(path, error);
  const fs::path tree = fs::weakly_canonical(sources.workflows_dir, error);
  if (std::mismatch(tree.begin(), tree.end(), real.begin(), real.end()).first != tree.end()) {
    return failure(Problems{{{path.string(), 0, 0},
                             fmt::format("this file leads out of {}, to {}",
                                         sources.workflows_dir.string(), real.string()),
                             "put the file itself there", "unknown-base", Severity::error}});
  }
  auto base = documents::read_yaml_file(path, path.string());
  if (!base) return base;
  if (const documents::Node::Entry* again = base->entry("extends")) {
    return failure(Problems{{again->where,
                             fmt::format("a base extends nothing, but this one extends {}",
                                         again->value.describe()),
                             "remove `extends`; only a municipality's file has it", "base-extends",
                             Severity::error}});
  }
  const documents::Node* key = base->find("key");
  const documents::Node* release = base->find("release");
  if (key == nullptr || release == nullptr || key->text + "@" + release->text != extends.text) {
    return failure(Problems{{key == nullptr ? base->where : key->where,
                             fmt::format("this file stands where {} is looked for, but calls itself "
                                         "`{}@{}`",
                                         extends.describe(), key == nullptr ? "" : key->text,
                                         release == nullptr ? "" : release->text),
                             "rename the folder, or change `key` and `release`", "unknown-base",
                             Severity::error}});
  }
  return base;
}

// Texts that the service does not have at all are told where the words are put in their place.
void warn_of_unused_texts(const std::vector<texts::Override>& texts, const texts::Facts* facts,
                          const Workflow& workflow, Problems& warnings) {
  const std::vector<std::string> shown = shown_texts(workflow);
  for (const texts::Override& text : texts) {
    if (text.field.empty() || std::find(shown.begin(), shown.end(), text.key) != shown.end()) {
      continue;
    }
    if (facts != nullptr && facts->texts.count(text.key) == 0) continue;
    warnings.push_back({text.where, fmt::format("no state shows the text `{}`", text.key),
                        documents::suggestion(text.key, shown), "unused-text", Severity::warning});
  }
}

}  // namespace

Result<Loaded, Problems> load(const fs::path& file, const Sources& sources) {
  auto source = documents::read_yaml_file(file, file.string());
  if (!source) return failure(std::move(source.error()));
  if (sources.tried != nullptr) merge_patch(*source, *sources.tried);
  const documents::Node* extends = source->is(documents::Node::Kind::mapping) ? source->find("extends") : nullptr;
  const documents::Node::Entry* whose =
      source->is(documents::Node::Kind::mapping) ? source->entry("municipality") : nullptr;
  if (extends == nullptr && whose != nullptr) {
    return failure(Problems{{whose->where,
                             "a municipality's file must say which service it sets: `extends` is "
                             "missing",
                             documents::suggestion({}, known_bases(sources.workflows_dir)), "missing-key",
                             Severity::error}});
  }

  Loaded loaded;
  Problems problems;
  documents::Node merged;
  if (extends != nullptr) {
    auto base = read_base(*extends, sources);
    if (!base) return failure(std::move(base.error()));
    documents::Reader reader(problems);
    MunicipalityFile parts = merge(*base, *source, reader);
    merged = std::move(parts.merged);
    merged.where = source->where;
    loaded.texts = std::move(parts.texts);
  } else {
    merged = std::move(*source);
  }
  const documents::Node* key = merged.is(documents::Node::Kind::mapping) ? merged.find("key") : nullptr;
  const texts::Facts* texts =
      sources.texts && key != nullptr ? sources.texts(key->text) : nullptr;
  auto workflow = compile(merged, {sources.schemas, texts, extends != nullptr}, loaded.warnings);
  if (!workflow) {
    problems.insert(problems.end(), workflow.error().begin(), workflow.error().end());
  }
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return a.where < b.where;
  });
  if (has_errors(problems)) return failure(std::move(problems));
  loaded.warnings.insert(loaded.warnings.end(), problems.begin(), problems.end());
  loaded.workflow = std::move(*workflow);
  warn_of_unused_texts(loaded.texts, texts, *loaded.workflow, loaded.warnings);
  return loaded;
}

Result<WorkflowPtr, Problems> compile_canonical(const std::string& canonical,
                                                const Schemas& schemas) {
  const OrderedJson json = OrderedJson::parse(canonical, nullptr, false);
  if (!json.is_object()) {
    return failure(Problems{{{"the stored source", 0, 0}, "expected a JSON object", "",
                             "yaml-syntax", Severity::error}});
  }
  const std::string name = fmt::format("{}@{}", json.value("key", std::string{"?"}),
                                       json.value("release", std::string{"?"}));
  Problems warnings;
  return compile(documents::from_json(json, name), {schemas, nullptr, json.contains("values")}, warnings);
}

}  // namespace elukaar::workflow
