#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/source_position.hpp"

namespace elukaar::documents {

// Limits of one YAML file. Aliases count with all that they stand for, so that a few lines cannot
// unfold into gigabytes.
inline constexpr std::size_t max_yaml_bytes = 1024 * 1024;
inline constexpr std::size_t max_yaml_nodes = 200'000;
inline constexpr std::size_t max_yaml_text_bytes = 16 * 1024 * 1024;  // after aliases
inline constexpr int max_yaml_depth = 64;

// One value of a workflow file with the place where it was written. Mappings keep their order, which
// is meaning. A plain value: copy it, change it.
struct Node {
  enum class Kind { null, boolean, integer, number, text, sequence, mapping };
  struct Entry;

  Kind kind = Kind::null;
  bool boolean = false;
  std::int64_t integer = 0;
  double number = 0;
  std::string text;           // also the scalar's own spelling where it is no text
  std::vector<Node> items;    // of a sequence
  std::vector<Entry> entries; // of a mapping
  SourcePosition where;
  // Characters from `where` to the text's first one (1 for an opening quote); -1 where the text does
  // not stand in the file letter by letter (escapes, folded lines, no file).
  int text_offset = -1;

  static Node of_text(std::string text, SourcePosition where);

  bool is(Kind wanted) const { return kind == wanted; }
  const Node* find(std::string_view key) const;  // of a mapping; null where there is none
  Node* find(std::string_view key);
  const Entry* entry(std::string_view key) const;
  // Where the text's character number `offset` stands.
  SourcePosition position_of(std::size_t offset) const;
  // For messages: "a list", "the number 3", "`yes`".
  std::string describe() const;
};

struct Node::Entry {
  std::string key;
  SourcePosition where;  // of the key
  Node value;
};

// Reads one document by the scalar rules of YAML 1.2's core schema: `on`, `no` and `12:30` are texts.
// Refused, each with its place: invalid UTF-8, control characters, more than one document, duplicate
// keys, keys that are no scalars, tags other than !!str, infinities, and what goes beyond the limits.
// `file` is how problems call it. All duplicate keys are told at once; the rest ends the reading.
//
// Rules: yaml-syntax, yaml-limit, yaml-encoding, duplicate-key, yaml-tag.
Result<Node, Problems> read_yaml(std::string_view content, const std::string& file);
// The same for a file; one that cannot be read is the problem `unreadable`.
Result<Node, Problems> read_yaml_file(const std::filesystem::path& path, const std::string& file);

// The same data without places, members in order.
OrderedJson to_ordered_json(const Node& node);
Json to_json(const Node& node);
// The reverse; all places are (file, 0, 0).
Node from_json(const OrderedJson& json, const std::string& file);

}  // namespace elukaar::documents
