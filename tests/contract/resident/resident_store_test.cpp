// One suite for both of the residents' stores: what they promise of cases, their history and actions.
// PostgreSQL's runs where ELUKAAR_TEST_POSTGRES is set.
#include <gtest/gtest.h>

#include <memory>
#include <pqxx/pqxx>
#include <set>

#include "adapters/postgres/case_views.hpp"
#include "adapters/postgres/schema.hpp"
#include "support/database.hpp"
#include "support/memory_resident_store.hpp"

namespace elukaar::resident {
namespace {

using access::Role;
using caseview::ActionDraft;
using caseview::ActionRecord;
using caseview::CaseRecord;
using caseview::JournalRecord;
using namespace std::chrono_literals;

const Municipality rae{"0653"};
const Municipality muhu{"0478"};
const Pseudonym mari{"p1_marimarimarimarimarimarima"};
const Pseudonym jaan{"p1_jaanjaanjaanjaanjaanjaanja"};
const Timestamp noon = *parse_rfc3339("2026-05-04T12:00:00.123456Z");

Uuid id(unsigned number) { return Uuid::derived({}, "case", "1", number); }

CaseRecord a_case(unsigned number, const Municipality& of = rae) {
  CaseRecord record;
  record.municipality = of;
  record.id = CaseId{id(number)};
  record.public_id = id(1000 + number);
  record.service = "kindergarten-place";
  record.release = 1;
  record.release_digest = "d";
  record.active = {"waiting"};
  record.context = {{"child", {{"key", "p1_child"}}}};
  record.status = {{"text", "status.waiting"}, {"visibleTo", {"applicant", "guardians"}}};
  record.revision = 3;
  record.decided_at = noon;
  record.created_at = noon + std::chrono::minutes{number};
  record.parties = {{mari, Role::guardian, noon - 24h, std::nullopt}};
  return record;
}

ActionDraft draft(const CaseRecord& of, const std::string& key, const Pseudonym& person = mari) {
  ActionDraft made;
  made.municipality = of.municipality;
  made.id = ActionId{Uuid::derived({}, "action", person.str() + key, 0)};
  made.case_id = of.id;
  made.person = person;
  made.name = "apply";
  made.subject = "application";
  made.idempotency_key = key;
  made.request = sha256(key);
  return made;
}

std::string event(Timestamp at) { return R"({"at":")" + to_rfc3339(at) + R"("})"; }

// A store and what lies in it.
struct Bench {
  virtual ~Bench() = default;
  virtual ResidentStore& store() = 0;
  virtual void add(const CaseRecord& record) = 0;
  // With the status and the message that were sent with it.
  virtual void add_row(const CaseRecord& of, std::uint64_t sequence) = 0;
  virtual void decide(const ActionId& action) = 0;
};

const Json shown = {{"text", "status.waiting"}};
const Json sent = {{"text", "message.hello"}, {"args", {{"day", "2026-05-04"}}}};

struct MemoryBench : Bench {
  MemoryBench() { data->now = noon + 24h; }
  ResidentStore& store() override { return memory; }
  void add(const CaseRecord& record) override { data->cases.push_back(record); }
  void add_row(const CaseRecord&, std::uint64_t sequence) override {
    data->journal.push_back({sequence, "event", "born", "applied", noon, {{"to", {"waiting"}}}, shown, {sent}});
  }
  void decide(const ActionId& action) override {
    for (auto& each : data->actions) {
      if (each.id == action) each.outcome = "accepted";
    }
  }
  std::shared_ptr<test::ResidentData> data = std::make_shared<test::ResidentData>();
  test::MemoryResidentStore memory{data};
};

struct PostgresBench : Bench {
  PostgresBench() {
    adapters::postgres::bring_schema_up(database.address(), [](const std::string&) {});
    postgres = std::make_unique<adapters::postgres::PgCaseViews>(database.address());
    run("insert into elukaar.workflow_release (digest, municipality, service, release, canonical) "
        "values ('d', '0653', 'kindergarten-place', '1', '{}')");
    run("insert into elukaar.clock_shift (anchored_at, case_time, factor) "
        "values (clock_timestamp(), '2026-05-05T12:00:00Z', 1)");
  }
  ~PostgresBench() override { postgres.reset(); }
  ResidentStore& store() override { return *postgres; }
  void add(const CaseRecord& record) override {
    run("insert into elukaar.cases (municipality, id, service, public_id, release, pinned, lifecycle, state, "
        "context, status, revision, sequence, hash, decided_at, created_at) values ($1, $2, $3, $4, $5, true, "
        "'active', $6, $7, $8, $9, 1, '', $10, $11)",
        record.municipality.str(), record.id.str(), record.service, record.public_id.str(), record.release,
        Json{{"active", record.active}}.dump(), record.context.dump(),
        record.status.is_null() ? std::nullopt : std::optional{record.status.dump()},
        record.revision, to_rfc3339(record.decided_at), to_rfc3339(record.created_at));
    for (const access::Party& party : record.parties) {
      run("insert into elukaar.party (municipality, case_id, person, role, since, until, source) "
          "values ($1, $2, $3, $4, $5, $6, 'test')",
          record.municipality.str(), record.id.str(), party.person.str(),
          party.role == Role::guardian ? "guardians" : "applicant", to_rfc3339(party.from),
          party.to ? std::optional{to_rfc3339(*party.to)} : std::nullopt);
    }
  }
  void add_row(const CaseRecord& of, std::uint64_t sequence) override {
    const Json records = {
        {{"value", {{"type", "ee.elukaar.status.changed.v1"}, {"data", {{"status", shown}}}}}},
        {{"value", {{"type", "ee.elukaar.notification.requested.v1"}, {"data", sent}}}}};
    run("insert into elukaar.journal (municipality, case_id, sequence, lane, lane_sequence, receipt, source, "
        "event_id, kind, name, disposition, at, release, trace, records, hash) values ($1, $2, $3::bigint, 1, "
        "$3::bigint, gen_random_uuid(), '/test', $3::bigint::text, 'event', 'born', 'applied', $4, 1, "
        "'{\"to\":[\"waiting\"]}', $5, '')",
        of.municipality.str(), of.id.str(), static_cast<int>(sequence), to_rfc3339(noon), records.dump());
  }
  void decide(const ActionId& action) override {
    run("update elukaar.action set outcome = 'accepted' where id = $1", action.str());
  }
  template <class... Arguments>
  void run(const std::string& sql, const Arguments&... arguments) {
    pqxx::connection connection(database.address());
    pqxx::work work(connection);
    work.exec_params(sql, arguments...);
    work.commit();
  }
  test::TestDatabase database{"resident"};
  std::unique_ptr<adapters::postgres::PgCaseViews> postgres;
};

class ResidentContract : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "memory") {
      bench = std::make_unique<MemoryBench>();
    } else if (test::test_server().empty()) {
      GTEST_SKIP() << "ELUKAAR_TEST_POSTGRES is not set; tests/run sets it";
    } else {
      bench = std::make_unique<PostgresBench>();
    }
  }
  ResidentStore& store() { return bench->store(); }
  std::vector<CaseId> listed(const Pseudonym& person, const Municipality& of = rae) {
    std::vector<CaseId> ids;
    for (const CaseRecord& record : store().cases_of(of, person)) ids.push_back(record.id);
    return ids;
  }
  std::set<CaseId> seen(const std::vector<Pseudonym>& persons, const std::vector<CaseId>& cases = {}) {
    std::set<CaseId> ids;
    for (const SeenCase& each : store().seen(rae, persons, cases)) ids.insert(each.id);
    return ids;
  }
  std::unique_ptr<Bench> bench;
};

// ---- Cases --------------------------------------------------------------------------------------

TEST_P(ResidentContract, gives_a_case_as_it_stands) {
  const CaseRecord put = a_case(1);
  bench->add(put);
  const auto found = store().find_case(rae, mari, put.public_id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->municipality, rae);
  EXPECT_EQ(found->id, put.id);
  EXPECT_EQ(found->public_id, put.public_id);
  EXPECT_EQ(found->service, put.service);
  EXPECT_EQ(found->release_digest, put.release_digest);
  EXPECT_EQ(found->active, put.active);
  EXPECT_EQ(found->context, put.context);
  EXPECT_EQ(found->status, put.status);
  EXPECT_EQ(found->revision, put.revision);
  EXPECT_EQ(found->decided_at, put.decided_at);
  EXPECT_EQ(found->created_at, put.created_at);
  ASSERT_EQ(found->parties.size(), 1u);
  EXPECT_EQ(found->parties[0].person, mari);
  EXPECT_EQ(found->parties[0].role, Role::guardian);
  EXPECT_EQ(found->parties[0].from, noon - 24h);
  EXPECT_FALSE(found->parties[0].to);
}

TEST_P(ResidentContract, finds_a_case_for_its_present_parties_alone) {
  CaseRecord record = a_case(1);
  record.parties.push_back({jaan, Role::guardian, noon - 24h, noon});  // was one until noon
  bench->add(record);
  CaseRecord silent = a_case(2);
  silent.status = nullptr;
  bench->add(silent);
  EXPECT_EQ(listed(mari), std::vector<CaseId>{record.id});
  EXPECT_TRUE(listed(jaan).empty());
  EXPECT_TRUE(listed(mari, muhu).empty());
  EXPECT_FALSE(store().find_case(rae, jaan, record.public_id));
  EXPECT_FALSE(store().find_case(muhu, mari, record.public_id));
  EXPECT_FALSE(store().find_case(rae, mari, silent.public_id)) << "nothing has been said in it";
  EXPECT_EQ(store().find_case(rae, mari, record.public_id)->parties.size(), 2u) << "ended ones too";
}

TEST_P(ResidentContract, lists_the_newest_case_first) {
  for (const unsigned number : {2U, 3U, 1U}) bench->add(a_case(number));
  EXPECT_EQ(listed(mari), (std::vector<CaseId>{a_case(3).id, a_case(2).id, a_case(1).id}));
}

TEST_P(ResidentContract, calls_no_two_cases_by_one_number) {
  std::set<std::string> numbers;
  for (unsigned number = 0; number < 100; ++number) bench->add(a_case(number));
  for (const CaseRecord& record : store().cases_of(rae, mari)) {
    numbers.insert(record.number);
    EXPECT_EQ(record.number.size(), 6u);
    EXPECT_EQ(record.number.find_first_not_of("0123456789"), std::string::npos) << record.number;
  }
  EXPECT_EQ(numbers.size(), 100u);
}

TEST_P(ResidentContract, gives_a_cases_history_oldest_first_with_what_was_sent) {
  const CaseRecord record = a_case(1);
  bench->add(record);
  bench->add_row(record, 1);
  bench->add_row(record, 2);
  const auto rows = store().journal_of(record);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].sequence, 1u);
  EXPECT_EQ(rows[1].sequence, 2u);
  EXPECT_EQ(rows[0].kind, "event");
  EXPECT_EQ(rows[0].name, "born");
  EXPECT_EQ(rows[0].disposition, "applied");
  EXPECT_EQ(rows[0].at, noon);
  EXPECT_EQ(rows[0].trace, (Json{{"to", {"waiting"}}}));
  EXPECT_EQ(rows[0].status, shown);
  EXPECT_EQ(rows[0].messages, std::vector<Json>{sent});
}

TEST_P(ResidentContract, shows_an_open_page_what_its_persons_may_see_of_the_cases_asked_for) {
  bench->add(a_case(1));
  CaseRecord of_jaan = a_case(2);
  of_jaan.parties = {{jaan, Role::guardian, noon - 24h, std::nullopt}};
  bench->add(of_jaan);
  CaseRecord for_applicants = a_case(3);
  for_applicants.status["visibleTo"] = {"applicant"};
  for_applicants.parties.push_back({jaan, Role::applicant, noon - 24h, std::nullopt});
  bench->add(for_applicants);
  const CaseId first = a_case(1).id, second = of_jaan.id, third = for_applicants.id;
  EXPECT_EQ(seen({mari}), std::set<CaseId>{first}) << "a guardian is not the applicant";
  EXPECT_EQ(seen({jaan}), (std::set<CaseId>{second, third}));
  EXPECT_EQ(seen({mari, jaan}), (std::set<CaseId>{first, second, third}));
  EXPECT_EQ(seen({mari, jaan}, {second}), std::set<CaseId>{second});
  EXPECT_TRUE(seen({mari}, {second}).empty());
  EXPECT_TRUE(seen({}).empty());
  const auto one = store().seen(rae, {mari}, {first});
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].public_id, a_case(1).public_id);
  EXPECT_EQ(one[0].person, mari);
  EXPECT_EQ(one[0].revision, 3u);
}

// ---- Actions ------------------------------------------------------------------------------------

TEST_P(ResidentContract, receives_an_action_once_a_key_and_gives_the_first_back) {
  const CaseRecord record = a_case(1);
  bench->add(record);
  int asked = 0;
  const auto once = [&](Timestamp at) {
    ++asked;
    return event(at);
  };
  const ActionRecord first = store().add_action(draft(record, "key"), once);
  EXPECT_EQ(first.id, draft(record, "key").id);
  EXPECT_EQ(first.case_id, record.id);
  EXPECT_EQ(first.public_case, record.public_id);
  EXPECT_EQ(first.person, mari);
  EXPECT_EQ(first.name, "apply");
  EXPECT_EQ(first.subject, "application");
  EXPECT_EQ(first.request, sha256("key"));
  EXPECT_EQ(first.outcome, "pending");
  EXPECT_GE(first.received_at, noon + 23h) << "the case clock's moment";
  ActionDraft again = draft(record, "key");
  again.id = ActionId{id(77)};
  again.request = sha256("something else");
  const ActionRecord second = store().add_action(again, once);
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.request, first.request);
  EXPECT_EQ(second.received_at, first.received_at);
  EXPECT_EQ(asked, 1);
  EXPECT_NE(store().add_action(draft(record, "key", jaan), once).id, first.id) << "keys are a person's own";
}

TEST_P(ResidentContract, counts_an_action_from_when_it_arrived_elsewhere) {
  const CaseRecord record = a_case(1);
  bench->add(record);
  ActionDraft by_post = draft(record, "key");
  by_post.received_at = noon - 48h;
  Timestamp told{};
  const ActionRecord received = store().add_action(by_post, [&](Timestamp at) {
    told = at;
    return event(at);
  });
  EXPECT_EQ(received.received_at, noon - 48h);
  EXPECT_EQ(told, noon - 48h);
}

TEST_P(ResidentContract, finds_an_action_for_whoever_did_it_alone) {
  const CaseRecord record = a_case(1);
  bench->add(record);
  const ActionId done = store().add_action(draft(record, "key"), event).id;
  ASSERT_TRUE(store().action(rae, mari, done));
  EXPECT_EQ(store().action(rae, mari, done)->name, "apply");
  EXPECT_FALSE(store().action(rae, jaan, done));
  EXPECT_FALSE(store().action(muhu, mari, done));
}

TEST_P(ResidentContract, lists_pending_actions_of_persons_and_named_ones_whatever_became_of_them) {
  const CaseRecord record = a_case(1);
  bench->add(record);
  const ActionId pending = store().add_action(draft(record, "a"), event).id;
  const ActionId decided = store().add_action(draft(record, "b"), event).id;
  const ActionId of_jaan = store().add_action(draft(record, "c", jaan), event).id;
  bench->decide(decided);
  const auto ids = [&](const std::vector<Pseudonym>& persons, const std::vector<ActionId>& named) {
    std::set<ActionId> found;
    for (const ActionRecord& each : store().actions_of(rae, persons, named)) found.insert(each.id);
    return found;
  };
  EXPECT_EQ(ids({mari}, {}), std::set<ActionId>{pending});
  EXPECT_EQ(ids({mari}, {decided}), (std::set<ActionId>{pending, decided}));
  EXPECT_EQ(ids({mari, jaan}, {}), (std::set<ActionId>{pending, of_jaan}));
  EXPECT_TRUE(ids({}, {}).empty());
}

INSTANTIATE_TEST_SUITE_P(Stores, ResidentContract, testing::Values("memory", "postgres"),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace elukaar::resident
