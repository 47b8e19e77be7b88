#include "access/access.hpp"

#include <gtest/gtest.h>

namespace elukaar::access {
namespace {

using namespace std::chrono_literals;

const Timestamp now = *parse_rfc3339("2026-05-04T06:00:00Z");
const Pseudonym mari{"p1_mari"}, juhan{"p1_juhan"}, tiina{"p1_tiina"}, stranger{"p1_stranger"};

const std::vector<Party> parties = {
    {mari, Role::guardian, now - 240h, std::nullopt},
    {mari, Role::applicant, now - 48h, std::nullopt},
    {juhan, Role::guardian, now - 240h, std::nullopt},
    {tiina, Role::official, now - 240h, std::nullopt},
};

Asker asker(const Pseudonym& person, std::chrono::minutes custody_age = 5min,
            Assurance assurance = Assurance::substantial) {
  return {person, assurance, now - custody_age};
}

using Words = std::vector<std::string>;

TEST(Access, shows_a_case_only_to_the_roles_it_is_published_to) {
  struct Row {
    Pseudonym person;
    Words visible_to;
    Refusal expected;
  };
  const Row rows[] = {
      {mari, {"applicant"}, Refusal::none},
      {mari, {"guardians"}, Refusal::none},
      {mari, {"official"}, Refusal::not_visible_to_role},
      {mari, {}, Refusal::not_visible_to_role},
      {juhan, {"applicant"}, Refusal::not_visible_to_role},
      {juhan, {"guardians"}, Refusal::none},
      {juhan, {"applicant", "guardians", "official"}, Refusal::none},
      {juhan, {"other-guardian"}, Refusal::none},
      {mari, {"other-guardian"}, Refusal::not_visible_to_role},  // she is the one who applied
      {juhan, {"guardian", "everybody"}, Refusal::not_visible_to_role},
      {tiina, {"guardians"}, Refusal::not_visible_to_role},
      {tiina, {"official"}, Refusal::none},
      {stranger, {"applicant", "guardians", "official"}, Refusal::no_party},
      {Pseudonym{}, {"applicant", "guardians", "official"}, Refusal::no_party},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(may_see(parties, row.visible_to, asker(row.person), now), row.expected)
        << row.person.str() << " " << to_text(row.expected);
  }
}

TEST(Access, asks_for_a_fresh_confirmation_of_custody) {
  const Words visible = {"guardians", "official"};
  const ActionDemand apply{"apply", {"guardians"}, Assurance::substantial};
  EXPECT_EQ(may_see(parties, visible, asker(juhan, 24h), now), Refusal::none);
  EXPECT_EQ(may_see(parties, visible, asker(juhan, 24h + 1min), now), Refusal::custody_too_old);
  EXPECT_EQ(may_act(parties, apply, asker(juhan, 15min), now), Refusal::none);
  EXPECT_EQ(may_act(parties, apply, asker(juhan, 16min), now), Refusal::custody_too_old);
  EXPECT_EQ(may_act(parties, apply, asker(juhan, 16min), now, 1h), Refusal::none);
  EXPECT_EQ(may_see(parties, visible, asker(juhan, -1min), now), Refusal::custody_too_old);
  EXPECT_EQ(may_see(parties, visible, {juhan, Assurance::high, std::nullopt}, now),
            Refusal::custody_too_old);
  EXPECT_EQ(may_see(parties, visible, {tiina, Assurance::high, std::nullopt}, now), Refusal::none);
}

TEST(Access, refuses_a_login_below_substantial_whatever_the_action_says) {
  const Words visible = {"guardians"};
  const ActionDemand low{"ask", {"guardians"}, Assurance::low};
  const ActionDemand high{"sign", {"guardians"}, Assurance::high};
  EXPECT_EQ(may_see(parties, visible, asker(juhan, 1min, Assurance::low), now),
            Refusal::assurance_too_low);
  EXPECT_EQ(may_act(parties, low, asker(juhan, 1min, Assurance::low), now),
            Refusal::assurance_too_low);
  EXPECT_EQ(may_act(parties, high, asker(juhan, 1min), now), Refusal::assurance_too_low);
  EXPECT_EQ(may_act(parties, high, asker(juhan, 1min, Assurance::high), now), Refusal::none);
}

TEST(Access, ends_a_right_at_its_last_moment) {
  const std::vector<Party> ended = {{juhan, Role::guardian, now - 1h, now}};
  const std::vector<Party> later = {{juhan, Role::guardian, now + 1us, std::nullopt}};
  const std::vector<Party> still = {{juhan, Role::guardian, now, now + 1us}};
  EXPECT_EQ(role_of(ended, juhan, now), std::nullopt);
  EXPECT_EQ(role_of(later, juhan, now), std::nullopt);
  EXPECT_EQ(role_of(still, juhan, now), Role::guardian);
}

TEST(Access, takes_the_strongest_of_a_persons_parts) {
  EXPECT_EQ(role_of(parties, mari, now), Role::applicant);
  EXPECT_EQ(role_of(parties, mari, now - 72h), Role::guardian);
}

TEST(Access, offers_only_what_this_person_may_do) {
  const std::vector<ActionDemand> offered = {{"withdraw", {"applicant"}, Assurance::substantial},
                                             {"object", {"guardians"}, Assurance::substantial},
                                             {"review", {"official"}, Assurance::substantial},
                                             {"nobody", {}, Assurance::substantial}};
  EXPECT_EQ(allowed_actions(parties, offered, asker(mari), now), (Words{"withdraw", "object"}));
  EXPECT_EQ(allowed_actions(parties, offered, asker(juhan), now), (Words{"object"}));
  EXPECT_EQ(allowed_actions(parties, offered, asker(tiina), now), (Words{"review"}));
  EXPECT_EQ(allowed_actions(parties, offered, asker(stranger), now), Words{});
}

}  // namespace
}  // namespace elukaar::access
