#include "bench/topics.hpp"

#include <map>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

namespace elukaar::bench {
namespace {

constexpr int patience_ms = 15'000;

KafkaClient make(rd_kafka_type_t type, rd_kafka_conf_t* conf,
                 const std::map<std::string, std::string>& options) {
  char error[512];
  for (const auto& [name, value] : options) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error, sizeof(error)) !=
        RD_KAFKA_CONF_OK) {
      throw std::runtime_error(fmt::format("kafka: {}", error));
    }
  }
  KafkaClient client(rd_kafka_new(type, conf, error, sizeof(error)));
  if (!client) throw std::runtime_error(fmt::format("kafka: {}", error));
  return client;
}

KafkaClient make_consumer(const std::string& brokers) {
  KafkaClient client = make(RD_KAFKA_CONSUMER, rd_kafka_conf_new(),
                            {{"bootstrap.servers", brokers},
                             {"group.id", "elukaar-bench"},
                             {"enable.auto.commit", "false"},
                             {"enable.partition.eof", "true"},
                             // Looking on must not cost what is looked at: a request every 10 ms, not one a record.
                             {"fetch.wait.max.ms", "10"},
                             {"fetch.min.bytes", "1000000"},
                             {"socket.nagle.disable", "true"}});
  rd_kafka_poll_set_consumer(client.get());
  return client;
}

// Starts to read all partitions from this place; returns how many there are.
int assign_all(rd_kafka_t* client, const std::string& topic, std::int64_t from) {
  const rd_kafka_metadata_t* metadata = nullptr;
  rd_kafka_topic_t* handle = rd_kafka_topic_new(client, topic.c_str(), nullptr);
  const auto error = rd_kafka_metadata(client, 0, handle, &metadata, patience_ms);
  rd_kafka_topic_destroy(handle);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR || metadata->topic_cnt != 1) {
    throw std::runtime_error(fmt::format("kafka: {}: {}", topic, rd_kafka_err2str(error)));
  }
  const int count = metadata->topics[0].partition_cnt;
  rd_kafka_metadata_destroy(metadata);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(count);
  for (int i = 0; i < count; ++i) {
    auto* each = rd_kafka_topic_partition_list_add(list, topic.c_str(), i);
    each->offset = from;
    if (from == RD_KAFKA_OFFSET_END) {  // as a number: what comes from now on, however late we ask
      std::int64_t low = 0;
      rd_kafka_query_watermark_offsets(client, topic.c_str(), i, &low, &each->offset, patience_ms);
    }
  }
  rd_kafka_assign(client, list);
  rd_kafka_topic_partition_list_destroy(list);
  return count;
}

Record view_of(const rd_kafka_message_t& message) {
  return {message.partition, message.offset,
          {static_cast<const char*>(message.key), message.key_len},
          {static_cast<const char*>(message.payload), message.len}};
}

}  // namespace

Producer::Producer(const std::string& brokers, std::string topic, int linger_ms)
    : topic_(std::move(topic)) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_dr_msg_cb(conf, &delivered);
  client_ = make(RD_KAFKA_PRODUCER, conf,
                 {{"bootstrap.servers", brokers},
                  {"acks", "all"},
                  {"enable.idempotence", "true"},
                  {"partitioner", "murmur2_random"},
                  {"linger.ms", std::to_string(linger_ms)},
                  {"socket.nagle.disable", "true"}});
}

void Producer::delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) ++static_cast<Producer*>(opaque)->refused_;
}

void Producer::send(const std::string& key, const std::string& value) {
  for (;;) {
    const auto error = rd_kafka_producev(
        client_.get(), RD_KAFKA_V_TOPIC(topic_.c_str()), RD_KAFKA_V_KEY(key.data(), key.size()),
        RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_HEADER("content-type", "application/cloudevents+json", 28), RD_KAFKA_V_END);
    rd_kafka_poll(client_.get(), error == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 50 : 0);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      throw std::runtime_error(fmt::format("kafka: {}", rd_kafka_err2str(error)));
    }
  }
}

void Producer::finish() {
  const auto error = rd_kafka_flush(client_.get(), patience_ms);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR || refused_ > 0) {
    throw std::runtime_error(fmt::format("kafka: {} records were refused ({})", refused_.load(),
                                         rd_kafka_err2str(error)));
  }
}

std::int64_t read_topic(const std::string& brokers, const std::string& topic,
                        const std::function<void(const Record&)>& read) {
  const KafkaClient client = make_consumer(brokers);
  const int partitions = assign_all(client.get(), topic, RD_KAFKA_OFFSET_BEGINNING);
  std::set<int> ended;
  std::int64_t count = 0;
  while (static_cast<int>(ended.size()) < partitions) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(client.get(), patience_ms);
    if (message == nullptr) throw std::runtime_error("kafka: " + topic + " cannot be read to its end");
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ended.insert(message->partition);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      read(view_of(*message));
      ++count;
    }
    rd_kafka_message_destroy(message);
  }
  rd_kafka_consumer_close(client.get());
  return count;
}

void follow_topic(const std::string& brokers, const std::string& topic,
                  const std::function<void()>& ready,
                  const std::function<void(const Record&)>& told,
                  const std::function<bool()>& stopped) {
  const KafkaClient client = make_consumer(brokers);
  assign_all(client.get(), topic, RD_KAFKA_OFFSET_END);
  ready();
  while (!stopped()) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(client.get(), 50);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) told(view_of(*message));
    rd_kafka_message_destroy(message);
  }
  rd_kafka_consumer_close(client.get());
}

}  // namespace elukaar::bench
