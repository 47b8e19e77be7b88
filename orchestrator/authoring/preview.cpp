#include "authoring/preview.hpp"

#include <algorithm>
#include <regex>
#include <sstream>

#include <fmt/format.h>

#include "texts/sms.hpp"
#include "documents/reader.hpp"
#include "authoring/sample.hpp"

namespace elukaar::authoring {
namespace {

using Role = texts::Viewer::Role;

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// The words of each sentence; a date is one.
std::vector<std::size_t> sentences_of(const std::string& text) {
  static const std::regex date(R"([0-9]{1,2}\.? [^ ]+ [0-9]{4}( г\.)?)");
  std::istringstream words(std::regex_replace(text, date, "DATE"));
  std::vector<std::size_t> sentences;
  std::size_t count = 0;
  for (std::string word; words >> word;) {
    ++count;
    if (word.find_first_of(".!?", word.size() - 1) == std::string::npos) continue;
    sentences.push_back(count);
    count = 0;
  }
  if (count > 0) sentences.push_back(count);
  return sentences;
}

void measure_short_form(Preview& one) {
  const texts::SmsSize size = texts::measure_sms(one.read);
  const bool unicode = one.language == texts::Language::ru;
  const std::size_t most = unicode ? texts::max_ucs2_units : texts::max_gsm7_units;
  one.length = fmt::format("{} of {}, {}, {} message{}", size.units, most,
                           size.gsm7 ? "GSM-7" : "UCS-2", size.messages,
                           size.messages == 1 ? "" : "s");
  if (!size.gsm7 && !unicode) {
    one.too_long = fmt::format("`{}` is not in GSM-7", size.foreign);
  } else if (size.units > most) {
    one.too_long = fmt::format("{} too many", size.units - most);
  }
}

void measure_sentences(Preview& one) {
  const auto sentences = sentences_of(one.read);
  const std::size_t longest =
      sentences.empty() ? 0 : *std::max_element(sentences.begin(), sentences.end());
  one.length = fmt::format("{} sentence{}, the longest of {} words", sentences.size(),
                           sentences.size() == 1 ? "" : "s", longest);
  if (sentences.size() > max_body_sentences) {
    one.too_long = fmt::format("at most {} sentences", max_body_sentences);
  } else if (longest > max_sentence_words) {
    one.too_long = fmt::format("at most {} words a sentence", max_sentence_words);
  }
}

void measure(Preview& one) {
  if (one.field == "sms") return measure_short_form(one);
  if (one.field == "body" || one.field == "next") return measure_sentences(one);
  const std::size_t characters = characters_of(one.read);
  if (one.field != "headline") {
    one.length = fmt::format("{} characters", characters);
    return;
  }
  one.length = fmt::format("{} of {} characters", characters, max_headline_characters);
  if (characters > max_headline_characters) {
    one.too_long = fmt::format("{} too many", characters - max_headline_characters);
  }
}

}  // namespace

Result<std::vector<Preview>, std::string> preview(const workflow::Workflow& workflow,
                                                  const texts::Catalogue& texts,
                                                  const std::string& text,
                                                  std::optional<texts::Language> language) {
  const Sample sample(workflow, texts.facts());
  std::vector<std::string> keys = workflow::shown_texts(workflow);
  if (!text.empty()) {
    if (texts.facts().texts.count(text) == 0) {
      const std::string near = documents::suggestion(text, keys);
      return failure(fmt::format("there is no text `{}`{}{}", text, near.empty() ? "" : "; ", near));
    }
    keys = {text};
  }
  std::vector<Preview> previews;
  for (const std::string& key : keys) {
    const auto facts = texts.facts().texts.find(key);
    if (facts == texts.facts().texts.end()) continue;
    const Json args = sample.arguments_of(key);
    for (const texts::Language one : texts::all_languages) {
      if (language && *language != one) continue;
      for (const char* field : {"headline", "body", "next", "sms", "email"}) {
        if (facts->second.fields.count(field) == 0) continue;
        std::string first;
        for (const Role role : {Role::applicant, Role::other}) {
          auto made = texts.text(key, field, {role, one, {}}, args);
          if (!made) return failure(made.error().what);
          if (role == Role::other && *made == first) continue;
          first = *made;
          previews.push_back({key, field, one, role, std::move(*made), "", ""});
          measure(previews.back());
        }
      }
    }
  }
  return previews;
}

std::string to_text(const std::vector<Preview>& previews) {
  std::string text;
  std::string before;
  for (const Preview& one : previews) {
    const std::string head = fmt::format("{} ({})", one.text, texts::to_text(one.language));
    if (head != before) text += (before.empty() ? "" : "\n") + head + "\n";
    before = head;
    text += fmt::format("  {:<9}{}{}\n           [{}{}]\n", one.field,
                        one.viewer == Role::other ? "(other guardian) " : "", one.read, one.length,
                        one.too_long.empty() ? "" : "; TOO LONG: " + one.too_long);
  }
  return text;
}

Json to_json(const std::vector<Preview>& previews) {
  Json list = Json::array();
  for (const Preview& one : previews) {
    list.push_back({{"text", one.text},
                    {"field", one.field},
                    {"language", texts::to_text(one.language)},
                    {"viewer", one.viewer == Role::other ? "other" : "applicant"},
                    {"read", one.read},
                    {"length", one.length},
                    {"tooLong", one.too_long}});
  }
  return list;
}

}  // namespace elukaar::authoring
