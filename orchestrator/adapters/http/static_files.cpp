#include "adapters/http/static_files.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "base/digest.hpp"

namespace elukaar::adapters::http {
namespace {

namespace fs = std::filesystem;

std::string type_of(const fs::path& file) {
  static const std::map<std::string, std::string> types = {
      {".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},   {".svg", "image/svg+xml"},
      {".png", "image/png"},                 {".ico", "image/x-icon"},
      {".json", "application/json"},         {".woff2", "font/woff2"},
      {".woff", "font/woff"},                {".txt", "text/plain; charset=utf-8"},
      {".webmanifest", "application/manifest+json"}};
  const auto found = types.find(file.extension().string());
  return found == types.end() ? "application/octet-stream" : found->second;
}

}  // namespace

StaticFiles::StaticFiles(const fs::path& folder) {
  if (folder.empty() || !fs::is_directory(folder)) return;
  std::size_t total = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    // No links: what is outside the folder stays there.
    if (entry.is_symlink() || !entry.is_regular_file()) continue;
    total += entry.file_size();
    if (total > max_bytes) {
      throw std::runtime_error("the portal's folder is larger than 64 MiB; set http.portal_dir");
    }
    std::ifstream in(entry.path(), std::ios::binary);
    File file;
    file.content.assign(std::istreambuf_iterator<char>(in), {});
    file.type = type_of(entry.path());
    file.tag = '"' + to_hex(sha256(file.content)).substr(0, 32) + '"';
    const std::string path = "/" + entry.path().lexically_relative(folder).generic_string();
    file.immutable = path.starts_with("/assets/");
    files_.emplace(path, std::move(file));
  }
}

Response StaticFiles::answer(const Request& request) const {
  auto found = files_.find(request.path);
  if (found == files_.end()) {
    // A missing script must not be answered with a page.
    const std::size_t slash = request.path.rfind('/');
    if (request.path.find('.', slash) != std::string::npos) return problem(404);
    found = files_.find("/index.html");
  }
  if (found == files_.end()) return problem(404);
  return serve(found->second, request);
}

Response StaticFiles::serve(const File& file, const Request& request) const {
  Response response;
  response.may_be_cached = true;
  response.headers = {{"ETag", file.tag},
                      {"Cache-Control", file.immutable ? "public, max-age=31536000, immutable"
                                                       : "no-cache"}};
  if (request.header("if-none-match") == file.tag) {
    response.status = 304;
    return response;
  }
  response.content_type = file.type;
  response.body = file.content;
  return response;
}

}  // namespace elukaar::adapters::http
