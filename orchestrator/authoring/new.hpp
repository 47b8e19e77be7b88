#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/result.hpp"

namespace elukaar::authoring {

// Files with which somebody begins, and what to do with them next.
struct Beginning {
  std::map<std::filesystem::path, std::string> files;  // by where they are to stand; not yet written
  std::string next;                                    // lines for the terminal
};

struct NotBegun {
  enum class Why { asked_wrongly, model_unreadable };
  Why why = Why::asked_wrongly;
  std::string what;  // a sentence: what was expected, what was found
};

// A municipality's files: those of another, of which only `municipality` and the heading are changed.
struct NewMunicipality {
  std::string folder;  // small letters, digits and dashes
  std::string ehak;    // four digits that no other municipality has
  std::string like;    // folder of the municipality whose files are copied
  std::string title;   // "Saku vald"; empty: made of the folder
};
// A service: the smallest that is whole. Somebody asks, an official decides, in time.
struct NewService {
  std::string name;   // small letters, digits and dashes
  std::string title;  // plain words; empty: made of the name
};

// Both read below `content_dir` (where events/, connectors/ and workflows/ are), and write nothing.
Result<Beginning, NotBegun> begin_municipality(const NewMunicipality& wanted,
                                  const std::filesystem::path& content_dir);
Result<Beginning, NotBegun> begin_service(const NewService& wanted, const std::filesystem::path& content_dir);

}  // namespace elukaar::authoring
