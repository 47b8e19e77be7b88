#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/source_position.hpp"
#include "texts/catalogue.hpp"

// A text file as written, before its patterns are read. Internal to texts.
namespace elukaar::texts {

struct WrittenPattern {
  std::string source;
  SourcePosition where;
};

struct WrittenText {
  SourcePosition where;
  std::map<std::string, WrittenPattern> fields;  // headline, body, next, sms, email
  std::string kind;
  std::string reasons;
  bool legal = false;
};

struct WrittenFile {
  std::string name;
  std::map<std::string, WrittenText> texts;
  std::map<std::string, WrittenPattern> messages;  // by dotted name
};

// Reads one file. A top-level entry with a `headline` is a text; any other is a group of messages,
// or a message itself. Problems are appended; what could be read is given back.
WrittenFile read_text_file(const TextFile& file, Problems& problems);

}  // namespace elukaar::texts
