#include "adapters/kafka/publisher.hpp"

#include <fmt/format.h>

#include <mutex>
#include <shared_mutex>

#include "adapters/kafka/handles.hpp"
#include "cloudevents/encode.hpp"

namespace elukaar::adapters::kafka {
namespace {

constexpr int flush_on_stop_ms = 5'000;
constexpr int poll_ms = 20;
constexpr char content_type[] = "content-type";

bool refused_for_good(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return true;
    default:
      return false;
  }
}

}  // namespace

struct Publisher::Implementation {
  std::string brokers;
  std::function<void(const std::string&)> fault;
  mutable std::shared_mutex mutex;  // unique: while the client is exchanged
  Handle<rd_kafka_t> client;
  std::atomic<bool> broken{false};
  std::atomic<bool> down{true};
  std::atomic<bool> stopping{false};
  std::thread poller;

  static void delivered(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
    const std::unique_ptr<Done> done(static_cast<Done*>(message->_private));
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      (*done)({});
    } else {
      (*done)(failure(engine::PublishError{rd_kafka_err2str(message->err),
                                           refused_for_good(message->err)}));
    }
  }

  static void complain(rd_kafka_t* client, int error, const char* reason, void* opaque) {
    auto& self = *static_cast<Implementation*>(opaque);
    if (error == RD_KAFKA_RESP_ERR__FATAL) {
      char text[512];
      rd_kafka_fatal_error(client, text, sizeof(text));
      self.fault(fmt::format("kafka: the producer broke down and is made anew: {}", text));
      self.broken = true;
    } else if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
      if (!self.down.exchange(true)) self.fault(fmt::format("kafka: {}", reason));
    }
  }

  Handle<rd_kafka_t> make() {
    Options options = common_options(brokers);
    options.insert({{"enable.idempotence", "true"},
                    {"acks", "all"},
                    {"message.timeout.ms", "0"},
                    {"linger.ms", "1"},
                    {"compression.type", "lz4"},
                    {"queue.buffering.max.messages", "200000"}});
    auto conf = make_conf(options);
    rd_kafka_conf_set_opaque(conf.get(), this);
    rd_kafka_conf_set_dr_msg_cb(conf.get(), &delivered);
    rd_kafka_conf_set_error_cb(conf.get(), &complain);
    return make_client(RD_KAFKA_PRODUCER, std::move(conf));
  }

  void run() {
    while (!stopping) {
      rd_kafka_poll(client.get(), poll_ms);
      if (broken.exchange(false)) exchange();
    }
  }

  // Everything outstanding comes back as undelivered; whoever sent it sends it to the new client.
  void exchange() {
    const std::unique_lock lock{mutex};
    rd_kafka_purge(client.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(client.get(), flush_on_stop_ms);
    client = make();
  }
};

Publisher::Publisher(const std::string& brokers, std::function<void(const std::string&)> fault)
    : implementation_(std::make_unique<Implementation>()) {
  implementation_->brokers = brokers;
  implementation_->fault = std::move(fault);
  implementation_->client = implementation_->make();
  implementation_->poller = std::thread([this] { implementation_->run(); });
}

Publisher::~Publisher() {
  implementation_->stopping = true;
  implementation_->poller.join();
  rd_kafka_t* client = implementation_->client.get();
  rd_kafka_flush(client, flush_on_stop_ms);
  rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_poll(client, 0);
}

void Publisher::publish(engine::OutgoingRecord record, Done done) {
  auto owned = std::make_unique<Done>(std::move(done));
  rd_kafka_resp_err_t error;
  {
    const std::shared_lock lock{implementation_->mutex};
    error = rd_kafka_producev(
        implementation_->client.get(), RD_KAFKA_V_TOPIC(record.topic.c_str()),
        RD_KAFKA_V_KEY(record.key.data(), record.key.size()),
        RD_KAFKA_V_VALUE(record.value.data(), record.value.size()),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_HEADER(content_type, cloudevents::structured_content_type.data(),
                          cloudevents::structured_content_type.size()),
        RD_KAFKA_V_OPAQUE(owned.get()), RD_KAFKA_V_END);
  }
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    owned.release();  // NOLINT: delivered() takes it back
    return;
  }
  (*owned)(failure(engine::PublishError{rd_kafka_err2str(error), refused_for_good(error)}));
}

bool Publisher::is_connected() const {
  const std::shared_lock lock{implementation_->mutex};
  const rd_kafka_metadata_t* found = nullptr;
  const auto error =
      rd_kafka_metadata(implementation_->client.get(), 0, nullptr, &found, 1'000);
  const Handle<const rd_kafka_metadata_t> metadata(found);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) implementation_->down = false;
  return error == RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace elukaar::adapters::kafka
