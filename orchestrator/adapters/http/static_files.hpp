#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "adapters/http/message.hpp"

namespace elukaar::adapters::http {

// The built portal, read into memory at the start: what is not there then is never served, whatever a
// path says. Immutable; any thread. Internal to http.
class StaticFiles {
 public:
  static constexpr std::size_t max_bytes = 64 * 1024 * 1024;  // of all files together

  // An empty or missing folder gives no files.
  explicit StaticFiles(const std::filesystem::path& folder);

  // A file, 304 for one the browser has, or the page itself for any other path: it knows its own.
  Response answer(const Request& request) const;

 private:
  struct File {
    std::string content;
    std::string type;
    std::string tag;  // with its quotes
    bool immutable = false;  // its name holds a hash of its content
  };
  Response serve(const File& file, const Request& request) const;

  std::map<std::string, File> files_;  // by "/assets/…"
};

}  // namespace elukaar::adapters::http
