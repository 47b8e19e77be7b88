#include "app/settings.hpp"

#include <fstream>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "documents/reader.hpp"
#include "systems/all.hpp"

namespace elukaar::app {
namespace {

using documents::Node;

constexpr std::size_t max_secret_bytes = 4'096;

// Fills the settings from the tree; everything wrong is collected.
class SettingsReader {
 public:
  SettingsReader(const std::filesystem::path& file, Problems& problems)
      : reader_(problems), folder_(std::filesystem::absolute(file).parent_path()) {}

  Settings read(const Node& root) {
    reader_.known_keys(root, "the settings",
                       {"environment", "content_dir", "municipalities", "kafka", "postgres", "http",
                        "keys", "intake", "connectors", "engine", "log"});
    Settings settings;
    if (const Node* environment = required(root, "environment", "the settings")) {
      const std::string word =
          reader_.word(*environment, "`environment`", {"production", "development"});
      settings.environment = word == "development" ? Settings::Environment::development
                                                   : Settings::Environment::production;
    }
    settings.content_dir = path(root, "content_dir", "the settings");
    read_municipalities(root, settings);
    read_kafka(root, settings.kafka);
    read_postgres(root, settings.postgres);
    read_http(root, settings.http);
    if (const Node* keys = section(root, "keys", {"directory"}, true)) {
      settings.keys_dir = path(*keys, "directory", "`keys`");
    }
    read_intake(root, settings);
    read_connectors(root, settings);
    if (const Node* engine = section(root, "engine", {"workers", "lane_lease_ms"})) {
      number(*engine, "workers", 1, 64, settings.workers);
      milliseconds(*engine, "lane_lease_ms", settings.lane_lease);
    }
    if (const Node* log = section(root, "log", {"level"})) {
      if (const Node* level = log->find("level")) {
        settings.log_level =
            reader_.word(*level, "`log.level`", {"info", "debug", "warn", "error"});
      }
    }
    return settings;
  }

 private:
  const Node* required(const Node& mapping, std::string_view key, std::string_view what) {
    const Node* found = mapping.find(key);
    if (!found) {
      reader_.error(mapping.where, "missing-key", fmt::format("{} has no `{}`", what, key),
                    fmt::format("add `{}: …` (deploy/elukaar.example.yaml explains it)", key));
    }
    return found;
  }

  const Node* section(const Node& root, std::string_view key,
                      std::initializer_list<std::string_view> keys, bool is_required = false) {
    const Node* found = is_required ? required(root, key, "the settings") : root.find(key);
    const std::string what = fmt::format("`{}`", key);
    if (!found || !reader_.expect(*found, Node::Kind::mapping, what)) return nullptr;
    reader_.known_keys(*found, what, keys);
    return found;
  }

  void text(const Node& mapping, std::string_view key, std::string& into) {
    into = reader_.text(mapping, key, into);
  }

  void number(const Node& mapping, std::string_view key, std::int64_t least, std::int64_t most,
              int& into) {
    const Node* found = mapping.find(key);
    if (!found || !reader_.expect(*found, Node::Kind::integer, fmt::format("`{}`", key))) return;
    if (found->integer < least || found->integer > most) {
      reader_.error(found->where, "out-of-range",
                    fmt::format("`{}` is {}, expected {} to {}", key, found->integer, least, most));
      return;
    }
    into = static_cast<int>(found->integer);
  }

  void milliseconds(const Node& mapping, std::string_view key, std::chrono::milliseconds& into) {
    const Node* found = mapping.find(key);
    if (!found || !reader_.expect(*found, Node::Kind::integer, fmt::format("`{}`", key))) return;
    if (found->integer < 1) {
      reader_.error(found->where, "out-of-range",
                    fmt::format("`{}` is {}, expected a number of milliseconds above 0", key,
                                found->integer));
      return;
    }
    into = std::chrono::milliseconds{found->integer};
  }

  // Relative to the settings file.
  std::filesystem::path path(const Node& mapping, std::string_view key, std::string_view what) {
    if (!required(mapping, key, what)) return {};
    return (folder_ / reader_.text(mapping, key)).lexically_normal();
  }

  // The one line of a file that only the program's account may read.
  std::string secret(const Node& mapping, std::string_view key, std::string_view what) {
    const Node* named = required(mapping, key, what);
    if (!named) return {};
    const std::filesystem::path file = path(mapping, key, what);
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    std::ifstream stream(file);
    if (error || !stream) {
      reader_.error(named->where, "unreadable",
                    fmt::format("the secret {} cannot be read", file.string()));
      return {};
    }
    using std::filesystem::perms;
    if ((status.permissions() & (perms::group_all | perms::others_all)) != perms::none) {
      reader_.error(named->where, "secret-not-private",
                    fmt::format("the secret {} may be read by others", file.string()),
                    fmt::format("chmod 600 {}", file.string()));
      return {};
    }
    std::string line;
    std::getline(stream, line);
    if (line.empty() || line.size() > max_secret_bytes) {
      reader_.error(named->where, "empty-secret",
                    fmt::format("the secret {} is empty or too long", file.string()));
    }
    return line;
  }

  void read_municipalities(const Node& root, Settings& settings) {
    const Node* list = required(root, "municipalities", "the settings");
    if (!list || !reader_.expect(*list, Node::Kind::sequence, "`municipalities`")) return;
    for (const Node& item : list->items) {
      if (!reader_.expect(item, Node::Kind::mapping, "a municipality")) continue;
      reader_.known_keys(item, "a municipality", {"ehak", "workflow"});
      settings.municipalities.push_back(
          {Municipality{reader_.required_text(item, "ehak", "a municipality")},
           path(item, "workflow", "a municipality")});
    }
  }

  void read_kafka(const Node& root, Settings::Kafka& kafka) {
    const Node* node = section(
        root, "kafka",
        {"brokers", "group", "topics", "partitions", "status_partitions", "retention_ms"}, true);
    if (!node) return;
    kafka.brokers = reader_.required_text(*node, "brokers", "`kafka`");
    text(*node, "group", kafka.group);
    number(*node, "partitions", 1, 1'000, kafka.partitions);
    number(*node, "status_partitions", 1, 1'000, kafka.status_partitions);
    milliseconds(*node, "retention_ms", kafka.retention);
    const Node* topics = node->find("topics");
    if (!topics || !reader_.expect(*topics, Node::Kind::mapping, "`kafka.topics`")) return;
    read_topics(*topics, kafka.topics);
  }

  void read_topics(const Node& node, engine::Topics& topics) {
    std::vector<std::string> keys;
    for (const engine::TopicRow& row : engine::topic_rows) keys.emplace_back(row.key);
    reader_.known_keys(node, "`kafka.topics`", keys, {});
    for (const engine::TopicRow& row : engine::topic_rows) {
      engine::Topic& topic = topics.*row.topic;
      const bool has_to_be_municipal = topic.is_municipal();
      topic = engine::Topic{reader_.text(node, row.key, topic.text())};
      if (!has_to_be_municipal || topic.is_municipal()) continue;
      reader_.error(node.where, "bad-topic",
                    fmt::format("`kafka.topics.{}` must contain {}: each municipality has a topic "
                                "of its own",
                                row.key, engine::Topic::place));
    }
  }

  void read_postgres(const Node& root, Settings::Postgres& postgres) {
    const Node* node = section(
        root, "postgres", {"host", "port", "database", "user", "password_file", "connect_timeout_ms"},
        true);
    if (!node) return;
    text(*node, "host", postgres.host);
    number(*node, "port", 1, 65'535, postgres.port);
    text(*node, "database", postgres.database);
    text(*node, "user", postgres.user);
    milliseconds(*node, "connect_timeout_ms", postgres.connect_timeout);
    if (node->find("password_file")) {
      postgres.password = Sensitive<std::string>{secret(*node, "password_file", "`postgres`")};
    }
  }

  void read_http(const Node& root, Settings::Http& http) {
    const Node* node = section(root, "http",
                               {"listen", "port", "public_url", "portal_dir", "session_idle_ms",
                                "session_max_ms", "max_connections", "max_body_bytes"},
                               true);
    if (!node) return;
    text(*node, "listen", http.listen);
    number(*node, "port", 0, 65'535, http.port);
    http.public_url = reader_.required_text(*node, "public_url", "`http`");
    http.portal_dir = path(*node, "portal_dir", "`http`");
    milliseconds(*node, "session_idle_ms", http.session_idle);
    milliseconds(*node, "session_max_ms", http.session_max);
    number(*node, "max_connections", 10, 100'000, http.max_connections);
    number(*node, "max_body_bytes", 1'024, 1'048'576, http.max_body_bytes);
  }

  void read_intake(const Node& root, Settings& settings) {
    const Node* intake = section(root, "intake", {"credentials"});
    const Node* list = intake ? intake->find("credentials") : nullptr;
    if (!list || !reader_.expect(*list, Node::Kind::sequence, "`intake.credentials`")) return;
    for (const Node& item : list->items) {
      if (!reader_.expect(item, Node::Kind::mapping, "a credential")) continue;
      reader_.known_keys(item, "a credential",
                         {"name", "token_file", "municipality", "source", "types"});
      Settings::Credential credential;
      credential.name = reader_.required_text(item, "name", "a credential");
      credential.token_sha256 = to_hex(sha256(secret(item, "token_file", "a credential")));
      credential.municipality =
          Municipality{reader_.required_text(item, "municipality", "a credential")};
      credential.source = reader_.required_text(item, "source", "a credential");
      for (const Node* type : reader_.texts(item, "types")) credential.types.push_back(type->text);
      settings.credentials.push_back(std::move(credential));
    }
  }

  void read_connectors(const Node& root, Settings& settings) {
    const Node* node = root.find("connectors");
    if (!node || !reader_.expect(*node, Node::Kind::mapping, "`connectors`")) return;
    settings.connectors = kit::read_entries(*node, systems::all_connectors(), reader_);
  }

  documents::Reader reader_;
  std::filesystem::path folder_;
};

std::string quoted(const std::string& value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

}  // namespace

std::string Settings::connection_string() const {
  std::string text = fmt::format(
      "host={} port={} dbname={} user={} connect_timeout={} client_encoding=UTF8 "
      "options='-c TimeZone=UTC -c jit=off'",  // no statement here runs so long that it pays
      quoted(postgres.host), postgres.port, quoted(postgres.database), quoted(postgres.user),
      std::max<long>(1, std::chrono::ceil<std::chrono::seconds>(postgres.connect_timeout).count()));
  if (!postgres.password.reveal().empty()) {
    text += " password=" + quoted(postgres.password.reveal());
  }
  return text;
}

Result<Settings, Problems> read_settings(const std::filesystem::path& file) {
  auto tree = documents::read_yaml_file(file, file.string());
  if (!tree) return failure(tree.error());
  Problems problems;
  if (!tree->is(Node::Kind::mapping)) {
    problems.push_back({tree->where, "the settings must be a mapping of keys", "", "wrong-kind"});
    return failure(problems);
  }
  Settings settings = SettingsReader{file, problems}.read(*tree);
  settings.file = file;
  if (!problems.empty()) return failure(problems);
  return settings;
}

}  // namespace elukaar::app
