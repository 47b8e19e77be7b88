#include "texts/text_file.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <unicode/utf8.h>
#include <yaml-cpp/yaml.h>

#include "base/nearest.hpp"

namespace elukaar::texts {
namespace {

constexpr std::size_t max_entries = 10'000;

class FileReader {
 public:
  FileReader(const TextFile& file, Problems& problems) : file_(file), problems_(problems) {
    written_.name = file.name;
  }

  WrittenFile read() {
    if (file_.content.size() > max_text_file_bytes) {
      complain({file_.name, 0, 0}, "text-file",
               fmt::format("expected at most {} bytes, found {}", max_text_file_bytes,
                           file_.content.size()));
      return std::move(written_);
    }
    if (const auto where = not_utf8()) {
      complain(*where, "text-file", "expected UTF-8, found a byte that is none",
               "save the file as UTF-8");
      return std::move(written_);
    }
    try {
      top_level(YAML::Load(file_.content));
    } catch (const YAML::Exception& error) {
      complain({file_.name, error.mark.line + 1, error.mark.column + 1}, "yaml", error.msg);
    }
    return std::move(written_);
  }

 private:
  // The first byte that is no UTF-8, its column counted in characters.
  std::optional<SourcePosition> not_utf8() const {
    const auto size = static_cast<std::int32_t>(file_.content.size());
    SourcePosition where{file_.name, 1, 1};
    for (std::int32_t at = 0; at < size;) {
      UChar32 character = 0;
      U8_NEXT(file_.content.data(), at, size, character);
      if (character < 0) return where;
      ++where.column;
      if (character == '\n') where = {file_.name, where.line + 1, 1};
    }
    return std::nullopt;
  }

  SourcePosition position(const YAML::Node& node) const {
    return {file_.name, node.Mark().line + 1, node.Mark().column + 1};
  }

  void complain(SourcePosition where, std::string rule, std::string what, std::string hint = {}) {
    problems_.push_back(
        {std::move(where), std::move(what), std::move(hint), std::move(rule), Severity::error});
  }

  // The entries of a mapping, once each.
  std::vector<std::pair<YAML::Node, YAML::Node>> entries(const YAML::Node& mapping) {
    std::vector<std::pair<YAML::Node, YAML::Node>> list;
    std::set<std::string> seen;
    for (const auto& entry : mapping) {
      if (!entry.first.IsScalar()) {
        complain(position(entry.first), "text-file", "expected a name, found a list or a mapping");
      } else if (!seen.insert(entry.first.Scalar()).second) {
        complain(position(entry.first), "duplicate-key",
                 fmt::format("expected `{}` once, found it again", entry.first.Scalar()));
      } else if (++count_ <= max_entries) {
        list.emplace_back(entry.first, entry.second);
      }
    }
    if (count_ > max_entries) {
      complain(position(mapping), "text-file",
               fmt::format("expected at most {} entries, found more", max_entries));
    }
    return list;
  }

  void top_level(const YAML::Node& root) {
    if (!root.IsMap()) {
      return complain({file_.name, 1, 1}, "text-file", "expected texts by their keys");
    }
    for (const auto& [key, value] : entries(root)) {
      if (value.IsMap() && value["headline"]) {
        text(key, value);
      } else {
        group(key.Scalar(), value, 1);
      }
    }
  }

  void group(const std::string& name, const YAML::Node& value, int depth) {
    if (value.IsScalar()) {
      written_.messages[name] = {value.Scalar(), position(value)};
    } else if (value.IsMap() && depth < max_group_depth) {
      for (const auto& [key, inner] : entries(value)) {
        group(name + "." + key.Scalar(), inner, depth + 1);
      }
    } else {
      complain(position(value), "text-file",
               fmt::format("`{}`: expected a text, or a group of texts at most {} deep", name,
                           max_group_depth));
    }
  }

  void text(const YAML::Node& key, const YAML::Node& value) {
    static const std::vector<std::string> fields = {"headline", "body", "next", "sms", "email"};
    WrittenText& text = written_.texts[key.Scalar()];
    text.where = position(key);
    for (const auto& [name, field] : entries(value)) {
      const std::string& word = name.Scalar();
      if (!field.IsScalar()) {
        complain(position(field), "text-file", fmt::format("`{}`: expected a text", word));
      } else if (std::find(fields.begin(), fields.end(), word) != fields.end()) {
        text.fields[word] = {field.Scalar(), position(field)};
      } else if (word == "kind") {
        text.kind = field.Scalar();
        if (text.kind != "message" && text.kind != "view") {
          complain(position(field), "text-kind",
                   fmt::format("expected `kind` message or view, found `{}`", text.kind));
        }
      } else if (word == "reasons") {
        text.reasons = field.Scalar();
      } else if (word == "legal") {
        text.legal = field.Scalar() == "true";
      } else {
        std::vector<std::string> known = fields;
        known.insert(known.end(), {"kind", "reasons", "legal"});
        const std::string close = nearest(word, known);
        complain(position(name), "unknown-field",
                 fmt::format("text `{}`: expected headline, body, next, sms, email, kind, reasons "
                             "or legal, found `{}`",
                             key.Scalar(), word),
                 close.empty() ? "" : fmt::format("did you mean `{}`?", close));
      }
    }
  }

  const TextFile& file_;
  Problems& problems_;
  WrittenFile written_;
  std::size_t count_ = 0;
};

}  // namespace

WrittenFile read_text_file(const TextFile& file, Problems& problems) {
  return FileReader{file, problems}.read();
}

}  // namespace elukaar::texts
