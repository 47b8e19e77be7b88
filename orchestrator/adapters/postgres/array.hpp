#pragma once

#include <string>
#include <string_view>

namespace elukaar::adapters::postgres {

// The text form of a one-dimensional array parameter, built element by element.
class Array {
 public:
  void add(std::string_view element) {
    separate();
    text_ += '"';
    for (const char c : element) {
      if (c == '"' || c == '\\') text_ += '\\';
      text_ += c;
    }
    text_ += '"';
  }
  // A number or anything else that needs no quotes.
  void add_plain(std::string_view element) {
    separate();
    text_ += element;
  }
  void add_null() { add_plain("NULL"); }

  std::string str() const { return text_ + "}"; }

 private:
  void separate() {
    if (text_.size() > 1) text_ += ',';
  }
  std::string text_ = "{";
};

}  // namespace elukaar::adapters::postgres
