#include "base/json.hpp"

#include <simdjson.h>

namespace elukaar {
namespace {

using simdjson::dom::element_type;

// simdjson has checked the text and knows its values: the taking over cannot fail.
Json taken_over(simdjson::dom::element element) {
  switch (element.type()) {
    case element_type::OBJECT: {
      const simdjson::dom::object from(element);
      Json::object_t object;
      object.reserve(from.size());
      for (const auto& [key, value] : from) {
        // Written by this program, members come sorted; of equal ones the last counts, as in nlohmann.
        object.insert_or_assign(object.end(), std::string{key}, taken_over(value));
      }
      return object;
    }
    case element_type::ARRAY: {
      const simdjson::dom::array from(element);
      Json::array_t array;
      array.reserve(from.size());
      for (const simdjson::dom::element value : from) array.push_back(taken_over(value));
      return array;
    }
    case element_type::STRING: return std::string{std::string_view(element)};
    case element_type::INT64: return std::int64_t(element);
    case element_type::UINT64: return std::uint64_t(element);
    case element_type::DOUBLE: return double(element);
    case element_type::BOOL: return bool(element);
    case element_type::NULL_VALUE: break;
  }
  return nullptr;
}

}  // namespace

Json read_json(std::string_view text) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element element;
  if (parser.parse(text.data(), text.size()).get(element) == simdjson::SUCCESS) {
    return taken_over(element);
  }
  // A slip, or what only the other reads: integers past 64 bits, deep nesting, a byte order mark.
  return Json::parse(text.begin(), text.end());
}

}  // namespace elukaar
