#include "transport/xroad_rest/rest.hpp"

#include <gtest/gtest.h>

namespace elukaar::xroad_rest {
namespace {

const kit::Call call{.id = CallId{*Uuid::parse("018f3c5e-7b1a-7cde-9abc-0123456789ab")},
                     .municipality = Municipality{"0653"},
                     .case_reference = "HAR-2026-000123",
                     .operation = "family",
                     .input = {},
                     .attempt = 1,
                     .traceparent = {}};

Route route() {
  return {.security_server = "https://server.example",
          .client = {"EE", "GOV", "70000001", "elukaar"},
          .provider = {"EE", "COM", "10000001", "koht(a+b)"},
          .service = "elukaar-koht",
          .user_id = {}};
}

TEST(Subsystem, is_four_parts_of_the_roads_characters) {
  const auto id = parse_subsystem("EE/GOV/70008440/rr");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->member, "70008440");
  EXPECT_EQ(id->subsystem, "rr");
  for (const char* wrong : {"", "EE/GOV/70008440", "EE/GOV/70008440/rr/x", "EE//7/rr",
                            "EE/GOV/70008440/r r", "EE/GOV/70008440/", "EE/GOV/7/õ"}) {
    EXPECT_FALSE(parse_subsystem(wrong)) << wrong;
  }
}

TEST(Request, encodes_every_part_of_the_path_and_none_of_the_headers) {
  const auto request = make_request(route(), call, "PUT", {"v1", "a/b"}, {{"x", 1}});
  EXPECT_EQ(request.url,
            "https://server.example/r1/EE/COM/10000001/koht%28a%2Bb%29/elukaar-koht/v1/a%2Fb");
  EXPECT_EQ(kit::header(request.headers, "X-Road-Client"), "EE/GOV/70000001/elukaar");
  EXPECT_EQ(kit::header(request.headers, "X-Road-Issue"), "HAR-2026-000123");
  EXPECT_EQ(request.body.reveal(), R"({"x":1})");
}

TEST(Request, names_a_user_only_where_one_is_configured) {
  Route with_user = route();
  EXPECT_EQ(kit::header(make_request(route(), call, "GET", {}, {}).headers, "X-Road-UserId"), "");
  with_user.user_id = Sensitive<std::string>{"EE38206084915"};
  const auto request = make_request(with_user, call, "GET", {}, {});
  EXPECT_EQ(kit::header(request.headers, "X-Road-UserId"), "EE38206084915");
  EXPECT_EQ(kit::describe(request).find("38206084915"), std::string::npos);
}

TEST(Refusal, takes_its_code_from_the_problem_and_never_a_number_that_may_be_a_person) {
  const auto code = [](int status, const char* body) {
    const auto outcome = read_refusal({status, {}, body}, "otherwise");
    const auto* refused = std::get_if<kit::Refused>(&outcome);
    return refused == nullptr ? std::string("no refusal") : refused->code;
  };
  EXPECT_EQ(code(409, R"({"code":"round-running"})"), "round-running");
  EXPECT_EQ(code(409, R"({"type":"https://x.example/p#closed"})"), "closed");
  EXPECT_EQ(code(409, R"({"type":"about:blank"})"), "otherwise");
  EXPECT_EQ(code(409, R"({"code":"person-38206084915"})"), "otherwise");
  EXPECT_EQ(code(409, R"({"code":"two words"})"), "otherwise");
  EXPECT_EQ(code(409, "not json"), "otherwise");
  EXPECT_EQ(code(404, R"({"code":"person-unknown"})"), "person-unknown");
  EXPECT_EQ(code(404, ""), "no refusal") << "a wrong address says nothing about a person";
}

TEST(Failure, is_unavailability_while_the_first_request_still_runs) {
  const auto outcome = read_failure(call, {409, {}, R"({"code":"request-in-progress"})"});
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(std::holds_alternative<kit::Unavailable>(*outcome));
  EXPECT_FALSE(read_failure(call, {409, {}, R"({"code":"round-running"})"}));
}

TEST(Failure, bounds_how_long_the_other_side_may_make_us_wait) {
  const auto wait = [](const char* value) {
    const auto outcome = read_failure(call, {503, {{"Retry-After", value}}, ""});
    return std::get<kit::Unavailable>(*outcome).retry_after;
  };
  EXPECT_EQ(wait("3"), std::chrono::seconds{3});
  EXPECT_EQ(wait("99999999"), std::chrono::hours{1});
  EXPECT_EQ(wait("-5"), std::chrono::seconds{0});
  EXPECT_EQ(wait("Wed, 21 Oct 2026 07:28:00 GMT"), std::nullopt);
}

}  // namespace
}  // namespace elukaar::xroad_rest
