#include "texts/localised.hpp"

namespace elukaar::texts {

std::string localised(const Json& text, Language language) {
  if (text.is_string()) return text.get<std::string>();
  if (!text.is_object()) return {};
  return text.value(std::string{to_text(language)}, text.value("et", ""));
}

}  // namespace elukaar::texts
