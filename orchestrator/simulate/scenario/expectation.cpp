#include "simulate/scenario/expectation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "simulate/world/moment.hpp"

namespace elukaar::simulate {
using documents::Node;

namespace {

bool is_none(const Json& expected) {
  return expected.is_null() || expected == "none" || expected == "nobody";
}

// Lists whose order means nothing.
Json sorted(Json list) {
  if (list.is_array()) std::sort(list.begin(), list.end());
  return list;
}

class Checker {
 public:
  Checker(const Found& found, const std::function<Json(const Node&)>& resolve,
             const std::function<std::string(std::string)>& names)
      : found_(found), resolve_(resolve), names_(names) {}

  std::vector<Mismatch> run(const Node& expect) {
    for (const Node::Entry& entry : expect.entries) compare(entry);
    return std::move(mismatches_);
  }

 private:
  void compare(const Node::Entry& entry) {
    const std::string& key = entry.key;
    const Node& value = entry.value;
    if (key == "status") return same(entry, shown("text"));
    if (key == "actions" || key == "visibleTo") {
      return same(value, key, sorted(list_of(value)), sorted(shown(key)));
    }
    if (key == "turn" || key == "by" || key == "push" || key == "args" || key == "final" ||
        key == "delayed" || key == "clock") {
      return compare_shown(entry);
    }
    if (key == "told") return compare_told(value);
    if (key == "calls") return same(value, key, list_of(value), Json(found_.calls));
    if (key == "timers") return compare_timers(value);
    if (key == "state") return same(value, key, sorted(list_of(value)), sorted(Json(found_.states)));
    if (key == "context") return same(entry, named(resolve_(value), found_.context));
    if (key == "parties") return compare_parties(value);
    if (key == "refused") return same(entry, text_or_none(found_.refused));
    if (key == "parked") return same(value, key, list_of(value), Json(found_.parked));
    if (key == "deferred") return same(entry, Json(found_.deferred));
    if (key == "cases") return same(entry, Json(found_.cases));
    if (key == "incident") return compare_incident(value);
    if (key == "reads") return compare_reads(value);
  }

  // Of what the case remembers only what the scenario names: the whole is too much to read.
  static Json named(const Json& expected, const Json& found) {
    if (!expected.is_object() || !found.is_object()) return found;
    Json part = Json::object();
    for (const auto& [key, value] : expected.items()) {
      if (found.contains(key)) part[key] = named(value, found.at(key));
    }
    return part;
  }

  Json shown(const std::string& member) const {
    return found_.status.is_object() ? found_.status.value(member, Json{}) : Json{};
  }

  static Json text_or_none(const std::string& text) { return text.empty() ? Json{} : Json(text); }

  // One text stands for a list of one, `none` for an empty list.
  Json list_of(const Node& node) const {
    Json value = resolve_(node);
    if (is_none(value)) return Json::array();
    return value.is_array() ? value : Json::array({value});
  }

  void compare_shown(const Node::Entry& entry) {
    Json found = shown(entry.key);
    // Whether a register is silent, and which: its name suffices.
    if (entry.key == "delayed" && found.is_object() && !entry.value.is(Node::Kind::mapping)) {
      found = found.value("system", Json{});
    }
    if (entry.key == "final" && found.is_null()) found = false;
    same(entry, found);
  }

  void compare_told(const Node& value) {
    Json expected = list_of(value);
    Json told = Json::array();
    for (std::size_t i = 0; i < found_.told.size(); ++i) {
      const Told& message = found_.told[i];
      const bool with_readers = i < expected.size() && expected[i].is_object();
      told.push_back(with_readers ? Json{{message.text, message.to}} : Json(message.text));
    }
    for (Json& each : expected) {
      if (!each.is_object()) continue;
      for (Json& readers : each) {
        readers = sorted(readers.is_array() ? readers : Json::array({readers}));
      }
    }
    same(value, "told", expected, told);
  }

  void compare_timers(const Node& value) {
    for (const Node::Entry& each : value.entries) {
      const auto timer = found_.timers.find(each.key);
      const Json found = timer == found_.timers.end() ? Json{} : Json(to_rfc3339(timer->second));
      same(each.value, "timer " + each.key, resolve_(each.value), found);
    }
  }

  void compare_parties(const Node& value) {
    for (const Node::Entry& each : value.entries) {
      const auto role = found_.parties.find(each.key);
      Json found = Json::array();
      if (role != found_.parties.end()) found = role->second;
      same(each.value, "party " + each.key, sorted(list_of(each.value)), sorted(found));
    }
  }

  void compare_incident(const Node& value) {
    const Json expected = resolve_(value);
    const bool wanted = !is_none(expected) && expected != "no" && expected != false;
    if (wanted == !found_.incident.empty()) return;
    add(value, "incident", names_(expected.dump()),
        found_.incident.empty() ? "none" : found_.incident);
  }

  void compare_reads(const Node& value) {
    if (value.is(Node::Kind::sequence)) {
      for (const Node& each : value.items) compare_reads(each);
      return;
    }
    const Node* language = value.find("language");
    const std::string person = resolve_(*value.find("person")).get<std::string>();
    for (const Node::Entry& each : value.entries) {
      if (each.key == "person" || each.key == "language") continue;
      const auto text = found_.reads(person, language == nullptr ? "et" : language->text, each.key);
      if (!text) {
        add(each.value, each.key, each.value.text, text.error());
      } else if (text->find(each.value.text) == std::string::npos) {
        add(each.value, fmt::format("what {} reads as {}", names_(person), each.key),
            "… " + each.value.text + " …", *text);
      }
    }
  }

  void same(const Node::Entry& entry, const Json& found) {
    same(entry.value, entry.key, resolve_(entry.value), found);
  }

  void same(const Node& where, const std::string& what, const Json& expected, const Json& found) {
    if (means(expected, found)) return;
    add(where, what, text_of(expected), text_of(found));
  }

  std::string text_of(const Json& value) const {
    if (value.is_null()) return "none";
    if (value.is_string()) {
      const auto& text = value.get_ref<const std::string&>();
      if (const auto time = parse_rfc3339(text)) return to_moment_text(*time);
      return names_(text);
    }
    return names_(value.dump());
  }

  void add(const Node& where, std::string what, std::string expected, std::string found) {
    mismatches_.push_back({where.where, std::move(what), std::move(expected), std::move(found)});
  }

  const Found& found_;
  const std::function<Json(const Node&)>& resolve_;
  const std::function<std::string(std::string)>& names_;
  std::vector<Mismatch> mismatches_;
};

}  // namespace

bool means(const Json& expected, const Json& found) {
  if (expected == found) return true;
  if (is_none(expected)) return found.is_null() || (found.is_array() && found.empty());
  if (expected.is_object() && found.is_object()) {
    return std::all_of(expected.items().begin(), expected.items().end(), [&](const auto& member) {
      return means(member.value(), found.value(member.key(), Json{}));
    });
  }
  if (expected.is_array() && found.is_array()) {
    return expected.size() == found.size() &&
           std::equal(expected.begin(), expected.end(), found.begin(), means);
  }
  if (!expected.is_string()) return false;
  const auto& text = expected.get_ref<const std::string&>();
  if (found.is_boolean()) {
    return found.get<bool>() ? text == "yes" || text == "on" : text == "no" || text == "off";
  }
  if (!found.is_string()) return false;
  const auto wanted = parse_moment(text);
  const auto time = parse_rfc3339(found.get_ref<const std::string&>());
  return wanted && time && *wanted == *time;
}

std::vector<Mismatch> compare(const Node& expect, const Found& found,
                              const std::function<Json(const Node&)>& resolve,
                              const std::function<std::string(std::string)>& names) {
  if (!expect.is(Node::Kind::mapping)) return {};
  return Checker(found, resolve, names).run(expect);
}

}  // namespace elukaar::simulate
