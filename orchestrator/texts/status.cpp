#include "texts/status.hpp"

#include <array>

namespace elukaar::texts {
namespace {

Result<std::string, std::string> demanded_text(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_string() || found->get_ref<const std::string&>().empty()) {
    return failure(std::string{"expected the member `"} + name + "` to be a text");
  }
  return found->get<std::string>();
}

Result<std::vector<std::string>, std::string> list_member(const Json& json, const char* name) {
  std::vector<std::string> list;
  const auto found = json.find(name);
  if (found == json.end()) return list;
  const std::string complaint = std::string{"expected the member `"} + name + "` to list texts";
  if (!found->is_array()) return failure(complaint);
  for (const Json& item : *found) {
    if (!item.is_string()) return failure(complaint);
    list.push_back(item.get<std::string>());
  }
  return list;
}

Result<std::optional<Delayed>, std::string> delayed_member(const Json& json) {
  const auto found = json.find("delayed");
  if (found == json.end() || found->is_null()) return std::optional<Delayed>{};
  const auto system = demanded_text(*found, "system");
  const auto since = demanded_text(*found, "since");
  const auto time = since ? parse_rfc3339(*since) : std::nullopt;
  if (!system || !time) {
    return failure(std::string{"expected the member `delayed` to hold a system and a moment"});
  }
  return std::optional<Delayed>{Delayed{*system, *time}};
}

}  // namespace

Json published(const Status& status) {
  Json json = {{"text", status.text},
               {"turn", status.turn},
               {"push", status.push},
               {"by", nullptr},
               {"clock", status.clock},
               {"legalBasis", status.legal_basis},
               {"actions", status.actions},
               {"visibleTo", status.visible_to},
               {"args", status.args},
               {"final", status.final},
               {"delayed", nullptr}};
  if (status.by) json["by"] = to_iso_date(*status.by);
  if (status.delayed) {
    json["delayed"] = {{"system", status.delayed->system},
                       {"since", to_rfc3339(status.delayed->since)}};
  }
  return json;
}

Json published(const std::optional<Status>& status) {
  return status ? published(*status) : Json(nullptr);
}

Result<Status, std::string> from_published(const Json& json) {
  if (!json.is_object()) return failure(std::string{"expected a status, found none"});
  Status status;
  const std::pair<const char*, std::string*> texts[] = {
      {"text", &status.text}, {"turn", &status.turn}, {"push", &status.push}};
  for (const auto& [name, member] : texts) {
    auto text = demanded_text(json, name);
    if (!text) return failure(text.error());
    *member = std::move(*text);
  }
  const std::pair<const char*, std::vector<std::string>*> lists[] = {
      {"legalBasis", &status.legal_basis},
      {"actions", &status.actions},
      {"visibleTo", &status.visible_to}};
  for (const auto& [name, member] : lists) {
    auto list = list_member(json, name);
    if (!list) return failure(list.error());
    *member = std::move(*list);
  }
  if (const auto by = json.find("by"); by != json.end() && !by->is_null()) {
    status.by = by->is_string() ? parse_iso_date(by->get_ref<const std::string&>()) : std::nullopt;
    if (!status.by) return failure(std::string{"expected the member `by` to be a date or null"});
  }
  if (const auto clock = json.find("clock"); clock != json.end() && !clock->is_null()) {
    for (const char* member : {"name", "state"}) {
      if (clock->is_object() && demanded_text(*clock, member)) continue;
      return failure(std::string{"expected the member `clock` to be null or to have a `"} + member +
                     "`");
    }
    status.clock = *clock;
  }
  if (const auto args = json.find("args"); args != json.end()) {
    if (!args->is_object()) {
      return failure(std::string{"expected the member `args` to be an object"});
    }
    status.args = *args;
  }
  if (const auto final = json.find("final"); final != json.end()) {
    if (!final->is_boolean()) {
      return failure(std::string{"expected the member `final` to be true or false"});
    }
    status.final = final->get<bool>();
  }
  auto delayed = delayed_member(json);
  if (!delayed) return failure(delayed.error());
  status.delayed = std::move(*delayed);
  return status;
}

}  // namespace elukaar::texts
