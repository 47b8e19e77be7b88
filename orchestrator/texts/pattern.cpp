#include "texts/pattern.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <unicode/messagepattern.h>

#include "texts/formats.hpp"

namespace elukaar::texts {
namespace {

using Node = Pattern::Node;
using Nodes = std::vector<Node>;

std::string to_utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

// Turns ICU's flat list of parts into our tree.
class Reader {
 public:
  Reader(const icu::MessagePattern& parts, const Formats& formats)
      : parts_(parts), formats_(formats) {}

  Nodes message(int start) {
    Nodes nodes;
    int copied = parts_.getPart(start).getLimit();
    for (int i = start + 1;; ++i) {
      const auto& part = parts_.getPart(i);
      add_text(nodes, copied, part.getIndex());
      copied = part.getLimit();
      if (part.getType() == UMSGPAT_PART_TYPE_MSG_LIMIT) return nodes;
      if (part.getType() == UMSGPAT_PART_TYPE_REPLACE_NUMBER) {
        Node hash;
        hash.kind = Node::Kind::hash;
        nodes.push_back(std::move(hash));
      }
      if (part.getType() == UMSGPAT_PART_TYPE_ARG_START) {
        const int limit = parts_.getLimitPartIndex(i);
        nodes.push_back(argument(i, limit));
        i = limit;
        copied = parts_.getPart(limit).getLimit();
      }
    }
  }

  std::map<std::string, Argument> arguments;
  std::optional<PatternProblem> problem;

 private:
  void refuse(std::string rule, std::string what) {
    if (!problem) problem = PatternProblem{std::move(what), std::move(rule)};
  }

  std::string part_text(int index) const {
    return to_utf8(parts_.getSubstring(parts_.getPart(index)));
  }

  void add_text(Nodes& nodes, int from, int to) {
    if (from >= to) return;
    if (nodes.empty() || nodes.back().kind != Node::Kind::text) nodes.emplace_back();
    nodes.back().text += to_utf8(parts_.getPatternString().tempSubStringBetween(from, to));
  }

  Node argument(int start, int limit) {
    Node node;
    node.name = part_text(start + 1);
    if (parts_.getPart(start + 1).getType() != UMSGPAT_PART_TYPE_ARG_NAME) {
      refuse("argument-name", fmt::format("expected a named argument, found `{}`", node.name));
    }
    switch (parts_.getPart(start).getArgType()) {
      case UMSGPAT_ARG_TYPE_NONE:
        node.kind = Node::Kind::value;
        arguments[node.name].uses.insert(Use::value);
        break;
      case UMSGPAT_ARG_TYPE_SIMPLE: simple(node, start + 2, limit); break;
      case UMSGPAT_ARG_TYPE_SELECT: choices(node, start + 2, limit, false); break;
      case UMSGPAT_ARG_TYPE_PLURAL: choices(node, start + 2, limit, true); break;
      case UMSGPAT_ARG_TYPE_SELECTORDINAL:
        node.ordinal = true;
        choices(node, start + 2, limit, true);
        break;
      default:
        refuse("argument-type", fmt::format("argument `{}`: expected `plural` instead of `choice`",
                                            node.name));
    }
    return node;
  }

  void simple(Node& node, int index, int limit) {
    const std::string type = part_text(index);
    const bool styled = index + 1 < limit;
    std::string style = styled ? part_text(index + 1) : "";
    style.erase(0, style.find_first_not_of(' '));
    style.erase(style.find_last_not_of(' ') + 1);
    node.text = style;
    Use use = Use::value;
    bool known = true;
    if (type == "number") {
      node.kind = Node::Kind::number;
      use = Use::number;
      known = style.empty();
    } else if (type == "date") {
      node.kind = Node::Kind::date;
      use = Use::date;
      known = style == "medium" || style == "long" || style == "full";
    } else if (type == "time") {
      node.kind = Node::Kind::time;
      use = Use::time;
      known = style == "short" || style == "medium";
    } else {
      known = false;
    }
    if (!known) {
      refuse("argument-type", fmt::format("argument `{}`: expected `number`, `date, long` (medium, "
                                          "full) or `time, short` (medium), found `{}{}{}`",
                                          node.name, type, styled ? ", " : "", style));
    }
    arguments[node.name].uses.insert(use);
  }

  void choices(Node& node, int index, int limit, bool plural) {
    node.kind = plural ? Node::Kind::plural : Node::Kind::select;
    Argument& argument = arguments[node.name];
    argument.uses.insert(plural ? Use::plural : Use::select);
    if (plural) node.offset = parts_.getPluralOffset(index);
    const auto is_number = [&](int i) {
      const auto type = parts_.getPart(i).getType();
      return type == UMSGPAT_PART_TYPE_ARG_INT || type == UMSGPAT_PART_TYPE_ARG_DOUBLE;
    };
    if (plural && is_number(index)) ++index;
    while (index < limit) {
      Pattern::Branch branch;
      branch.selector = part_text(index++);
      if (!plural && branch.selector != "other") argument.choices.insert(branch.selector);
      if (plural && is_number(index)) ++index;
      branch.nodes = message(index);
      index = parts_.getLimitPartIndex(index) + 1;
      node.branches.push_back(std::move(branch));
    }
    if (plural) check_categories(node);
  }

  void check_categories(const Node& node) {
    const auto expected = formats_.plural_categories(node.ordinal);
    for (const std::string& category : expected) {
      if (std::none_of(node.branches.begin(), node.branches.end(),
                       [&](const auto& branch) { return branch.selector == category; })) {
        refuse("plural-categories", fmt::format("argument `{}`: expected a branch `{}` of `plural` "
                                                "in this language, found none",
                                                node.name, category));
      }
    }
    for (const auto& branch : node.branches) {
      if (!branch.selector.starts_with('=') &&
          std::find(expected.begin(), expected.end(), branch.selector) == expected.end()) {
        refuse("plural-categories", fmt::format("argument `{}`: this language has no plural `{}`",
                                                node.name, branch.selector));
      }
    }
  }

  const icu::MessagePattern& parts_;
  const Formats& formats_;
};

class Writer {
 public:
  Writer(const Formats& formats, const Json& facts, const Json& shown)
      : formats_(formats), facts_(facts), shown_(shown) {}

  bool write(const Nodes& nodes, double hash) {
    return std::all_of(nodes.begin(), nodes.end(),
                       [&](const Node& node) { return write(node, hash); });
  }

  std::string out;
  RenderError error;

 private:
  bool wrong_kind(const Node& node, std::string_view expected) {
    error = {RenderError::Code::wrong_kind,
             fmt::format("argument `{}` is not {}", node.name, expected)};
    return false;
  }

  bool write(const Node& node, double hash) {
    if (node.kind == Node::Kind::text) {
      out += node.text;
      return true;
    }
    if (node.kind == Node::Kind::hash) {
      out += formats_.number(hash);
      return true;
    }
    const Json& arguments = node.kind == Node::Kind::value ? shown_ : facts_;
    const auto found = arguments.find(node.name);
    if (found == arguments.end() || found->is_null()) {
      error = {RenderError::Code::missing_argument,
               fmt::format("argument `{}` is missing", node.name)};
      return false;
    }
    return write_argument(node, *found, hash);
  }

  bool write_argument(const Node& node, const Json& value, double hash) {
    switch (node.kind) {
      case Node::Kind::value:
        if (value.is_number()) {
          out += formats_.number(value.get<double>());
        } else if (value.is_string()) {
          out += value.get_ref<const std::string&>();
        } else {
          return wrong_kind(node, "a text or a number");
        }
        return true;
      case Node::Kind::number:
        if (!value.is_number()) return wrong_kind(node, "a number");
        out += formats_.number(value.get<double>());
        return true;
      case Node::Kind::date:
      case Node::Kind::time: return write_moment(node, value);
      case Node::Kind::select: return write_select(node, value, hash);
      case Node::Kind::plural: return write_plural(node, value);
      default: return false;
    }
  }

  bool write_moment(const Node& node, const Json& value) {
    std::optional<Timestamp> time;
    if (value.is_string()) {
      const auto& text = value.get_ref<const std::string&>();
      time = parse_rfc3339(text);
      // A day by itself: noon in UTC is the same day in Tallinn, summer and winter.
      const auto day = parse_iso_date(text);
      if (day && node.kind == Node::Kind::date) time = *day + std::chrono::hours{12};
    }
    if (!time) {
      return wrong_kind(node, node.kind == Node::Kind::date ? "a date (2026-05-04) or a moment"
                                                            : "a moment (2026-05-04T06:00:00Z)");
    }
    out += *(node.kind == Node::Kind::date ? formats_.date(*time, node.text)
                                           : formats_.time(*time, node.text));
    return true;
  }

  // An unknown choice reads `other`, as in ICU.
  bool write_select(const Node& node, const Json& value, double hash) {
    if (!value.is_string() && !value.is_boolean()) {
      return wrong_kind(node, "a text, true or false");
    }
    const std::string choice =
        value.is_boolean() ? (value.get<bool>() ? "yes" : "no") : value.get<std::string>();
    return write(branch(node, choice)->nodes, hash);
  }

  bool write_plural(const Node& node, const Json& value) {
    if (!value.is_number()) return wrong_kind(node, "a number");
    const double number = value.get<double>();
    const double counted = number - node.offset;
    const std::string exact = fmt::format("={}", number);
    for (const auto& branch : node.branches) {
      if (branch.selector == exact) return write(branch.nodes, counted);
    }
    return write(branch(node, formats_.plural_category(counted, node.ordinal))->nodes, counted);
  }

  // ICU's parser has seen to it that `other` exists.
  const Pattern::Branch* branch(const Node& node, const std::string& selector) const {
    const Pattern::Branch* other = nullptr;
    for (const auto& candidate : node.branches) {
      if (candidate.selector == selector) return &candidate;
      if (candidate.selector == "other") other = &candidate;
    }
    return other;
  }

  const Formats& formats_;
  const Json& facts_;
  const Json& shown_;
};

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

Result<Pattern, PatternProblem> Pattern::parse(std::string_view source, const Formats& formats) {
  if (source.size() > max_pattern_bytes) {
    return failure(PatternProblem{
        fmt::format("expected at most {} bytes, found {}", max_pattern_bytes, source.size()),
        "text-length"});
  }
  UErrorCode code = U_ZERO_ERROR;
  UParseError where{};
  icu::MessagePattern parts{code};
  parts.parse(icu::UnicodeString::fromUTF8(
                  icu::StringPiece(source.data(), static_cast<int32_t>(source.size()))),
              &where, code);
  if (code == U_DEFAULT_KEYWORD_MISSING) {
    return failure(PatternProblem{"expected a branch `other` in every plural and select",
                                  "missing-other"});
  }
  if (U_FAILURE(code)) {
    return failure(PatternProblem{fmt::format("expected an ICU message, found a mistake at "
                                              "character {} ({})",
                                              where.offset + 1, u_errorName(code)),
                                  "bad-pattern"});
  }
  Reader reader{parts, formats};
  Pattern pattern;
  pattern.source_ = source;
  pattern.nodes_ = reader.message(0);
  if (reader.problem) return failure(std::move(*reader.problem));
  pattern.arguments_ = std::move(reader.arguments);
  return pattern;
}

Result<std::string, RenderError> Pattern::format(const Formats& formats, const Json& facts,
                                                 const Json& shown) const {
  Writer writer{formats, facts, shown};
  if (!writer.write(nodes_, 0)) return failure(std::move(writer.error));
  return trimmed(writer.out);
}

}  // namespace elukaar::texts
