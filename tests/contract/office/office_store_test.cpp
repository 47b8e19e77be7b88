// One suite for both of the officials' stores: what they promise of cases and tasks. PostgreSQL's runs where
// ELUKAAR_TEST_POSTGRES is set.
#include <gtest/gtest.h>

#include <memory>
#include <pqxx/pqxx>
#include <set>

#include "adapters/postgres/office.hpp"
#include "adapters/postgres/schema.hpp"
#include "support/database.hpp"
#include "support/memory_office_store.hpp"

namespace elukaar::office {
namespace {

using lifecycle::CallState;

const Municipality muhu{"0478"};
const Municipality rae{"0653"};
const Pseudonym kadri{"p1_kadrikadrikadrikadrikadrik"};

CallId call(unsigned number) {
  return CallId{Uuid::derived({}, "call", "1", number)};
}

TaskAnswer answer(unsigned number, const std::string& status = "waiting",
                  const Municipality& of = muhu) {
  const Json result = {{"status", status}};
  return {of, call(number), CallState::succeeded, result, sha256(result.dump()), kadri};
}

const Timestamp noon = *parse_rfc3339("2026-05-04T12:00:00Z");
Uuid case_id(unsigned number) { return Uuid::derived({}, "case", "1", number); }
Uuid public_id(unsigned number) { return Uuid::derived({}, "public", "1", number); }

// A store and what lies in it.
struct Bench {
  virtual ~Bench() = default;
  virtual OfficeStore& store() = 0;
  // A case that was changed so long after noon; a silent one has no status.
  virtual void add_case(unsigned number, const Municipality& of, int minutes, bool silent) = 0;
  virtual void add(unsigned number, const Municipality& of, CallState state,
                   const std::string& by) = 0;
  virtual void move_on(unsigned number) = 0;  // the case has left the state
  // What the case will hear: news, status and official, with blanks between; nothing in memory.
  virtual std::string told(unsigned) { return {}; }
};

struct MemoryBench : Bench {
  OfficeStore& store() override { return memory; }
  void add_case(unsigned number, const Municipality& of, int minutes, bool silent) override {
    caseview::CaseRecord record;
    record.municipality = of;
    record.id = CaseId{case_id(number)};
    record.public_id = public_id(number);
    record.service = "kindergarten-place";
    if (!silent) record.status = {{"text", "status.waiting"}};
    record.decided_at = noon + std::chrono::minutes{minutes};
    record.parties = {{kadri, access::Role::guardian, noon, std::nullopt}};
    data->cases.push_back(record);
  }
  void add(unsigned number, const Municipality& of, CallState state,
           const std::string& by) override {
    TaskRecord task;
    task.of.municipality = of;
    task.of.service = "kindergarten-place";
    task.id = call(number);
    task.role = "place-register";
    task.operation = "register";
    task.input = {{"child", "p1_child"}};
    task.state = state;
    task.by = parse_iso_date(by);
    memory.tasks.push_back(task);
  }
  void move_on(unsigned number) override {
    for (auto& task : memory.tasks) {
      if (task.id == call(number)) task.state = CallState::abandoned;
    }
  }
  std::shared_ptr<test::ResidentData> data = std::make_shared<test::ResidentData>();
  test::MemoryOfficeStore memory{data};
};

struct PostgresBench : Bench {
  PostgresBench() {
    adapters::postgres::bring_schema_up(database.address(), [](const std::string&) {});
    postgres = std::make_unique<adapters::postgres::PgOffice>(database.address());
    run("insert into elukaar.workflow_release (digest, municipality, service, release, canonical) "
        "values ('d', '0478', 'kindergarten-place', '1', '{}')");
    for (const char* of : {"0478", "0653"}) {
      run(std::string{"insert into elukaar.cases (municipality, id, service, public_id, release, "
                      "pinned, lifecycle, state, context, status, revision, sequence, hash, "
                      "decided_at, created_at) select '"} +
          of + "', '018f3c5e-0000-7000-8000-000000000001', 'kindergarten-place', "
               "gen_random_uuid(), id, true, 'active', '{}', '{}', null, 1, 1, '', now(), now() "
               "from elukaar.workflow_release");
    }
  }
  ~PostgresBench() override { postgres.reset(); }
  OfficeStore& store() override { return *postgres; }
  void add_case(unsigned number, const Municipality& of, int minutes, bool silent) override {
    run("insert into elukaar.cases (municipality, id, service, public_id, release, pinned, lifecycle, state, "
        "context, status, revision, sequence, hash, decided_at, created_at) select '" + of.str() + "', '" +
        case_id(number).str() + "', 'kindergarten-place', '" + public_id(number).str() +
        "', id, true, 'active', '{}', '{}', " + (silent ? "null" : "'{\"text\":\"status.waiting\"}'") +
        ", 1, 1, '', timestamptz '" + to_rfc3339(noon) + "' + interval '" + std::to_string(minutes) +
        " minutes', now() from elukaar.workflow_release");
    run("insert into elukaar.party (municipality, case_id, person, role, since, source) values ('" + of.str() +
        "', '" + case_id(number).str() + "', '" + kadri.str() + "', 'guardians', '" + to_rfc3339(noon) +
        "', 'test')");
  }
  void add(unsigned number, const Municipality& of, CallState state,
           const std::string& by) override {
    run("insert into elukaar.call (municipality, case_id, id, lane, state, entry, invoke, role, "
        "operation, input, status, timeout_ms, due_on) values ('" + of.str() +
        "', '018f3c5e-0000-7000-8000-000000000001', '" + call(number).str() +
        "', 3, 'registering', 1, 'register', 'place-register', 'register', "
        "'{\"child\":\"p1_child\"}', '" + std::string{to_string(state)} + "', 2000, " +
        (by.empty() ? "null" : "'" + by + "'") + ")");
  }
  void move_on(unsigned number) override {
    run("update elukaar.call set status = 'abandoned' where id = '" + call(number).str() + "'");
  }
  std::string told(unsigned number) override {
    return run("select news || ' ' || status || ' ' || answered_by || ' ' || result from elukaar.call "
               "where id = '" + call(number).str() + "'")[0][0].c_str();
  }
  pqxx::result run(const std::string& sql) {
    pqxx::connection connection(database.address());
    pqxx::work work(connection);
    auto result = work.exec(sql);
    work.commit();
    return result;
  }
  test::TestDatabase database{"office"};
  std::unique_ptr<adapters::postgres::PgOffice> postgres;
};

class OfficeContract : public testing::TestWithParam<std::string> {
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
  std::vector<CallId> listed(const Municipality& of = muhu) {
    std::vector<CallId> ids;
    for (const TaskRecord& task : bench->store().tasks_of(of)) ids.push_back(task.id);
    return ids;
  }
  std::unique_ptr<Bench> bench;
};

TEST_P(OfficeContract, lists_what_waits_for_an_official_first_due_first_and_no_other_call) {
  bench->add(1, muhu, CallState::entrusted, "2027-08-13");
  bench->add(2, muhu, CallState::entrusted, "");
  bench->add(3, muhu, CallState::entrusted, "2027-08-11");
  bench->add(4, rae, CallState::entrusted, "2027-08-10");
  unsigned number = 5;
  for (const CallState state : lifecycle::all_call_states()) {
    if (state != CallState::entrusted) bench->add(number++, muhu, state, "2027-08-01");
  }
  EXPECT_EQ(listed(), (std::vector<CallId>{call(3), call(1), call(2)}));
  EXPECT_EQ(listed(rae), std::vector<CallId>{call(4)});
  for (unsigned each = 4; each < number; ++each) {
    EXPECT_FALSE(bench->store().task(muhu, call(each))) << each;
  }
}

TEST_P(OfficeContract, gives_a_task_as_the_call_stands) {
  bench->add(1, muhu, CallState::entrusted, "2027-08-13");
  const auto task = bench->store().task(muhu, call(1));
  ASSERT_TRUE(task);
  EXPECT_EQ(task->of.municipality, muhu);
  EXPECT_EQ(task->of.service, "kindergarten-place");
  EXPECT_TRUE(task->of.status.is_null()) << "a case that shows nothing has tasks all the same";
  EXPECT_EQ(task->role, "place-register");
  EXPECT_EQ(task->operation, "register");
  EXPECT_EQ(task->input, (Json{{"child", "p1_child"}}));
  EXPECT_EQ(task->by, parse_iso_date("2027-08-13"));
  EXPECT_EQ(task->state, CallState::entrusted);
  EXPECT_FALSE(task->answer);
}

TEST_P(OfficeContract, takes_one_answer_and_remembers_which) {
  bench->add(1, muhu, CallState::entrusted, "2027-08-13");
  EXPECT_FALSE(bench->store().answer_task(answer(1, "waiting", rae))) << "not theirs";
  EXPECT_TRUE(bench->store().answer_task(answer(1)));
  EXPECT_FALSE(bench->store().answer_task(answer(1)));
  EXPECT_FALSE(bench->store().answer_task(answer(1, "locked")));
  EXPECT_TRUE(listed().empty());
  const auto task = bench->store().task(muhu, call(1));
  ASSERT_TRUE(task);
  EXPECT_EQ(task->state, CallState::succeeded);
  EXPECT_EQ(task->answer, answer(1).answer);
  if (GetParam() == "postgres") {
    EXPECT_EQ(bench->told(1), "done succeeded " + kadri.str() + " {\"status\": \"waiting\"}");
  }
}

TEST_P(OfficeContract, takes_a_refusal_as_the_calls_failure) {
  bench->add(1, muhu, CallState::entrusted, "2027-08-13");
  TaskAnswer refusal = answer(1);
  refusal.state = CallState::failed;
  refusal.result = {{"kind", "refused"}};
  EXPECT_TRUE(bench->store().answer_task(refusal));
  EXPECT_EQ(bench->store().task(muhu, call(1))->state, CallState::failed);
  if (GetParam() == "postgres") {
    EXPECT_TRUE(bench->told(1).starts_with("error failed "));
  }
}

TEST_P(OfficeContract, takes_no_answer_once_the_case_no_longer_asks) {
  bench->add(1, muhu, CallState::entrusted, "2027-08-13");
  bench->move_on(1);
  EXPECT_FALSE(bench->store().answer_task(answer(1)));
  EXPECT_FALSE(bench->store().task(muhu, call(1)));
}

// ---- Cases --------------------------------------------------------------------------------------

TEST_P(OfficeContract, lists_the_cases_of_its_municipality_the_last_changed_first) {
  bench->add_case(1, muhu, 10, false);
  bench->add_case(2, muhu, 30, false);
  bench->add_case(3, muhu, 20, false);
  bench->add_case(4, muhu, 40, true);
  bench->add_case(5, rae, 50, false);
  std::vector<Uuid> found;
  std::set<std::string> numbers;
  for (const auto& record : bench->store().cases_of(muhu)) {
    found.push_back(record.public_id);
    numbers.insert(record.number);
    EXPECT_EQ(record.municipality, muhu);
    ASSERT_EQ(record.parties.size(), 1u);
    EXPECT_EQ(record.parties[0].person, kadri);
  }
  EXPECT_EQ(found, (std::vector<Uuid>{public_id(2), public_id(3), public_id(1)}));
  EXPECT_EQ(numbers.size(), 3u) << "no two cases are called by one number";
}

TEST_P(OfficeContract, finds_a_case_of_its_municipality_once_something_has_been_said_in_it) {
  bench->add_case(1, muhu, 10, false);
  bench->add_case(2, muhu, 10, true);
  const auto found = bench->store().find_case(muhu, public_id(1));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, CaseId{case_id(1)});
  EXPECT_EQ(found->decided_at, noon + std::chrono::minutes{10});
  EXPECT_FALSE(bench->store().find_case(rae, public_id(1)));
  EXPECT_FALSE(bench->store().find_case(muhu, public_id(2)));
}

INSTANTIATE_TEST_SUITE_P(Stores, OfficeContract, testing::Values("memory", "postgres"),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace elukaar::office
