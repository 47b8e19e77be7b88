#include "resident/desk.hpp"

#include <fmt/format.h>

#include "base/json_members.hpp"
#include "base/url_id.hpp"
#include "calendar/calendar.hpp"
#include "caseview/drafts.hpp"
#include "caseview/page.hpp"
#include "privacy/personal_code.hpp"
#include "privacy/pseudonym.hpp"

namespace elukaar::resident {
namespace {

using caseview::Page;
using caseview::Refusal;
using caseview::full_name;

constexpr std::size_t max_development_persons = 20;

// A person as the development login names him: "<municipality>.<pseudonym>".
std::string opaque(const Municipality& municipality, const Pseudonym& person) {
  return municipality.str() + "." + person.str();
}

}  // namespace

// A case, with what a page of it needs, that this session's person may see.
struct Desk::Found {
  CaseRecord record;
  const workflow::Service* service = nullptr;
  workflow::WorkflowPtr rules;
  caseview::Reader reader;

  Page page(engine::Vault& vault) const { return {record, *service, *rules, reader, vault}; }
};

Desk::Desk(identity::Sessions sessions, const caseview::Services& services,
           const cloudevents::SchemaCatalogue& events, const privacy::Keyring& keyring,
           std::unique_ptr<ResidentStore> store, std::unique_ptr<engine::Vault> vault)
    : sessions_(std::move(sessions)),
      services_(services),
      events_(events),
      keyring_(keyring),
      store_(std::move(store)),
      vault_(std::move(vault)) {}

Desk::~Desk() = default;

// ---- Sessions ----------------------------------------------------------------------------------

Answer<Json> Desk::development_persons(texts::Language language) {
  if (!sessions_.is_development()) return failure(Refusal{Refusal::Kind::not_found});
  Json persons = Json::array();
  const Timestamp now = store_->case_now();
  for (const Municipality& municipality : services_.municipalities()) {
    const auto guardians = store_->guardians(municipality, max_development_persons);
    for (const Pseudonym& person : guardians) {
      if (persons.size() == max_development_persons) break;
      const auto names = vault_->read(municipality, {{person, {"first-name", "last-name"}, {}}},
                                      {"resident", "development-login", {}, now});
      const std::string name = names ? full_name(names->front()) : "";
      if (name.empty()) continue;
      Session session;
      session.persons[municipality] = person;
      session.assurance = access::Assurance::substantial;
      const auto seen = cases(session, language);
      if (!seen || seen->at("cases").empty()) continue;
      const Json& first = seen->at("cases").front();
      persons.push_back({{"person", opaque(municipality, person)},
                         {"name", name},
                         {"municipality", first.at("municipality").at("name")},
                         {"headline", first.at("headline")}});
    }
  }
  return Json{{"development", true}, {"persons", std::move(persons)}};
}

Answer<LoggedIn> Desk::log_in_for_development(const std::string& document,
                                              std::string_view former_token) {
  if (!sessions_.is_development()) return failure(Refusal{Refusal::Kind::not_found});
  const auto json = read_object(document);
  if (!json) return failure(Refusal{Refusal::Kind::malformed, "expected a JSON object"});
  const Timestamp now = store_->case_now();
  const engine::VaultUse use{"resident", "login", {}, now};

  std::string code_text = text_member(*json, "personalCode");
  const std::string person = text_member(*json, "person");
  if (const std::size_t dot = person.find('.'); code_text.empty() && dot != std::string::npos) {
    const auto found = vault_->read(Municipality{person.substr(0, dot)},
                                    {{Pseudonym{person.substr(dot + 1)}, {"personal-code"}, {}}},
                                    use);
    if (found && !found->front().empty()) code_text = found->front().front().value.reveal();
  }
  const auto code = privacy::PersonalCode::parse(code_text);
  if (!code) return failure(Refusal{Refusal::Kind::not_found});

  identity::Persons persons;
  for (const Municipality& municipality : services_.municipalities()) {
    const auto name = privacy::pseudonym(keyring_, municipality, *code);
    if (!name) continue;
    const auto known = vault_->read(municipality, {{*name, {"last-name"}, {}}}, use);
    if (known && !known->front().empty()) persons[municipality] = *name;
  }
  auto login = sessions_.log_in_for_development(std::move(persons), former_token);
  if (!login) return failure(Refusal{Refusal::Kind::not_found});
  return std::move(*login);
}

void Desk::log_out(const Session& session) { sessions_.log_out(session); }

Answer<Session> Desk::session(std::string_view token) {
  auto session = sessions_.session(token);
  if (!session) return failure(Refusal{Refusal::Kind::no_session});
  return std::move(*session);
}

Answer<Json> Desk::me(const Session& session) {
  std::string name;
  const Timestamp now = store_->case_now();
  for (const auto& [municipality, person] : session.persons) {
    const auto found = vault_->read(municipality, {{person, {"first-name", "last-name"}, {}}},
                                    {"resident", "own-name", {}, now});
    if (found) name = full_name(found->front());
    if (!name.empty()) break;
  }
  return Json{{"name", name},
              {"csrf", session.csrf},
              {"expiresAt", to_rfc3339(sessions_.ends_at(session))},
              {"development", sessions_.is_development()}};
}

// ---- Cases -------------------------------------------------------------------------------------

Answer<Json> Desk::cases(const Session& session, texts::Language language) {
  Json list = Json::array();
  const Timestamp now = store_->case_now();
  for (const auto& [municipality, person] : session.persons) {
    for (CaseRecord& record : store_->cases_of(municipality, person)) {
      const auto* service = services_.find(municipality, record.service);
      const auto rules = service ? services_.rules_of(record, *store_) : nullptr;
      if (!rules) continue;
      Page page(record, *service, *rules, {person, session.assurance, language, now}, *vault_);
      if (!page.may_see()) continue;
      if (auto summary = page.summary()) list.push_back(std::move(*summary));
    }
  }
  return Json{{"cases", std::move(list)}};
}

Answer<Desk::Found> Desk::find(const Session& session, const std::string& case_id) {
  const auto id = parse_url_id(case_id);
  if (!id) return failure(Refusal{Refusal::Kind::not_found});
  for (const auto& [municipality, person] : session.persons) {
    auto record = store_->find_case(municipality, person, *id);
    if (!record) continue;
    Found found{std::move(*record), nullptr, nullptr,
                {person, session.assurance, texts::Language::et, store_->case_now()}};
    found.service = services_.find(municipality, found.record.service);
    if (found.service != nullptr) found.rules = services_.rules_of(found.record, *store_);
    if (!found.rules) return failure(Refusal{Refusal::Kind::unavailable});
    if (!found.page(*vault_).may_see()) break;
    return found;
  }
  return failure(Refusal{Refusal::Kind::not_found});
}

Answer<Json> Desk::case_view(const Session& session, const std::string& case_id,
                             texts::Language language) {
  auto found = find(session, case_id);
  if (!found) return failure(found.error());
  found->reader.language = language;
  auto view = found->page(*vault_).view(
      store_->journal_of(found->record),
      vault_->usage_of_case(found->record.municipality, found->record.id));
  if (!view) return failure(Refusal{Refusal::Kind::unavailable, "the case cannot be shown now"});
  return std::move(*view);
}

Answer<Json> Desk::form(const Session& session, const std::string& case_id,
                        const std::string& form, texts::Language language) {
  auto found = find(session, case_id);
  if (!found) return failure(found.error());
  found->reader.language = language;
  auto view = found->page(*vault_).form(form);
  if (!view) return failure(Refusal{Refusal::Kind::not_found});
  return std::move(*view);
}

Answer<Json> Desk::save_draft(const Session& session, const std::string& case_id,
                              const std::string& form, const std::string& body,
                              texts::Language language) {
  auto found = find(session, case_id);
  if (!found) return failure(found.error());
  found->reader.language = language;
  const Page page = found->page(*vault_);
  const workflow::DraftRule* rule = page.draft_rule(form);
  if (rule == nullptr) {
    return failure(Refusal{Refusal::Kind::conflict, "nothing of this form is kept now"});
  }
  const auto json = read_object(body);
  const Json answers = json ? json->value("form", Json()) : Json();
  if (!answers.is_object() || answers.size() > caseview::max_form_fields) {
    return failure(Refusal{Refusal::Kind::malformed, "expected {form}"});
  }
  const CaseRecord& record = found->record;
  const Timestamp now = found->reader.now;
  const auto stored = vault_->store(
      {{caseview::draft_entry(record, found->reader.person, form,
                              caseview::offered_answers(page.questions(form), answers), now)},
       {}});
  if (!stored) return failure(Refusal{Refusal::Kind::unavailable, "the draft cannot be kept now"});
  // The case hears of it once, and again on a later day: what it has heard of changes its revision.
  const std::string key = fmt::format("draft.{}.{}.{}", form, record.revision,
                                      to_iso_date(calendar::day_in_tallinn(now)));
  const auto told = caseview::receive(
      {record, *found->service, *found->rules, found->reader, events_, *store_, *vault_},
      {case_id, rule->keep, key, "{}"}, std::nullopt);
  if (!told) return failure(told.error());
  return Json{{"savedAt", to_rfc3339(now)}};
}

// ---- Actions -----------------------------------------------------------------------------------

Answer<Received> Desk::submit(const Session& session, const Submission& submission,
                              texts::Language language) {
  auto found = find(session, submission.case_id);
  if (!found) return failure(found.error());
  found->reader.language = language;
  return caseview::receive({found->record, *found->service, *found->rules, found->reader, events_,
                            *store_, *vault_},
                           submission, std::nullopt);
}

// Why an act was refused, as a clause of the texts: is there still something to answer?
std::string Desk::clause_of(const ActionRecord& record, const Found& found) const {
  if (record.reason == "not-offered") return "not_offered";
  const Json actions = found.record.status.value("actions", Json::array());
  for (const Json& name : actions) {
    const auto rule = found.rules->person_actions.find(name.get<std::string>());
    if (rule == found.rules->person_actions.end() || rule->first != record.name) continue;
    const auto subject = caseview::subject_of(*found.rules, found.record.context, rule->second);
    if (!subject || *subject == record.subject) return "details_changed";
  }
  return "offer_closed";
}

Answer<Json> Desk::action(const Session& session, const std::string& action_id,
                          texts::Language language) {
  const auto id = parse_url_id(action_id);
  if (!id) return failure(Refusal{Refusal::Kind::not_found});
  for (const auto& [municipality, person] : session.persons) {
    const auto record = store_->action(municipality, person, ActionId{*id});
    if (!record) continue;
    // Whoever may no longer see the case doesn't see what became of his action either.
    const auto found = find(session, to_url_id(record->public_case));
    if (!found) return failure(found.error());
    Json view = caseview::receipt_of(*record);
    view["case"] = to_url_id(record->public_case);
    view["name"] = record->name;
    view["reason"] = nullptr;
    if (record->outcome == "refused") {
      const auto text = found->service->texts.message(
          language, "reason.action_refused." + clause_of(*record, *found));
      view["reason"] = {{"code", record->reason}, {"text", text ? *text : record->reason}};
    }
    return view;
  }
  return failure(Refusal{Refusal::Kind::not_found});
}

}  // namespace elukaar::resident
