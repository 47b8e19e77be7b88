#include "authoring/explain_words.hpp"

#include <string>

#include "authoring/content.hpp"
#include "base/assert.hpp"

namespace elukaar::authoring {

const texts::Catalogue& explain_words() {
  using texts::Language;
  static const texts::Catalogue words = [] {
    const auto file = [](Language language, std::string_view name, std::string_view text) {
      return texts::TextFile{std::string{name}, language, std::string{text}};
    };
    auto read = texts::Catalogue::read({
        file(Language::et, "explain.et.yaml", text_of(content, "content/explain.et.yaml")),
        file(Language::en, "explain.en.yaml", text_of(content, "content/explain.en.yaml")),
        file(Language::ru, "explain.ru.yaml", text_of(content, "content/explain.ru.yaml"))});
    if (read) return std::move(*read);
    // These texts are the program's own, and a test reads them.
    std::string problems;
    for (const Problem& problem : read.error()) problems += to_text(problem) + '\n';
    ELUKAAR_ASSERT(false, problems);
  }();
  return words;
}

}  // namespace elukaar::authoring
