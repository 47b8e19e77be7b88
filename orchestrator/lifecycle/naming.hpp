#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lifecycle/outcome.hpp"

// Names of enumerators, and texts made of a table. Internal to this folder.
namespace elukaar::lifecycle::naming {

template <class Enum, std::size_t N>
std::optional<Enum> find(const std::pair<Enum, std::string_view> (&names)[N],
                         std::string_view name) {
  for (const auto& [value, text] : names) {
    if (text == name) return value;
  }
  return std::nullopt;
}

template <class Enum, std::size_t N>
std::string_view name(const std::pair<Enum, std::string_view> (&names)[N], Enum wanted) {
  for (const auto& [value, text] : names) {
    if (value == wanted) return text;
  }
  return "unknown";
}

template <class Enum, std::size_t N>
std::vector<Enum> values(const std::pair<Enum, std::string_view> (&names)[N]) {
  std::vector<Enum> list;
  for (const auto& entry : names) list.push_back(entry.first);
  return list;
}

template <class Enum, std::size_t N>
std::string sql_values(const std::pair<Enum, std::string_view> (&names)[N]) {
  std::string list;
  for (const auto& entry : names) {
    list += (list.empty() ? "'" : ", '") + std::string(entry.second) + "'";
  }
  return list;
}

// States without a row out of them lead to the end mark.
template <class State, class Event>
std::string mermaid(const std::vector<TableRow<State, Event>>& rows,
                    const std::vector<State>& states) {
  std::string text = "stateDiagram-v2\n";
  text += "    [*] --> " + std::string(to_string(states.front())) + "\n";
  for (const auto& row : rows) {
    text += "    " + std::string(to_string(row.state)) + " --> " +
            std::string(to_string(row.next)) + " : " + std::string(to_string(row.event)) + "\n";
  }
  for (State state : states) {
    bool leads_on = false;
    for (const auto& row : rows) leads_on = leads_on || row.state == state;
    if (!leads_on) text += "    " + std::string(to_string(state)) + " --> [*]\n";
  }
  return text;
}

}  // namespace elukaar::lifecycle::naming
