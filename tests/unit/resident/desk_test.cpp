// The residents' use cases over the real workflow and texts of Rae, with everything else in memory.
#include <gtest/gtest.h>

#include <random>

#include "base/url_id.hpp"
#include "privacy/pseudonym.hpp"
#include "resident/desk.hpp"
#include "support/content.hpp"
#include "support/generated_persons.hpp"
#include "support/keys.hpp"
#include "support/memory_resident_store.hpp"
#include "support/memory_session_store.hpp"
#include "support/memory_vault.hpp"
#include "workflow/load/load.hpp"

namespace elukaar::resident {
namespace {

using namespace std::chrono_literals;
using caseview::JournalRecord;
using caseview::Refusal;
using texts::Language;

const Municipality rae("0653");
using test::all_services;
using test::topic_events;

// A vault that several desks share.
class SharedVault final : public engine::Vault {
 public:
  explicit SharedVault(engine::Vault& vault) : vault_(vault) {}
  Result<void, engine::VaultError> store(const engine::VaultBatch& batch) override {
    return vault_.store(batch);
  }
  Result<std::vector<std::vector<engine::VaultValue>>, engine::VaultError> read(
      const Municipality& municipality, const std::vector<engine::VaultQuery>& queries,
      const engine::VaultUse& use) override {
    return vault_.read(municipality, queries, use);
  }
  void keep_no_longer(const Municipality& municipality, const engine::VaultQuery& query,
                      Timestamp until) override {
    vault_.keep_no_longer(municipality, query, until);
  }
  std::vector<Pseudonym> names_of(const Municipality& municipality,
                                  const Pseudonym& person) override {
    return vault_.names_of(municipality, person);
  }
  std::vector<engine::VaultUsage> usage_of_person(const Municipality& municipality,
                                                  const Pseudonym& person) override {
    return vault_.usage_of_person(municipality, person);
  }
  std::vector<engine::VaultUsage> usage_of_case(const Municipality& municipality,
                                                const CaseId& id) override {
    return vault_.usage_of_case(municipality, id);
  }

 private:
  engine::Vault& vault_;
};

class TheDesk : public testing::Test {
 protected:
  TheDesk() {
    data->now = *parse_rfc3339("2026-05-20T09:00:00Z");
    mari = know(mari_code, "Mari");
    jaan = know(jaan_code, "Jaan");
    stranger = know(stranger_code, "Võõras");
    child = know(child_code, "Juhan");
    CaseRecord record;
    record.municipality = rae;
    record.id = CaseId{*Uuid::parse("0190a1b2-0000-7000-8000-000000000007")};
    record.public_id = *Uuid::parse("7c0f7a5b-e3a9-4d19-a1f2-f6c58e1b4d03");
    record.service = "kindergarten-place";
    record.release_digest = all_services().find(rae, record.service)->workflow->digest;
    record.active = {"informed"};
    record.context = {{"child", {{"key", child.str()}, {"bornOn", "2026-05-01"}}},
                      {"family", {{"guardians", {mari.str(), jaan.str()}}}}};
    record.status = Json::parse(R"({"text":"informed","turn":"resident","push":"N",
        "by":"2033-09-01","clock":null,"legalBasis":["place-right"],"actions":["apply","keep-draft","not-now"],
        "visibleTo":["guardians","official"],"args":{"entitledFrom":"2027-11-01"},"final":false,
        "delayed":null})");
    record.revision = 1;
    record.parties = {{mari, access::Role::guardian, data->now - 24h, std::nullopt},
                      {jaan, access::Role::guardian, data->now - 48h, data->now - 1h}};
    data->cases.push_back(record);
    JournalRecord first{1, "event", "birth-registered", "applied", data->now - 72h,
                        {{"rules", {"new.on.birth-registered[0]"}}}, std::nullopt};
    JournalRecord second{2, "call", "done", "applied", data->now - 24h,
                         {{"rules", {"verifying.invoke.family.onDone[0]"}}}, record.status};
    data->journal = {first, second};
  }

  Pseudonym know(const std::string& code, const std::string& name) {
    const auto person =
        *privacy::pseudonym(keyring, rae, *privacy::PersonalCode::parse(code));
    const std::pair<const char*, std::string> values[] = {
        {"first-name", name}, {"last-name", "Maasikas"}, {"personal-code", code}};
    for (const auto& [field, value] : values) {
      EXPECT_TRUE(vault.store({{{rae, "", person, field, Sensitive<std::string>(value),
                                 privacy::FieldClass::identity,
                                 {"/register/population/0653", *parse_iso_date("2026-05-02")},
                                 data->now}},
                               {}}));
    }
    return person;
  }

  Session log_in(const std::string& code) {
    const auto login =
        desk.log_in_for_development(Json{{"personalCode", code}}.dump(), {}).value();
    return login.session;
  }

  identity::Sessions sessions(bool development) {
    return {identity::Kind::resident,
            {.development = development},
            std::make_unique<test::MemorySessionStore>([this] { return data->now; })};
  }

  Submission application(std::string key = "k1") const {
    const Json body = {{"subject", case_id}, {"revision", "1"},
                       {"form", {{"preferences", {"rae-kuldnokk", "rae-aiamaa"}},
                                 {"wishedStart", "2028-01-01"}, {"language", "et"}}}};
    return {case_id, "apply", std::move(key), body.dump()};
  }

  const std::string case_id = "7c0f7a5be3a94d19a1f2f6c58e1b4d03";
  std::mt19937 random{20260504};
  const std::string mari_code = test::generated_code(random);
  const std::string jaan_code = test::generated_code(random);
  const std::string stranger_code = test::generated_code(random);
  const std::string child_code = test::generated_code(random);
  privacy::Keyring keyring = test::keyring_for({"0653"});
  test::MemoryVault vault{keyring};
  std::shared_ptr<test::ResidentData> data = std::make_shared<test::ResidentData>();
  Desk desk{sessions(true), all_services(), topic_events(), keyring,
            std::make_unique<test::MemoryResidentStore>(data),
            std::make_unique<SharedVault>(vault)};
  Pseudonym mari, jaan, stranger, child;
};

TEST_F(TheDesk, shows_a_guardian_the_case_in_each_language) {
  const Session session = log_in(mari_code);
  for (const Language language : texts::all_languages) {
    const auto view = desk.case_view(session, case_id, language);
    ASSERT_TRUE(view);
    EXPECT_EQ((*view)["subject"]["name"], "Juhan Maasikas");
    EXPECT_FALSE((*view)["status"]["headline"].get<std::string>().empty());
    EXPECT_EQ((*view)["actions"][0]["name"], "apply");
    EXPECT_EQ((*view)["why"].size(), 2u);
    EXPECT_EQ((*view)["timeline"].back()["group"], "next");
  }
}

TEST_F(TheDesk, foretells_what_follows_on_the_state_that_is_shown_not_on_its_inner_one) {
  const Session session = log_in(mari_code);
  caseview::CaseRecord& record = data->cases.front();
  record.active = {"contract_pending.open"};
  record.status["text"] = "contract_pending";
  record.status["actions"] = {"withdraw"};
  record.status["args"] = {{"kindergarten", "rae-aiamaa"}, {"deadline", "2026-06-01"}};
  const auto view = desk.case_view(session, case_id, Language::en);
  ASSERT_TRUE(view);
  std::vector<std::string> next;
  for (const Json& item : (*view)["timeline"]) {
    if (item["group"] == "next") next.push_back(item["title"]);
  }
  ASSERT_FALSE(next.empty());
  EXPECT_EQ(next.front(), "The place is confirmed");
}

TEST_F(TheDesk, does_not_tell_a_case_of_others_from_one_that_is_not_there) {
  for (const std::string& code : {stranger_code, jaan_code}) {  // jaan's part has ended
    const Session session = log_in(code);
    EXPECT_TRUE(desk.cases(session, Language::et).value()["cases"].empty());
    for (const std::string& id : {case_id, std::string(32, '0'), std::string("x")}) {
      EXPECT_EQ(desk.case_view(session, id, Language::et).error().kind, Refusal::Kind::not_found);
      EXPECT_EQ(desk.form(session, id, "application", Language::et).error().kind,
                Refusal::Kind::not_found);
      Submission wanted = application();
      wanted.case_id = id;
      const auto refused = desk.submit(session, wanted, Language::et);
      EXPECT_EQ(refused.error().kind, Refusal::Kind::not_found);
      EXPECT_EQ(refused.error().what, "");
    }
  }
  EXPECT_TRUE(data->events.empty());
}

// Every role, every route, and the case of another family beside the own one.
TEST_F(TheDesk, answers_every_route_by_the_right_of_who_asks) {
  // Mari has applied; Jaan has custody too; the other case is Tiina's.
  const std::string tiina_code = test::generated_code(random);
  const Pseudonym tiina = know(tiina_code, "Tiina");
  CaseRecord& own = data->cases[0];
  own.parties = {{mari, access::Role::applicant, data->now - 24h, std::nullopt},
                 {mari, access::Role::guardian, data->now - 24h, std::nullopt},
                 {jaan, access::Role::guardian, data->now - 24h, std::nullopt}};
  CaseRecord other = own;
  other.id = CaseId{*Uuid::parse("0190a1b2-0000-7000-8000-000000000008")};
  other.public_id = *Uuid::parse("11111111-2222-4333-8444-555555555555");
  other.parties = {{tiina, access::Role::guardian, data->now - 24h, std::nullopt}};
  const std::string other_id = to_url_id(other.public_id);
  data->cases.push_back(other);
  const auto stranger_of_all = log_in(stranger_code);

  struct Row {
    const char* who;
    const std::string* code;
    bool sees_own, sees_other;
  };
  const Row rows[] = {{"applicant", &mari_code, true, false},
                      {"other guardian", &jaan_code, true, false},
                      {"another family", &tiina_code, false, true},
                      {"nobody's guardian", &stranger_code, false, false}};
  int key = 0;
  for (const Row& row : rows) {
    const Session session = log_in(*row.code);
    for (const bool of_other : {false, true}) {
      const std::string& id = of_other ? other_id : case_id;
      const bool may = of_other ? row.sees_other : row.sees_own;
      SCOPED_TRACE(std::string{row.who} + (of_other ? ", the other case" : ", the first case"));
      Submission wanted = application("key" + std::to_string(++key));
      wanted.case_id = id;
      const auto view = desk.case_view(session, id, Language::et);
      const auto form = desk.form(session, id, "application", Language::et);
      const auto sent = desk.submit(session, wanted, Language::et);
      ASSERT_EQ(bool(view), may);
      ASSERT_EQ(bool(form), may);
      ASSERT_EQ(bool(sent), may);
      if (!may) {
        for (const Refusal& refused : {view.error(), form.error(), sent.error()}) {
          EXPECT_EQ(refused.kind, Refusal::Kind::not_found);
          EXPECT_EQ(refused.what, "");
          EXPECT_TRUE(refused.fields.empty());
        }
        continue;
      }
      // Whose act it was is his alone to ask about, even within one family.
      const std::string action = sent->view.at("action");
      EXPECT_TRUE(desk.action(session, action, Language::et));
      const Session& somebody_else = *row.code == mari_code ? log_in(jaan_code) : stranger_of_all;
      EXPECT_EQ(desk.action(somebody_else, action, Language::et).error().kind,
                Refusal::Kind::not_found);
    }
    const auto list = desk.cases(session, Language::et).value().at("cases");
    EXPECT_EQ(list.size(), std::size_t{row.sees_own} + std::size_t{row.sees_other}) << row.who;
  }
}

TEST_F(TheDesk, refuses_whoever_logged_in_less_surely_than_substantially) {
  Session session = log_in(mari_code);
  session.assurance = access::Assurance::low;
  EXPECT_TRUE(desk.cases(session, Language::et).value()["cases"].empty());
  EXPECT_EQ(desk.case_view(session, case_id, Language::et).error().kind, Refusal::Kind::not_found);
}

TEST_F(TheDesk, tells_each_guardian_the_same_case_in_his_own_words) {
  CaseRecord& own = data->cases[0];
  own.parties = {{mari, access::Role::applicant, data->now - 24h, std::nullopt},
                 {jaan, access::Role::guardian, data->now - 24h, std::nullopt}};
  own.context["application"] = {{"id", "a-1"}, {"applicant", mari.str()}};
  own.status["visibleTo"] = {"applicant", "guardians"};
  const auto turn_of = [&](const std::string& code) {
    return desk.case_view(log_in(code), case_id, Language::en).value()["status"]["turnText"];
  };
  EXPECT_EQ(turn_of(mari_code), "Your turn");
  own.status["actions"] = Json::array();  // nothing that Jaan may do, and it is somebody's turn
  EXPECT_EQ(turn_of(jaan_code), "The other parent's turn");
}

TEST_F(TheDesk, shows_the_legal_clock_by_the_day_it_is_read_on) {
  data->cases[0].status["clock"] = {{"name", "place-offer"}, {"state", "running"},
                                    {"startedOn", "2026-05-01"}, {"due", "2026-07-01"}};
  const Session session = log_in(mari_code);
  const auto clock = [&] {
    return desk.case_view(session, case_id, Language::en).value().at("clock");
  };
  EXPECT_EQ(clock()["text"], "19 days used, 42 days left");
  EXPECT_EQ(clock()["due"], "2026-07-01");
  data->cases[0].status["clock"]["due"] = "2026-05-19";
  EXPECT_NE(clock()["text"].get<std::string>().find("1 day late"), std::string::npos);
  data->cases[0].status["clock"] = nullptr;
  EXPECT_TRUE(clock().is_null());
}

TEST_F(TheDesk, tells_what_was_said_and_puts_a_correction_beside_it) {
  data->journal[1].at = data->now - 48h;
  data->journal.push_back({3, "event", "birth-annulled", "applied", data->now - 24h,
                           {{"rules", Json::array()}}, std::nullopt,
                           {{{"text", "informed"},
                             {"args", {{"entitledFrom", "2027-12-01"}, {"corrects", "informed"}}}}}});
  const auto view = desk.case_view(log_in(mari_code), case_id, Language::en);
  const Json said = view.value().at("messages");
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0]["title"], "You can apply for a kindergarten place");
  EXPECT_EQ(said[0]["correctedBy"], 1);
  EXPECT_EQ(said[1]["kind"], "correction");
  EXPECT_EQ(said[1]["corrects"], 0);
}

TEST_F(TheDesk, keeps_an_application_once_however_often_it_is_sent) {
  const Session session = log_in(mari_code);
  const auto first = desk.submit(session, application(), Language::et);
  ASSERT_TRUE(first);
  const auto again = desk.submit(session, application(), Language::et);
  ASSERT_TRUE(again);
  EXPECT_EQ(first->view, again->view);
  ASSERT_EQ(data->events.size(), 1u);
  const Json event = Json::parse(data->events[0]);
  EXPECT_EQ(event["type"], "ee.elukaar.application.submitted.v1");
  EXPECT_EQ(event["source"], "/kov/0653/portal");
  EXPECT_EQ(event["time"], "2026-05-20T09:00:00Z");
  EXPECT_EQ(event["data"]["application"]["applicant"], mari.str());
  EXPECT_EQ(event["data"]["child"]["key"], child.str());
  EXPECT_TRUE(topic_events().check("ee.elukaar.application.submitted.v1", event["data"]));

  Submission other = application();
  other.body = Json{{"subject", ""}, {"form", Json::parse(other.body)["form"]}}.dump();
  EXPECT_EQ(desk.submit(session, other, Language::et).error().kind, Refusal::Kind::invalid);
}

// What a draft needs of the case, as the workflow makes it of the first saving.
void have_drafted(CaseRecord& record, const Pseudonym& person, Timestamp now) {
  record.context["draft"] = {{"by", {person.str()}}, {"until", "2026-07-19"}};
  record.status["actions"] = {"apply", "keep-draft", "discard-draft", "not-now"};
  record.parties.push_back({person, access::Role::applicant, now, std::nullopt});
  ++record.revision;
}

TEST_F(TheDesk, keeps_what_a_guardian_has_written_for_him_alone) {
  CaseRecord& record = data->cases[0];
  record.parties[1] = {jaan, access::Role::guardian, data->now - 48h, std::nullopt};
  const Session session = log_in(mari_code);
  const auto form = [&](const Session& of) {
    return desk.form(of, case_id, "application", Language::et).value();
  };
  EXPECT_EQ(form(session)["keepsDraft"], true);
  EXPECT_EQ(form(session)["draft"], nullptr);
  const std::string half = R"({"form":{"preferences":["rae-aiamaa","nowhere","rae-aiamaa"],
      "language":"tlh","motto":"Elagu!"}})";
  const auto saved = desk.save_draft(session, case_id, "application", half, Language::et);
  ASSERT_TRUE(saved) << saved.error().what;
  EXPECT_EQ(saved->at("savedAt"), "2026-05-20T09:00:00Z");
  ASSERT_EQ(data->events.size(), 1u);
  const Json event = Json::parse(data->events[0]);
  EXPECT_EQ(event["type"], "ee.elukaar.application.drafted.v1");
  EXPECT_EQ(event["data"], (Json{{"child", {{"key", child.str()}}},
                                 {"by", mari.str()},
                                 {"receivedAt", "2026-05-20T09:00:00Z"}}));

  have_drafted(record, mari, data->now);
  EXPECT_EQ(form(session)["draft"]["answers"], (Json{{"preferences", {"rae-aiamaa"}}}));
  EXPECT_EQ(form(log_in(jaan_code))["draft"], nullptr);
  data->now += 60 * 24h;  // its last day
  EXPECT_NE(form(session)["draft"], nullptr);
  data->now += 24h;
  EXPECT_EQ(form(session)["draft"], nullptr);
}

TEST_F(TheDesk, tells_the_case_of_a_draft_once_and_again_on_a_later_day) {
  const Session session = log_in(mari_code);
  const auto save = [&] {
    return desk.save_draft(session, case_id, "application", R"({"form":{}})", Language::et);
  };
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(save());
  EXPECT_EQ(data->events.size(), 1u);
  data->now += 24h;
  ASSERT_TRUE(save());
  EXPECT_EQ(data->events.size(), 2u);
}

TEST_F(TheDesk, keeps_no_draft_where_the_case_takes_none) {
  const Session session = log_in(mari_code);
  const auto save = [&](const char* form, const char* body) {
    return desk.save_draft(session, case_id, form, body, Language::et);
  };
  EXPECT_EQ(save("application", "[]").error().kind, Refusal::Kind::malformed);
  EXPECT_EQ(save("application", R"({"form":3})").error().kind, Refusal::Kind::malformed);
  EXPECT_EQ(save("postpone", R"({"form":{}})").error().kind, Refusal::Kind::conflict);
  EXPECT_EQ(save("nothing", R"({"form":{}})").error().kind, Refusal::Kind::conflict);
  data->cases[0].status["actions"] = {"not-now"};
  EXPECT_EQ(save("application", R"({"form":{}})").error().kind, Refusal::Kind::conflict);
  EXPECT_EQ(desk.save_draft(log_in(stranger_code), case_id, "application", R"({"form":{}})",
                            Language::et).error().kind,
            Refusal::Kind::not_found);
  EXPECT_TRUE(data->events.empty());
}

TEST_F(TheDesk, forgets_a_draft_that_is_thrown_away_at_once_and_one_that_was_sent_soon) {
  const Session session = log_in(mari_code);
  const auto draft = [&] {
    return desk.form(session, case_id, "application", Language::et).value()["draft"];
  };
  ASSERT_TRUE(desk.save_draft(session, case_id, "application", R"({"form":{"language":"et"}})",
                              Language::et));
  have_drafted(data->cases[0], mari, data->now);
  ASSERT_NE(draft(), nullptr);
  ASSERT_TRUE(desk.submit(session, application(), Language::et));
  EXPECT_NE(draft(), nullptr);  // were the application refused, he would need it
  data->now += 24h;
  EXPECT_EQ(draft(), nullptr);

  ASSERT_TRUE(desk.save_draft(session, case_id, "application", R"({"form":{"language":"et"}})",
                              Language::et));
  ASSERT_NE(draft(), nullptr);
  ASSERT_TRUE(desk.submit(session, {case_id, "discard-draft", "k9", R"({"subject":"s"})"},
                          Language::et));
  EXPECT_EQ(draft(), nullptr);
}

TEST_F(TheDesk, says_which_answers_are_missing_or_wrong) {
  const Session session = log_in(mari_code);
  Submission wanted = application();
  wanted.body = R"({"subject":"s","form":{"preferences":["nowhere"],"language":"et"}})";
  const auto refused = desk.submit(session, wanted, Language::en);
  ASSERT_EQ(refused.error().kind, Refusal::Kind::invalid);
  ASSERT_EQ(refused.error().fields.size(), 2u);
  EXPECT_EQ(refused.error().fields[0].field, "preferences");
  EXPECT_EQ(refused.error().fields[1].text, "Answer this question.");
  EXPECT_TRUE(data->events.empty());
}

TEST_F(TheDesk, takes_no_act_whose_own_condition_does_not_hold_and_says_why) {
  auto& record = data->cases[0];
  record.active = {"offered", "offered.open"};
  record.context["application"] = {{"id", "a-1"}, {"applicant", mari.str()}};
  record.context["offer"] = {{"id", "o-1"}, {"revision", 1}, {"start", "2028-01-01"},
                             {"canPostpone", false}};
  record.status["actions"] = {"accept", "decline"};
  record.parties.push_back({mari, access::Role::applicant, data->now - 24h, std::nullopt});
  const Session session = log_in(mari_code);
  const Submission forged{case_id, "postpone", "k1",
                          R"({"subject":"o-1","revision":"1","form":{"start":"2028-09-01"}})"};
  const auto refused = desk.submit(session, forged, Language::en);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Refusal::Kind::invalid);
  ASSERT_EQ(refused.error().fields.size(), 1u);
  EXPECT_EQ(refused.error().fields[0].text, "this cannot be done with this offer");
  EXPECT_TRUE(data->events.empty());
  record.context["offer"]["canPostpone"] = true;
  EXPECT_TRUE(desk.submit(session, forged, Language::en)) << "offered just now or not";
}

TEST_F(TheDesk, writes_down_that_it_was_looked) {
  const Session session = log_in(mari_code);
  ASSERT_TRUE(desk.case_view(session, case_id, Language::et));
  const auto usage = vault.usage_of_case(rae, data->cases[0].id);
  ASSERT_FALSE(usage.empty());
  EXPECT_EQ(usage.front().use.purpose, "show-case");
}

TEST_F(TheDesk, ends_a_session_that_was_idle_for_too_long) {
  const auto login =
      desk.log_in_for_development(Json{{"personalCode", mari_code}}.dump(), {}).value();
  EXPECT_TRUE(desk.session(login.token));
  data->now += 31min;
  EXPECT_EQ(desk.session(login.token).error().kind, Refusal::Kind::no_session);
}

TEST_F(TheDesk, has_no_development_login_in_production) {
  Desk production(sessions(false), all_services(), topic_events(), keyring,
                  std::make_unique<test::MemoryResidentStore>(data),
                  std::make_unique<SharedVault>(vault));
  EXPECT_EQ(production.development_persons(Language::et).error().kind, Refusal::Kind::not_found);
  EXPECT_EQ(production.log_in_for_development("{}", {}).error().kind, Refusal::Kind::not_found);
}

}  // namespace
}  // namespace elukaar::resident
