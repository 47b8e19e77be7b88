#include "base/json_writing.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace elukaar {
namespace {

bool is_plain(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

template <class Number>
void write_number(Number number, std::string& into) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  into.append(digits.data(), end);
}

// As deep as its reader, which has its own limit.
void write(const Json& value, std::string& into) {
  switch (value.type()) {
    case Json::value_t::object: {
      char before = '{';
      for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
        into += before;
        write_json_text(name, into);
        into += ':';
        write(member, into);
        before = ',';
      }
      into += before == '{' ? "{}" : "}";
      return;
    }
    case Json::value_t::array: {
      char before = '[';
      for (const Json& item : value.get_ref<const Json::array_t&>()) {
        into += before;
        write(item, into);
        before = ',';
      }
      into += before == '[' ? "[]" : "]";
      return;
    }
    case Json::value_t::string: return write_json_text(value.get_ref<const std::string&>(), into);
    case Json::value_t::boolean: into += value.get<bool>() ? "true" : "false"; return;
    case Json::value_t::number_integer: return write_number(value.get<std::int64_t>(), into);
    case Json::value_t::number_unsigned: return write_number(value.get<std::uint64_t>(), into);
    default: into += value.dump(); return;  // null; fractions, whose digits are nlohmann's choice
  }
}

}  // namespace

void write_json_text(std::string_view text, std::string& into) {
  if (!std::all_of(text.begin(), text.end(), is_plain)) {
    into += Json(text).dump();
    return;
  }
  into += '"';
  into += text;
  into += '"';
}

std::string write_json(const Json& value) {
  std::string text;
  write(value, text);
  return text;
}

}  // namespace elukaar
