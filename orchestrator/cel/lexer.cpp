#include "cel/lexer.hpp"

#include <array>
#include <cctype>
#include <optional>

#include <fmt/format.h>

namespace elukaar::cel {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }

void append_utf8(std::string& text, std::uint32_t point) {
  const auto byte = [&](std::uint32_t value) { text.push_back(static_cast<char>(value)); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | (point >> 6));
    byte(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    byte(0xE0 | (point >> 12));
    byte(0x80 | ((point >> 6) & 0x3F));
    byte(0x80 | (point & 0x3F));
  } else {
    byte(0xF0 | (point >> 18));
    byte(0x80 | ((point >> 12) & 0x3F));
    byte(0x80 | ((point >> 6) & 0x3F));
    byte(0x80 | (point & 0x3F));
  }
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  Result<std::vector<Token>, SyntaxError> run() {
    std::vector<Token> tokens;
    while (true) {
      skip_blanks();
      Token token;
      token.offset = at_;
      if (at_ < source_.size() && !next(token)) return failure(std::move(error_));
      token.size = at_ - token.offset;
      tokens.push_back(std::move(token));
      if (tokens.back().kind == Token::Kind::end) return tokens;
    }
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  bool fail(std::size_t offset, std::string what, std::string hint = {}) {
    error_ = {offset, std::move(what), std::move(hint)};
    return false;
  }

  void skip_blanks() {
    while (at_ < source_.size()) {
      if (const char c = source_[at_]; c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
        ++at_;
      } else if (c == '/' && peek(1) == '/') {
        while (at_ < source_.size() && source_[at_] != '\n') ++at_;
      } else {
        return;
      }
    }
  }

  bool next(Token& token) {
    if (is_digit(peek()) || (peek() == '.' && is_digit(peek(1)))) return number(token);
    if (const auto prefix = string_prefix()) return text(token, *prefix);
    if (is_letter(peek())) {
      const std::size_t start = at_;
      while (is_letter(peek()) || is_digit(peek())) ++at_;
      token.kind = Token::Kind::identifier;
      token.text = source_.substr(start, at_ - start);
      return true;
    }
    if (peek() == '`') return quoted_identifier(token);
    return punctuation(token);
  }

  bool number(Token& token) {
    const std::size_t start = at_;
    token.kind = Token::Kind::integer;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X') && is_hex(peek(2))) {
      at_ += 2;
      while (is_hex(peek())) ++at_;
    } else {
      while (is_digit(peek())) ++at_;
      if (peek() == '.' && is_digit(peek(1))) {
        token.kind = Token::Kind::floating;
        ++at_;
        while (is_digit(peek())) ++at_;
      }
      const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
      if ((peek() == 'e' || peek() == 'E') && is_digit(peek(sign))) {
        token.kind = Token::Kind::floating;
        at_ += sign;
        while (is_digit(peek())) ++at_;
      }
    }
    token.text = source_.substr(start, at_ - start);
    if (token.kind == Token::Kind::integer && (peek() == 'u' || peek() == 'U')) {
      token.kind = Token::Kind::unsigned_integer;
      ++at_;
    }
    if (is_letter(peek()) || is_digit(peek())) {
      return fail(start, fmt::format("expected a number, found `{}{}`", token.text, peek()),
                  "put a text into quotes; a number ends before a letter");
    }
    return true;
  }

  struct Prefix {
    std::size_t size = 0;
    bool raw = false;
    bool bytes = false;
  };

  // r, b or both before a quote; nothing where no string begins here.
  std::optional<Prefix> string_prefix() const {
    Prefix prefix;
    for (; prefix.size < 2; ++prefix.size) {
      const char c = peek(prefix.size);
      if ((c == 'r' || c == 'R') && !prefix.raw) {
        prefix.raw = true;
      } else if ((c == 'b' || c == 'B') && !prefix.bytes) {
        prefix.bytes = true;
      } else {
        break;
      }
    }
    const char quote = peek(prefix.size);
    if (quote != '"' && quote != '\'') return std::nullopt;
    return prefix;
  }

  bool text(Token& token, const Prefix& prefix) {
    const std::size_t start = at_;
    at_ += prefix.size;
    const char quote = peek();
    const bool triple = peek(1) == quote && peek(2) == quote;
    at_ += triple ? 3 : 1;
    token.kind = prefix.bytes ? Token::Kind::bytes : Token::Kind::string;
    while (true) {
      if (at_ >= source_.size() || (!triple && (peek() == '\n' || peek() == '\r'))) {
        return fail(start, "expected a closing quote, found the end of the line",
                    fmt::format("close the text with {}", quote));
      }
      if (peek() == quote && (!triple || (peek(1) == quote && peek(2) == quote))) {
        at_ += triple ? 3 : 1;
        return true;
      }
      if (peek() == '\\' && !prefix.raw) {
        if (!escape(token.text, prefix.bytes)) return false;
      } else {
        token.text.push_back(source_[at_++]);
      }
    }
  }

  bool escape(std::string& text, bool bytes) {
    const std::size_t start = at_++;
    const char kind = peek();
    ++at_;
    static constexpr std::string_view plain = "abfnrtv\\?\"'`";
    static constexpr std::string_view meaning = "\a\b\f\n\r\t\v\\?\"'`";
    if (const auto index = plain.find(kind); index != std::string_view::npos && kind != '\0') {
      text.push_back(meaning[index]);
      return true;
    }
    if (kind == 'x' || kind == 'X') return numeric_escape(text, start, 2, 16, bytes);
    if (kind == 'u' && !bytes) return numeric_escape(text, start, 4, 16, false);
    if (kind == 'U' && !bytes) return numeric_escape(text, start, 8, 16, false);
    if (kind >= '0' && kind <= '3') {
      --at_;
      return numeric_escape(text, start, 3, 8, bytes);
    }
    return fail(start, fmt::format("unknown escape `\\{}` in a text", kind),
                "write `\\\\` for a backslash, or put r before the quote");
  }

  bool numeric_escape(std::string& text, std::size_t start, int digits, std::uint32_t base,
                      bool bytes) {
    std::uint32_t value = 0;
    for (int i = 0; i < digits; ++i, ++at_) {
      const char c = peek();
      const bool good = base == 8 ? c >= '0' && c <= '7' : is_hex(c);
      if (!good) {
        return fail(start, fmt::format("expected {} digits in the escape of a text", digits));
      }
      value = value * base + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    if (bytes) {
      text.push_back(static_cast<char>(value));
      return true;
    }
    if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
      return fail(start, "the escape names no Unicode character");
    }
    append_utf8(text, value);
    return true;
  }

  bool quoted_identifier(Token& token) {
    const std::size_t start = at_++;
    const std::size_t end = source_.find('`', at_);
    if (end == std::string_view::npos || end == at_) {
      return fail(start, "expected a field name between backticks");
    }
    token.kind = Token::Kind::quoted_identifier;
    token.text = source_.substr(at_, end - at_);
    for (const char c : token.text) {
      if (!is_letter(c) && !is_digit(c) && std::string_view("-./ ").find(c) == std::string_view::npos) {
        return fail(start, fmt::format("unexpected `{}` in a field name between backticks", c));
      }
    }
    at_ = end + 1;
    return true;
  }

  bool punctuation(Token& token) {
    token.kind = Token::Kind::punctuation;
    static constexpr std::array<std::string_view, 6> pairs{"==", "!=", "<=", ">=", "&&", "||"};
    for (const std::string_view pair : pairs) {
      if (source_.substr(at_, 2) == pair) {
        token.text = pair;
        at_ += 2;
        return true;
      }
    }
    const char c = peek();
    if (c == '=') return fail(at_, "unexpected `=`", "use `==` to compare");
    if (c == '&') return fail(at_, "unexpected `&`", "use `&&`");
    if (c == '|') return fail(at_, "unexpected `|`", "use `||`");
    if (std::string_view("+-*/%<>!?:.,()[]{}").find(c) == std::string_view::npos) {
      const bool printable = c >= ' ' && c < 0x7F;
      return fail(at_, printable ? fmt::format("unexpected `{}`", c)
                                 : std::string("unexpected character outside of a text"),
                  "put a text into quotes");
    }
    token.text = c;
    ++at_;
    return true;
  }

  std::string_view source_;
  std::size_t at_ = 0;
  SyntaxError error_;
};

}  // namespace

Result<std::vector<Token>, SyntaxError> tokenize(std::string_view source) {
  return Lexer(source).run();
}

}  // namespace elukaar::cel
