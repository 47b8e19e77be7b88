#pragma once

#include <string>
#include <string_view>

namespace elukaar::adapters::postgres {

// The text form of a one-dimensional array parameter, built element by element; complete after each.
class Array {
 public:
  void add(std::string_view element) {
    reopen();
    // Into room for the worst: most of what is written passes here, and JSON is full of quotes.
    const std::size_t begin = text_.size();
    text_.resize(begin + 2 * element.size() + 3);
    char* to = text_.data() + begin;
    *to++ = '"';
    for (const char c : element) {
      *to = '\\';
      to += c == '"' || c == '\\';
      *to++ = c;
    }
    *to++ = '"';
    *to++ = '}';
    text_.resize(static_cast<std::size_t>(to - text_.data()));
  }
  // A number or anything else that needs no quotes.
  void add_plain(std::string_view element) {
    reopen();
    text_ += element;
    text_ += '}';
  }
  void add_null() { add_plain("NULL"); }

  const std::string& str() const { return text_; }

 private:
  void reopen() {
    if (text_.size() == 2) {
      text_.pop_back();
    } else {
      text_.back() = ',';
    }
  }
  std::string text_ = "{}";
};

}  // namespace elukaar::adapters::postgres
