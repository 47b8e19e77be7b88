#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"
#include "base/timestamp.hpp"

namespace elukaar::calendar {

// Why a text is no term or no period, told to the person who wrote it.
struct TermError {
  std::string what;  // "expected a term such as …, found `14 dais`"
  std::string hint;  // what to change; may be empty: "did you mean `14 days`?"

  std::string text() const { return hint.empty() ? what : what + "; " + hint; }
};

// An ISO 8601 period: "P18M", "P1Y6M", "P2W", "P7D", "PT30S", "P1DT12H", with "-" in front to go back.
// Months and days are calendar steps, the rest is exact time.
struct Period {
  int months = 0;  // years count as twelve
  int days = 0;    // weeks count as seven
  std::chrono::seconds time{0};

  static Result<Period, TermError> parse(std::string_view text);
  bool operator==(const Period&) const = default;
};

// A legal term as people write it. A value; its end is computed by Calendar::term_end.
class Term {
 public:
  struct Days { int count; bool operator==(const Days&) const = default; };
  struct WorkingDays { int count; bool operator==(const WorkingDays&) const = default; };
  struct Months { int count; bool operator==(const Months&) const = default; };
  struct Until {  // a fixed day of the year, the next one after the event
    unsigned day;
    unsigned month;
    bool operator==(const Until&) const = default;
  };
  using Form = std::variant<Days, WorkingDays, Months, Until>;

  // "14 days", "2 weeks", "10 working days", "2 months", "1 year", "until 15 May", "P2M", "P14D".
  // Counts lie between 1 and a hundred years.
  static Result<Term, TermError> parse(std::string_view text);
  explicit Term(Form form) : form_(form) {}

  const Form& form() const { return form_; }
  // In words that parse() reads back to the same term.
  std::string str() const;
  bool operator==(const Term&) const = default;

 private:
  Form form_;
};

}  // namespace elukaar::calendar
