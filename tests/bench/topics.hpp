#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

// The bench's own way to Kafka, librdkafka without the program's adapters: what writes the input and what
// judges the output must not share their mistakes.
namespace elukaar::bench {

struct KafkaDeleter {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
};
using KafkaClient = std::unique_ptr<rd_kafka_t, KafkaDeleter>;

// Writes records, acks=all. One thread owns it.
class Producer {
 public:
  // `linger_ms`: 0 sends each at once, more gathers them.
  Producer(const std::string& brokers, std::string topic, int linger_ms);

  // Waits where the client's queue is full. Partition by the key's hash, as Kafka's own clients do.
  void send(const std::string& key, const std::string& value);
  // Until the broker has everything; throws where it refused a record.
  void finish();

 private:
  static void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque);

  std::string topic_;
  std::atomic<std::int64_t> refused_{0};
  KafkaClient client_;
};

struct Record {
  int partition = 0;
  std::int64_t offset = 0;
  std::string_view key;
  std::string_view value;
};

// Everything that stands in a topic at this moment, partition by partition in order. Returns how many.
std::int64_t read_topic(const std::string& brokers, const std::string& topic,
                        const std::function<void(const Record&)>& read);

// Follows a topic from its present end; `told` and `stopped` are called from this thread.
void follow_topic(const std::string& brokers, const std::string& topic,
                  const std::function<void()>& ready,
                  const std::function<void(const Record&)>& told,
                  const std::function<bool()>& stopped);

}  // namespace elukaar::bench
