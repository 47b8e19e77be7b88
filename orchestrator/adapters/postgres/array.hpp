#pragma once

#include <string>
#include <string_view>

namespace elukaar::adapters::postgres {

// The text form of a one-dimensional array parameter, built element by element; complete after each.
class Array {
 public:
  void add(std::string_view element) {
    reopen();
    text_ += '"';
    // Whole stretches at once: most of what is written passes here.
    std::size_t begin = 0;
    for (std::size_t i = 0; i < element.size(); ++i) {
      if (element[i] != '"' && element[i] != '\\') continue;
      text_.append(element, begin, i - begin);
      text_ += '\\';
      begin = i;
    }
    text_.append(element, begin);
    text_ += "\"}";
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
