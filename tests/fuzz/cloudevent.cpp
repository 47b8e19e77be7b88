#include "cloudevents/decode.hpp"
#include "fuzz/target.hpp"

// A Kafka record. The first line, if it begins with `!`, is binary mode's headers, `name: value` with
// a tab between one and the next; the rest is the value. Read at both doors.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace elukaar;
  std::string_view bytes = fuzz::text(data, size);
  cloudevents::Record record{.key = "p1_child", .value = bytes, .headers = {}};
  if (bytes.starts_with('!')) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    std::string_view line = bytes.substr(1, end - 1);
    record.value = bytes.substr(std::min(end + 1, bytes.size()));
    while (!line.empty()) {
      const std::string_view one = line.substr(0, line.find('\t'));
      const std::size_t colon = std::min(one.find(": "), one.size());
      record.headers.emplace_back(one.substr(0, colon), one.substr(std::min(colon + 2, one.size())));
      line.remove_prefix(std::min(one.size() + 1, line.size()));
    }
  } else {
    record.headers.emplace_back("content-type", "application/cloudevents+json");
  }
  const auto from_topic = cloudevents::decode(record);
  if (!from_topic) fuzz::expect(!from_topic.error().sentence.empty());
  const auto from_intake = cloudevents::decode_json(bytes, cloudevents::Door::intake);
  if (!from_intake) fuzz::expect(!from_intake.error().sentence.empty());
  return 0;
}
