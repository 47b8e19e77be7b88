#include "documents/reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/nearest.hpp"

namespace elukaar::documents {
namespace {

std::string_view name_of(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::null: return "nothing";
    case Node::Kind::boolean: return "true or false";
    case Node::Kind::integer: return "a whole number";
    case Node::Kind::number: return "a number";
    case Node::Kind::text: return "a text";
    case Node::Kind::sequence: return "a list";
    case Node::Kind::mapping: return "a mapping (`key: value`)";
  }
  return "a value";
}

constexpr std::size_t most_listed = 12;  // longer lists don't help anybody

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string near = word.empty() ? std::string{} : nearest(word, candidates);
  if (!near.empty()) return fmt::format("did you mean `{}`?", near);
  if (candidates.empty()) return "there are none";
  if (candidates.size() > most_listed) return {};
  std::string list;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (i > 0) list += i + 1 == candidates.size() ? " and " : ", ";
    list += "`" + candidates[i] + "`";
  }
  return fmt::format("{} {}", candidates.size() == 1 ? "there is only" : "there are", list);
}

void Reader::error(SourcePosition where, std::string rule, std::string what, std::string hint) {
  problems_.push_back(
      {std::move(where), std::move(what), std::move(hint), std::move(rule), Severity::error});
}

void Reader::warning(SourcePosition where, std::string rule, std::string what, std::string hint) {
  problems_.push_back(
      {std::move(where), std::move(what), std::move(hint), std::move(rule), Severity::warning});
}

bool Reader::expect(const Node& node, Node::Kind kind, std::string_view what) {
  if (node.is(kind)) return true;
  error(node.where, "wrong-type",
        fmt::format("{}: expected {}, found {}", what, name_of(kind), node.describe()));
  return false;
}

void Reader::known_keys(const Node& mapping, std::string_view what,
                        std::initializer_list<std::string_view> keys) {
  known_keys(mapping, what, {}, keys);
}

void Reader::known_keys(const Node& mapping, std::string_view what,
                        const std::vector<std::string>& declared,
                        std::initializer_list<std::string_view> own) {
  if (!mapping.is(Node::Kind::mapping)) return;
  std::vector<std::string> keys{own.begin(), own.end()};
  keys.insert(keys.end(), declared.begin(), declared.end());
  for (const Node::Entry& entry : mapping.entries) {
    if (std::find(keys.begin(), keys.end(), entry.key) != keys.end()) continue;
    error(entry.where, "unknown-key", fmt::format("unknown key `{}` in {}", entry.key, what),
          suggestion(entry.key, keys));
  }
}

std::string Reader::text(const Node& mapping, std::string_view key, std::string_view fallback) {
  const Node* node = mapping.find(key);
  if (node == nullptr || !expect(*node, Node::Kind::text, fmt::format("`{}`", key))) {
    return std::string{fallback};
  }
  return node->text;
}

std::string Reader::required_text(const Node& mapping, std::string_view key,
                                  std::string_view what) {
  if (mapping.find(key) != nullptr) return text(mapping, key);
  error(mapping.where, "missing-key", fmt::format("{} lacks `{}`", what, key),
        fmt::format("add `{}: …`", key));
  return {};
}

bool Reader::flag(const Node& mapping, std::string_view key, bool fallback) {
  const Node* node = mapping.find(key);
  if (node == nullptr) return fallback;
  // YAML 1.2 reads `on`, `off`, `yes` and `no` as texts; people mean what they say.
  if (node->is(Node::Kind::text)) {
    if (node->text == "on" || node->text == "yes") return true;
    if (node->text == "off" || node->text == "no") return false;
  }
  return expect(*node, Node::Kind::boolean, fmt::format("`{}`", key)) ? node->boolean : fallback;
}

std::vector<const Node*> Reader::texts(const Node& mapping, std::string_view key) {
  std::vector<const Node*> found;
  const Node* node = mapping.find(key);
  if (node == nullptr) return found;
  if (node->is(Node::Kind::text)) return {node};
  if (!expect(*node, Node::Kind::sequence, fmt::format("`{}`", key))) return found;
  for (const Node& item : node->items) {
    if (expect(item, Node::Kind::text, fmt::format("an item of `{}`", key))) {
      found.push_back(&item);
    }
  }
  return found;
}

std::string Reader::word(const Node& node, std::string_view what,
                         std::initializer_list<std::string_view> words) {
  return word_of(node, what, {words.begin(), words.end()});
}

std::string Reader::word_of(const Node& node, std::string_view what,
                            const std::vector<std::string>& words) {
  if (node.is(Node::Kind::text) || node.is(Node::Kind::boolean)) {
    if (std::find(words.begin(), words.end(), node.text) != words.end()) return node.text;
  }
  std::string expected;
  for (const std::string_view word : words) {
    if (!expected.empty()) expected += word == words.back() ? " or " : ", ";
    expected += fmt::format("`{}`", word);
  }
  const std::string near = nearest(node.text, words);
  error(node.where, "unknown-word",
        fmt::format("{}: expected {}, found {}", what, expected, node.describe()),
        near.empty() ? std::string{} : fmt::format("did you mean `{}`?", near));
  return words.front();
}

}  // namespace elukaar::documents
