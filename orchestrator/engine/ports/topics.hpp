#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/ids.hpp"

namespace elukaar::engine {

// A topic, or one of each municipality, so that write access can be given by municipality: then
// `{ehak}` stands in its name for the municipality.
class Topic {
 public:
  static constexpr std::string_view place = "{ehak}";

  explicit Topic(std::string text) : text_(std::move(text)) {}

  // Whether each municipality has one of its own.
  bool is_municipal() const { return text_.find(place) != std::string::npos; }
  // As the settings write it: its name, where it is one for all.
  const std::string& text() const { return text_; }

  std::string of(const Municipality& municipality) const { return with(text_, municipality.str()); }

  // A regular expression of all of them, as consumers subscribe to it.
  std::string all() const {
    std::string escaped;
    for (const char c : text_) {
      if (c == '.') escaped += '\\';
      escaped += c;
    }
    return "^" + with(std::move(escaped), "[0-9]+") + "$";
  }

 private:
  static std::string with(std::string topic, std::string_view word) {
    const auto at = topic.find(place);
    if (at != std::string::npos) topic.replace(at, place.size(), word);
    return topic;
  }

  std::string text_;
};

// All topics of the program, with their names where the settings say nothing else. Which of them a
// decision's record goes to is the outbox's to know (engine/lanes); what the intake takes, it sends
// itself.
struct Topics {
  Topic life_events{"elukaar.life-events"};               // registers', as the intake took them
  Topic service_events{"elukaar.{ehak}.service-events"};  // what services say to the world
  Topic status{"elukaar.status"};                         // what each case shows
  Topic notifications{"elukaar.notifications"};           // what `notify` asks to be told
};

// How the settings and `elukaar setup` treat each: every member of Topics has its row. A topic whose
// default is municipal has to stay so. Who reads one subscribes by name (app/wiring).
struct TopicRow {
  enum class Way { in, out };
  std::string_view key;  // of `kafka.topics`
  Topic Topics::*topic;
  Way way;               // what comes in is spread over more partitions; nothing subscribes by it
};
inline constexpr TopicRow topic_rows[] = {
    {"life_events", &Topics::life_events, TopicRow::Way::in},
    {"service_events", &Topics::service_events, TopicRow::Way::in},
    {"status", &Topics::status, TopicRow::Way::out},
    {"notifications", &Topics::notifications, TopicRow::Way::out},
};

}  // namespace elukaar::engine
