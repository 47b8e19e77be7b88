#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/sensitive.hpp"
#include "base/source_position.hpp"
#include "engine/ports/topics.hpp"
#include "kit/registration.hpp"

namespace elukaar::app {

// The program's settings, as deploy/elukaar.example.yaml explains them: parsed and checked once, read
// by the wiring alone. Defaults stand here and in the example.
struct Settings {
  enum class Environment { development, production };

  struct Served {
    Municipality ehak;
    std::filesystem::path workflow;
  };

  struct Kafka {
    std::string brokers;
    std::string group = "elukaar";
    engine::Topics topics;
    int partitions = 8;         // of what comes in
    int status_partitions = 2;  // of statuses and notifications
    std::chrono::milliseconds retention{std::chrono::hours{24 * 7}};
  };

  struct Postgres {
    std::string host = "127.0.0.1";
    int port = 5432;
    std::string database = "elukaar";
    std::string user = "elukaar";
    Sensitive<std::string> password;
    std::chrono::milliseconds connect_timeout{5'000};
  };

  struct Http {
    std::string listen = "127.0.0.1";
    int port = 8080;
    std::string public_url;
    std::filesystem::path portal_dir;
    std::chrono::milliseconds session_idle{std::chrono::minutes{30}};
    std::chrono::milliseconds session_max{std::chrono::hours{8}};
    int max_connections = 2'000;
    int max_body_bytes = 65'536;
  };

  struct Credential {
    std::string name;
    std::string token_sha256;  // the token itself is not kept
    Municipality municipality;
    std::string source;
    std::vector<std::string> types;
  };

  std::filesystem::path file;
  Environment environment = Environment::production;
  std::filesystem::path content_dir;  // events/, workflows/, connectors/
  std::vector<Served> municipalities;
  Kafka kafka;
  Postgres postgres;
  Http http;
  std::filesystem::path keys_dir;
  std::vector<Credential> credentials;
  std::vector<kit::Configured> connectors;
  int workers = 2;
  std::chrono::milliseconds lane_lease{10'000};
  std::string log_level = "info";

  bool is_development() const { return environment == Environment::development; }
  // A libpq connection string, password included: for connections, never for logs.
  std::string connection_string() const;
};

// Reads a settings file and the secrets that it names. All problems at once: unknown keys with the
// nearest known one, values of the wrong kind, secrets that others may read.
Result<Settings, Problems> read_settings(const std::filesystem::path& file);

}  // namespace elukaar::app
