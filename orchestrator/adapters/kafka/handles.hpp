#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

// Holders of librdkafka's C handles; for this folder's .cpp files only.
namespace elukaar::adapters::kafka {

struct Deleter {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
};

template <class T>
using Handle = std::unique_ptr<T, Deleter>;

using Options = std::map<std::string, std::string>;

// A configuration; throws with librdkafka's words where it refuses an option.
inline Handle<rd_kafka_conf_t> make_conf(const Options& options) {
  Handle<rd_kafka_conf_t> conf(rd_kafka_conf_new());
  char error[512];
  for (const auto& [name, value] : options) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), error, sizeof(error)) !=
        RD_KAFKA_CONF_OK) {
      throw std::runtime_error("kafka: " + std::string{error});
    }
  }
  return conf;
}

// A client; takes the configuration over.
inline Handle<rd_kafka_t> make_client(rd_kafka_type_t type, Handle<rd_kafka_conf_t> conf) {
  char error[512];
  Handle<rd_kafka_t> client(rd_kafka_new(type, conf.get(), error, sizeof(error)));
  if (!client) throw std::runtime_error("kafka: " + std::string{error});
  conf.release();  // NOLINT: librdkafka owns it from here
  return client;
}

// What every client says: small messages at once, and back soon after a broker's restart.
inline Options common_options(const std::string& brokers) {
  return {{"bootstrap.servers", brokers},
          {"client.id", "elukaar"},
          // Its own log lines are no JSON; what matters comes as errors to those who ask.
          {"log_level", "0"},
          {"socket.nagle.disable", "true"},
          {"reconnect.backoff.ms", "50"},
          {"reconnect.backoff.max.ms", "500"},
          {"allow.auto.create.topics", "false"},
          {"log.connection.close", "false"}};
}

// What every consumer says besides. Where little comes, the broker gathers it: a consumer that is answered at
// each record makes a request of each, and those keep the processor from everybody else (ADR 0026).
inline Options consumer_options(const std::string& brokers, std::chrono::milliseconds gather) {
  Options options = common_options(brokers);
  options.insert({{"enable.auto.commit", "false"},
                  {"fetch.min.bytes", "65536"},  // from here on there is no waiting
                  {"fetch.wait.max.ms", std::to_string(gather.count())},
                  {"fetch.error.backoff.ms", "50"}});
  return options;
}

inline std::string lane_name(const char* topic, int partition) {
  return "kafka/" + std::string{topic} + "/" + std::to_string(partition);
}

}  // namespace elukaar::adapters::kafka
