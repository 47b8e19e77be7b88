#include "office/office.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_members.hpp"
#include "base/random.hpp"
#include "base/url_id.hpp"
#include "calendar/calendar.hpp"
#include "caseview/page.hpp"
#include "caseview/reception.hpp"
#include "caseview/rights.hpp"
#include "office/entries.hpp"
#include "privacy/pseudonym.hpp"

namespace elukaar::office {
namespace {

using caseview::Refusal;

// How somebody was known who did not log in himself.
constexpr const char* identified_by[] = {"id-document", "control-questions", "signed-letter"};

constexpr const char* official_name = "official-name";  // field of the vault

// The guardians of a case, the one who applied first; the order holds for as long as they do.
std::vector<Pseudonym> guardians_of(const caseview::CaseRecord& record, Timestamp now) {
  std::vector<Pseudonym> guardians;
  for (const access::Role role : {access::Role::applicant, access::Role::guardian}) {
    for (const access::Party& party : record.parties) {
      if (party.role != role || !party.is_current(now)) continue;
      if (std::find(guardians.begin(), guardians.end(), party.person) == guardians.end()) {
        guardians.push_back(party.person);
      }
    }
  }
  return guardians;
}

Json field_view(const Field& field) {
  return {{"path", field.path},        {"type", field.type},       {"required", field.required},
          {"about", field.about},      {"options", field.options}, {"proposed", field.proposed}};
}

Json entry_view(const Entry& entry) {
  Json fields = Json::array();
  for (const Field& field : entry.fields) fields.push_back(field_view(field));
  return {{"event", entry.event}, {"title", entry.title}, {"fields", std::move(fields)}};
}

// Whether a value can be put into `data` at this place: what is on the way to it is missing or an object.
bool takes(const Json& data, Json::json_pointer place) {
  for (place.pop_back(); !place.empty(); place.pop_back()) {
    if (data.contains(place) && !data.at(place).is_object()) return false;
  }
  return true;
}

Json history_view(const std::vector<caseview::JournalRecord>& journal) {
  Json rows = Json::array();
  for (const auto& row : journal) {
    rows.push_back({{"at", to_rfc3339(row.at)},
                    {"kind", row.kind},
                    {"name", row.name},
                    {"disposition", row.disposition},
                    {"rules", row.trace.value("rules", Json::array())}});
  }
  std::reverse(rows.begin(), rows.end());
  return rows;
}

}  // namespace

std::string source_of(const Municipality& municipality) {
  return fmt::format("/kov/{}/office", municipality.str());
}

// A case of the official's municipality, and its guardians.
struct Office::Found {
  caseview::CaseRecord record;
  const workflow::Service* service = nullptr;
  workflow::WorkflowPtr rules;
  std::vector<Pseudonym> guardians;
  Timestamp now{};

  caseview::Reader reader(const Session& session, std::size_t guardian,
                          texts::Language language) const {
    return {guardians[guardian], access::Assurance::substantial, language, now,
            "official:" + session.official().str()};
  }
};

Office::Office(identity::Sessions sessions, const caseview::Services& services,
               const cloudevents::SchemaCatalogue& events,
               const cloudevents::SchemaCatalogue& forms, const kit::Registry& connectors,
               const privacy::Keyring& keyring, std::unique_ptr<OfficeStore> store,
               std::unique_ptr<caseview::ViewStore> views,
               std::unique_ptr<engine::Vault> vault, Send send)
    : sessions_(std::move(sessions)),
      services_(services),
      events_(events),
      forms_(forms),
      keyring_(keyring),
      store_(std::move(store)),
      views_(std::move(views)),
      vault_(std::move(vault)),
      send_(std::move(send)),
      tasks_(services, connectors, keyring, *store_, *views_, *vault_) {}

Office::~Office() = default;

// ---- Sessions ----------------------------------------------------------------------------------

Answer<Json> Office::development_municipalities() {
  if (!sessions_.is_development()) return failure(Refusal{Refusal::Kind::not_found});
  Json all = Json::array();
  for (const Municipality& municipality : services_.municipalities()) {
    all.push_back({{"municipality", municipality.str()},
                   {"name", services_.name_of(municipality)}});
  }
  return Json{{"development", true}, {"municipalities", std::move(all)}};
}

Answer<LoggedIn> Office::log_in_for_development(const std::string& document,
                                                std::string_view former_token) {
  if (!sessions_.is_development()) return failure(Refusal{Refusal::Kind::not_found});
  const auto json = read_object(document);
  if (!json) return failure(Refusal{Refusal::Kind::malformed, "expected a JSON object"});
  const Municipality municipality{text_member(*json, "municipality")};
  const std::string name = text_member(*json, "name");
  const auto served = services_.municipalities();
  if (std::find(served.begin(), served.end(), municipality) == served.end()) {
    return failure(Refusal{Refusal::Kind::not_found});
  }
  if (name.empty() || name.size() > max_official_name_bytes) {
    return failure(Refusal{Refusal::Kind::malformed, "expected a name of at most 80 bytes"});
  }
  const auto official = privacy::pseudonym_of_official(keyring_, municipality, name);
  const Timestamp now = views_->real_now();
  if (!official || !know(municipality, *official, name, now)) {
    return failure(Refusal{Refusal::Kind::unavailable, "the municipality has no key"});
  }
  auto login = sessions_.log_in_for_development({{municipality, *official}}, former_token);
  if (!login) return failure(Refusal{Refusal::Kind::not_found});
  return std::move(*login);
}

// The name is the vault's; everything else holds the pseudonym.
bool Office::know(const Municipality& municipality, const Pseudonym& official,
                  const std::string& name, Timestamp now) {
  engine::VaultBatch batch;
  batch.entries.push_back({.municipality = municipality,
                           .owner = {},
                           .person = official,
                           .field = official_name,
                           .value = Sensitive<std::string>{name},
                           .field_class = privacy::FieldClass::identity,
                           .origin = {source_of(municipality), calendar::day_in_tallinn(now)},
                           .recorded_at = now});
  return vault_->store(batch).has_value();
}

void Office::log_out(const Session& session) { sessions_.log_out(session); }

Answer<Session> Office::session(std::string_view token) {
  auto session = sessions_.session(token);
  if (!session) return failure(Refusal{Refusal::Kind::no_session});
  return std::move(*session);
}

Answer<Json> Office::me(const Session& session) {
  const auto found = vault_->read(session.municipality(),
                                  {{session.official(), {official_name}, {}}},
                                  {"official:" + session.official().str(), "show-own-name", {},
                                   views_->case_now()});
  if (!found || found->empty() || found->front().empty()) {
    return failure(Refusal{Refusal::Kind::no_session});
  }
  return Json{{"name", found->front().front().value.reveal()},
              {"municipality", services_.name_of(session.municipality())},
              {"csrf", session.csrf},
              {"development", sessions_.is_development()}};
}

// ---- Cases -------------------------------------------------------------------------------------

// Without the subject's name: nobody is looked at before a case is opened.
Answer<Json> Office::cases(const Session& session, texts::Language language) {
  Json list = Json::array();
  const Timestamp now = views_->case_now();
  for (const auto& record : store_->cases_of(session.municipality())) {
    const auto* service = services_.find(record.municipality, record.service);
    const auto rules = service ? services_.rules_of(record, *views_) : nullptr;
    const auto guardians = guardians_of(record, now);
    if (!rules || guardians.empty()) continue;
    caseview::Page page(record, *service, *rules,
                        {guardians.front(), access::Assurance::substantial, language, now,
                         "official:" + session.official().str()},
                        *vault_);
    if (auto row = page.list_row()) list.push_back(std::move(*row));
  }
  return Json{{"cases", std::move(list)}};
}

Answer<Office::Found> Office::find(const Session& session, const std::string& case_id) {
  const auto id = parse_url_id(case_id);
  if (!id) return failure(Refusal{Refusal::Kind::not_found});
  auto record = store_->find_case(session.municipality(), *id);
  if (!record) return failure(Refusal{Refusal::Kind::not_found});
  Found found{std::move(*record), nullptr, nullptr, {}, views_->case_now()};
  const auto roles = caseview::visible_to(found.record.status);
  found.guardians = guardians_of(found.record, found.now);
  if (!access::admits(roles, access::Role::official) || found.guardians.empty()) {
    return failure(Refusal{Refusal::Kind::not_found});
  }
  found.service = services_.find(found.record.municipality, found.record.service);
  if (found.service != nullptr) found.rules = services_.rules_of(found.record, *views_);
  if (!found.rules) return failure(Refusal{Refusal::Kind::unavailable});
  return found;
}

Answer<Json> Office::case_view(const Session& session, const std::string& case_id, int reader,
                               texts::Language language) {
  const auto found = find(session, case_id);
  if (!found) return failure(found.error());
  if (reader < 0 || static_cast<std::size_t>(reader) >= found->guardians.size()) {
    return failure(Refusal{Refusal::Kind::not_found});
  }
  const auto journal = views_->journal_of(found->record);
  caseview::Page page(found->record, *found->service, *found->rules,
                      found->reader(session, static_cast<std::size_t>(reader), language), *vault_);
  auto seen = page.view(journal, vault_->usage_of_case(found->record.municipality,
                                                       found->record.id));
  if (!seen) return failure(Refusal{Refusal::Kind::unavailable, "the case cannot be shown now"});
  Json guardians = Json::array();
  for (const Pseudonym& guardian : found->guardians) {
    guardians.push_back({{"name", page.name_of(guardian.str())}});
  }
  Json entries = Json::array();
  for (const Entry& entry : entries_of(*found->rules, forms_, events_, found->record.context)) {
    entries.push_back(entry_view(entry));
  }
  return Json{{"case", case_id},
              {"reader", reader},
              {"guardians", std::move(guardians)},
              {"seen", std::move(*seen)},
              {"entries", std::move(entries)},
              {"identifiedBy", identified_by},
              {"history", history_view(journal)}};
}

// ---- Entries -----------------------------------------------------------------------------------

Answer<Json> Office::enter(const Session& session, const std::string& case_id,
                           const std::string& event, const std::string& document) {
  const auto found = find(session, case_id);
  if (!found) return failure(found.error());
  const auto entries = entries_of(*found->rules, forms_, events_, found->record.context);
  const auto entry = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& each) { return each.event == event; });
  if (entry == entries.end()) return failure(Refusal{Refusal::Kind::not_found});
  const auto body = read_object(document);
  Json data = body ? body->value("data", Json()) : Json();
  if (!data.is_object() || !takes(data, entry->own)) {
    return failure(Refusal{Refusal::Kind::malformed, "expected {data}, an object"});
  }
  data[entry->own] = entry->own_value;
  // What the form says is wrong, is told field by field before anything is sent.
  const auto violations = forms_.violations(entry->type, data);
  if (!violations.empty()) {
    Refusal refusal{Refusal::Kind::invalid, "the entry is not complete", {}};
    for (const auto& violation : violations) {
      refusal.fields.push_back({violation.where, violation.what});
    }
    return failure(std::move(refusal));
  }
  const std::string id = random_id().str();
  const Json cloud_event = {{"specversion", "1.0"},
                            {"id", id},
                            {"source", source_of(session.municipality())},
                            {"type", entry->type},
                            {"time", to_rfc3339(found->now)},
                            {"datacontenttype", "application/json"},
                            {"data", std::move(data)}};
  const auto sent = send_(session.municipality(), cloud_event.dump());
  if (!sent) {
    return failure(Refusal{sent.error().status == 503 ? Refusal::Kind::unavailable
                                                      : Refusal::Kind::invalid,
                           sent.error().sentence});
  }
  return Json{{"id", id}};
}

Answer<Json> Office::answer_for_family(const Session& session, const std::string& case_id,
                                       const std::string& action,
                                       const std::string& idempotency_key,
                                       const std::string& document, texts::Language language) {
  const auto found = find(session, case_id);
  if (!found) return failure(found.error());
  const auto body = read_object(document);
  if (!body) return failure(Refusal{Refusal::Kind::malformed, "expected a JSON object"});
  const auto guardian = body->value("guardian", Json());
  if (!guardian.is_number_unsigned() ||
      guardian.get<std::size_t>() >= found->guardians.size()) {
    return failure(Refusal{Refusal::Kind::malformed, "expected the guardian's place in the list"});
  }
  Refusal wrong{Refusal::Kind::invalid, "the entry is not complete", {}};
  const auto received = parse_rfc3339(text_member(*body, "receivedAt"));
  if (!received || *received > found->now || *received < found->now - enter_within) {
    wrong.fields.push_back({"receivedAt", "expected a moment of the last 30 days"});
  }
  const std::string identified = text_member(*body, "identifiedBy");
  if (std::find(std::begin(identified_by), std::end(identified_by), identified) ==
      std::end(identified_by)) {
    wrong.fields.push_back({"identifiedBy", "expected how the person was identified"});
  }
  if (!wrong.fields.empty()) return failure(std::move(wrong));

  const auto reader = found->reader(session, guardian.get<std::size_t>(), language);
  const caseview::Entered entered{
      *received, {{"official", session.official().str()}, {"identifiedBy", identified}}};
  auto kept = caseview::receive({found->record, *found->service, *found->rules, reader, events_,
                                 *views_, *vault_},
                                {case_id, action, idempotency_key, document}, entered);
  if (!kept) return failure(kept.error());
  return std::move(kept->view);
}

}  // namespace elukaar::office
