#include "cel/parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

namespace elukaar::cel {
namespace {

constexpr std::array<std::string_view, 17> reserved_words{
    "as",  "break",   "const",     "continue", "else",   "for", "function", "if",   "import",
    "let", "loop",    "namespace", "package",  "return", "var", "void",     "while"};

// How an operator written in words is spelt in CEL; empty for any other word.
std::string_view spelt(std::string_view word) {
  if (word == "and" || word == "AND") return "&&";
  if (word == "or" || word == "OR") return "||";
  if (word == "not" || word == "NOT") return "!";
  return {};
}

// Recursive descent over the grammar of the CEL language definition. Errors unwind as exceptions that
// do not leave parse().
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  NodePtr run() {
    NodePtr root = expression();
    if (token().kind != Token::Kind::end) unexpected("an operator or the end");
    return root;
  }

 private:
  using Kind = Token::Kind;

  // Counts nesting; the limit keeps the checker's and the evaluator's recursion within the stack.
  class Level {
   public:
    explicit Level(Parser& parser) : parser_(parser) {
      if (++parser_.depth_ > max_nesting) {
        throw SyntaxError{parser_.token().offset,
                          fmt::format("expected at most {} expressions within each other, found more",
                                      max_nesting),
                          "split the expression"};
      }
    }
    ~Level() { --parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Parser& parser_;
  };

  const Token& token(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  bool is(std::string_view punctuation, std::size_t ahead = 0) const {
    return token(ahead).kind == Kind::punctuation && token(ahead).text == punctuation;
  }
  bool is_word(std::string_view word) const {
    return token().kind == Kind::identifier && token().text == word;
  }
  bool take(std::string_view punctuation) {
    if (!is(punctuation)) return false;
    ++at_;
    return true;
  }
  void expect(std::string_view punctuation, std::string_view why) {
    if (!take(punctuation)) unexpected(fmt::format("`{}` {}", punctuation, why));
  }

  [[noreturn]] void unexpected(std::string_view expected) const {
    const Token& found = token();
    std::string hint;
    if (found.kind == Kind::identifier) {
      if (const auto sign = spelt(found.text); !sign.empty()) hint = fmt::format("use `{}`", sign);
      if (found.text == "if" || found.text == "then" || found.text == "else") {
        hint = "write a choice as `condition ? one : other`";
      }
    }
    if (is("!") && token(1).kind == Kind::identifier && token(1).text == "in") {
      hint = "write `!(x in list)`";
    }
    throw SyntaxError{found.offset, fmt::format("expected {}, found {}", expected, named(found)), hint};
  }

  static std::string named(const Token& token) {
    switch (token.kind) {
      case Kind::end: return "the end of the expression";
      case Kind::string: return "a text";
      case Kind::bytes: return "bytes";
      default: return fmt::format("`{}`", token.text);
    }
  }

  NodePtr make(Operation operation, std::size_t offset) const {
    auto node = std::make_unique<Node>();
    node->operation = operation;
    node->offset = offset;
    return node;
  }

  template <class... Children>
  NodePtr call(std::string name, std::size_t offset, Children... children) const {
    NodePtr node = make(Operation::call, offset);
    node->name = std::move(name);
    (node->children.push_back(std::move(children)), ...);
    return node;
  }

  NodePtr expression() {
    const Level level(*this);
    NodePtr condition = either();
    if (!is("?")) return condition;
    NodePtr node = make(Operation::conditional, token().offset);
    ++at_;
    node->children.push_back(std::move(condition));
    node->children.push_back(either());
    expect(":", "between the two outcomes of `?`");
    node->children.push_back(expression());
    return node;
  }

  // A chain of && or || becomes one node with many children, so that long ones nest no deeper.
  NodePtr chain(std::string_view sign, Operation operation, NodePtr (Parser::*operand)()) {
    NodePtr first = (this->*operand)();
    if (!is(sign)) return first;
    NodePtr node = make(operation, token().offset);
    node->children.push_back(std::move(first));
    while (take(sign)) node->children.push_back((this->*operand)());
    return node;
  }
  NodePtr either() { return chain("||", Operation::either, &Parser::both); }
  NodePtr both() { return chain("&&", Operation::both, &Parser::relation); }

  NodePtr binary_chain(NodePtr (Parser::*operand)(), bool (Parser::*is_sign)() const) {
    NodePtr left = (this->*operand)();
    int length = 0;
    while ((this->*is_sign)()) {
      if (++length > max_nesting) Level(*this), unexpected("fewer operators in a row");
      const Token sign = tokens_[at_++];
      NodePtr right = (this->*operand)();
      left = call(sign.text, sign.offset, std::move(left), std::move(right));
    }
    return left;
  }
  bool is_relation() const {
    return is("<") || is("<=") || is(">") || is(">=") || is("==") || is("!=") || is_word("in");
  }
  bool is_sum() const { return is("+") || is("-"); }
  bool is_product() const { return is("*") || is("/") || is("%"); }
  NodePtr relation() { return binary_chain(&Parser::sum, &Parser::is_relation); }
  NodePtr sum() { return binary_chain(&Parser::product, &Parser::is_sum); }
  NodePtr product() { return binary_chain(&Parser::unary, &Parser::is_product); }

  NodePtr unary() {
    if (!is("!") && !is("-")) return member();
    const Token sign = token();
    if (sign.text == "-" && (token(1).kind == Kind::integer || token(1).kind == Kind::floating)) {
      return member();
    }
    const Level level(*this);
    ++at_;
    return call(sign.text, sign.offset, unary());
  }

  NodePtr member() {
    NodePtr node = primary();
    for (int length = 0;; ++length) {
      if (length > max_nesting) unexpected("fewer selections in a row");
      if (is(".")) {
        node = selection(std::move(node));
      } else if (is("[")) {
        const std::size_t offset = token().offset;
        ++at_;
        if (is("?")) unexpected("an index (optional values are not part of this language)");
        NodePtr index = make(Operation::index, offset);
        index->children.push_back(std::move(node));
        index->children.push_back(expression());
        expect("]", "after the index");
        node = std::move(index);
      } else {
        return node;
      }
    }
  }

  // `.name` or `.name(arguments)` after an operand.
  NodePtr selection(NodePtr operand) {
    ++at_;
    if (token().kind != Kind::identifier && token().kind != Kind::quoted_identifier) {
      unexpected("a field name after `.`");
    }
    const Token name = tokens_[at_++];
    if (name.kind == Kind::identifier &&
        (name.text == "true" || name.text == "false" || name.text == "null" || name.text == "in")) {
      --at_;
      unexpected("a field name after `.`");
    }
    if (name.kind == Kind::identifier && is("(")) {
      ++at_;
      std::vector<NodePtr> arguments = list_until(")");
      return receiver_call(name, std::move(operand), std::move(arguments));
    }
    NodePtr node = make(Operation::select, name.offset);
    node->name = name.text;
    node->children.push_back(std::move(operand));
    return node;
  }

  std::vector<NodePtr> list_until(std::string_view closing) {
    std::vector<NodePtr> items;
    while (!is(closing)) {
      if (is("?")) unexpected("a value (optional values are not part of this language)");
      items.push_back(expression());
      if (!take(",")) break;
      if (closing == ")" && is(closing)) unexpected("an argument after `,`");
    }
    expect(closing, closing == ")" ? "after the arguments" : "after the last item");
    return items;
  }

  NodePtr receiver_call(const Token& name, NodePtr operand, std::vector<NodePtr> arguments) {
    static constexpr std::array<std::pair<std::string_view, Macro>, 5> macros{
        {{"all", Macro::all}, {"exists", Macro::exists}, {"exists_one", Macro::exists_one},
         {"map", Macro::map}, {"filter", Macro::filter}}};
    for (const auto& [text, macro] : macros) {
      const bool fits = arguments.size() == 2 || (macro == Macro::map && arguments.size() == 3);
      if (name.text == text && fits) return macro_node(name, macro, std::move(operand), arguments);
    }
    NodePtr node = make(Operation::call, name.offset);
    node->name = name.text;
    node->receiver = true;
    node->children.push_back(std::move(operand));
    for (NodePtr& argument : arguments) node->children.push_back(std::move(argument));
    return node;
  }

  NodePtr macro_node(const Token& name, Macro macro, NodePtr operand,
                     std::vector<NodePtr>& arguments) {
    if (arguments[0]->operation != Operation::identifier || arguments[0]->rooted) {
      throw SyntaxError{arguments[0]->offset,
                        fmt::format("expected a new name as the first argument of `{}`", name.text),
                        fmt::format("write `list.{}(x, …)`, where x names each element", name.text)};
    }
    NodePtr node = make(Operation::macro, name.offset);
    node->name = name.text;
    node->macro = macro;
    node->variable = arguments[0]->name;
    node->conditional_map = arguments.size() == 3;
    node->children.push_back(std::move(operand));
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      node->children.push_back(std::move(arguments[i]));
    }
    return node;
  }

  NodePtr primary() {
    const Token first = token();
    switch (first.kind) {
      case Kind::integer: case Kind::unsigned_integer: case Kind::floating:
        ++at_;
        return number(first, false);
      case Kind::string: case Kind::bytes: {
        ++at_;
        NodePtr node = make(Operation::literal, first.offset);
        node->name = first.text;
        node->literal = first.kind == Kind::string ? Value::string(node->name)
                                                   : Value::bytes(node->name);
        return node;
      }
      case Kind::identifier: return identifier();
      case Kind::punctuation: return bracketed();
      default: unexpected("a value");
    }
  }

  NodePtr bracketed() {
    const std::size_t offset = token().offset;
    if (is("-")) {
      ++at_;
      const Token digits = tokens_[at_++];
      NodePtr node = number(digits, true);
      node->offset = offset;
      return node;
    }
    if (take("(")) {
      NodePtr node = expression();
      expect(")", "to close the bracket");
      return node;
    }
    if (take("[")) {
      NodePtr node = make(Operation::list, offset);
      const Level level(*this);
      node->children = list_until("]");
      return node;
    }
    if (take("{")) return map(offset);
    if (is(".") && token(1).kind == Kind::identifier) {
      ++at_;
      NodePtr node = identifier();
      node->rooted = true;
      return node;
    }
    unexpected("a value");
  }

  NodePtr map(std::size_t offset) {
    NodePtr node = make(Operation::map, offset);
    while (!is("}")) {
      if (is("?")) unexpected("a key (optional values are not part of this language)");
      node->children.push_back(expression());
      expect(":", "between a key and its value");
      node->children.push_back(expression());
      if (!take(",")) break;
    }
    expect("}", "after the last entry");
    return node;
  }

  NodePtr identifier() {
    const Token name = tokens_[at_++];
    if (name.text == "true" || name.text == "false" || name.text == "null") {
      NodePtr node = make(Operation::literal, name.offset);
      if (name.text != "null") node->literal = Value::boolean(name.text == "true");
      return node;
    }
    if (const auto sign = spelt(name.text); !sign.empty() && token().kind != Kind::end && !is(".")) {
      throw SyntaxError{name.offset, fmt::format("unexpected `{}`", name.text),
                        fmt::format("use `{}`", sign)};
    }
    if (name.text == "in" || std::find(reserved_words.begin(), reserved_words.end(), name.text) !=
                                 reserved_words.end()) {
      --at_;
      unexpected("a value");
    }
    if (is("(")) {
      ++at_;
      return global_call(name);
    }
    if (is("{")) {
      throw SyntaxError{name.offset, fmt::format("unexpected `{}{{`", name.text),
                        "write a map with keys in quotes: `{'key': value}`"};
    }
    NodePtr node = make(Operation::identifier, name.offset);
    node->name = name.text;
    return node;
  }

  NodePtr global_call(const Token& name) {
    std::vector<NodePtr> arguments = list_until(")");
    if (name.text == "has") {
      if (arguments.size() != 1 || arguments[0]->operation != Operation::select) {
        throw SyntaxError{name.offset, "expected one field in `has(…)`",
                          "write `has(context.offer.id)`"};
      }
      arguments[0]->operation = Operation::has;
      return std::move(arguments[0]);
    }
    NodePtr node = make(Operation::call, name.offset);
    node->name = name.text;
    node->children = std::move(arguments);
    return node;
  }

  NodePtr number(const Token& token, bool negative) const {
    NodePtr node = make(Operation::literal, token.offset);
    const std::string text = (negative ? "-" : "") + token.text;
    if (token.kind == Kind::floating) {
      node->literal = Value::floating(std::strtod(text.c_str(), nullptr));
      return node;
    }
    const bool hex = token.text.size() > 1 && (token.text[1] == 'x' || token.text[1] == 'X');
    std::uint64_t size = 0;
    const char* begin = token.text.data() + (hex ? 2 : 0);
    const char* end = token.text.data() + token.text.size();
    const bool read = std::from_chars(begin, end, size, hex ? 16 : 10).ec == std::errc{};
    constexpr std::uint64_t half = std::uint64_t{1} << 63;
    if (!read || (token.kind == Kind::integer && size > (negative ? half : half - 1))) {
      throw SyntaxError{token.offset, fmt::format("expected a number of 64 bits, found `{}`", text),
                        "write a smaller number, or one with a decimal point"};
    }
    if (token.kind == Kind::unsigned_integer) {
      node->literal = Value::unsigned_integer(size);
    } else {
      node->literal = Value::integer(static_cast<std::int64_t>(negative ? ~size + 1 : size));
    }
    return node;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<NodePtr, SyntaxError> parse(std::string_view source) {
  auto tokens = tokenize(source);
  if (!tokens) return failure(std::move(tokens.error()));
  try {
    return Parser(std::move(*tokens)).run();
  } catch (SyntaxError& error) {
    return failure(std::move(error));
  }
}

}  // namespace elukaar::cel
