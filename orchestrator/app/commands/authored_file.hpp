#pragma once

#include <filesystem>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <string>

#include "texts/catalogue.hpp"
#include "workflow/model/workflow.hpp"

// What the commands have in common that tell of one workflow file.
namespace elukaar::app {

// One file's service with its words.
struct Telling {
  workflow::WorkflowPtr workflow;
  texts::Catalogue texts;
};

// The file with everything that it extends and shows; nothing where something is wrong with it, which goes
// to `err`.
std::optional<Telling> read_telling(const std::filesystem::path& file,
                                    const std::filesystem::path& content_dir, std::ostream& err);

// Whether the path is that of a file, the word one of those that the option knows; says on `err` what was
// expected where it is not.
bool is_file(const std::filesystem::path& path, std::ostream& err);
bool one_of(const std::string& option, const std::string& word,
            std::initializer_list<const char*> words, std::ostream& err);

}  // namespace elukaar::app
