#include "caseview/page.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/json_members.hpp"
#include "base/url_id.hpp"
#include "calendar/calendar.hpp"
#include "caseview/drafts.hpp"
#include "caseview/rights.hpp"
#include "texts/localised.hpp"

namespace elukaar::caseview {
namespace {

constexpr const char* nothing_known = "–";

access::ActionDemand demand_of(const workflow::ActionRule& rule) {
  return {rule.name, rule.roles,
          access::parse_assurance(rule.assurance).value_or(access::Assurance::high)};
}

}  // namespace

std::string full_name(const std::vector<engine::VaultValue>& values) {
  std::string name;
  for (const char* field : {"first-name", "last-name"}) {
    for (const auto& value : values) {
      if (value.field != field) continue;
      if (!name.empty()) name += ' ';
      name += value.value.reveal();
    }
  }
  return name;
}

std::string number_of(const CaseRecord& record) {
  return fmt::format("{}-{}", record.municipality.str(), record.number);
}

Page::Page(const CaseRecord& record, const workflow::Service& service,
           const workflow::Workflow& rules, Reader reader, engine::Vault& vault)
    : record_(record), service_(service), rules_(rules), reader_(std::move(reader)), vault_(vault) {}

// ---- Rights ------------------------------------------------------------------------------------

bool Page::may_see() const {
  const auto roles = visible_to(record_.status);
  return access::may_see(record_.parties, roles,
                         asker_of(reader_.person, reader_.assurance, reader_.now),
                         reader_.now) == access::Refusal::none;
}

bool Page::may_act(const std::string& action) const {
  const auto rule = rules_.person_actions.find(action);
  return rule != rules_.person_actions.end() &&
         access::may_act(record_.parties, demand_of(rule->second),
                         asker_of(reader_.person, reader_.assurance, reader_.now),
                         reader_.now) == access::Refusal::none;
}

bool Page::reads_as_applicant() const {
  return access::role_of(record_.parties, reader_.person, reader_.now) == access::Role::applicant;
}

texts::Viewer Page::viewer() const {
  texts::Viewer viewer;
  viewer.language = reader_.language;
  viewer.role = reads_as_applicant() ? texts::Viewer::Role::applicant
                                     : texts::Viewer::Role::other;
  for (const OfferedAction& action : offered()) viewer.allowed_actions.push_back(action.name);
  return viewer;
}

// ---- Texts -------------------------------------------------------------------------------------

std::string Page::say(const std::string& name, const Json& args,
                      const std::string& otherwise) const {
  if (!service_.texts.has_message(name)) return otherwise;
  const auto text =
      service_.texts.message(reader_.language, name, args.is_null() ? Json::object() : args);
  return text ? *text : otherwise;
}

std::string Page::day_text(const std::string& date) const {
  return say("ui.date", {{"date", date}}, date);
}

std::optional<texts::Rendered> Page::rendered() const {
  const auto rendered =
      service_.texts.render(record_.status, viewer(), calendar::day_in_tallinn(reader_.now),
                            args_for_reader(record_.status));
  if (!rendered) return std::nullopt;
  return *rendered;
}

std::string Page::headline_of(const Json& status) const {
  return field_of(status, "headline");
}

std::string Page::field_of(const Json& status, const char* field) const {
  const auto text =
      service_.texts.text(text_key(status), field, viewer(), args_for_reader(status));
  return text ? *text : "";
}

// A status's arguments as this reader gets them: who acted is told in relation to him, and a code
// that the municipality has words for by these.
Json Page::args_for_reader(const Json& status) const {
  Json args = status.is_object() ? status.value("args", Json::object()) : Json::object();
  for (auto& [name, value] : args.items()) {
    if (!value.is_string()) continue;
    if (name == "actor") {
      value = actor_word(Pseudonym{value.get<std::string>()});
    } else if (Json words = workflow::words_for(rules_, name, value.get<std::string>()); !words.is_null()) {
      value = std::move(words);
    }
  }
  return args;
}

std::string Page::actor_word(const Pseudonym& actor) const {
  if (actor == reader_.person) return "you";
  const auto role = access::role_of(record_.parties, actor, reader_.now);
  if (role == access::Role::applicant) return "applicant";
  return role == access::Role::guardian ? "guardian" : "other";
}

// "/register/population/0653" and "/kov/0653/population-register" both name the population register.
std::string Page::source_name(const std::string& source) const {
  std::size_t from = 0;
  while (from < source.size()) {
    const std::size_t slash = std::min(source.find('/', from), source.size());
    const std::string part = source.substr(from, slash - from);
    for (const std::string& name : {"system." + part, "system." + part + "-register"}) {
      if (!part.empty() && service_.texts.has_message(name)) return say(name);
    }
    from = slash + 1;
  }
  return rules_.municipality.name;
}

std::string Page::actor_of(const std::string& turn, const std::string& otherwise) const {
  if (turn == "municipality") return rules_.municipality.name;
  if (turn == "resident") return say("role.guardians", Json::object(), otherwise);
  return otherwise;
}

// ---- Personal values ---------------------------------------------------------------------------

const Json& Page::subject() const {
  static const Json nobody = Json::object();
  const auto member = record_.context.find(rules_.subject);
  return member == record_.context.end() || !member->is_object() ? nobody : *member;
}

std::string Page::subject_key() const { return subject().value("key", ""); }

std::optional<Date> Page::born_on() const {
  return parse_iso_date(subject().value("bornOn", ""));
}

bool Page::look_up(const std::string& purpose) {
  std::set<std::string> persons{reader_.person.str()};
  if (!subject_key().empty()) persons.insert(subject_key());
  for (const access::Party& party : record_.parties) {
    if (party.is_current(reader_.now)) persons.insert(party.person.str());
  }
  std::vector<engine::VaultQuery> queries;
  for (const std::string& person : persons) {
    if (queries.size() == engine::Vault::max_queries) break;
    // Of others than whom the case is about and himself the reader sees the name alone.
    const bool whole = person == reader_.person.str() || person == subject_key();
    queries.push_back({Pseudonym{person},
                       whole ? std::vector<std::string>{}
                             : std::vector<std::string>{"first-name", "last-name"},
                       {}});
  }
  auto found = vault_.read(record_.municipality, queries,
                           {reader_.looks, purpose, record_.id, reader_.now});
  if (!found) return false;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    Values& values = values_[queries[i].person.str()];
    for (engine::VaultValue& value : (*found)[i]) {
      std::string field = value.field;
      values.insert_or_assign(std::move(field), std::move(value));
    }
  }
  return true;
}

std::string Page::name_of(const std::string& person) const {
  const auto values = values_.find(person);
  if (values == values_.end()) return nothing_known;
  std::string name;
  for (const char* field : {"first-name", "last-name"}) {
    const auto value = values->second.find(field);
    if (value == values->second.end()) continue;
    if (!name.empty()) name += ' ';
    name += value->second.value.reveal();
  }
  return name.empty() ? nothing_known : name;
}

Pseudonym Page::applicant_or_reader() const {
  for (const access::Party& party : record_.parties) {
    if (party.role == access::Role::applicant && party.is_current(reader_.now)) return party.person;
  }
  return reader_.person;
}

// ---- The documents -----------------------------------------------------------------------------

std::optional<Json> Page::summary() {
  const auto said = rendered();
  if (!said || !look_up("list-cases")) return std::nullopt;
  return Json{{"case", to_url_id(record_.public_id)},
              {"revision", record_.revision},
              {"subject", {{"name", name_of(subject_key())}}},
              {"municipality", {{"name", rules_.municipality.name}}},
              {"headline", said->headline},
              {"turn", said->turn},
              {"turnText", said->turn_text},
              {"by", said->by ? Json(to_iso_date(*said->by)) : Json()}};
}

std::optional<Json> Page::list_row() const {
  const auto said = rendered();
  if (!said) return std::nullopt;
  return Json{{"case", to_url_id(record_.public_id)},
              {"number", number_of(record_)},
              {"service", texts::localised(rules_.title, reader_.language)},
              {"headline", said->headline},
              {"turn", said->turn},
              {"turnText", said->turn_text},
              {"by", said->by ? Json(to_iso_date(*said->by)) : Json()},
              {"changedAt", to_rfc3339(record_.decided_at)}};
}

// The page as one document, a method a block: a new one is a method here and its line in document().
// What other documents say as well stays with Page.
class Page::View {
 public:
  View(const Page& page, const texts::Rendered& said, const std::vector<JournalRecord>& journal,
       const std::vector<engine::VaultUsage>& usage)
      : page_(page), said_(said), journal_(journal), usage_(usage) {}

  Json document() const {
    const CaseRecord& record = page_.record_;
    return {{"case", to_url_id(record.public_id)},
            {"revision", record.revision},
            {"updatedAt", to_rfc3339(record.decided_at)},
            {"number", number_of(record)},
            {"service", texts::localised(page_.rules_.title, page_.reader_.language)},
            {"subject", subject()},
            {"municipality", {{"name", page_.rules_.municipality.name}}},
            {"status", status()},
            {"clock", page_.clock_view()},
            {"card", page_.card(journal_)},
            {"actions", page_.actions_view()},
            {"timeline", page_.timeline(said_, journal_)},
            {"messages", page_.messages(journal_)},
            {"application", application()},
            {"why", page_.why(journal_)},
            {"seenBy", seen_by()},
            {"dataUse", data_use()}};
  }

 private:
  Json subject() const {
    const auto born = page_.born_on();
    return {{"name", page_.name_of(page_.subject_key())},
            {"bornOn", born ? Json(to_iso_date(*born)) : Json()}};
  }
  Json status() const;
  Json application() const;
  Json seen_by() const;
  Json data_use() const;

  const Page& page_;
  const texts::Rendered& said_;
  const std::vector<JournalRecord>& journal_;
  const std::vector<engine::VaultUsage>& usage_;
};

std::optional<Json> Page::view(const std::vector<JournalRecord>& journal,
                               const std::vector<engine::VaultUsage>& usage) {
  const auto said = rendered();
  if (!said || !look_up("show-case")) return std::nullopt;
  return View(*this, *said, journal, usage).document();
}

Json Page::View::status() const {
  Json basis = Json::array();
  for (const Json& id : page_.record_.status.value("legalBasis", Json::array())) {
    const Json cited = page_.rules_.legal_basis.value(id.get<std::string>(), Json::object());
    basis.push_back({{"id", id},
                     {"text", texts::localised(cited.value("text", Json()), page_.reader_.language)},
                     {"url", cited.value("url", Json())}});
  }
  const Json& contact = page_.rules_.municipality.contact;
  Json delayed;
  if (!said_.delayed.empty()) {
    const Json& published = page_.record_.status.at("delayed");
    delayed = {{"text", said_.delayed},
               {"system", published.at("system")},
               {"since", published.at("since")}};
  }
  Json shown_contact;
  if (contact.is_object()) {
    for (const char* member : {"unit", "phone", "email", "hours"}) {
      shown_contact[member] = texts::localised(contact.value(member, Json()), page_.reader_.language);
    }
  }
  return {{"key", said_.key},
          {"headline", said_.headline},
          {"body", said_.body},
          {"next", said_.next},
          {"turn", said_.turn},
          {"turnText", said_.turn_text},
          {"by", said_.by ? Json(to_iso_date(*said_.by)) : Json()},
          {"daysLeft", text_or_null(said_.days_left)},
          {"final", page_.record_.status.value("final", false)},
          {"delayed", delayed},
          {"legalBasis", basis},
          {"contact", shown_contact},
          {"catalogue", page_.service_.texts.version()}};
}

std::string Page::revision_text() const { return std::to_string(record_.revision); }

std::vector<Question> Page::questions(const std::string& form) const {
  const auto found = rules_.forms.find(form);
  if (found == rules_.forms.end()) return {};
  return questions_of(found->second, born_on(), calendar::day_in_tallinn(reader_.now),
                      reader_.language);
}

std::optional<Json> Page::form(const std::string& name) {
  const auto rule = rules_.forms.find(name);
  const auto actions = offered();
  const auto action = std::find_if(actions.begin(), actions.end(), [&](const OfferedAction& each) {
    return each.form == name;
  });
  if (rule == rules_.forms.end() || action == actions.end()) return std::nullopt;
  if (!look_up("prefill-form")) return std::nullopt;
  const std::vector<Question> questions = this->questions(name);
  const bool keeps_draft = draft_rule(name) != nullptr;
  Json asked = Json::array();
  for (const Question& question : questions) {
    Json options = Json::array();
    for (const Option& option : question.options) {
      options.push_back({{"value", option.value}, {"label", option.label}});
    }
    Json field = {{"id", question.id},
                  {"type", question.type},
                  {"label", say("field." + question.id + ".label", {}, question.id)},
                  {"help", text_or_null(say("field." + question.id + ".help"))},
                  {"options", std::move(options)}};
    if (question.type == "ranked") {
      field["atLeast"] = question.at_least;
      field["atMost"] = question.at_most;
    }
    asked.push_back(std::move(field));
  }
  return Json{{"form", name},
              {"title", say("form." + name + ".title", {}, name)},
              {"subject", action->subject},
              {"revision", action->subject_version},
              {"known", known_items(rule->second)},
              {"asked", std::move(asked)},
              {"keepsDraft", keeps_draft},
              {"draft", keeps_draft ? draft_view(rule->second, questions) : Json()},
              {"submitLabel", say("form." + name + ".submit", {}, name)}};
}

// What this reader has written so far; null: nothing that the case still knows of.
Json Page::draft_view(const workflow::Form& form, const std::vector<Question>& questions) {
  const auto until = draft_until(rules_, record_.context, form);
  if (!until || *until < calendar::day_in_tallinn(reader_.now)) return {};
  const auto found = vault_.read(record_.municipality,
                                 {draft_place(record_, reader_.person, form.name)},
                                 {reader_.looks, "draft", record_.id, reader_.now});
  if (!found || found->front().empty()) return {};
  const engine::VaultValue& kept = found->front().front();
  const auto answers = read_object(kept.value.reveal());
  if (!answers) return {};
  return {{"answers", offered_answers(questions, *answers)},
          {"savedAt", to_rfc3339(kept.recorded_at)}};
}

// ---- What is known -----------------------------------------------------------------------------

Json Page::known_items(const workflow::Form& form) const {
  Json items = Json::array();
  for (const std::string& id : form.known) {
    if (auto item = known_item(id)) items.push_back(std::move(*item));
  }
  return items;
}

// "<subject>.name", "guardian.address": whose, and which field of his; any other: of the context.
std::optional<Json> Page::known_item(const std::string& id) const {
  const std::size_t dot = id.find('.');
  if (dot == std::string::npos) return std::nullopt;
  if (const std::string of = id.substr(0, dot); of != rules_.subject && of != "guardian") {
    return context_item(of, id.substr(dot + 1));
  }
  const bool of_subject = id.substr(0, dot) == rules_.subject;
  const std::string field = id.substr(dot + 1);
  const std::string person = of_subject ? subject_key() : applicant_or_reader().str();
  const auto values = values_.find(person);
  if (values == values_.end()) return std::nullopt;

  std::string text;
  const bool is_name = field == "name";
  const bool is_birth = field == "born-on";
  const auto source = values->second.find(is_name || is_birth ? "first-name" : field);
  if (is_name) {
    text = name_of(person);
  } else if (is_birth) {
    if (const auto born = born_on()) text = day_text(to_iso_date(*born));
  } else if (source != values->second.end()) {
    text = source->second.value.reveal();
  }
  if (text.empty()) return std::nullopt;
  Json origin;
  if (source != values->second.end()) {
    const std::string name = source_name(source->second.origin.source);
    const std::string day = to_iso_date(source->second.origin.as_of);
    origin = {{"source", name},
              {"asOf", day},
              {"text", say("ui.origin", {{"source", name}, {"asOf", day}}, name)}};
  }
  return Json{{"id", id},
              {"label", say("field." + id, {}, id)},
              {"value", text},
              {"origin", std::move(origin)}};
}

std::optional<Json> Page::context_item(const std::string& of, const std::string& field) const {
  const Json member = record_.context.value(of, Json());
  const Json value = member.is_object() ? member.value(field, Json()) : Json();
  std::string text;
  if (value.is_number()) text = value.dump();
  if (value.is_string()) {
    const std::string code = value.get<std::string>();
    const Json words = workflow::words_for(rules_, field, code);
    text = !words.is_null()       ? texts::localised(words, reader_.language)
           : parse_iso_date(code) ? day_text(code)
                                   : say(field + "." + code, Json::object(), code);
  }
  if (text.empty()) return std::nullopt;
  const std::string id = of + "." + field;
  return Json{
      {"id", id}, {"label", say("field." + id, {}, id)}, {"value", text}, {"origin", nullptr}};
}

Json Page::View::application() const {
  Json items = Json::array();
  std::set<std::string> told;
  for (const auto& [name, form] : page_.rules_.forms) {
    for (Json& item : page_.known_items(form)) {
      if (told.insert(item.at("id").get<std::string>()).second) items.push_back(std::move(item));
    }
    const Json given = page_.record_.context.value(form.answers_in, Json());
    if (!given.is_object()) continue;
    const auto asked = page_.questions(name);
    for (const Question& question : asked) {
      if (!given.contains(question.id)) continue;
      std::string text = answer_text(question, given.at(question.id));
      const auto day = given.at(question.id).is_string()
                           ? parse_iso_date(given.at(question.id).get<std::string>())
                           : std::nullopt;
      // A month that is no longer offered.
      if (text.empty() && day) text = month_text(*day, page_.reader_.language);
      if (text.empty()) continue;
      items.push_back({{"id", question.id},
                       {"label", page_.say("field." + question.id + ".label", {}, question.id)},
                       {"value", text},
                       {"origin", nullptr}});
    }
  }
  return items;
}

// ---- Who sees and has seen ---------------------------------------------------------------------

Json Page::View::seen_by() const {
  Json persons = Json::array();
  std::set<std::string> told;
  const auto roles = visible_to(page_.record_.status);
  for (const access::Party& party : page_.record_.parties) {
    if (!party.is_current(page_.reader_.now) || told.contains(party.person.str())) continue;
    const auto role = access::role_of(page_.record_.parties, party.person, page_.reader_.now);
    if (!role || !access::admits(roles, *role)) continue;
    told.insert(party.person.str());
    const char* word = *role == access::Role::applicant ? "role.applicant" : "role.guardians";
    persons.push_back({{"role", page_.say(word)},
                       {"name", page_.name_of(party.person.str())},
                       {"you", party.person == page_.reader_.person}});
  }
  if (access::admits(roles, access::Role::official)) {
    const Json unit = page_.rules_.municipality.contact.is_object()
                          ? page_.rules_.municipality.contact.value("unit", Json())
                          : Json();
    persons.push_back({{"role", page_.say("role.official")},
                       {"name", texts::localised(unit, page_.reader_.language)},
                       {"you", false}});
  }
  return persons;
}

Json Page::View::data_use() const {
  Json rows = Json::array();
  std::set<std::tuple<Timestamp, std::string, std::string>> told;  // one look may be at several
  for (const engine::VaultUsage& use : usage_) {
    if (use.use.who == "resident") continue;  // the family's own reading
    if (!told.emplace(use.use.at, use.use.who, use.use.purpose).second) continue;
    // An official is told by his unit: the family need not know who sat there.
    const bool official = use.use.who.starts_with("official:");
    rows.push_back({{"at", to_rfc3339(use.use.at)},
                    {"who", official ? page_.say("role.official")
                                     : page_.say("system." + use.use.who, {}, page_.source_name(use.use.who))},
                    {"purpose", page_.say("purpose." + use.use.purpose, {}, page_.say("purpose.other"))}});
  }
  return rows;
}

}  // namespace elukaar::caseview
