#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "texts/catalogue.hpp"
#include "workflow/model/workflow.hpp"

namespace elukaar::authoring {

// What a field of a text may be (workflows/docs/language.md, “Texts”).
inline constexpr std::size_t max_headline_characters = 60;
inline constexpr std::size_t max_body_sentences = 4;
inline constexpr std::size_t max_sentence_words = 20;  // a date is one word

// One field of a text as one person would read it, with the sample's values.
struct Preview {
  std::string text;
  std::string field;  // headline | body | next | sms | email
  texts::Language language = texts::Language::et;
  texts::Viewer::Role viewer = texts::Viewer::Role::applicant;
  std::string read;
  std::string length;    // "31 of 60 characters", "112 of 160, GSM-7, 1 message"
  std::string too_long;  // what is too much; empty: nothing
};

// One text, or all that the workflow shows. Fields that both viewers read alike come once, as the
// applicant's. The failure is a sentence.
Result<std::vector<Preview>, std::string> preview(const workflow::Workflow& workflow,
                                                  const texts::Catalogue& texts,
                                                  const std::string& text,
                                                  std::optional<texts::Language> language);

std::string to_text(const std::vector<Preview>& previews);
Json to_json(const std::vector<Preview>& previews);

}  // namespace elukaar::authoring
