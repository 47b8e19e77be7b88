#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/timestamp.hpp"
#include "texts/catalogue.hpp"

// How one language writes numbers and dates. Internal to texts.
namespace elukaar::texts {

// ICU's formats of one language, dates and times in Europe/Tallinn. The ICU objects are only used
// through const functions that ICU lets threads share (DateFormat::format clones its calendar).
class Formats {
 public:
  static const Formats& of(Language language);
  ~Formats();

  std::string number(double value) const;
  // Style `medium`, `long` or `full`; nothing for another style.
  std::optional<std::string> date(Timestamp time, std::string_view style) const;
  // Style `short` or `medium`.
  std::optional<std::string> time(Timestamp time, std::string_view style) const;
  // "one", "few", …
  std::string plural_category(double value, bool ordinal) const;
  std::vector<std::string> plural_categories(bool ordinal) const;

 private:
  explicit Formats(Language language);
  struct Icu;
  std::unique_ptr<const Icu> icu_;
};

}  // namespace elukaar::texts
