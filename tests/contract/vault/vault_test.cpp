// One suite for every vault. PostgreSQL's runs where ELUKAAR_TEST_POSTGRES (a libpq connection string)
// is set; each test has a schema of its own making in a database of its own.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <pqxx/pqxx>
#include <random>

#include "adapters/postgres/schema.hpp"
#include "adapters/postgres/vault.hpp"
#include "support/database.hpp"
#include "support/keys.hpp"
#include "support/memory_vault.hpp"

namespace elukaar {
namespace {

using engine::Vault;
using engine::VaultBatch;
using engine::VaultEntry;
using engine::VaultError;
using engine::VaultUse;
using engine::VaultValue;
using namespace std::chrono_literals;

const Municipality rae("0653");
const Municipality viimsi("0890");
const Municipality unserved("0000");
const Pseudonym mari("p1_aaaaaaaaaaaaaaaaaaaaaaaaaa");
const Pseudonym jaan("p1_bbbbbbbbbbbbbbbbbbbbbbbbbb");
const Pseudonym former_mari("p1_cccccccccccccccccccccccccc");
const Timestamp noon = *parse_rfc3339("2026-05-04T12:00:00.123456Z");
const CaseId a_case(*Uuid::parse("0190a1b2-0000-7000-8000-000000000001"));

VaultEntry entry(Municipality municipality, Pseudonym person, std::string field,
                 std::string value, std::string as_of = "2026-05-01") {
  return {.municipality = std::move(municipality),
          .owner = "",
          .person = std::move(person),
          .field = std::move(field),
          .value = Sensitive<std::string>(std::move(value)),
          .field_class = privacy::FieldClass::contact,
          .origin = {"/kov/0653/connector/rr", *parse_iso_date(as_of)},
          .recorded_at = noon};
}

VaultUse use(Timestamp at = noon) { return {"population-register", "prefill", a_case, at}; }

// A vault with what it needs to live.
struct Bench {
  virtual ~Bench() = default;
  virtual Vault& vault() = 0;
};

struct MemoryBench : Bench {
  explicit MemoryBench(const privacy::Keyring& keyring) : memory(keyring) {}
  Vault& vault() override { return memory; }
  test::MemoryVault memory;
};

struct PostgresBench : Bench {
  explicit PostgresBench(const privacy::Keyring& keyring)
      : database("vault_" + std::to_string(std::random_device{}())),
        connection_string(database.address()) {
    adapters::postgres::bring_schema_up(connection_string, [](const std::string&) {});
    store = std::make_unique<adapters::postgres::PgVault>(connection_string, keyring);
  }
  Vault& vault() override { return *store; }

  pqxx::result sql(const std::string& statement) {
    pqxx::connection connection(connection_string);
    pqxx::work work(connection);
    auto result = work.exec(statement);
    work.commit();
    return result;
  }

  test::TestDatabase database;
  std::string connection_string;
  std::unique_ptr<adapters::postgres::PgVault> store;
};

class VaultContract : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "memory") {
      bench = std::make_unique<MemoryBench>(keyring);
    } else if (std::getenv("ELUKAAR_TEST_POSTGRES") == nullptr) {
      GTEST_SKIP() << "ELUKAAR_TEST_POSTGRES is not set; tests/run sets it";
    } else {
      bench = std::make_unique<PostgresBench>(keyring);
    }
  }

  void store(VaultBatch batch) { ASSERT_TRUE(bench->vault().store(batch)); }

  // "field=value" of everything found, by field.
  std::vector<std::string> found(const Municipality& municipality, const Pseudonym& person,
                                 std::vector<std::string> fields = {}, std::string owner = "") {
    const auto read = bench->vault().read(municipality, {{person, fields, owner}}, use());
    std::vector<std::string> texts;
    if (!read) return {std::string(to_text(read.error()))};
    for (const VaultValue& each : read->at(0)) {
      texts.push_back(each.field + "=" + each.value.reveal());
    }
    return texts;
  }

  using Texts = std::vector<std::string>;
  privacy::Keyring keyring = test::keyring_for({"0653", "0890"});
  std::unique_ptr<Bench> bench;
};

TEST_P(VaultContract, gives_back_what_was_put_in_with_its_origin) {
  const std::string odd = "Õie \"Täht\", \\ {x} 'y' \n NULL";
  store({{entry(rae, mari, "first-name", odd), entry(rae, mari, "address", "")}, {}});
  const auto read = bench->vault().read(rae, {{mari, {}, ""}}, use());
  ASSERT_TRUE(read);
  ASSERT_EQ(read->at(0).size(), 2u);
  const VaultValue& name = read->at(0)[1];
  EXPECT_EQ(name.field, "first-name");
  EXPECT_EQ(name.value.reveal(), odd);
  EXPECT_EQ(name.field_class, privacy::FieldClass::contact);
  EXPECT_EQ(name.origin.source, "/kov/0653/connector/rr");
  EXPECT_EQ(to_iso_date(name.origin.as_of), "2026-05-01");
  EXPECT_EQ(name.recorded_at, noon);
  EXPECT_EQ(read->at(0)[0].value.reveal(), "");
}

TEST_P(VaultContract, gives_only_the_fields_and_persons_asked_for_in_the_order_asked) {
  store({{entry(rae, mari, "first-name", "Mari"), entry(rae, mari, "phone", "5551"),
          entry(rae, jaan, "first-name", "Jaan")}, {}});
  EXPECT_EQ(found(rae, mari, {"phone", "email"}), Texts{"phone=5551"});
  const auto both = bench->vault().read(rae, {{jaan, {}, ""}, {mari, {"phone"}, ""}}, use());
  ASSERT_TRUE(both);
  EXPECT_EQ(both->at(0).at(0).value.reveal(), "Jaan");
  EXPECT_EQ(both->at(1).at(0).value.reveal(), "5551");
}

TEST_P(VaultContract, keeps_municipalities_apart) {
  store({{entry(rae, mari, "first-name", "Mari")}, {}});
  EXPECT_EQ(found(viimsi, mari), Texts{});
  EXPECT_EQ(bench->vault().usage_of_person(rae, mari).size(), 0u);
}

TEST_P(VaultContract, keeps_what_was_given_in_a_case_apart_from_the_person) {
  auto given = entry(rae, mari, "phone", "5552");
  given.owner = a_case.str();
  store({{entry(rae, mari, "phone", "5551"), given}, {}});
  EXPECT_EQ(found(rae, mari), Texts{"phone=5551"});
  EXPECT_EQ(found(rae, mari, {}, a_case.str()), Texts{"phone=5552"});
}

TEST_P(VaultContract, keeps_the_value_of_the_latest_day_whatever_comes_last) {
  store({{entry(rae, mari, "address", "new", "2026-05-02")}, {}});
  store({{entry(rae, mari, "address", "old", "2026-05-01")}, {}});
  EXPECT_EQ(found(rae, mari), Texts{"address=new"});
  store({{entry(rae, mari, "address", "older", "2026-05-03"),
          entry(rae, mari, "address", "newest", "2026-05-04"),
          entry(rae, mari, "address", "between", "2026-05-03")}, {}});
  EXPECT_EQ(found(rae, mari), Texts{"address=newest"});
}

TEST_P(VaultContract, gives_nothing_out_whose_end_has_come) {
  auto draft = entry(rae, mari, "draft-application", "{}");
  draft.keep_until = noon + 24h;
  store({{draft, entry(rae, mari, "phone", "5551")}, {}});
  const auto fields_at = [&](Timestamp at) {
    Texts fields;
    const auto read = bench->vault().read(rae, {{mari, {}, ""}}, use(at));
    for (const VaultValue& each : read->at(0)) fields.push_back(each.field);
    return fields;
  };
  EXPECT_EQ(fields_at(noon + 23h), (Texts{"draft-application", "phone"}));
  EXPECT_EQ(fields_at(noon + 24h), Texts{"phone"});
}

TEST_P(VaultContract, ends_earlier_what_has_an_end_and_nothing_else) {
  auto draft = entry(rae, mari, "draft-application", "{}");
  draft.keep_until = noon + 24h;
  auto of_another = entry(rae, jaan, "draft-application", "{}");
  of_another.keep_until = noon + 24h;
  store({{draft, of_another, entry(rae, mari, "phone", "5551")}, {}});
  bench->vault().keep_no_longer(rae, {mari, {"draft-application"}, ""}, noon + 48h);
  EXPECT_EQ(found(rae, mari), (Texts{"draft-application={}", "phone=5551"}));
  bench->vault().keep_no_longer(rae, {mari, {}, ""}, noon);
  EXPECT_EQ(found(rae, mari), Texts{"phone=5551"});
  EXPECT_EQ(found(rae, jaan), Texts{"draft-application={}"});
  store({{draft}, {}});  // and may begin anew
  EXPECT_EQ(found(rae, mari, {"draft-application"}), Texts{"draft-application={}"});
}

TEST_P(VaultContract, is_not_changed_by_a_repeat) {
  const VaultBatch batch{{entry(rae, mari, "first-name", "Mari")},
                         {{rae, former_mari, mari, noon}}};
  store(batch);
  store(batch);
  EXPECT_EQ(found(rae, mari), Texts{"first-name=Mari"});
  EXPECT_EQ(bench->vault().names_of(rae, mari), (std::vector{mari, former_mari}));
}

TEST_P(VaultContract, stores_nothing_of_a_batch_that_holds_an_unserved_municipality) {
  const auto stored = bench->vault().store(
      {{entry(rae, mari, "first-name", "Mari"), entry(unserved, jaan, "first-name", "Jaan")}, {}});
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error(), VaultError::not_served);
  EXPECT_EQ(found(rae, mari), Texts{});
  EXPECT_EQ(found(unserved, jaan), Texts{std::string(to_text(VaultError::not_served))});
}

TEST_P(VaultContract, finds_a_person_by_any_of_the_names) {
  store({{entry(rae, former_mari, "first-name", "Mari", "2026-05-01"),
          entry(rae, former_mari, "phone", "old", "2026-05-01"),
          entry(rae, mari, "phone", "new", "2026-05-02")},
         {{rae, former_mari, mari, noon}}});
  const Texts all{"first-name=Mari", "phone=new"};
  EXPECT_EQ(found(rae, mari), all);
  EXPECT_EQ(found(rae, former_mari), all);
  EXPECT_EQ(found(viimsi, former_mari), Texts{});
}

TEST_P(VaultContract, prefers_the_current_names_value_of_the_same_day) {
  store({{entry(rae, former_mari, "personal-code", "former"),
          entry(rae, mari, "personal-code", "current")},
         {{rae, former_mari, mari, noon}}});
  EXPECT_EQ(found(rae, former_mari), Texts{"personal-code=current"});
}

TEST_P(VaultContract, follows_a_chain_of_names_in_whatever_order_it_is_told) {
  const Pseudonym first("x_1"), second("p1_2"), third("p2_3");
  store({{entry(rae, first, "first-name", "Mari")}, {{rae, second, third, noon}}});
  store({{}, {{rae, first, second, noon}}});
  EXPECT_EQ(found(rae, third), Texts{"first-name=Mari"});
  EXPECT_EQ(bench->vault().names_of(rae, first).front(), third);
  EXPECT_EQ(bench->vault().names_of(rae, second).size(), 3u);
}

TEST_P(VaultContract, survives_a_code_that_is_changed_back) {
  store({{entry(rae, mari, "first-name", "Mari")}, {{rae, mari, jaan, noon}}});
  store({{}, {{rae, jaan, mari, noon}}});
  EXPECT_EQ(found(rae, mari), Texts{"first-name=Mari"});
  EXPECT_EQ(found(rae, jaan), Texts{"first-name=Mari"});
}

TEST_P(VaultContract, records_every_look_also_one_that_found_nothing) {
  store({{entry(rae, mari, "first-name", "Mari")}, {{rae, former_mari, mari, noon}}});
  bench->vault().read(rae, {{former_mari, {}, ""}, {jaan, {"phone"}, ""}}, use(noon));
  bench->vault().read(rae, {{mari, {"first-name"}, ""}}, use(noon + 1h));
  const auto of_mari = bench->vault().usage_of_person(rae, mari);
  ASSERT_EQ(of_mari.size(), 2u);
  EXPECT_EQ(of_mari[0].use.at, noon + 1h);
  EXPECT_EQ(of_mari[1].person, former_mari);
  EXPECT_EQ(of_mari[1].use.who, "population-register");
  EXPECT_EQ(of_mari[1].use.purpose, "prefill");
  EXPECT_EQ(of_mari[1].use.for_case, a_case);
  EXPECT_EQ(of_mari[1].fields, Texts{"first-name"});
  EXPECT_EQ(bench->vault().usage_of_person(rae, jaan).at(0).fields, Texts{});
  EXPECT_EQ(bench->vault().usage_of_case(rae, a_case).size(), 3u);
  EXPECT_EQ(bench->vault().usage_of_case(viimsi, a_case).size(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Vault, VaultContract, testing::Values("memory", "postgres"),
                         [](const auto& chosen) { return chosen.param; });

// ---- What only PostgreSQL can break ------------------------------------------------------------

class VaultStore : public VaultContract {
 protected:
  PostgresBench& postgres() { return static_cast<PostgresBench&>(*bench); }
};

TEST_P(VaultStore, keeps_no_value_in_the_open) {
  store({{entry(rae, mari, "first-name", "Unmistakable")}, {}});
  const auto rows = postgres().sql(
      "SELECT count(*) FROM elukaar.vault_value v"
      " WHERE position('Unmistakable'::bytea in v.sealed) > 0 OR v::text LIKE '%Unmistakable%'");
  EXPECT_EQ(rows[0][0].as<int>(), 0);
  EXPECT_EQ(postgres().sql("SELECT FROM elukaar.vault_value").size(), 1u);
}

TEST_P(VaultStore, refuses_a_value_moved_to_another_person) {
  store({{entry(rae, mari, "phone", "5551"), entry(rae, jaan, "phone", "5552")}, {}});
  postgres().sql("UPDATE elukaar.vault_value SET sealed = (SELECT sealed FROM elukaar.vault_value"
                 " WHERE person = '" + mari.str() + "') WHERE person = '" + jaan.str() + "'");
  EXPECT_EQ(found(rae, jaan), Texts{std::string(to_text(VaultError::not_authentic))});
  EXPECT_EQ(found(rae, mari), Texts{"phone=5551"});
  EXPECT_EQ(bench->vault().usage_of_person(rae, jaan).size(), 1u);
}

TEST_P(VaultStore, refuses_a_data_key_moved_to_another_person) {
  store({{entry(rae, mari, "phone", "5551"), entry(rae, jaan, "phone", "5552")}, {}});
  postgres().sql("UPDATE elukaar.vault_key k SET wrapped = m.wrapped FROM elukaar.vault_key m"
                 " WHERE m.person = '" + mari.str() + "'");
  EXPECT_EQ(found(rae, jaan), Texts{std::string(to_text(VaultError::not_authentic))});
}

TEST_P(VaultStore, reads_nothing_once_the_data_key_is_erased) {
  store({{entry(rae, mari, "phone", "5551")}, {}});
  postgres().sql("DELETE FROM elukaar.vault_key");
  EXPECT_EQ(found(rae, mari), Texts{});
}

TEST_P(VaultStore, does_not_open_under_other_keys) {
  store({{entry(rae, mari, "phone", "5551")}, {}});
  const auto others = test::keyring_for({"0653"});
  adapters::postgres::PgVault thief(postgres().connection_string, others);
  const auto read = thief.read(rae, {{mari, {}, ""}}, use());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error(), VaultError::not_authentic);
}

TEST_P(VaultStore, serves_the_residents_role_one_municipality_at_a_time) {
  store({{entry(rae, mari, "phone", "5551"), entry(viimsi, jaan, "phone", "5552")}, {}});
  adapters::postgres::PgVault serving(postgres().connection_string, keyring,
                                      adapters::postgres::PgVault::Serving::people);
  const auto read = serving.read(rae, {{mari, {}, ""}}, use());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at(0).at(0).value.reveal(), "5551");
  EXPECT_EQ(serving.usage_of_case(rae, a_case).size(), 1u);
  const auto rows = postgres().sql(
      "SET LOCAL ROLE elukaar_resident; SET LOCAL elukaar.municipality = '0890';"
      " SELECT count(*), min(municipality) FROM elukaar.vault_value");
  EXPECT_EQ(rows[0][0].as<int>(), 1);
  EXPECT_STREQ(rows[0][1].c_str(), "0890");
  const auto unbound = postgres().sql(
      "SET LOCAL ROLE elukaar_resident; SELECT count(*) FROM elukaar.vault_key");
  EXPECT_EQ(unbound[0][0].as<int>(), 0);
}

TEST_P(VaultStore, reports_a_lost_connection_as_worth_repeating_and_comes_back) {
  store({{entry(rae, mari, "phone", "5551")}, {}});
  postgres().sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                 " WHERE datname = current_database() AND pid <> pg_backend_pid()");
  try {
    found(rae, mari);
    FAIL() << "the connection was cut";
  } catch (const engine::StoreFault& fault) {
    EXPECT_TRUE(fault.may_be_repeated()) << fault.what();
  }
  EXPECT_EQ(found(rae, mari), Texts{"phone=5551"});
}

INSTANTIATE_TEST_SUITE_P(Vault, VaultStore, testing::Values("postgres"),
                         [](const auto& chosen) { return chosen.param; });

}  // namespace
}  // namespace elukaar
