#include "texts/formats.hpp"

#include <stdexcept>

#include <unicode/datefmt.h>
#include <unicode/numfmt.h>
#include <unicode/plurrule.h>
#include <unicode/strenum.h>
#include <unicode/timezone.h>

namespace elukaar::texts {
namespace {

const char* locale_name(Language language) {
  switch (language) {
    case Language::et: return "et";
    case Language::en: return "en_GB";
    case Language::ru: return "ru";
  }
  return "et";
}

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

// A machine without ICU's data cannot serve anybody: a fault, at start.
template <class T>
std::unique_ptr<const T> demand(T* made, UErrorCode code = U_ZERO_ERROR) {
  std::unique_ptr<const T> owned{made};
  if (!owned || U_FAILURE(code)) throw std::runtime_error{"ICU lacks data for et, en_GB or ru"};
  return owned;
}

std::unique_ptr<const icu::DateFormat> in_tallinn(icu::DateFormat* format) {
  if (format == nullptr) throw std::runtime_error{"ICU lacks the date formats of et, en_GB or ru"};
  format->adoptTimeZone(icu::TimeZone::createTimeZone("Europe/Tallinn"));
  return std::unique_ptr<const icu::DateFormat>{format};
}

UDate to_icu(Timestamp time) {
  return std::chrono::duration<double, std::milli>(time.time_since_epoch()).count();
}

std::string write(const icu::DateFormat& format, Timestamp time) {
  icu::UnicodeString text;
  return utf8(format.format(to_icu(time), text));
}

}  // namespace

struct Formats::Icu {
  std::unique_ptr<const icu::NumberFormat> number;
  std::unique_ptr<const icu::PluralRules> cardinal, ordinal;
  std::unique_ptr<const icu::DateFormat> date_medium, date_long, date_full;
  std::unique_ptr<const icu::DateFormat> time_short, time_medium;
};

Formats::Formats(Language language) {
  const icu::Locale locale{locale_name(language)};
  auto icu_formats = std::make_unique<Icu>();
  UErrorCode code = U_ZERO_ERROR;
  auto* number = icu::NumberFormat::createInstance(locale, code);
  icu_formats->number = demand(number, code);
  auto* cardinal = icu::PluralRules::forLocale(locale, UPLURAL_TYPE_CARDINAL, code);
  icu_formats->cardinal = demand(cardinal, code);
  auto* ordinal = icu::PluralRules::forLocale(locale, UPLURAL_TYPE_ORDINAL, code);
  icu_formats->ordinal = demand(ordinal, code);
  using icu::DateFormat;
  icu_formats->date_medium =
      in_tallinn(DateFormat::createDateInstance(DateFormat::kMedium, locale));
  icu_formats->date_long = in_tallinn(DateFormat::createDateInstance(DateFormat::kLong, locale));
  icu_formats->date_full = in_tallinn(DateFormat::createDateInstance(DateFormat::kFull, locale));
  icu_formats->time_short = in_tallinn(DateFormat::createTimeInstance(DateFormat::kShort, locale));
  icu_formats->time_medium =
      in_tallinn(DateFormat::createTimeInstance(DateFormat::kMedium, locale));
  icu_ = std::move(icu_formats);
}

Formats::~Formats() = default;

const Formats& Formats::of(Language language) {
  static const Formats et{Language::et};
  static const Formats en{Language::en};
  static const Formats ru{Language::ru};
  return language == Language::et ? et : language == Language::en ? en : ru;
}

std::string Formats::number(double value) const {
  icu::UnicodeString text;
  return utf8(icu_->number->format(value, text));
}

std::optional<std::string> Formats::date(Timestamp time, std::string_view style) const {
  if (style == "medium") return write(*icu_->date_medium, time);
  if (style == "long") return write(*icu_->date_long, time);
  if (style == "full") return write(*icu_->date_full, time);
  return std::nullopt;
}

std::optional<std::string> Formats::time(Timestamp time, std::string_view style) const {
  if (style == "short") return write(*icu_->time_short, time);
  if (style == "medium") return write(*icu_->time_medium, time);
  return std::nullopt;
}

std::string Formats::plural_category(double value, bool ordinal) const {
  return utf8((ordinal ? icu_->ordinal : icu_->cardinal)->select(value));
}

std::vector<std::string> Formats::plural_categories(bool ordinal) const {
  UErrorCode code = U_ZERO_ERROR;
  const std::unique_ptr<icu::StringEnumeration> names{
      (ordinal ? icu_->ordinal : icu_->cardinal)->getKeywords(code)};
  std::vector<std::string> categories;
  while (names) {
    const icu::UnicodeString* name = names->snext(code);
    if (name == nullptr || U_FAILURE(code)) break;
    categories.push_back(utf8(*name));
  }
  return categories;
}

}  // namespace elukaar::texts
