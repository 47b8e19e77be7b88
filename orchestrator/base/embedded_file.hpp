#pragma once

#include <cstddef>
#include <string_view>

namespace elukaar {

// A file that was made part of the program when it was built: elukaar_embed (cmake/ElukaarEmbed.cmake)
// writes arrays of them.
struct EmbeddedFile {
  std::string_view name;  // its path from the module's folder, "content/explain.et.yaml"
  std::string_view text;
};

// The text of one of `files`. A name that is none of theirs does not compile.
template <std::size_t count>
consteval std::string_view text_of(const EmbeddedFile (&files)[count], std::string_view name) {
  for (const EmbeddedFile& file : files) {
    if (file.name == name) return file.text;
  }
  throw "no embedded file has this name";
}

}  // namespace elukaar
