#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/ids.hpp"

namespace elukaar::engine {

// A topic of which each municipality has one of its own, so that write access can be given by municipality: in the
// settings `elukaar.{ehak}.service-events`.
class MunicipalTopic {
 public:
  static constexpr std::string_view place = "{ehak}";

  MunicipalTopic(std::string text = "elukaar.{ehak}.service-events") : text_(std::move(text)) {}  // NOLINT

  // Whether the place of the municipality is there; without it this is one topic for all.
  bool is_municipal() const { return text_.find(place) != std::string::npos; }
  const std::string& text() const { return text_; }

  std::string of(const Municipality& municipality) const { return with(text_, municipality.str()); }

  // A regular expression of all of them, as consumers subscribe to it.
  std::string all() const {
    std::string escaped;
    for (const char c : text_) {
      if (c == '.') escaped += '\\';
      escaped += c;
    }
    return "^" + with(std::move(escaped), "[0-9]+") + "$";
  }

 private:
  static std::string with(std::string topic, std::string_view word) {
    if (const auto at = topic.find(place); at != std::string::npos) topic.replace(at, place.size(), word);
    return topic;
  }

  std::string text_;
};

}  // namespace elukaar::engine
