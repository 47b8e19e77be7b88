#include "adapters/kafka/topics.hpp"

#include <fmt/format.h>

#include "adapters/kafka/handles.hpp"

namespace elukaar::adapters::kafka {

void create_topics(const std::string& brokers, const std::vector<TopicPlan>& plans,
                   std::chrono::milliseconds patience,
                   const std::function<void(const std::string&)>& created) {
  const auto client = make_client(RD_KAFKA_PRODUCER, make_conf(common_options(brokers)));
  std::vector<Handle<rd_kafka_NewTopic_t>> topics;
  std::vector<rd_kafka_NewTopic_t*> raw;
  for (const TopicPlan& plan : plans) {
    char error[512];
    topics.emplace_back(rd_kafka_NewTopic_new(plan.name.c_str(), plan.partitions, -1, error,
                                              sizeof(error)));
    if (!topics.back()) throw std::runtime_error(fmt::format("topic {}: {}", plan.name, error));
    rd_kafka_NewTopic_set_config(topics.back().get(), "cleanup.policy", "delete");
    const std::string retention =
        std::to_string(std::chrono::milliseconds{plan.retention}.count());
    rd_kafka_NewTopic_set_config(topics.back().get(), "retention.ms", retention.c_str());
    raw.push_back(topics.back().get());
  }
  const Handle<rd_kafka_queue_t> queue(rd_kafka_queue_new(client.get()));
  rd_kafka_AdminOptions_t* options =
      rd_kafka_AdminOptions_new(client.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS);
  char error[512];
  rd_kafka_AdminOptions_set_request_timeout(options, static_cast<int>(patience.count()), error,
                                            sizeof(error));
  rd_kafka_CreateTopics(client.get(), raw.data(), raw.size(), options, queue.get());
  rd_kafka_AdminOptions_destroy(options);
  const Handle<rd_kafka_event_t> event(
      rd_kafka_queue_poll(queue.get(), static_cast<int>(patience.count()) + 5'000));
  if (!event || rd_kafka_event_error(event.get())) {
    throw std::runtime_error(fmt::format(
        "expected a Kafka broker at {}, found none that answers: {}; start it or set "
        "kafka.brokers", brokers,
        event ? rd_kafka_event_error_string(event.get()) : "no answer"));
  }
  std::size_t count = 0;
  const auto* results = rd_kafka_event_CreateTopics_result(event.get());
  const auto** each = rd_kafka_CreateTopics_result_topics(results, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = rd_kafka_topic_result_name(each[i]);
    const auto code = rd_kafka_topic_result_error(each[i]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      created(name);
    } else if (code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
      throw std::runtime_error(
          fmt::format("topic {}: {}", name, rd_kafka_topic_result_error_string(each[i])));
    }
  }
}

void expect_broker(const std::string& brokers, std::chrono::milliseconds patience) {
  const auto client = make_client(RD_KAFKA_PRODUCER, make_conf(common_options(brokers)));
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto error = rd_kafka_metadata(client.get(), 0, nullptr, &metadata,
                                       static_cast<int>(patience.count()));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error(fmt::format(
        "expected a Kafka broker at {}, found none that answers: {}; start it or set "
        "kafka.brokers", brokers, rd_kafka_err2str(error)));
  }
  rd_kafka_metadata_destroy(metadata);
}

}  // namespace elukaar::adapters::kafka
