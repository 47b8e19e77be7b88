// One suite for both of the stores of sessions. PostgreSQL's runs where ELUKAAR_TEST_POSTGRES is set.
#include <gtest/gtest.h>

#include <memory>
#include <pqxx/pqxx>

#include "adapters/postgres/schema.hpp"
#include "adapters/postgres/sessions.hpp"
#include "identity/sessions.hpp"
#include "support/database.hpp"
#include "support/memory_session_store.hpp"

namespace elukaar::identity {
namespace {

using namespace std::chrono_literals;

const Municipality rae{"0653"};
const Municipality kohila{"0317"};
const Pseudonym mari{"p1_aaaaaaaaaaaaaaaaaaaaaaaaaa"};
const Pseudonym mari_in_kohila{"p1_bbbbbbbbbbbbbbbbbbbbbbbbbb"};

// A store, and the passing of time in it.
struct Bench {
  virtual ~Bench() = default;
  virtual std::unique_ptr<SessionStore> store() = 0;
  virtual void wait(std::chrono::minutes time) = 0;
};

// Lends the one store of the bench to a service that would own it.
class Lent final : public SessionStore {
 public:
  explicit Lent(SessionStore& store) : store_(store) {}
  Timestamp now() override { return store_.now(); }
  void add(const Session& session) override { store_.add(session); }
  std::optional<Session> find(Kind kind, const Digest& token, std::chrono::microseconds idle) override {
    return store_.find(kind, token, idle);
  }
  void end(const Digest& token) override { store_.end(token); }

 private:
  SessionStore& store_;
};

struct MemoryBench : Bench {
  std::unique_ptr<SessionStore> store() override { return std::make_unique<Lent>(memory); }
  void wait(std::chrono::minutes time) override { now += time; }

  Timestamp now = *parse_rfc3339("2026-05-20T09:00:00Z");
  test::MemorySessionStore memory{[this] { return now; }};
};

struct PostgresBench : Bench {
  PostgresBench() { adapters::postgres::bring_schema_up(database.address(), [](const std::string&) {}); }
  std::unique_ptr<SessionStore> store() override {
    return std::make_unique<adapters::postgres::PgSessions>(database.address());
  }
  // Nobody sleeps: what has happened is moved back.
  void wait(std::chrono::minutes time) override {
    pqxx::connection connection(database.address());
    pqxx::nontransaction work(connection);
    work.exec_params("update elukaar.session set created_at = created_at - $1 * interval '1 minute', "
                     "seen_at = seen_at - $1 * interval '1 minute', "
                     "expires_at = expires_at - $1 * interval '1 minute'", time.count());
  }

  test::TestDatabase database{"identity"};
};

enum class Which { memory, postgres };

class SessionsOfEveryStore : public testing::TestWithParam<Which> {
 protected:
  void SetUp() override {
    if (GetParam() == Which::memory) {
      bench = std::make_unique<MemoryBench>();
    } else if (test::test_server().empty()) {
      GTEST_SKIP() << "ELUKAAR_TEST_POSTGRES is not set";
    } else {
      bench = std::make_unique<PostgresBench>();
    }
  }
  Sessions of(Kind kind, bool development = true) {
    return {kind, {.development = development, .idle = 30min, .max = 8h}, bench->store()};
  }

  std::unique_ptr<Bench> bench;
};

TEST_P(SessionsOfEveryStore, are_found_by_their_token_as_they_were_begun) {
  auto residents = of(Kind::resident);
  const Persons persons{{rae, mari}, {kohila, mari_in_kohila}};
  const auto login = residents.log_in_for_development(persons, {});
  ASSERT_TRUE(login);
  const auto found = of(Kind::resident).session(login->token);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->token, sha256(login->token));
  EXPECT_EQ(found->csrf, login->session.csrf);
  EXPECT_EQ(found->kind, Kind::resident);
  EXPECT_EQ(found->persons, persons);
  EXPECT_EQ(found->assurance, access::Assurance::substantial);
  EXPECT_EQ(found->created_at, login->session.created_at);
  EXPECT_EQ(found->expires_at, login->session.created_at + 8h);
  EXPECT_FALSE(residents.session("another"));
  EXPECT_FALSE(residents.session(""));
}

TEST_P(SessionsOfEveryStore, of_one_kind_open_nothing_of_the_other_and_are_not_ended_by_the_attempt) {
  auto residents = of(Kind::resident);
  auto officials = of(Kind::official);
  const auto mother = residents.log_in_for_development({{rae, mari}}, {});
  const auto official = officials.log_in_for_development({{kohila, mari_in_kohila}}, {});
  EXPECT_FALSE(officials.session(mother->token));
  EXPECT_FALSE(residents.session(official->token));
  EXPECT_TRUE(residents.session(mother->token));
  const auto found = officials.session(official->token);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->municipality(), kohila);
  EXPECT_EQ(found->official(), mari_in_kohila);
}

TEST_P(SessionsOfEveryStore, end_when_nothing_is_asked_in_them_for_too_long) {
  auto residents = of(Kind::resident);
  const auto login = residents.log_in_for_development({{rae, mari}}, {});
  bench->wait(29min);
  EXPECT_TRUE(residents.session(login->token));
  bench->wait(29min);
  EXPECT_TRUE(residents.session(login->token)) << "it was seen half an hour ago";
  bench->wait(31min);
  EXPECT_FALSE(residents.session(login->token));
}

TEST_P(SessionsOfEveryStore, end_at_their_limit_however_much_is_asked) {
  auto residents = of(Kind::resident);
  const auto login = residents.log_in_for_development({{rae, mari}}, {});
  for (int i = 0; i < 16; ++i) {
    bench->wait(29min);
    ASSERT_TRUE(residents.session(login->token));
  }
  bench->wait(17min);
  EXPECT_FALSE(residents.session(login->token));
}

TEST_P(SessionsOfEveryStore, end_by_a_log_out_and_by_the_next_log_in) {
  auto residents = of(Kind::resident);
  const auto first = residents.log_in_for_development({{rae, mari}}, {});
  const auto second = residents.log_in_for_development({{rae, mari}}, first->token);
  EXPECT_FALSE(residents.session(first->token));
  EXPECT_TRUE(residents.session(second->token));
  residents.log_out(second->session);
  EXPECT_FALSE(residents.session(second->token));
}

TEST_P(SessionsOfEveryStore, are_begun_without_identification_in_development_alone) {
  EXPECT_FALSE(of(Kind::resident, false).log_in_for_development({{rae, mari}}, {}));
  EXPECT_FALSE(of(Kind::resident).log_in_for_development({}, {})) << "there is nobody";
}

INSTANTIATE_TEST_SUITE_P(All, SessionsOfEveryStore, testing::Values(Which::memory, Which::postgres),
                         [](const auto& of) { return of.param == Which::memory ? "memory" : "postgres"; });

}  // namespace
}  // namespace elukaar::identity
