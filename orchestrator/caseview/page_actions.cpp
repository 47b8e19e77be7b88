// What a reader may do, what it is about, and the legal clock beside it.
#include <algorithm>

#include "base/url_id.hpp"
#include "calendar/calendar.hpp"
#include "caseview/page.hpp"
#include "texts/localised.hpp"

namespace elukaar::caseview {

std::optional<Json> value_of(const workflow::Workflow& rules, const Json& context,
                             const cel::Program& program) {
  static const Json no_event = Json::object();
  cel::Activation with;
  with.event = &no_event;
  with.context = &context;
  with.parameters = &rules.parameters;
  const auto value = program.evaluate(with);
  if (!value) return std::nullopt;
  return *value;
}

namespace {

std::optional<Date> date_member(const Json& json, const char* name) {
  const Json value = json.value(name, Json());
  return value.is_string() ? parse_iso_date(value.get<std::string>()) : std::nullopt;
}

}  // namespace

std::optional<std::string> subject_of(const workflow::Workflow& rules, const Json& context,
                                      const workflow::ActionRule& rule) {
  if (!rule.subject) return std::nullopt;
  const auto subject = value_of(rules, context, *rule.subject);
  if (!subject || !subject->is_string()) return std::nullopt;
  return subject->get<std::string>();
}

bool is_possible(const workflow::Workflow& rules, const Json& context,
                 const workflow::ActionRule& rule) {
  if (!rule.when) return true;
  const auto holds = value_of(rules, context, *rule.when);
  return holds && holds->is_boolean() && holds->get<bool>();
}

// ---- Actions -----------------------------------------------------------------------------------

// Nothing where what the action is about cannot be told.
std::optional<OfferedAction> Page::offer_of(const workflow::ActionRule& rule) const {
  OfferedAction action{rule.name, rule.form, to_url_id(record_.public_id), revision_text(),
                       rule.automatic};
  if (rule.subject) {
    const auto subject = subject_of(rules_, record_.context, rule);
    if (!subject) return std::nullopt;
    action.subject = *subject;
  }
  if (rule.subject_version) {
    const auto version = value_of(rules_, record_.context, *rule.subject_version);
    if (!version || !version->is_number_integer()) return std::nullopt;
    action.subject_version = version->dump();
  }
  return action;
}

std::vector<OfferedAction> Page::offered() const {
  std::vector<OfferedAction> actions;
  for (const Json& name : record_.status.value("actions", Json::array())) {
    const auto rule = rules_.person_actions.find(name.get<std::string>());
    if (rule == rules_.person_actions.end() || !may_act(rule->first)) continue;
    if (auto action = offer_of(rule->second)) actions.push_back(std::move(*action));
  }
  return actions;
}

// What the page asks for. An action that stands open while it is somebody else's turn, as to
// withdraw, is none of that, wherever it is offered.
bool Page::is_asked_for(const std::string& action) const {
  return std::none_of(rules_.states.begin(), rules_.states.end(), [&](const auto& state) {
    if (!state.status || state.status->turn == "resident") return false;
    const auto& open = state.status->actions;
    return std::find(open.begin(), open.end(), action) != open.end();
  });
}

bool Page::keeps_some_draft(const std::string& action) const {
  return std::any_of(rules_.forms.begin(), rules_.forms.end(), [&](const auto& form) {
    return form.second.draft && form.second.draft->keep == action;
  });
}

const workflow::DraftRule* Page::draft_rule(const std::string& form) const {
  const auto found = rules_.forms.find(form);
  if (found == rules_.forms.end() || !found->second.draft || reader_.looks != "resident") {
    return nullptr;
  }
  const auto actions = offered();
  const bool open = std::any_of(actions.begin(), actions.end(), [&](const OfferedAction& action) {
    return action.name == found->second.draft->keep;
  });
  return open ? &*found->second.draft : nullptr;
}

Json Page::actions_view() const {
  Json actions = Json::array();
  const Json args = args_for_reader(record_.status);
  bool has_primary = false;
  for (const OfferedAction& action : offered()) {
    if (keeps_some_draft(action.name)) continue;  // taken by saving the form
    const auto& rule = rules_.person_actions.at(action.name);
    const bool primary = !action.automatic && !has_primary && is_asked_for(action.name);
    has_primary = has_primary || primary;
    actions.push_back({{"name", action.name},
                       {"label", say("action." + action.name + ".label", {}, action.name)},
                       {"primary", primary},
                       {"automatic", action.automatic},
                       {"form", text_or_null(action.form)},
                       {"subject", action.subject},
                       {"revision", action.subject_version},
                       {"effect", text_or_null(say("action." + action.name + ".effect", args, ""))},
                       {"reasons", reasons_view(rule)}});
  }
  return actions;
}

// The municipality's reasons to choose from, each with what follows from it; null: none is asked.
Json Page::reasons_view(const workflow::ActionRule& rule) const {
  if (rule.reasons.empty()) return {};
  Json reasons = Json::array();
  for (const Json& reason : rules_.parameters.value(rule.reasons, Json::array())) {
    reasons.push_back(
        {{"value", reason.value("value", "")},
         {"label", texts::localised(reason.value("label", Json()), reader_.language)},
         {"effect", text_or_null(texts::localised(reason.value("effect", Json()), reader_.language))}});
  }
  return reasons.empty() ? Json() : reasons;
}

// ---- The card of what the actions are about ----------------------------------------------------

// Whether `status` offers anybody something to do with the member of the context that has this id.
bool Page::is_offered(const Json& status, const std::string& id) const {
  if (!status.is_object()) return false;
  const Json actions = status.value("actions", Json::array());
  return std::any_of(actions.begin(), actions.end(), [&](const Json& name) {
    const auto rule = rules_.person_actions.find(name.get<std::string>());
    return rule != rules_.person_actions.end() &&
           subject_of(rules_, record_.context, rule->second) == id;
  });
}

// The first card of whose member the case has one, and whether it still waits for an answer. It stays
// when that is over, and says what happened. Null: there is none.
Json Page::card(const std::vector<JournalRecord>& journal) const {
  for (const auto& [name, card] : rules_.cards) {
    const Json member = record_.context.value(name, Json());
    if (!member.is_object()) continue;
    const std::string id = member.value("id", "");
    if (id.empty()) continue;
    const bool open = is_offered(record_.status, id);
    const Json args = record_.status.value("args", Json::object());
    const auto deadline = open ? date_member(args, "deadline") : std::nullopt;
    const auto left =
        deadline ? (*deadline - calendar::day_in_tallinn(reader_.now)).count() : -1;
    const Json silence = args.value("silence", Json());
    Json facts = Json::array();
    for (const std::string& field : card.fields) {
      if (auto fact = context_item(name, field)) facts.push_back(std::move(*fact));
    }
    return {{"title", say("card." + name + ".title", {}, name)},
            {"subject", id},
            {"open", open},
            {"facts", std::move(facts)},
            {"deadline", deadline ? Json(to_iso_date(*deadline)) : Json()},
            {"daysLeft", left < 0 ? Json() : text_or_null(say("ui.days_left", {{"left", left}}, ""))},
            {"silence", open && silence.is_string()
                            ? text_or_null(say("ui.silence", {{"silence", silence}}, ""))
                            : Json()},
            {"outcome", open ? Json() : card_outcome(id, journal)}};
  }
  return {};
}

// What ended it: the first step after which it was no longer offered. Null where that is not known.
Json Page::card_outcome(const std::string& id, const std::vector<JournalRecord>& journal) const {
  bool was_open = false;
  Json outcome;
  for (const JournalRecord& row : journal) {
    if (!row.status || row.disposition != "applied") continue;
    const bool is_open = is_offered(*row.status, id);
    if (was_open && !is_open) {
      outcome = {{"title", event_text(row)},
                 {"at", to_rfc3339(row.at)},
                 {"text", text_or_null(headline_of(*row.status))}};
    } else if (is_open) {
      outcome = nullptr;
    }
    was_open = is_open;
  }
  return outcome;
}

// ---- The legal clock ---------------------------------------------------------------------------

// Null where none is published. Days are counted here, for they change by themselves.
Json Page::clock_view() const {
  const Json clock = record_.status.value("clock", Json());
  if (!clock.is_object()) return {};
  const std::string state = clock.value("state", "");
  const Date today = calendar::day_in_tallinn(reader_.now);
  const auto due = date_member(clock, "due");
  const auto started = date_member(clock, "startedOn");
  const auto paused = date_member(clock, "pausedSince");
  std::string text;
  if (state == "waiting") {
    text = say("ui.clock_waiting", {{"on", clock.value("startsOn", Json())}}, "");
  } else if (state == "decided") {
    text = say("ui.clock_decided");
  } else if (due && started) {
    const Date now = paused.value_or(today);
    text = now > *due ? say("ui.clock_over",
                            {{"due", to_iso_date(*due)}, {"over", (now - *due).count()}}, "")
                      : say("ui.clock",
                            {{"used", std::max<std::int64_t>((now - *started).count(), 0)},
                             {"left", (*due - now).count()}},
                            "");
  }
  if (text.empty()) return {};
  const std::string ground = clock.value("ground", "");
  return {{"name", say("clock." + clock.value("name", ""), {}, "")},
          {"state", state},
          {"due", due ? Json(to_iso_date(*due)) : Json()},
          {"text", text},
          {"paused", paused ? text_or_null(say("ui.clock_paused",
                                               {{"since", to_iso_date(*paused)},
                                                {"ground", say("ground." + ground, {}, ground)}},
                                               ""))
                            : Json()}};
}

}  // namespace elukaar::caseview
