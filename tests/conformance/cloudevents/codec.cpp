// Reads records as the topics carry them, and writes what it read as we publish it. A line of JSON in,
// {"headers": {name: value}, "key", "body"}; a line out, {"contentType", "body"} or {"error": sentence}.
#include <iostream>

#include "base/json.hpp"
#include "cloudevents/decode.hpp"
#include "cloudevents/encode.hpp"

int main() {
  using namespace elukaar;
  for (std::string line; std::getline(std::cin, line);) {
    const Json task = Json::parse(line);
    const std::string key = task["key"];
    const std::string body = task["body"];
    cloudevents::Record record{.key = key, .value = body, .headers = {}};
    for (const auto& [name, value] : task["headers"].items()) {
      record.headers.emplace_back(name, value.get_ref<const std::string&>());
    }
    const auto event = cloudevents::decode(record);
    const Json answer = event ? Json{{"contentType", cloudevents::structured_content_type},
                                     {"body", cloudevents::encode(*event)}}
                              : Json{{"error", event.error().text()}};
    std::cout << answer.dump() << '\n' << std::flush;
  }
}
