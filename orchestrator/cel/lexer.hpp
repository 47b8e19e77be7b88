#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace elukaar::cel {

struct Token {
  enum class Kind { end, identifier, quoted_identifier, integer, unsigned_integer, floating, string,
                    bytes, punctuation };
  Kind kind = Kind::end;
  std::size_t offset = 0;  // of its first byte in the source
  std::size_t size = 0;
  // An identifier, punctuation, digits without suffix, or a text with its escapes resolved.
  std::string text;
};

// What is wrong with the source at a byte of it.
struct SyntaxError {
  std::size_t offset = 0;
  std::string what;
  std::string hint;
};

// The tokens of a CEL source, the last of kind `end`.
Result<std::vector<Token>, SyntaxError> tokenize(std::string_view source);

}  // namespace elukaar::cel
