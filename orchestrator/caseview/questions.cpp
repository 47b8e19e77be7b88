#include "caseview/questions.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "calendar/calendar.hpp"
#include "texts/localised.hpp"

namespace elukaar::caseview {
namespace {

using std::chrono::months;
using std::chrono::year_month_day;

std::vector<Option> listed_options(const Json& field, texts::Language language) {
  std::vector<Option> options;
  for (const Json& option : field.value("options", Json::array())) {
    if (option.is_string()) {
      options.push_back({option.get<std::string>(), option.get<std::string>()});
    } else if (option.is_object()) {
      const std::string value = option.value("value", "");
      const std::string label = texts::localised(option.value("label", Json()), language);
      options.push_back({value, label.empty() ? value : label});
    }
  }
  return options;
}

// The first days of `count` months, the first of them not before that age nor today.
std::vector<Option> month_options(const Json& field, std::optional<Date> born_on, Date today,
                                  texts::Language language) {
  Date earliest = today;
  const auto age = calendar::Period::parse(field.value("notBefore", ""));
  if (age && born_on) earliest = std::max(earliest, calendar::add_period(*born_on, *age));
  year_month_day day{earliest};
  if (unsigned(day.day()) != 1) day = (day.year() / day.month() / 1) + months{1};
  std::vector<Option> options;
  const int count = std::clamp(field.value("count", 12), 1, max_months);
  for (int i = 0; i < count; ++i, day += months{1}) {
    options.push_back({to_iso_date(Date{day}), month_text(Date{day}, language)});
  }
  return options;
}

std::string say(const texts::Catalogue& texts, texts::Language language, const std::string& name,
                const Json& args = Json::object()) {
  auto text = texts.message(language, "problem." + name, args);
  return text ? *text : name;
}

bool offers(const Question& question, const Json& value) {
  return value.is_string() &&
         std::any_of(question.options.begin(), question.options.end(),
                     [&](const Option& option) { return option.value == value; });
}

// The name of the message that tells what is wrong; empty: nothing is.
std::string flaw_of(const Question& question, const Json& answer) {
  const bool empty = answer.is_null() || answer == "" || (answer.is_array() && answer.empty());
  if (empty) return question.at_least > 0 ? "required" : "";
  if (question.type != "ranked") return offers(question, answer) ? "" : "not-offered";
  if (!answer.is_array()) return "not-offered";
  std::set<std::string> seen;
  for (const Json& value : answer) {
    if (!offers(question, value)) return "not-offered";
    if (!seen.insert(value.get<std::string>()).second) return "twice";
  }
  const int count = static_cast<int>(answer.size());
  return count < question.at_least || count > question.at_most ? "count" : "";
}

}  // namespace

std::string month_text(Date first, texts::Language language) {
  static constexpr const char* names[3][12] = {
      {"jaanuar", "veebruar", "märts", "aprill", "mai", "juuni", "juuli", "august", "september",
       "oktoober", "november", "detsember"},
      {"January", "February", "March", "April", "May", "June", "July", "August", "September",
       "October", "November", "December"},
      {"январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь",
       "октябрь", "ноябрь", "декабрь"}};
  const year_month_day day{first};
  return fmt::format("{} {}{}", names[static_cast<int>(language)][unsigned(day.month()) - 1],
                     int(day.year()), language == texts::Language::ru ? " г." : "");
}

std::vector<Question> questions_of(const workflow::Form& form, std::optional<Date> born_on,
                                   Date today, texts::Language language) {
  std::vector<Question> questions;
  for (const Json& field : form.asked) {
    const std::string type = field.value("type", "");
    Question question{field.value("id", ""), type == "ranked" ? "ranked" : "choice",
                      field.value("atLeast", 1), 1, {}};
    question.options = type == "month-choice" ? month_options(field, born_on, today, language)
                                              : listed_options(field, language);
    // Where the municipality has nothing to choose from, nothing is asked.
    if (question.options.empty()) continue;
    const int all = static_cast<int>(question.options.size());
    question.at_most = question.type == "ranked" ? std::min(field.value("atMost", all), all) : 1;
    questions.push_back(std::move(question));
  }
  return questions;
}

std::vector<FieldError> check_answers(const std::vector<Question>& questions, const Json& answers,
                                      const texts::Catalogue& texts, texts::Language language) {
  std::vector<FieldError> errors;
  for (const Question& question : questions) {
    const Json answer = answers.value(question.id, Json());
    const std::string flaw = flaw_of(question, answer);
    if (flaw.empty()) continue;
    errors.push_back({question.id, say(texts, language, flaw,
                                       {{"atLeast", question.at_least},
                                        {"atMost", question.at_most}})});
  }
  return errors;
}

Json offered_answers(const std::vector<Question>& questions, const Json& answers) {
  Json kept = Json::object();
  for (const Question& question : questions) {
    const Json answer = answers.value(question.id, Json());
    if (question.type != "ranked") {
      if (offers(question, answer)) kept[question.id] = answer;
      continue;
    }
    if (!answer.is_array()) continue;
    Json order = Json::array();
    for (const Json& value : answer) {
      const bool twice = std::find(order.begin(), order.end(), value) != order.end();
      if (offers(question, value) && !twice) order.push_back(value);
    }
    kept[question.id] = std::move(order);
  }
  return kept;
}

std::string answer_text(const Question& question, const Json& answer) {
  std::string text;
  const Json values = answer.is_array() ? answer : Json::array({answer});
  for (const Json& value : values) {
    for (const Option& option : question.options) {
      if (value != option.value) continue;
      if (!text.empty()) text += ", ";
      text += option.label;
    }
  }
  return text;
}

}  // namespace elukaar::caseview
