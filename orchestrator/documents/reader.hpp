#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "documents/yaml.hpp"

namespace elukaar::documents {

// Reads members of mappings and collects what is wrong with them: a file's problems are told all at
// once. Borrowed by whoever reads one file; lives for one load.
class Reader {
 public:
  explicit Reader(Problems& problems) : problems_(problems) {}

  void error(SourcePosition where, std::string rule, std::string what, std::string hint = {});
  void warning(SourcePosition where, std::string rule, std::string what, std::string hint = {});

  // Whether the value is of this kind; says what else was found where it is not. `what` names the
  // value: "the key `on` of state `queued`".
  bool expect(const Node& node, Node::Kind kind, std::string_view what);
  // Every key of a mapping must be among these. `what` names the mapping: "an event".
  void known_keys(const Node& mapping, std::string_view what,
                  std::initializer_list<std::string_view> keys);
  // The same where a file has declared further keys.
  void known_keys(const Node& mapping, std::string_view what, const std::vector<std::string>& declared,
                  std::initializer_list<std::string_view> keys);

  // A member's text; `fallback` where it is absent (or wrong, which is told).
  std::string text(const Node& mapping, std::string_view key, std::string_view fallback = {});
  // The same, but absence is told.
  std::string required_text(const Node& mapping, std::string_view key, std::string_view what);
  bool flag(const Node& mapping, std::string_view key, bool fallback);
  // A member that is a list of texts, or one text.
  std::vector<const Node*> texts(const Node& mapping, std::string_view key);
  // One of these words; the first where it is something else (which is told).
  std::string word(const Node& node, std::string_view what,
                   std::initializer_list<std::string_view> words);
  // The same for words that a file has declared; at least one.
  std::string word_of(const Node& node, std::string_view what, const std::vector<std::string>& words);

  Problems& problems() { return problems_; }

 private:
  Problems& problems_;
};

// "did you mean `x`?" or, where nothing is near, what there is: "there are `a`, `b` and `c`".
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace elukaar::documents
