#include "adapters/kafka/event_source.hpp"

#include <fmt/format.h>

#include "adapters/kafka/handles.hpp"

namespace elukaar::adapters::kafka {
namespace {

using Partitions = Handle<rd_kafka_topic_partition_list_t>;

// "kafka/<topic>/<partition>" → its entry in the list.
rd_kafka_topic_partition_t* add(rd_kafka_topic_partition_list_t* list, const std::string& lane) {
  const auto slash = lane.rfind('/');
  const std::string topic = lane.substr(6, slash - 6);
  return rd_kafka_topic_partition_list_add(list, topic.c_str(), std::stoi(lane.substr(slash + 1)));
}

engine::SourceRecord read(const rd_kafka_message_t& message) {
  engine::SourceRecord record;
  record.lane = lane_name(rd_kafka_topic_name(message.rkt), message.partition);
  record.offset = message.offset;
  if (message.key) record.key.assign(static_cast<const char*>(message.key), message.key_len);
  if (message.payload) {
    record.value.emplace(static_cast<const char*>(message.payload), message.len);
  }
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      record.headers.emplace_back(name, std::string{static_cast<const char*>(value), size});
    }
  }
  return record;
}

}  // namespace

struct EventSource::Implementation {
  engine::LaneListener& listener;
  std::function<void(const std::string&)> fault;
  Handle<rd_kafka_t> client;
  bool assigned = false;  // has ever been

  static void rebalance(rd_kafka_t* client, rd_kafka_resp_err_t error,
                        rd_kafka_topic_partition_list_t* partitions, void* opaque) {
    auto& self = *static_cast<Implementation*>(opaque);
    std::vector<std::string> lanes;
    for (int i = 0; i < partitions->cnt; ++i) {
      lanes.push_back(lane_name(partitions->elems[i].topic, partitions->elems[i].partition));
    }
    Handle<rd_kafka_error_t> refused;
    // Nothing may be thrown through librdkafka.
    try {
      if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        self.assigned = true;
        const auto positions = self.listener.lanes_assigned(lanes);
        for (int i = 0; i < partitions->cnt; ++i) {
          const auto known = positions.find(lanes[static_cast<std::size_t>(i)]);
          partitions->elems[i].offset =
              known == positions.end() ? RD_KAFKA_OFFSET_BEGINNING : known->second;
        }
        refused.reset(rd_kafka_incremental_assign(client, partitions));
      } else {
        self.listener.lanes_revoked(lanes, rd_kafka_assignment_lost(client) != 0);
        refused.reset(rd_kafka_incremental_unassign(client, partitions));
      }
    } catch (const std::exception& thrown) {
      self.fault(thrown.what());
      refused.reset(rd_kafka_incremental_unassign(client, partitions));
    }
    if (refused) self.fault(fmt::format("kafka: {}", rd_kafka_error_string(refused.get())));
  }

  Partitions list(const std::map<std::string, std::int64_t>& offsets) const {
    Partitions partitions(
        rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
    for (const auto& [lane, offset] : offsets) {
      add(partitions.get(), lane)->offset = offset < 0 ? RD_KAFKA_OFFSET_BEGINNING : offset;
    }
    return partitions;
  }
};

EventSource::EventSource(EventSourceSettings settings, engine::LaneListener& listener,
                         std::function<void(const std::string&)> fault)
    : implementation_(new Implementation{listener, std::move(fault), {}}) {
  Options options = consumer_options(settings.brokers, settings.gather);
  options.insert({{"group.id", settings.group},
                  {"partition.assignment.strategy", "cooperative-sticky"},
                  {"enable.auto.offset.store", "false"},
                  {"auto.offset.reset", "error"},
                  {"session.timeout.ms", std::to_string(settings.session_timeout.count())},
                  {"heartbeat.interval.ms", std::to_string(settings.session_timeout.count() / 5)},
                  {"topic.metadata.refresh.interval.ms",
                   std::to_string(settings.topic_refresh.count())},
                  {"queued.min.messages", "20000"}});
  auto conf = make_conf(options);
  rd_kafka_conf_set_opaque(conf.get(), implementation_.get());
  rd_kafka_conf_set_rebalance_cb(conf.get(), &Implementation::rebalance);
  implementation_->client = make_client(RD_KAFKA_CONSUMER, std::move(conf));
  rd_kafka_t* client = implementation_->client.get();
  rd_kafka_poll_set_consumer(client);
  Partitions topics(rd_kafka_topic_partition_list_new(static_cast<int>(settings.topics.size())));
  for (const std::string& topic : settings.topics) {
    rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  if (const auto error = rd_kafka_subscribe(client, topics.get())) {
    throw std::runtime_error(fmt::format("kafka: {}", rd_kafka_err2str(error)));
  }
}

EventSource::~EventSource() {
  if (implementation_->assigned) {
    rd_kafka_consumer_close(implementation_->client.get());
  } else {
    // librdkafka before 2.3 aborts the process when a cooperative member is closed before its first
    // assignment. The group notices by the session's end that this one is gone.
    implementation_->client.release();  // NOLINT: given up on purpose
  }
}

std::vector<engine::SourceRecord> EventSource::drain(std::size_t most,
                                                     std::chrono::milliseconds wait) {
  std::vector<engine::SourceRecord> records;
  int timeout = static_cast<int>(wait.count());
  while (records.size() < most) {
    const Handle<rd_kafka_message_t> message(
        rd_kafka_consumer_poll(implementation_->client.get(), timeout));
    if (!message) break;
    timeout = 0;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      records.push_back(read(*message));
    } else if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      implementation_->fault(fmt::format("kafka: {}", rd_kafka_message_errstr(message.get())));
    }
  }
  return records;
}

void EventSource::rewind(const std::map<std::string, std::int64_t>& offsets) {
  if (offsets.empty()) return;
  rd_kafka_t* client = implementation_->client.get();
  // One by one: a partition that the group has taken away meanwhile must not keep the others from it.
  for (const auto& offset : offsets) {
    const Partitions one = implementation_->list({offset});
    // Assigned anew: what has been fetched meanwhile is dropped by the client.
    Handle<rd_kafka_error_t> error(rd_kafka_incremental_unassign(client, one.get()));
    if (error) {
      implementation_->fault(fmt::format("kafka: {}: {}", offset.first,
                                         rd_kafka_error_string(error.get())));
      continue;  // no longer assigned: nothing of it is delivered
    }
    error.reset(rd_kafka_incremental_assign(client, one.get()));
    if (error) throw std::runtime_error(fmt::format("kafka: {}", rd_kafka_error_string(error.get())));
  }
}

void EventSource::note_progress(const std::map<std::string, std::int64_t>& offsets) {
  if (offsets.empty()) return;
  const Partitions partitions = implementation_->list(offsets);
  rd_kafka_commit(implementation_->client.get(), partitions.get(), 1 /* asynchronously */);
}

}  // namespace elukaar::adapters::kafka
