#include "adapters/kafka/tail.hpp"

#include <chrono>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "adapters/kafka/handles.hpp"

namespace elukaar::adapters::kafka {
namespace {

constexpr auto look_again = std::chrono::seconds{30};
constexpr auto look_again_for_none = std::chrono::milliseconds{500};
constexpr int wait_ms = 100;
constexpr auto gather = std::chrono::milliseconds{10};  // the pages' look-up gathers as well

std::set<int> partitions_of(rd_kafka_t* client, const std::string& topic) {
  std::set<int> partitions;
  rd_kafka_topic_t* handle = rd_kafka_topic_new(client, topic.c_str(), nullptr);
  const rd_kafka_metadata_t* found = nullptr;
  const auto error = rd_kafka_metadata(client, 0, handle, &found, 2'000);
  const Handle<const rd_kafka_metadata_t> metadata(found);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    for (int i = 0; i < found->topic_cnt; ++i) {
      for (int p = 0; p < found->topics[i].partition_cnt; ++p) {
        partitions.insert(found->topics[i].partitions[p].id);
      }
    }
  }
  rd_kafka_topic_destroy(handle);
  return partitions;
}

}  // namespace

void follow(const std::string& brokers, const std::string& topic,
            const std::function<void(const std::string&)>& told,
            const std::function<void(const std::string&)>& fault, std::stop_token stop) {
  Options options = consumer_options(brokers, gather);
  options.insert({{"group.id", "elukaar-none"},  // asked for by the library; never joined
                  {"auto.offset.reset", "latest"}});
  const auto client = make_client(RD_KAFKA_CONSUMER, make_conf(options));
  rd_kafka_poll_set_consumer(client.get());
  std::set<int> followed;
  auto looked = std::chrono::steady_clock::time_point{};
  while (!stop.stop_requested()) {
    const auto now = std::chrono::steady_clock::now();
    if (now - looked > (followed.empty() ? std::chrono::nanoseconds{look_again_for_none}
                                         : std::chrono::nanoseconds{look_again})) {
      const bool first = followed.empty();
      looked = now;
      Handle<rd_kafka_topic_partition_list_t> added(rd_kafka_topic_partition_list_new(8));
      for (const int partition : partitions_of(client.get(), topic)) {
        if (!followed.insert(partition).second) continue;
        // A partition that appears later is read from its beginning: all of it is new.
        rd_kafka_topic_partition_list_add(added.get(), topic.c_str(), partition)->offset =
            first ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING;
      }
      if (added->cnt > 0) {
        const Handle<rd_kafka_error_t> error(rd_kafka_incremental_assign(client.get(), added.get()));
        if (error) fault(fmt::format("kafka: {}", rd_kafka_error_string(error.get())));
      }
    }
    const Handle<rd_kafka_message_t> message(rd_kafka_consumer_poll(client.get(), wait_ms));
    if (!message) continue;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        fault(fmt::format("kafka: {}", rd_kafka_message_errstr(message.get())));
      }
    } else if (message->payload) {
      told({static_cast<const char*>(message->payload), message->len});
    }
  }
  rd_kafka_consumer_close(client.get());
}

}  // namespace elukaar::adapters::kafka
