// The officials' use cases over the real workflow and texts of Rae, with everything else in memory.
#include <gtest/gtest.h>

#include <random>

#include "office/office.hpp"
#include "privacy/pseudonym.hpp"
#include "support/content.hpp"
#include "support/generated_persons.hpp"
#include "support/keys.hpp"
#include "support/memory_office_store.hpp"
#include "support/memory_resident_store.hpp"
#include "support/memory_session_store.hpp"
#include "support/memory_vault.hpp"
#include "workflow/load/load.hpp"

namespace elukaar::office {
namespace {

using namespace std::chrono_literals;
using caseview::Refusal;
using texts::Language;

const Municipality rae("0653"), kohila("0317");
using test::all_services;
using test::content;
using test::topic_events;

const cloudevents::SchemaCatalogue& intake_forms() {
  static const auto loaded =
      cloudevents::SchemaCatalogue::load(content / "events" / "intake").value();
  return loaded;
}

class TheOffice : public testing::Test {
 protected:
  TheOffice() {
    data->now = *parse_rfc3339("2026-05-20T09:00:00Z");
    mari = know(test::generated_code(random), "Mari");
    jaan = know(test::generated_code(random), "Jaan");
    child = know(test::generated_code(random), "Juhan");
    caseview::CaseRecord record;
    record.municipality = rae;
    record.id = CaseId{*Uuid::parse("0190a1b2-0000-7000-8000-000000000007")};
    record.public_id = *Uuid::parse("7c0f7a5b-e3a9-4d19-a1f2-f6c58e1b4d03");
    record.service = "kindergarten-place";
    record.release_digest = all_services().find(rae, record.service)->workflow->digest;
    record.active = {"informed"};
    record.context = {{"child", {{"key", child.str()}, {"bornOn", "2026-05-01"}}},
                      {"application", {{"id", "a-1"}, {"applicant", mari.str()}}},
                      {"family", {{"guardians", {mari.str(), jaan.str()}}}}};
    record.status = Json::parse(R"({"text":"informed","turn":"resident","push":"N",
        "by":"2033-09-01","clock":null,"legalBasis":["place-right"],"actions":["apply","not-now"],
        "visibleTo":["guardians","official"],"args":{"entitledFrom":"2027-11-01"},"final":false,
        "delayed":null})");
    record.revision = 1;
    record.parties = {{mari, access::Role::guardian, data->now - 24h, std::nullopt},
                      {jaan, access::Role::guardian, data->now - 24h, std::nullopt}};
    data->cases.push_back(record);
    session = log_in("0653");
  }

  Pseudonym know(const std::string& code, const std::string& name) {
    const auto person = *privacy::pseudonym(keyring, rae, *privacy::PersonalCode::parse(code));
    EXPECT_TRUE(vault().store({{{rae, "", person, "first-name", Sensitive<std::string>(name),
                                 privacy::FieldClass::identity,
                                 {"/register/population/0653", *parse_iso_date("2026-05-02")},
                                 data->now}},
                               {}}));
    return person;
  }

  Session log_in(const std::string& municipality) {
    return office
        .log_in_for_development(Json{{"municipality", municipality}, {"name", "Kadri"}}.dump(), {})
        .value()
        .session;
  }

  Json answer(const std::string& received_at, int guardian = 0) const {
    return {{"guardian", guardian}, {"receivedAt", received_at},
            {"identifiedBy", "control-questions"}, {"subject", case_id}, {"revision", "1"}};
  }

  test::MemoryVault& vault() { return *vault_; }

  const std::string case_id = "7c0f7a5be3a94d19a1f2f6c58e1b4d03";
  std::mt19937 random{20260504};
  privacy::Keyring keyring = test::keyring_for({"0653", "0317"});
  std::shared_ptr<test::ResidentData> data = std::make_shared<test::ResidentData>();
  std::vector<Json> sent;
  test::MemoryVault* vault_ = new test::MemoryVault{keyring};  // owned by the office
  const kit::Registry connectors;
  Office office{{identity::Kind::official,
                 {.development = true},
                 std::make_unique<test::MemorySessionStore>([this] { return data->now; })},
                all_services(), topic_events(), intake_forms(), connectors,
                keyring, std::make_unique<test::MemoryOfficeStore>(data),
                std::make_unique<test::MemoryResidentStore>(data),
                std::unique_ptr<engine::Vault>(vault_),
                [this](const Municipality&, const std::string& body)
                    -> Result<void, engine::IntakeRefusal> {
                  sent.push_back(Json::parse(body));
                  return {};
                }};
  Pseudonym mari, jaan, child;
  Session session;
};

TEST_F(TheOffice, shows_the_cases_of_its_own_municipality_and_no_other) {
  EXPECT_EQ(office.cases(session, Language::et).value().at("cases").size(), 1u);
  const Session of_kohila = log_in("0317");
  EXPECT_TRUE(office.cases(of_kohila, Language::et).value().at("cases").empty());
  for (const std::string& id : {case_id, std::string(32, '0'), std::string{"x"}}) {
    const auto view = office.case_view(of_kohila, id, 0, Language::et);
    const auto entered = office.enter(of_kohila, id, "queue-position-changed", "{}");
    const auto answered =
        office.answer_for_family(of_kohila, id, "apply", "k", answer("2026-05-20T08:00:00Z").dump(),
                                 Language::et);
    for (const Refusal& refused : {view.error(), entered.error(), answered.error()}) {
      EXPECT_EQ(refused.kind, Refusal::Kind::not_found);
      EXPECT_EQ(refused.what, "");
    }
  }
  EXPECT_TRUE(sent.empty());
  EXPECT_TRUE(data->events.empty());
}

TEST_F(TheOffice, reads_the_page_as_each_guardian_does_and_leaves_a_record_that_the_family_sees) {
  const auto view = office.case_view(session, case_id, 1, Language::et);
  ASSERT_TRUE(view);
  EXPECT_EQ((*view)["guardians"][0]["name"], "Mari");
  EXPECT_EQ((*view)["seen"]["subject"]["name"], "Juhan");
  EXPECT_EQ(office.case_view(session, case_id, 2, Language::et).error().kind,
            Refusal::Kind::not_found);
  const auto usage = vault().usage_of_case(rae, data->cases[0].id);
  ASSERT_FALSE(usage.empty());
  EXPECT_EQ(usage.front().use.who, "official:" + session.official().str());
  const auto again = office.case_view(session, case_id, 0, Language::en);
  EXPECT_EQ((*again)["seen"]["dataUse"][0]["who"], "Education official of the municipality");
}

TEST_F(TheOffice, looks_at_nobody_for_its_list) {
  ASSERT_TRUE(office.cases(session, Language::et));
  EXPECT_TRUE(vault().usage_of_case(rae, data->cases[0].id).empty());
}

TEST_F(TheOffice, enters_what_a_register_would_have_said) {
  const Json queue = {{"scope", "rae"}, {"position", 4}, {"of", 20}, {"ruleRef", "sibling-first"}};
  const auto entered = office.enter(session, case_id, "queue-position-changed",
                                    Json{{"data", {{"queue", queue}}}}.dump());
  ASSERT_TRUE(entered) << entered.error().what;
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0]["source"], "/kov/0653/office");
  EXPECT_EQ(sent[0]["type"], "ee.elukaar.queue.position-changed.v1");
  EXPECT_EQ(sent[0]["data"]["application"]["id"], "a-1");
  EXPECT_EQ(sent[0]["data"]["queue"], queue);
}

TEST_F(TheOffice, says_which_field_of_an_entry_is_wrong) {
  const auto refused = office.enter(session, case_id, "queue-position-changed",
                                    R"({"data":{"queue":{"position":"four"}}})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Refusal::Kind::invalid);
  EXPECT_FALSE(refused.error().fields.empty());
  const auto no_object = office.enter(session, case_id, "queue-position-changed",
                                      R"({"data":{"application":"a-1"}})");
  ASSERT_FALSE(no_object);
  EXPECT_EQ(no_object.error().kind, Refusal::Kind::malformed);
  EXPECT_EQ(office.enter(session, case_id, "birth-registered", R"({"data":{}})").error().kind,
            Refusal::Kind::not_found)
      << "what is not about an application is no entry";
  EXPECT_TRUE(sent.empty());
}

TEST_F(TheOffice, enters_an_answer_from_the_moment_it_arrived) {
  const auto kept = office.answer_for_family(session, case_id, "not-now", "k1",
                                             answer("2026-05-18T20:58:00Z").dump(), Language::et);
  ASSERT_TRUE(kept) << kept.error().what;
  EXPECT_EQ(kept->at("receivedAt"), "2026-05-18T20:58:00Z");
  ASSERT_EQ(data->events.size(), 1u);
  const Json event = Json::parse(data->events[0]);
  EXPECT_EQ(event["time"], "2026-05-18T20:58:00Z");
  EXPECT_EQ(event["office"]["official"], session.official().str());
  EXPECT_EQ(data->events[0].find("Kadri"), std::string::npos) << "her name stands in the vault alone";
  EXPECT_EQ(event["office"]["identifiedBy"], "control-questions");
  EXPECT_EQ(data->actions[0].person, mari) << "it is her act, whoever typed it";
}

TEST_F(TheOffice, takes_no_answer_of_tomorrow_of_last_year_or_of_somebody_unknown) {
  for (const char* at : {"2026-05-20T09:00:01Z", "2025-05-20T09:00:00Z", "soon"}) {
    const auto refused = office.answer_for_family(session, case_id, "not-now", "k",
                                                  answer(at).dump(), Language::et);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fields[0].field, "receivedAt");
  }
  Json unknown = answer("2026-05-20T08:00:00Z");
  unknown["identifiedBy"] = "voice";
  EXPECT_EQ(office.answer_for_family(session, case_id, "not-now", "k", unknown.dump(), Language::et)
                .error()
                .fields[0]
                .field,
            "identifiedBy");
  EXPECT_TRUE(data->events.empty());
}

TEST_F(TheOffice, knows_an_official_by_a_pseudonym_and_tells_him_his_name) {
  EXPECT_TRUE(privacy::is_pseudonym(session.official().str()));
  EXPECT_EQ(log_in("0653").official(), session.official());
  EXPECT_NE(log_in("0317").official(), session.official());
  EXPECT_EQ(office.me(session).value()["name"], "Kadri");
}

TEST_F(TheOffice, has_no_development_login_in_production) {
  Office production{{identity::Kind::official, {}, std::make_unique<test::MemorySessionStore>([this] { return data->now; })},
                    all_services(),
                    topic_events(),
                    intake_forms(),
                    connectors,
                    keyring,
                    std::make_unique<test::MemoryOfficeStore>(data),
                    std::make_unique<test::MemoryResidentStore>(data),
                    std::make_unique<test::MemoryVault>(keyring),
                    {}};
  EXPECT_EQ(production.development_municipalities().error().kind, Refusal::Kind::not_found);
  EXPECT_EQ(production.log_in_for_development(R"({"municipality":"0653","name":"K"})", {})
                .error()
                .kind,
            Refusal::Kind::not_found);
}

}  // namespace
}  // namespace elukaar::office
