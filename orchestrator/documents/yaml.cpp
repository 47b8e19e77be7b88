#include "documents/yaml.hpp"

#include <charconv>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace elukaar::documents {
namespace {

// Ends the reading: yaml-cpp calls us from deep within, so a value cannot get out.
struct Abort {
  Problem problem;
};

bool all_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

std::string_view without_sign(std::string_view text) {
  return !text.empty() && (text[0] == '-' || text[0] == '+') ? text.substr(1) : text;
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_float(std::string_view text) {
  text = without_sign(text);
  const std::size_t exponent = text.find_first_of("eE");
  if (exponent != std::string_view::npos) {
    if (!all_of(without_sign(text.substr(exponent + 1)), "0123456789")) return false;
    text = text.substr(0, exponent);
  }
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return all_of(text, "0123456789");
  const std::string_view before = text.substr(0, point);
  const std::string_view after = text.substr(point + 1);
  if (before.empty()) return all_of(after, "0123456789");
  return all_of(before, "0123456789") && (after.empty() || all_of(after, "0123456789"));
}

bool is_not_finite(std::string_view text) {
  static const std::set<std::string_view> words = {".inf", ".Inf", ".INF"};
  static const std::set<std::string_view> nans = {".nan", ".NaN", ".NAN"};
  return words.count(without_sign(text)) > 0 || nans.count(text) > 0;
}

// Decimal, 0o17 or 0x1F; false where the text is no integer at all.
bool is_integer(std::string_view text, int& base, std::string& digits) {
  if (text.starts_with("0o") && all_of(text.substr(2), "01234567")) {
    base = 8;
    digits = text.substr(2);
    return true;
  }
  if (text.starts_with("0x") && all_of(text.substr(2), "0123456789abcdefABCDEF")) {
    base = 16;
    digits = text.substr(2);
    return true;
  }
  if (!all_of(without_sign(text), "0123456789")) return false;
  base = 10;
  digits = text[0] == '+' ? text.substr(1) : text;
  return true;
}

// What a plain scalar means in the core schema.
void resolve(Node& node) {
  const std::string_view text = node.text;
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
    node.kind = Node::Kind::null;
    return;
  }
  if (text == "true" || text == "True" || text == "TRUE" || text == "false" || text == "False" ||
      text == "FALSE") {
    node.kind = Node::Kind::boolean;
    node.boolean = text[0] == 't' || text[0] == 'T';
    return;
  }
  int base = 10;
  std::string digits;
  if (is_integer(text, base, digits)) {
    node.kind = Node::Kind::integer;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), node.integer, base);
    if (error != std::errc{} || end != digits.data() + digits.size()) {
      throw Abort{{node.where, fmt::format("expected a whole number of at most 64 bits, found {}",
                                           text),
                   "write it in quotes where a text is meant", "yaml-limit", Severity::error}};
    }
    return;
  }
  if (is_not_finite(text)) {
    throw Abort{{node.where, fmt::format("expected a finite number, found {}", text),
                 "write it in quotes where a text is meant", "yaml-syntax", Severity::error}};
  }
  if (is_float(text)) {
    node.kind = Node::Kind::number;
    const std::string_view plain = text[0] == '+' ? text.substr(1) : text;
    const auto [end, error] =
        std::from_chars(plain.data(), plain.data() + plain.size(), node.number);
    if (error != std::errc{}) {
      throw Abort{{node.where, fmt::format("the number {} is too large or too small", text), "",
                   "yaml-limit", Severity::error}};
    }
    return;
  }
  node.kind = Node::Kind::text;
}

struct Weight {
  std::size_t nodes = 0;
  std::size_t bytes = 0;
};

// Builds the tree from yaml-cpp's events: unlike its nodes they tell aliases apart from copies and
// plain scalars from quoted ones.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view content, const std::string& file) : content_(content), file_(file) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) {
      fail(position(mark), "expected one document, found a second one after `---`",
           "put it into a file of its own", "yaml-syntax");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    // yaml-cpp's position of an empty value is that of the next token: its key's is meant.
    Node node;
    node.where = position(mark);
    if (!open_.empty() && open_.back().has_key) node.where = open_.back().key_where;
    node.text = "null";
    finish(std::move(node), {1, 0}, anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchored_.find(anchor);
    if (known == anchored_.end()) {
      fail(position(mark), "this alias stands within what it stands for",
           "write the value out instead", "yaml-syntax");
    }
    spend(known->second.second, position(mark));
    place(known->second.first, known->second.second);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node;
    node.where = position(mark);
    node.text = value;
    const bool plain = tag == "?";
    check_tag(tag, node.where);
    const std::size_t start = static_cast<std::size_t>(mark.pos) + (plain ? 0 : 1);
    if (value.size() <= content_.size() && start <= content_.size() - value.size() &&
        content_.substr(start, value.size()) == value &&
        value.find('\n') == std::string::npos) {
      node.text_offset = plain ? 0 : 1;
    }
    if (plain) {
      resolve(node);
    } else {
      node.kind = Node::Kind::text;
    }
    finish(std::move(node), {1, value.size()}, anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::sequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::mapping);
  }
  void OnMapEnd() override { close(); }

  int documents() const { return documents_; }
  Problems& problems() { return problems_; }
  Node& root() { return root_; }

 private:
  struct Open {
    Node node;
    Weight weight;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    std::string key;
    SourcePosition key_where;
    std::map<std::string, int, std::less<>> keys;  // → line
  };

  SourcePosition position(const YAML::Mark& mark) const {
    return {file_, mark.line + 1, mark.column + 1};
  }

  [[noreturn]] void fail(SourcePosition where, std::string what, std::string hint,
                         std::string rule) {
    throw Abort{{std::move(where), std::move(what), std::move(hint), std::move(rule),
                 Severity::error}};
  }

  void check_tag(const std::string& tag, const SourcePosition& where) {
    if (tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:str") return;
    fail(where, fmt::format("expected no tag, found `{}`", tag),
         "remove it: workflow files need none", "yaml-tag");
  }

  void spend(Weight weight, const SourcePosition& where) {
    spent_.nodes += weight.nodes;
    spent_.bytes += weight.bytes;
    if (spent_.nodes > max_yaml_nodes || spent_.bytes > max_yaml_text_bytes) {
      fail(where,
           fmt::format("the file unfolds to more than {} values", max_yaml_nodes),
           "its aliases (`*name`) repeat too much; write less", "yaml-limit");
    }
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Node::Kind kind) {
    const SourcePosition where = position(mark);
    check_tag(tag, where);
    if (expects_key()) {
      fail(where, "expected a key, found a list or a mapping", "keys are single words",
           "yaml-syntax");
    }
    if (open_.size() >= static_cast<std::size_t>(max_yaml_depth)) {
      fail(where, fmt::format("the file nests deeper than {} levels", max_yaml_depth),
           "write it flatter", "yaml-limit");
    }
    spend({1, 0}, where);
    Open level;
    level.node.kind = kind;
    level.node.where = where;
    level.weight = {1, 0};
    level.anchor = anchor;
    open_.push_back(std::move(level));
  }

  void close() {
    Open level = std::move(open_.back());
    open_.pop_back();
    if (level.anchor != 0) anchored_[level.anchor] = {level.node, level.weight};
    place(std::move(level.node), level.weight);
  }

  void finish(Node node, Weight weight, YAML::anchor_t anchor) {
    spend(weight, node.where);
    if (anchor != 0) anchored_[anchor] = {node, weight};
    place(std::move(node), weight);
  }

  bool expects_key() const {
    return !open_.empty() && open_.back().node.kind == Node::Kind::mapping &&
           !open_.back().has_key;
  }

  void place(Node node, Weight weight) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& level = open_.back();
    level.weight.nodes += weight.nodes;
    level.weight.bytes += weight.bytes;
    if (level.node.kind == Node::Kind::sequence) {
      level.node.items.push_back(std::move(node));
    } else if (!level.has_key) {
      take_key(level, node);
    } else {
      level.node.entries.push_back({level.key, level.key_where, std::move(node)});
      level.has_key = false;
    }
  }

  void take_key(Open& level, const Node& node) {
    if (node.kind == Node::Kind::sequence || node.kind == Node::Kind::mapping) {
      fail(node.where, "expected a key, found a list or a mapping", "keys are single words",
           "yaml-syntax");
    }
    level.has_key = true;
    level.key = node.text;
    level.key_where = node.where;
    const auto [known, fresh] = level.keys.emplace(node.text, node.where.line);
    if (!fresh) {
      problems_.push_back({node.where, fmt::format("the key `{}` stands here twice", node.text),
                           fmt::format("the first one is in line {}; keep one", known->second),
                           "duplicate-key", Severity::error});
    }
  }

  std::string_view content_;
  const std::string& file_;
  int documents_ = 0;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, std::pair<Node, Weight>> anchored_;
  Weight spent_;
  Problems problems_;
  Node root_;
};

// Length of the UTF-8 sequence at `at`, 0 where there is none (RFC 3629: no overlong forms, no
// surrogates, nothing beyond U+10FFFF).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const unsigned first = byte(0);
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    if (first == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

// The first place where the bytes are no text that YAML allows.
std::optional<Problem> encoding_problem(std::string_view content, const std::string& file) {
  int line = 1;
  int column = 1;
  for (std::size_t at = 0; at < content.size();) {
    const std::size_t length = utf8_length(content, at);
    const auto first = static_cast<unsigned char>(content[at]);
    if (length == 0) {
      return Problem{{file, line, column}, "expected text in UTF-8, found other bytes",
                     "save the file as UTF-8", "yaml-encoding", Severity::error};
    }
    if ((first < 0x20 && first != '\t' && first != '\n' && first != '\r') || first == 0x7F) {
      return Problem{{file, line, column},
                     fmt::format("expected text, found the control character {:#04x}", first),
                     "remove it", "yaml-encoding", Severity::error};
    }
    at += length;
    column += static_cast<int>(length);
    if (first == '\n') {
      ++line;
      column = 1;
    }
  }
  return std::nullopt;
}

Problem syntax_problem(const YAML::Exception& error, const std::string& file) {
  SourcePosition where{file, 0, 0};
  if (!error.mark.is_null()) where = {file, error.mark.line + 1, error.mark.column + 1};
  std::string hint = "check the indentation, the quotes and the brackets above";
  if (error.msg.find("unknown anchor") != std::string::npos ||
      error.msg.find("anchor") != std::string::npos) {
    hint = "an alias (`*name`) needs an anchor (`&name`) above it";
  }
  return {std::move(where), "not readable as YAML: " + error.msg, std::move(hint), "yaml-syntax",
          Severity::error};
}

}  // namespace

Node Node::of_text(std::string text, SourcePosition where) {
  Node node;
  node.kind = Kind::text;
  node.text = std::move(text);
  node.where = std::move(where);
  return node;
}

const Node::Entry* Node::entry(std::string_view key) const {
  for (const Entry& candidate : entries) {
    if (candidate.key == key) return &candidate;
  }
  return nullptr;
}

const Node* Node::find(std::string_view key) const {
  const Entry* found = entry(key);
  return found == nullptr ? nullptr : &found->value;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(static_cast<const Node*>(this)->find(key));
}

SourcePosition Node::position_of(std::size_t offset) const {
  SourcePosition position = where;
  if (text_offset >= 0) position.column += text_offset + static_cast<int>(offset);
  return position;
}

std::string Node::describe() const {
  switch (kind) {
    case Kind::null: return "nothing";
    case Kind::boolean: return boolean ? "true" : "false";
    case Kind::integer: return "the number " + text;
    case Kind::number: return "the number " + text;
    case Kind::text: return text.size() > 60 ? "a long text" : "`" + text + "`";
    case Kind::sequence: return "a list";
    case Kind::mapping: return "a mapping";
  }
  return "a value";
}

Result<Node, Problems> read_yaml(std::string_view content, const std::string& file) {
  if (content.size() > max_yaml_bytes) {
    return failure(Problems{{{file, 0, 0},
                             fmt::format("the file has {} bytes; at most {} are read",
                                         content.size(), max_yaml_bytes),
                             "", "yaml-limit", Severity::error}});
  }
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  if (auto problem = encoding_problem(content, file)) return failure(Problems{*problem});

  std::istringstream stream{std::string{content}};
  Builder builder(content, file);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (Abort& abort) {
    builder.problems().push_back(std::move(abort.problem));
  } catch (const YAML::Exception& error) {
    builder.problems().push_back(syntax_problem(error, file));
  }
  if (!builder.problems().empty()) return failure(std::move(builder.problems()));
  if (builder.documents() == 0) builder.root().where = {file, 1, 1};
  return std::move(builder.root());
}

Result<Node, Problems> read_yaml_file(const std::filesystem::path& path, const std::string& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  if (error || !stream) {
    return failure(Problems{{{file, 0, 0}, "the file cannot be read",
                             error ? error.message() : std::string{}, "unreadable",
                             Severity::error}});
  }
  if (size > max_yaml_bytes) {
    return failure(Problems{{{file, 0, 0},
                             fmt::format("the file has {} bytes; at most {} are read", size,
                                         max_yaml_bytes),
                             "", "yaml-limit", Severity::error}});
  }
  std::string content(static_cast<std::size_t>(size), '\0');
  stream.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(stream.gcount()));
  return read_yaml(content, file);
}

OrderedJson to_ordered_json(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null: return nullptr;
    case Node::Kind::boolean: return node.boolean;
    case Node::Kind::integer: return node.integer;
    case Node::Kind::number: return node.number;
    case Node::Kind::text: return node.text;
    case Node::Kind::sequence: {
      OrderedJson array = OrderedJson::array();
      for (const Node& item : node.items) array.push_back(to_ordered_json(item));
      return array;
    }
    case Node::Kind::mapping: {
      OrderedJson object = OrderedJson::object();
      for (const Node::Entry& entry : node.entries) {
        object[entry.key] = to_ordered_json(entry.value);
      }
      return object;
    }
  }
  return nullptr;
}

Json to_json(const Node& node) {
  switch (node.kind) {
    case Node::Kind::sequence: {
      Json array = Json::array();
      for (const Node& item : node.items) array.push_back(to_json(item));
      return array;
    }
    case Node::Kind::mapping: {
      Json object = Json::object();
      for (const Node::Entry& entry : node.entries) object[entry.key] = to_json(entry.value);
      return object;
    }
    case Node::Kind::null: return nullptr;
    case Node::Kind::boolean: return node.boolean;
    case Node::Kind::integer: return node.integer;
    case Node::Kind::number: return node.number;
    case Node::Kind::text: return node.text;
  }
  return nullptr;
}

Node from_json(const OrderedJson& json, const std::string& file) {
  Node node;
  node.where = {file, 0, 0};
  if (json.is_object()) {
    node.kind = Node::Kind::mapping;
    for (const auto& [key, value] : json.items()) {
      node.entries.push_back({key, node.where, from_json(value, file)});
    }
  } else if (json.is_array()) {
    node.kind = Node::Kind::sequence;
    for (const OrderedJson& value : json) node.items.push_back(from_json(value, file));
  } else if (json.is_string()) {
    node.kind = Node::Kind::text;
    node.text = json.get<std::string>();
  } else if (json.is_boolean()) {
    node.kind = Node::Kind::boolean;
    node.boolean = json.get<bool>();
    node.text = node.boolean ? "true" : "false";
  } else if (json.is_number_integer()) {
    node.kind = Node::Kind::integer;
    node.integer = json.get<std::int64_t>();
    node.text = std::to_string(node.integer);
  } else if (json.is_number()) {
    node.kind = Node::Kind::number;
    node.number = json.get<double>();
    node.text = json.dump();
  }
  return node;
}

}  // namespace elukaar::documents
