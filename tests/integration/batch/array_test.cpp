// Array parameters in binary form: what PostgreSQL makes of them.
#include <gtest/gtest.h>

#include <limits>
#include <pqxx/pqxx>

#include "adapters/postgres/array.hpp"
#include "support/database.hpp"

namespace elukaar::adapters::postgres {
namespace {

class Array_parameters : public ::testing::Test {
 protected:
  void SetUp() override {
    if (test::test_server().empty()) GTEST_SKIP() << "ELUKAAR_TEST_POSTGRES is not set";
    connection_.emplace(test::test_server());
    pqxx::nontransaction(*connection_).exec("set time zone 'UTC'");
  }

  // What the server makes of an array of this type, in its own text form.
  template <class Type>
  std::string told(const char* type, const Array<Type>& array) {
    pqxx::work work(*connection_);
    const auto rows = exec_params(work, std::string{"select $1::"} + type + "[]::text", array);
    return rows[0][0].c_str();
  }

  template <class Type, class... Values>
  static Array<Type> array(const Values&... values) {
    Array<Type> built;
    (built.add(values), ...);
    return built;
  }

  std::optional<pqxx::connection> connection_;
};

TEST_F(Array_parameters, bring_each_type_as_it_was_written) {
  EXPECT_EQ(told("boolean", array<sql::Boolean>(true, false)), "{t,f}");
  EXPECT_EQ(told("smallint", array<sql::Smallint>(0, -1, 32'767)), "{0,-1,32767}");
  EXPECT_EQ(told("integer", array<sql::Integer>(-2'147'483'648LL, 7)), "{-2147483648,7}");
  EXPECT_EQ(told("bigint", array<sql::Bigint>(std::numeric_limits<std::int64_t>::min(), 256)),
            "{-9223372036854775808,256}");
  EXPECT_EQ(told("text", array<sql::Text>("a", std::string{"õun \"\\,{}"}, "", Municipality{"0653"})),
            R"({a,"õun \"\\,{}","",0653})");
  EXPECT_EQ(told("bytea", array<sql::Bytes>(std::string_view{"\0\xff", 2})), R"({"\\x00ff"})");
  EXPECT_EQ(told("jsonb", array<sql::Jsonb>(R"({"b": [1], "a": null})")),
            R"({"{\"a\": null, \"b\": [1]}"})");
  const auto id = *Uuid::parse("0190a1b2-0000-7000-8000-0000000000ff");
  EXPECT_EQ(told("uuid", array<sql::Id>(id, CaseId{id}, Uuid{})),
            "{0190a1b2-0000-7000-8000-0000000000ff,0190a1b2-0000-7000-8000-0000000000ff,"
            "00000000-0000-0000-0000-000000000000}");
}

TEST_F(Array_parameters, count_times_and_days_from_their_own_first_day) {
  EXPECT_EQ(told("timestamptz", array<sql::Time>(*parse_rfc3339("2026-05-04T12:00:00.123456Z"),
                                                 *parse_rfc3339("1969-12-31T23:59:59Z"))),
            R"({"2026-05-04 12:00:00.123456+00","1969-12-31 23:59:59+00"})");
  EXPECT_EQ(told("date", array<sql::Day>(*parse_iso_date("2024-02-29"), *parse_iso_date("1999-12-31"))),
            "{2024-02-29,1999-12-31}");
}

TEST_F(Array_parameters, bring_a_missing_value_as_null_and_an_empty_array_without_elements) {
  EXPECT_EQ(told("bigint", array<sql::Bigint>(std::optional<int>{}, std::optional{3})), "{NULL,3}");
  Array<sql::Text> nothing;
  nothing.add_null();
  EXPECT_EQ(told("text", nothing), "{NULL}");
  EXPECT_EQ(told("uuid", Array<sql::Id>{}), "{}");
}

TEST_F(Array_parameters, of_rows_are_one_for_each_column) {
  Rows<sql::Text, sql::Integer> rows;
  rows.add("a", 1);
  rows.add("b", std::optional<int>{});
  pqxx::work work(*connection_);
  const auto told = exec_params(
      work, "select string_agg(n || coalesce(v::text, '-') || $3, ' ') "
            "from unnest($1::text[], $2::integer[]) as r(n, v)", rows, "!");
  EXPECT_STREQ(told[0][0].c_str(), "a1! b-!");
}

TEST_F(Array_parameters, are_refused_with_a_text_that_the_database_cannot_hold) {
  EXPECT_THROW(told("text", array<sql::Text>(std::string_view{"a\0b", 3})), pqxx::sql_error);
  EXPECT_THROW(told("text", array<sql::Text>("\xff")), pqxx::sql_error);
}

}  // namespace
}  // namespace elukaar::adapters::postgres
