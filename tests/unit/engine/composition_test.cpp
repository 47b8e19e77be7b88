// The event that a person's act becomes, by the schemas of the events themselves.
#include <gtest/gtest.h>

#include "cloudevents/schema_catalogue.hpp"
#include "engine/composition.hpp"

namespace elukaar::engine {
namespace {

const Timestamp midnight_less_two = *parse_rfc3339("2026-05-17T20:58:00Z");  // 23:58 in Tallinn

const cloudevents::SchemaCatalogue& event_schemas() {
  static const auto loaded =
      cloudevents::SchemaCatalogue::load_events(std::filesystem::path{ELUKAAR_SOURCE_DIR} / "events")
          .value();
  return loaded;
}

class TheComposition : public testing::Test {
 protected:
  TheComposition() {
    context = {{"child", {{"key", "p1_juhan"}, {"bornOn", "2026-05-01"}}},
               {"application", {{"id", "a-1"}, {"applicant", "p1_mari"}}},
               {"offer", {{"id", "o-7"}, {"revision", 2}, {"start", "2028-09-01"}}}};
  }

  Act act(const std::string& event) {
    type = "ee.elukaar." + event + ".v1";
    Act made{municipality, case_id, context, rule, type, event_schemas().schema(type), Pseudonym{"p1_mari"},
             ActionId{*Uuid::parse("0190a1b2-0000-7000-8000-0000000000aa")}};
    made.subject = "o-7";
    made.subject_version = 2;
    return made;
  }

  Json data_of(const Act& made) {
    const Composed composed = compose(made, midnight_less_two);
    EXPECT_TRUE(composed.entries.empty());
    EXPECT_EQ(composed.event.at("source"), "/kov/0653/portal");
    EXPECT_EQ(composed.event.at("time"), "2026-05-17T20:58:00Z");
    const auto fits = event_schemas().check(type, composed.event.at("data"));
    EXPECT_TRUE(fits) << composed.event.dump();
    return composed.event.at("data");
  }

  const Municipality municipality{"0653"};
  const CaseId case_id{*Uuid::parse("0190a1b2-0000-7000-8000-000000000007")};
  Json context;
  workflow::ActionRule rule;
  std::string type;
};

TEST_F(TheComposition, names_the_offer_as_it_was_seen_and_the_moment_of_receipt) {
  EXPECT_EQ(data_of(act("offer.accepted")),
            (Json{{"application", {{"id", "a-1"}}},
                  {"offer", {{"id", "o-7"}, {"revision", 2}}},
                  {"by", "p1_mari"},
                  {"receivedAt", "2026-05-17T20:58:00Z"}}));
}

TEST_F(TheComposition, names_no_offer_where_the_act_is_about_the_case_itself) {
  Act objected = act("guardian.objected");
  objected.subject = "0190a1b2000070008000000000000007";
  objected.subject_version = 0;
  EXPECT_FALSE(data_of(objected).contains("offer"));
}

TEST_F(TheComposition, adds_the_reason_where_the_event_has_one) {
  Act declined = act("offer.declined");
  declined.reason = "too-far";
  EXPECT_EQ(data_of(declined).at("reason"), "too-far");
  Act accepted = act("offer.accepted");
  accepted.reason = "too-far";
  EXPECT_FALSE(data_of(accepted).contains("reason"));
}

TEST_F(TheComposition, puts_the_answers_of_a_form_where_the_event_has_them) {
  rule.form = "postpone";
  Act postponed = act("offer.postponed");
  postponed.answers = {{"start", "2028-11-01"}, {"unasked", "x"}};
  postponed.asked = {"start"};
  const Json data = data_of(postponed);
  EXPECT_EQ(data.at("start"), "2028-11-01");
  EXPECT_FALSE(data.contains("unasked"));
}

TEST_F(TheComposition, makes_an_application_of_the_form_that_is_one) {
  rule.form = "application";
  context.erase("application");
  Act applied = act("application.submitted");
  applied.answers = {{"preferences", {"rae-aiamaa"}}, {"wishedStart", "2028-01-01"},
                     {"language", "et"}};
  applied.asked = {"preferences", "wishedStart", "language"};
  const Json data = data_of(applied);
  EXPECT_EQ(data.at("application").at("applicant"), "p1_mari");
  EXPECT_EQ(data.at("application").at("submittedAt"), "2026-05-17T20:58:00Z");
  EXPECT_EQ(data.at("application").at("language"), "et");
  EXPECT_EQ(data.at("child"), (Json{{"key", "p1_juhan"}}));
}

TEST_F(TheComposition, keeps_what_is_personal_for_the_vault) {
  const Json schema = Json::parse(R"({"properties":{"note":{"x-personal":"special"},
                                      "day":{"type":"string"}}})");
  rule.form = "ask";
  Act asked = act("offer.accepted");
  asked.schema = &schema;
  asked.answers = {{"note", "Peanuts"}, {"day", "2026-06-01"}};
  asked.asked = {"note", "day"};
  const Composed composed = compose(asked, midnight_less_two);
  EXPECT_EQ(composed.event.at("data"), (Json{{"day", "2026-06-01"}}));
  ASSERT_EQ(composed.entries.size(), 1u);
  EXPECT_EQ(composed.entries[0].field, "note");
  EXPECT_EQ(composed.entries[0].value.reveal(), "Peanuts");
}

}  // namespace
}  // namespace elukaar::engine
