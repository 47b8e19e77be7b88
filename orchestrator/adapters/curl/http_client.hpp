#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "engine/ports/http_client.hpp"

namespace elukaar::adapters::curl {

// Our side of mutual TLS, PEM files: what a security server asks for.
struct ClientIdentity {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

struct HttpClientSettings {
  std::size_t most_response_bytes = 1024 * 1024;  // of a body; headers have as much again
  long most_connections_a_host = 64;              // more exchanges wait inside, within their timeout
  std::optional<std::filesystem::path> ca_file;   // besides none: the system's own
  std::optional<ClientIdentity> identity;
};

// Many exchanges on one thread (curl_multi). Connections are kept and reused. Where a kept one turns
// out to be dead before a byte of the answer came, curl sends the request again on a fresh one; our
// requests carry an idempotency key, so that is harmless. All other repeating is the dispatcher's.
class HttpClient : public engine::HttpClient {
 public:
  explicit HttpClient(HttpClientSettings settings = {});
  // Breaks off what is still in flight.
  ~HttpClient() override;

  void start(std::uint64_t ticket, kit::HttpRequest request) override;
  std::vector<engine::HttpCompletion> wait(std::chrono::milliseconds at_most) override;
  std::size_t in_flight() const override;
  void wake() override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace elukaar::adapters::curl
