#pragma once

#include <string>
#include <string_view>

namespace elukaar::documents {

// Text as it stands between tags and in attributes of HTML and SVG.
inline std::string escape_markup(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      default: result += c;
    }
  }
  return result;
}

}  // namespace elukaar::documents
