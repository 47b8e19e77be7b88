#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "kit/http.hpp"

namespace elukaar::engine {

// Why there is no response at all.
struct HttpFailure {
  enum class Kind {
    unreachable,  // name, connection, TLS or a connection that broke
    timeout,      // the request may have been carried out
    too_large,    // the response exceeds the client's limit
  };
  Kind kind = Kind::unreachable;
  std::string detail;  // the library's words; neither URL query, header nor body
};

struct HttpCompletion {
  std::uint64_t ticket = 0;
  std::variant<kit::HttpResponse, HttpFailure> result;
};

// Port: many exchanges at once, driven by one thread, which owns the object and is the only one to
// call it; wake() alone may come from anywhere. Redirects are passed on as responses.
class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // Begins an exchange; its completion carries `ticket`, chosen by the caller and unique among those
  // in flight. Never blocks: a request that cannot even begin completes as unreachable.
  virtual void start(std::uint64_t ticket, kit::HttpRequest request) = 0;

  // Moves all exchanges on until one completes, wake() is called or `at_most` has passed; what has
  // completed, each once.
  virtual std::vector<HttpCompletion> wait(std::chrono::milliseconds at_most) = 0;

  virtual std::size_t in_flight() const = 0;

  // Ends a wait() that is under way, or else the next one, at once.
  virtual void wake() = 0;
};

}  // namespace elukaar::engine
