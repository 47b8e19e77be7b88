// What has happened to a case, what can still come, and why.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "calendar/calendar.hpp"
#include "caseview/page.hpp"
#include "notify/message.hpp"
#include "texts/localised.hpp"

namespace elukaar::caseview {
namespace {

constexpr std::size_t max_next_steps = 2;

const char* kind_word(notify::Message::Kind kind) {
  switch (kind) {
    case notify::Message::Kind::notice: return "notice";
    case notify::Message::Kind::action: return "action";
    case notify::Message::Kind::correction: return "correction";
  }
  return "notice";
}

// The last entry corrects the latest one before it with this text, where there is one.
void link_correction(Json& entries, const Json& text) {
  const std::size_t last = entries.size() - 1;
  for (std::size_t i = last; i-- > 0;) {
    if (entries[i].at("key") != text) continue;
    entries[last]["corrects"] = i;
    entries[i]["correctedBy"] = last;
    return;
  }
}

}  // namespace

// ---- Timeline ----------------------------------------------------------------------------------

Json Page::timeline(const texts::Rendered& rendered,
                    const std::vector<JournalRecord>& journal) const {
  Json items = Json::array();
  const auto add = [&](const char* group, const std::string& title, Json at, Json by,
                       const std::string& actor, Json text) {
    items.push_back({{"group", group}, {"branch", nullptr}, {"title", title},
                     {"at", std::move(at)}, {"by", std::move(by)}, {"actor", actor},
                     {"text", std::move(text)}});
  };
  // The life event that it began with, then each new thing that was said.
  std::string former;
  Timestamp since = record_.created_at;
  Json current;  // what `now` says was first said at `since`
  if (!journal.empty() && journal.front().kind == "event") {
    add("done", event_text(journal.front()), to_rfc3339(journal.front().at), nullptr,
        rules_.municipality.name, nullptr);
  }
  for (const JournalRecord& row : journal) {
    if (!row.status || row.disposition != "applied") continue;
    if (text_key(*row.status) != former) {
      if (!former.empty()) {
        const std::string title = headline_of(current);
        if (!title.empty()) {
          add("done", title, to_rfc3339(since), nullptr,
              actor_of(current.value("turn", ""), rules_.municipality.name), nullptr);
        }
      }
      former = text_key(*row.status);
      since = row.at;
    } else if (row.kind == "event") {
      add("done", event_text(row), to_rfc3339(row.at), nullptr, rules_.municipality.name, nullptr);
    }
    current = *row.status;
  }
  std::stable_sort(items.begin(), items.end(), [](const Json& a, const Json& b) {
    return a.at("at").get<std::string>() < b.at("at").get<std::string>();
  });
  add("now", rendered.headline, to_rfc3339(since),
      rendered.by ? Json(to_iso_date(*rendered.by)) : Json(),
      actor_of(rendered.turn, rendered.turn_text), nullptr);
  add_next_steps(items, rendered);
  return items;
}

// The active state whose status is shown, or an ancestor that says it for those below; "" where none is.
std::string Page::shown_state() const {
  for (std::string path : record_.active) {
    while (!path.empty()) {
      const auto state = rules_.chart.find(path);
      if (state && rules_.states[chart::position(*state)].status) return path;
      const std::size_t dot = path.rfind('.');
      path.resize(dot == std::string::npos ? 0 : dot);
    }
  }
  return {};
}

// The visible state that follows if nothing goes wrong: the first in the file's order that is not the
// end.
std::optional<std::string> Page::next_state(const std::string& path) const {
  const auto state = rules_.chart.find(path);
  if (!state) return std::nullopt;
  for (const chart::Transition& transition : rules_.chart.transitions_of(*state)) {
    if (!transition.target || *transition.target == *state) continue;
    const auto& rule = rules_.states[chart::position(*transition.target)];
    if (rule.status && !rule.status->final) return rule.path;
  }
  return std::nullopt;
}

// The first visible state that an action leads to from here, in the file's order; null: it stays.
const workflow::StatusRule* Page::state_after(const workflow::ActionRule& rule) const {
  for (const std::string& active : record_.active) {
    const auto state = rules_.chart.find(active);
    if (!state) continue;
    for (const chart::Transition& transition : rules_.chart.transitions_of(*state)) {
      if (!transition.target || transition.tag < 0) continue;
      const auto& trigger = rules_.triggers[static_cast<std::size_t>(transition.tag)];
      const auto* event = std::get_if<workflow::trigger::Event>(&trigger);
      if (event == nullptr || event->name != rule.event) continue;
      const auto& target = rules_.states[chart::position(*transition.target)];
      if (target.status) return &*target.status;
    }
  }
  return nullptr;
}

// Where the next step is somebody's choice, each choice with what it leads to.
void Page::add_branches(Json& timeline) const {
  Json branches = Json::array();
  for (const Json& name : record_.status.value("actions", Json::array())) {
    const auto rule = rules_.person_actions.find(name.get<std::string>());
    if (rule == rules_.person_actions.end() || rule->second.automatic) continue;
    const auto* next = state_after(rule->second);
    if (next == nullptr || next->text == text_key(record_.status)) continue;
    const auto title = service_.texts.text(next->text, "headline", viewer(), Json::object());
    const std::string branch = say("action." + rule->first + ".branch");
    if (!title || branch.empty()) continue;
    branches.push_back({{"group", "next"}, {"branch", branch}, {"title", *title},
                        {"at", nullptr}, {"by", nullptr},
                        {"actor", actor_of(next->turn, say("ui.turn_" + next->turn))},
                        {"text", nullptr}});
  }
  if (branches.size() < 2) return;
  for (Json& branch : branches) timeline.push_back(std::move(branch));
}

void Page::add_next_steps(Json& timeline, const texts::Rendered& rendered) const {
  if (record_.status.value("final", false)) return;
  const std::size_t present = timeline.size();
  add_branches(timeline);
  if (timeline.size() > present) return;
  std::string path = shown_state();
  std::set<std::string> told{path};
  const std::size_t before = timeline.size();
  while (!path.empty() && timeline.size() - before < max_next_steps) {
    const auto next = next_state(path);
    if (!next || !told.insert(*next).second) break;
    path = *next;
    const auto& rule = *rules_.states[chart::position(*rules_.chart.find(path))].status;
    // Nobody knows yet what it will say; a headline that depends on that is not foretold.
    const auto title = service_.texts.text(rule.text, "headline", viewer(), Json::object());
    if (!title) break;
    timeline.push_back({{"group", "next"}, {"branch", nullptr}, {"title", *title},
                        {"at", nullptr}, {"by", nullptr},
                        {"actor", actor_of(rule.turn, say("ui.turn_" + rule.turn))},
                        {"text", nullptr}});
  }
  if (timeline.size() > before) return;
  timeline.push_back({{"group", "next"}, {"branch", nullptr}, {"title", rendered.next},
                      {"at", nullptr},
                      {"by", rendered.by ? Json(to_iso_date(*rendered.by)) : Json()},
                      {"actor", actor_of(rendered.turn, rendered.turn_text)}, {"text", nullptr}});
}

// ---- Why ---------------------------------------------------------------------------------------

std::string Page::event_text(const JournalRecord& row) const {
  if (row.kind == "timer") return say("event.timer", {}, row.kind);
  if (row.kind == "call") {
    return say(row.name == "done" ? "event.answer" : "event.no-answer", {}, row.kind);
  }
  std::string name = row.name;
  if (row.kind == "action") {
    const auto rule = rules_.person_actions.find(row.name);
    if (rule != rules_.person_actions.end()) name = rule->second.event;
  }
  return say("event." + name, {}, name);
}

Json Page::why(const std::vector<JournalRecord>& journal) const {
  Json steps = Json::array();
  std::string outcome;
  for (const JournalRecord& row : journal) {
    if (row.disposition != "applied" || row.kind == "command") continue;
    if (row.status) outcome = row.status->is_object() ? headline_of(*row.status) : "";
    const auto rules = row.trace.value("rules", std::vector<std::string>{});
    // A register that is silent is news of the status, not a rule that was applied.
    if (rules.empty()) continue;
    std::string rule = fmt::format("{} {}: {}", texts::localised(rules_.title, reader_.language),
                                   rules_.release, fmt::join(rules, ", "));
    if (row.status && row.status->is_object()) {
      const Json args = row.status->value("args", Json::object());
      const Json code = args.value("rule", Json());
      const std::string words = code.is_string() ? say("rule." + code.get<std::string>()) : "";
      if (!words.empty()) rule = words + " (" + rule + ")";
    }
    steps.push_back({{"at", to_rfc3339(row.at)},
                     {"event", event_text(row)},
                     {"rule", rule},
                     {"outcome", outcome},
                     {"facts", row.status ? facts_of(*row.status) : Json::array()}});
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

// Only facts that have a name in the reader's language are told.
Json Page::facts_of(const Json& status) const {
  Json facts = Json::array();
  if (!status.is_object()) return facts;
  const Json args = status.value("args", Json::object());
  for (const auto& [name, value] : args.items()) {
    // Where the municipality doesn't show the position, the page's facts don't either.
    if (name == "ahead" && args.value("showPosition", Json(true)) == false) continue;
    const std::string label = say("fact." + name);
    const std::string text = label.empty() ? "" : fact_text(name, value, status);
    if (!text.empty()) facts.push_back({{"name", label}, {"value", text}});
  }
  return facts;
}

std::string Page::fact_text(const std::string& name, const Json& value, const Json& status) const {
  if (value.is_number()) return value.dump();
  if (!value.is_string()) return {};
  const std::string text = value.get<std::string>();
  if (parse_iso_date(text)) return day_text(text);
  if (const auto time = parse_rfc3339(text)) {
    return day_text(to_iso_date(calendar::day_in_tallinn(*time)));
  }
  if (name == "reason") {
    const auto facts = service_.texts.facts().texts.find(text_key(status));
    if (facts == service_.texts.facts().texts.end()) return {};
    return say("reason." + facts->second.reasons + "." + text);
  }
  return say(name + "." + text);
}

// ---- What was said -----------------------------------------------------------------------------

// Everything that this reader was told, oldest first. A correction names the entry that it corrects
// (by its place in the list), and that one names the correction.
Json Page::messages(const std::vector<JournalRecord>& journal) const {
  Json entries = Json::array();
  std::string former;
  const auto add = [&](const JournalRecord& row, const notify::Message& message, const Json& said) {
    const std::string title = headline_of(said);
    if (title.empty()) return false;
    entries.push_back({{"at", to_rfc3339(row.at)},
                       {"key", message.text},
                       {"kind", kind_word(message.kind)},
                       {"title", title},
                       {"text", text_or_null(field_of(said, "body"))},
                       {"corrects", nullptr},
                       {"correctedBy", nullptr}});
    return true;
  };
  for (const JournalRecord& row : journal) {
    for (const Json& said : row.messages) {
      const notify::Message message = notify::message_of_request(said);
      if (add(row, message, said) && message.kind == notify::Message::Kind::correction) {
        link_correction(entries, message.args.at("corrects"));
      }
    }
    if (!row.status || row.disposition != "applied") continue;
    const auto message = notify::message_of_status(former, *row.status);
    former = text_key(*row.status);
    if (message) add(row, *message, *row.status);
  }
  for (Json& entry : entries) entry.erase("key");
  return entries;
}

}  // namespace elukaar::caseview
