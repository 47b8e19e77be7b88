#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/json.hpp"

namespace elukaar {

// Json::dump() at a fraction of the time, for what is written with every decision: the same bytes, and
// the same exception for a text that is not UTF-8. Any number of threads.
std::string write_json(const Json& value);
// The same for a text, at the end of another.
void write_json_text(std::string_view text, std::string& into);

// Puts one member after the others, in its place where it is not the last by name.
template <class Value>
void add_member(Json::object_t& members, std::string_view name, Value&& value) {
  members.insert_or_assign(members.end(), std::string{name}, Json(std::forward<Value>(value)));
}

// An object of names and values in turn: object_of("from", a, "to", b). Json{{"from", a}, …} makes an
// array of each pair first and takes it apart again. Quickest with the names sorted.
template <class... Parts>
Json object_of(Parts&&... parts) {
  static_assert(sizeof...(Parts) % 2 == 0, "names and values come in turn");
  Json::object_t members;
  members.reserve(sizeof...(Parts) / 2);
  const auto add = [&members](auto& self, std::string_view name, auto&& value, auto&&... rest) -> void {
    add_member(members, name, std::forward<decltype(value)>(value));
    if constexpr (sizeof...(rest) > 0) self(self, std::forward<decltype(rest)>(rest)...);
  };
  if constexpr (sizeof...(Parts) > 0) add(add, std::forward<Parts>(parts)...);
  return members;
}

}  // namespace elukaar
