#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A request and its answer, apart from the library that carries them. Internal to http.
namespace elukaar::adapters::http {

struct Request {
  std::string method;  // "GET"
  std::string path;    // without the query, still percent-encoded
  std::string query;
  std::string body;
  std::map<std::string, std::string> headers;  // of those that routes ask; names in lower case

  // Empty for one that was not sent.
  std::string_view header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view{} : found->second;
  }
  // A cookie's value; empty without one.
  std::string_view cookie(std::string_view name) const;
  // A parameter's value, not decoded: ours hold letters only.
  std::string_view parameter(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type;  // empty: no body
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool may_be_cached = false;  // else `no-store`
  std::string route;           // pattern, for the access log
};

Response json_response(int status, std::string body);
// application/problem+json; `extra`: members to add, as JSON text without braces, or empty.
Response problem(int status, std::string_view detail = {}, std::string_view extra = {});

}  // namespace elukaar::adapters::http
