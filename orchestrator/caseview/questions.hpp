#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "caseview/answer.hpp"
#include "texts/catalogue.hpp"
#include "workflow/model/workflow.hpp"

// What a form asks.
namespace elukaar::caseview {

// First days of months offered at most, whatever a workflow file says.
inline constexpr int max_months = 120;

struct Option {
  std::string value;
  std::string label;
};

struct Question {
  std::string id;
  std::string type;  // ranked | choice
  int at_least = 1;
  int at_most = 1;
  std::vector<Option> options;
};

// The questions of a form, but those without options, for one person on the day `today`, labelled in
// one language. `born_on`: where it is known; months are counted from it.
std::vector<Question> questions_of(const workflow::Form& form, std::optional<Date> born_on,
                                   Date today, texts::Language language);

// What is wrong with the answers, field by field in the form's order; nothing where all is right.
std::vector<FieldError> check_answers(const std::vector<Question>& questions, const Json& answers,
                                      const texts::Catalogue& texts, texts::Language language);

// What of the answers the questions offer, whether it is complete or not: in a ranking each value once.
Json offered_answers(const std::vector<Question>& questions, const Json& answers);

// How an answer reads: the options' labels. Empty for a value that is none of them.
std::string answer_text(const Question& question, const Json& answer);

// The option's label for a value as the workflow file has it, whatever is offered today.
std::string month_text(Date first, texts::Language language);

}  // namespace elukaar::caseview
