#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/sensitive.hpp"

namespace elukaar::kit {

struct Header {
  std::string name;
  std::string value;
};

// One HTTP exchange as a connector wants it. The URL never carries personal data, because URLs stand
// in the logs of every machine on the way; the body may, and so may X-Road's own headers: neither is
// ever logged. What may be logged is describe().
struct HttpRequest {
  std::string method;  // upper case
  std::string url;     // absolute, every part encoded
  std::vector<Header> headers;
  Sensitive<std::string> body;
  std::chrono::milliseconds connect_timeout{};  // both must be above zero: a security server waits
  std::chrono::milliseconds total_timeout{};    // for ever unless told otherwise
};

struct HttpResponse {
  int status = 0;
  std::vector<Header> headers;
  std::string body;  // may hold personal data: never logged
};

// The value of the last header of that name, letter case ignored; empty where there is none.
std::string_view header(const std::vector<Header>& headers, std::string_view name);

// "PUT https://host/path": all of a request that a log may show.
std::string describe(const HttpRequest& request);

// One segment of a path or one value of a query: everything but RFC 3986's unreserved characters is
// percent-encoded, a slash too.
std::string percent_encode(std::string_view text);

}  // namespace elukaar::kit
