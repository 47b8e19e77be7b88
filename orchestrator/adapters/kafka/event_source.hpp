#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/ports/event_source.hpp"

namespace elukaar::adapters::kafka {

struct EventSourceSettings {
  std::string brokers;
  std::string group = "elukaar";
  // Names, or regular expressions that begin with ^.
  std::vector<std::string> topics;
  std::chrono::milliseconds session_timeout{10'000};
  std::chrono::milliseconds topic_refresh{5'000};  // until a new municipality's topic is noticed
  std::chrono::milliseconds gather{30};  // the broker waits so long for more than a few records (ADR 0026)
};

// The topics through one member of a consumer group (cooperative-sticky). Where to read on is the
// listener's word, out of the database; what Kafka keeps for the group is for lag tools alone.
class EventSource final : public engine::EventSource {
 public:
  // `fault` is told what the client complains of, one line each; called from drain().
  // `listener` is called from inside drain() and the destructor, both on the owner's thread.
  EventSource(EventSourceSettings settings, engine::LaneListener& listener,
              std::function<void(const std::string&)> fault);
  ~EventSource() override;

  std::vector<engine::SourceRecord> drain(std::size_t most,
                                          std::chrono::milliseconds wait) override;
  void rewind(const std::map<std::string, std::int64_t>& offsets) override;
  void note_progress(const std::map<std::string, std::int64_t>& offsets) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace elukaar::adapters::kafka
