// The table of routes, walked: who is let in where, and what is said of another method. Everything below it is in memory.
#include "adapters/http/routes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <set>

#include "privacy/pseudonym.hpp"
#include "support/content.hpp"
#include "support/generated_persons.hpp"
#include "support/keys.hpp"
#include "support/memory_office_store.hpp"
#include "support/memory_resident_store.hpp"
#include "support/memory_session_store.hpp"
#include "support/memory_vault.hpp"

namespace elukaar::adapters::http {
namespace {

using test::all_services;
using test::topic_events;

const Municipality rae("0653");

const cloudevents::SchemaCatalogue& intake_forms() {
  static const auto loaded =
      cloudevents::SchemaCatalogue::load(test::content / "events" / "intake").value();
  return loaded;
}

class TheRoutes : public testing::Test {
 protected:
  TheRoutes() {
    data->now = *parse_rfc3339("2026-05-20T09:00:00Z");
    auto vault = std::make_unique<test::MemoryVault>(keyring);
    const auto mari = *privacy::pseudonym(keyring, rae, *privacy::PersonalCode::parse(code));
    EXPECT_TRUE(vault->store({{{rae, "", mari, "last-name", Sensitive<std::string>("Maasikas"),
                                privacy::FieldClass::identity,
                                {"/register/population/0653", *parse_iso_date("2026-05-02")},
                                data->now}},
                              {}}));
    desks.residents = std::make_unique<resident::Desk>(
        sessions(identity::Kind::resident), all_services(), topic_events(), keyring,
        std::make_unique<test::MemoryResidentStore>(data), std::move(vault));
    desks.officials = std::make_unique<office::Office>(
        sessions(identity::Kind::official), all_services(), topic_events(), intake_forms(),
        connectors, keyring, std::make_unique<test::MemoryOfficeStore>(data),
        std::make_unique<test::MemoryResidentStore>(data),
        std::make_unique<test::MemoryVault>(keyring),
        [](const Municipality&, const std::string&) -> Result<void, engine::IntakeRefusal> {
          return {};
        });
    log_in();
  }

  void log_in() {
    resident = desks.residents
                   ->log_in_for_development(Json{{"personalCode", code}}.dump(), {})
                   .value();
    official = desks.officials
                   ->log_in_for_development(
                       Json{{"municipality", "0653"}, {"name", "Kadri"}}.dump(), {})
                   .value();
  }

  identity::Sessions sessions(identity::Kind kind) {
    return {kind,
            {.development = true},
            std::make_unique<test::MemorySessionStore>([this] { return data->now; })};
  }

  // A request of the route, with something in place of each {…}.
  static Request request_of(const Route& route) {
    Request request{route.method, route.pattern, {}, "{}", {}};
    for (std::size_t open; (open = request.path.find('{')) != std::string::npos;) {
      request.path.replace(open, request.path.find('}') - open + 1, std::string(32, '0'));
    }
    if (route.takes == Takes::json) request.headers["content-type"] = "application/json";
    if (route.takes == Takes::task_file) request.headers["content-type"] = "text/csv";
    return request;
  }
  static Request as(const identity::LoggedIn& login, std::string_view cookie, Request request) {
    request.headers["cookie"] = std::string{cookie} + "=" + login.token;
    request.headers["x-csrf-token"] = login.session.csrf;
    return request;
  }
  Request as_resident(Request request) { return as(resident, resident_cookie, std::move(request)); }
  Request as_official(Request request) { return as(official, official_cookie, std::move(request)); }

  // 0: it is admitted.
  int refusal(const Route& route, const Request& request) {
    const auto session = admit(route, request, desks);
    return session ? 0 : session.error().status;
  }
  // Of a route with a handler.
  int status(const Request& request) {
    return answer(match(request), request, desks, nullptr, false).status;
  }

  std::mt19937 random{20260504};
  const std::string code = test::generated_code(random);
  privacy::Keyring keyring = test::keyring_for({"0653"});
  std::shared_ptr<test::ResidentData> data = std::make_shared<test::ResidentData>();
  const kit::Registry connectors;
  Desks desks;
  identity::LoggedIn resident, official;
};

TEST_F(TheRoutes, are_each_found_by_their_own_request) {
  ASSERT_GT(routes().size(), 20u);
  for (const Route& route : routes()) {
    const Match found = match(request_of(route));
    EXPECT_EQ(found.route, &route) << route.method << ' ' << route.pattern;
    const auto variables = std::count(route.pattern, route.pattern + std::strlen(route.pattern), '{');
    EXPECT_EQ(found.parts, std::vector<std::string>(static_cast<std::size_t>(variables), std::string(32, '0')));
  }
}

TEST_F(TheRoutes, admit_nobody_a_resident_and_an_official_to_their_own_alone) {
  for (const Route& route : routes()) {
    SCOPED_TRACE(std::string{route.method} + " " + route.pattern);
    const Request request = request_of(route);
    const bool open = route.who == Who::anybody || route.who == Who::sender;
    EXPECT_EQ(refusal(route, request), open ? 0 : 401);
    EXPECT_EQ(refusal(route, as_resident(request)), open || route.who == Who::resident ? 0 : 401);
    EXPECT_EQ(refusal(route, as_official(request)), open || route.who == Who::official ? 0 : 401);
  }
}

TEST_F(TheRoutes, open_nothing_to_a_token_in_the_cookie_of_the_other_kind) {
  for (const Route& route : routes()) {
    if (route.who != Who::resident && route.who != Who::official) continue;
    SCOPED_TRACE(std::string{route.method} + " " + route.pattern);
    EXPECT_EQ(refusal(route, as(official, resident_cookie, request_of(route))), 401);
    EXPECT_EQ(refusal(route, as(resident, official_cookie, request_of(route))), 401);
  }
}

TEST_F(TheRoutes, change_nothing_without_the_token_of_the_page) {
  for (const Route& route : routes()) {
    if (route.who != Who::resident && route.who != Who::official) continue;
    SCOPED_TRACE(std::string{route.method} + " " + route.pattern);
    Request request = request_of(route);
    request = route.who == Who::resident ? as_resident(request) : as_official(request);
    request.headers["x-csrf-token"].back() ^= 1;
    EXPECT_EQ(refusal(route, request), std::string_view{route.method} == "GET" ? 0 : 403);
    request.headers.erase("x-csrf-token");
    EXPECT_EQ(refusal(route, request), std::string_view{route.method} == "GET" ? 0 : 403);
  }
}

TEST_F(TheRoutes, answer_whoever_they_admit_and_no_body_of_another_type) {
  for (const Route& route : routes()) {
    if (std::holds_alternative<Own>(route.answered_by)) continue;
    SCOPED_TRACE(std::string{route.method} + " " + route.pattern);
    Request request = request_of(route);
    if (route.who == Who::resident) request = as_resident(request);
    if (route.who == Who::official) request = as_official(request);
    if (route.takes != Takes::nothing) {
      Request of_another_type = request;
      of_another_type.headers["content-type"] = "text/plain";
      EXPECT_EQ(status(of_another_type), 415);
    }
    const int said = status(request);
    EXPECT_TRUE(said != 401 && said != 403 && said != 415 && said < 500) << said;
    // A log-out has ended the session that other routes need.
    if (std::string_view{route.pattern}.ends_with("/logout")) log_in();
  }
}

TEST_F(TheRoutes, name_the_methods_that_there_are_to_whoever_asks_by_another) {
  for (const Route& route : routes()) {
    std::string there;
    std::set<std::string> methods;
    for (const Route& other : routes()) {
      if (std::string_view{other.pattern} != route.pattern) continue;
      there += (there.empty() ? "" : ", ") + std::string{other.method};
      methods.insert(other.method);
    }
    for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
      if (methods.contains(method)) continue;
      Request request = request_of(route);
      request.method = method;
      const Match found = match(request);
      EXPECT_EQ(found.route, nullptr) << method << ' ' << route.pattern;
      EXPECT_EQ(found.allow, there) << method << ' ' << route.pattern;
      EXPECT_FALSE(found.is_page);
    }
  }
}

TEST_F(TheRoutes, leave_every_other_path_but_the_interface_s_to_the_pages) {
  EXPECT_TRUE(match({"GET", "/cases/7c0f", {}, {}, {}}).is_page);
  for (const Request& request : {Request{"GET", "/api/v1/unknown", {}, {}, {}},
                                 Request{"POST", "/cases/7c0f", {}, {}, {}}}) {
    const Match found = match(request);
    EXPECT_FALSE(found.is_page);
    EXPECT_EQ(found.route, nullptr);
    EXPECT_TRUE(found.allow.empty());
  }
}

TEST_F(TheRoutes, of_an_office_that_is_not_there_are_not_there) {
  desks.officials.reset();
  for (const Route& route : routes()) {
    if (!std::string_view{route.pattern}.starts_with("/api/v1/office/")) continue;
    EXPECT_EQ(status(request_of(route)), 404) << route.method << ' ' << route.pattern;
  }
}

}  // namespace
}  // namespace elukaar::adapters::http
