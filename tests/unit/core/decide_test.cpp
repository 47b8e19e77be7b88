#include "core/decide.hpp"

#include <gtest/gtest.h>

#include "core/questions.hpp"
#include "support/bench_content.hpp"
#include "unit/core/story.hpp"

namespace elukaar::core {
namespace {

using lifecycle::CaseState;

const std::string child = "p1_mychildmychildmychild";
const std::string parent = "p1_parentparentparentpar";

workflow::WorkflowPtr load(const std::string& file) {
  const std::filesystem::path workflows = elukaar::test::bench_content() / "workflows";
  auto loaded = workflow::load(workflows / "municipalities" / file,
                               {workflows, elukaar::test::bench_schemas()});
  if (!loaded) throw std::runtime_error(to_text(loaded.error().front()));
  return loaded->workflow;
}

// What the project ships is held by the tests of workflow; here with what the bench lays over it.
TEST(BenchContent, loads_without_a_problem_or_a_warning) {
  const auto services =
      workflow::load_all(elukaar::test::bench_content(), elukaar::test::bench_schemas());
  ASSERT_TRUE(services) << to_text(services.error().front());
  ASSERT_EQ(services->size(), 9U);
  for (const workflow::Service& service : *services) {
    EXPECT_TRUE(service.warnings.empty()) << service.file;
  }
}

const workflow::Workflow& bench() {
  static const workflow::WorkflowPtr workflow = load("bench/bench.yaml");
  return *workflow;
}

const workflow::Workflow& kindergarten() {
  static const workflow::WorkflowPtr workflow = load("rae/kindergarten-place.yaml");
  return *workflow;
}

using test::at;
using test::Story;

// Everything that says whether two decisions are the same one.
Json told(const Decision& decision, const workflow::Workflow& workflow) {
  Json told = {{"disposition", to_string(decision.disposition)},
               {"state", state_document(decision.next, workflow)},
               {"context", *decision.next.context},
               {"status", *decision.next.status},
               {"revision", decision.next.revision},
               {"trace", decision.entry.trace},
               {"hash", to_hex(decision.entry.hash)}};
  for (const Record& record : decision.entry.records) {
    told["records"].push_back({record.event.id, Json::parse(record.data)});
  }
  for (const auto& [call] : test::all<RequestCall>(decision)) {
    told["calls"].push_back({call.id.str(), call.role, call.operation, call.input});
  }
  return told;
}

Json amount(int value, const std::string& due = "2026-06-01") {
  return {{"item", "i1"}, {"amount", value}, {"due", due},
          {"payload", {{"a", ""}, {"b", ""}, {"c", ""}}}};
}

Story started() {
  Story story(bench());
  story.take(story.event("started", amount(5)));
  return story;
}

Json birth() { return {{"child", {{"key", child}, {"bornOn", "2026-04-20"}}}}; }

Json application() {
  return {{"application",
           {{"id", "a1"}, {"applicant", parent}, {"submittedAt", "2026-05-05T06:00:00Z"},
            {"wishedStart", "2027-11-01"}, {"language", "et"}, {"preferences", {"rae-aiamaa"}}}},
          {"child", {{"key", child}}}};
}

Json family() {
  return {{"alive", true}, {"livesHere", true}, {"protected", false},
          {"guardians", {{{"key", parent}}}}};
}

Story born() {
  Story story(kindergarten());
  story.take(story.event("birth-registered", birth()));
  return story;
}

Story verifying() {
  Story story = born();
  story.now = story.timer("notice").due;
  story.take(story.fired(story.timer("notice")));
  return story;
}

Story informed() {
  Story story = verifying();
  story.take(story.news(story.value.calls.at(0).id, CallUpdate::Kind::done, family()));
  return story;
}

Story queued() {
  Story story = informed();
  story.take(story.event("application-submitted", application()));
  story.take(story.news(story.value.calls.at(0).id, CallUpdate::Kind::done,
                        {{"childLivesHere", true}, {"applicantLivesHere", true}, {"custody", true},
                         {"childSince", "2026-04-20"}, {"asOf", "2026-05-05"}}));
  story.take(story.news(story.value.calls.at(0).id, CallUpdate::Kind::done,
                        {{"registerId", "r1"}, {"status", "queued"},
                         {"queue", {{"scope", "rae"}, {"position", 12}, {"of", 40},
                                    {"ruleRef", "application-time"}}}}));
  return story;
}

// ---- Events -------------------------------------------------------------------------------------

TEST(Decide, applies_an_event_that_a_state_takes_and_shows_the_new_status) {
  Story story = started();
  const Decision decision = story.take(story.event("step", amount(7)));
  EXPECT_EQ(decision.disposition, Disposition::applied);
  EXPECT_TRUE(story.in("s2"));
  EXPECT_EQ(story.value.context->at("amount"), 12);
  EXPECT_EQ(story.value.sequence, 2u);
  EXPECT_EQ(story.value.revision, 2u);
  ASSERT_EQ(decision.entry.records.size(), 1u);
  const auto& record = decision.entry.records[0];
  EXPECT_EQ(record.event.id, story.value.id.str() + "/2/0");
  EXPECT_EQ(Json::parse(record.data).at("revision"), 2);
  EXPECT_EQ(Json::parse(record.data).at("status").at("args").at("amount"), 12);
}

TEST(Decide, adds_the_keys_that_an_accepted_event_brings) {
  Story story(bench());
  const Decision decision = story.take(story.event("started", amount(5)));
  ASSERT_EQ(test::all<AddKey>(decision).size(), 1u);
  EXPECT_EQ(test::all<AddKey>(decision)[0].key, (Key{"item", "i1"}));
}

TEST(Decide, ignores_what_the_file_calls_ignorable_and_journals_it) {
  Story story = started();
  const Decision decision = story.take(story.event("started", amount(1)));
  EXPECT_EQ(decision.disposition, Disposition::ignored);
  EXPECT_EQ(decision.entry.sequence, 2u);
  EXPECT_TRUE(decision.entry.records.empty());
  EXPECT_EQ(story.value.revision, 1u);
  EXPECT_TRUE(story.in("s1"));
}

TEST(Decide, parks_what_the_file_says_to_park_and_leaves_the_case_as_it_was) {
  Story story = started();
  const Json before = state_document(story.value, bench());
  const Decision decision = story.ask(story.event("step", amount(-1)));
  EXPECT_EQ(decision.disposition, Disposition::parked);
  EXPECT_NE(decision.reason.find("s1"), std::string::npos) << decision.reason;
  EXPECT_EQ(state_document(decision.next, bench()), before);
  EXPECT_EQ(decision.next.sequence, 1u);
}

TEST(Decide, defers_what_may_overtake_with_the_period_of_the_file) {
  Story story = informed();
  const Decision decision = story.take(story.event(
      "queue-position-changed",
      {{"application", {{"id", "a1"}}},
       {"queue", {{"scope", "x"}, {"position", 1}, {"of", 2}, {"ruleRef", "r"}}}}));
  EXPECT_EQ(decision.disposition, Disposition::deferred);
  EXPECT_EQ(decision.defer_for, std::chrono::hours{24 * 7});
  EXPECT_TRUE(story.in("informed.told"));
}

TEST(Decide, completes_a_case_in_its_final_state_and_parks_what_comes_later) {
  Story story = started();
  for (int i = 0; i < 5; ++i) story.take(story.event("step", amount(1)));
  EXPECT_EQ(story.value.lifecycle, CaseState::completed);
  EXPECT_EQ(story.value.status->at("text"), "done");
  EXPECT_EQ(story.ask(story.event("step", amount(1))).disposition, Disposition::parked);
}

TEST(Decide, closes_an_application_and_silently_ends_a_notice_when_the_birth_is_annulled) {
  Story silent = informed();
  silent.take(silent.event("birth-annulled", {{"child", {{"key", child}}}}));
  EXPECT_TRUE(silent.in("not_applied"));
  EXPECT_TRUE(silent.value.status->is_null());
  EXPECT_EQ(silent.value.lifecycle, CaseState::completed);

  Story told = queued();
  told.take(told.event("birth-annulled", {{"child", {{"key", child}}}}));
  EXPECT_TRUE(told.in("closing"));  // the register takes the application out first
  told.take(told.news(told.value.calls.at(0).id, CallUpdate::Kind::done, {{"status", "withdrawn"}}));
  EXPECT_TRUE(told.in("closed"));
  EXPECT_EQ(told.value.status->at("args").at("cause"), "annulled");
}

TEST(Decide, pins_the_release_with_the_event_that_the_file_names) {
  Story story = informed();
  EXPECT_FALSE(story.value.pinned);
  story.take(story.event("application-submitted", application()));
  EXPECT_TRUE(story.value.pinned);
}

// ---- Time ---------------------------------------------------------------------------------------

TEST(Decide, arms_a_timer_on_the_date_that_the_file_computes) {
  const Story story = born();
  EXPECT_EQ(story.timer("notice").due, calendar::start_of_day(*parse_iso_date("2026-05-04")));
}

TEST(Decide, finds_a_timer_stale_whose_state_has_been_left) {
  Story story = born();
  const Timer notice = story.timer("notice");
  story.now = notice.due;
  const Decision left =
      story.take(story.event("opted-out", {{"child", {{"key", child}}}}));
  ASSERT_EQ(test::all<ClearTimer>(left).size(), 1u);
  const Decision decision = story.take(story.fired(notice));
  EXPECT_EQ(decision.disposition, Disposition::stale);
  EXPECT_TRUE(story.in("not_applied"));
}

TEST(Decide, finds_a_timer_of_an_earlier_stay_in_the_same_state_stale) {
  Story story = queued();
  const Timer first = story.timer("nextRound");
  story.now = first.due;
  story.take(story.fired(first));  // reenters `queued`
  ASSERT_GT(story.timer("nextRound").entry, first.entry);
  story.now = story.timer("nextRound").due;
  EXPECT_EQ(story.ask(story.fired(first)).disposition, Disposition::stale);
}

TEST(Decide, moves_a_timer_whose_date_has_moved_and_ignores_its_old_row) {
  Story story = born();
  const Timer former = story.timer("notice");
  story.now = at("2026-05-02T06:00:00Z");
  const Decision moved = story.take(story.event(
      "person-key-changed",
      {{"formerKey", child}, {"key", "p1_otherotherotherother"}, {"bornOn", "2026-04-25"}}));
  EXPECT_EQ(moved.disposition, Disposition::applied);
  ASSERT_EQ(test::all<SetTimer>(moved).size(), 1u);
  EXPECT_EQ(test::all<SetTimer>(moved)[0].timer.due, calendar::start_of_day(*parse_iso_date("2026-05-09")));
  EXPECT_EQ(test::all<SetTimer>(moved)[0].timer.entry, former.entry);
  story.now = former.due;
  EXPECT_EQ(story.take(story.fired(former)).disposition, Disposition::stale);
  EXPECT_TRUE(story.in("expecting"));
  story.now = story.timer("notice").due;
  EXPECT_EQ(story.take(story.fired(story.timer("notice"))).disposition, Disposition::applied);
  EXPECT_TRUE(story.in("verifying"));
}

TEST(Decide, never_lets_time_run_backwards_within_a_case) {
  Story story = started();
  const Timestamp last = story.value.decided_at;
  story.now = last - std::chrono::hours{1};
  const Decision decision = story.take(story.event("step", amount(1)));
  EXPECT_EQ(decision.entry.at, last);
  EXPECT_EQ(story.value.entered.at("s2").at, last);
}

// ---- Calls --------------------------------------------------------------------------------------

TEST(Decide, requests_a_call_on_entry_with_an_id_that_follows_from_the_input) {
  Story story = born();
  story.now = story.timer("notice").due;
  const Input input = story.fired(story.timer("notice"));
  const Decision one = story.ask(input);
  const Decision two = story.ask(input);
  ASSERT_EQ(test::all<RequestCall>(one).size(), 1u);
  const CallRequest call = test::all<RequestCall>(one).at(0).request;
  EXPECT_EQ(call.role, "population-register");
  EXPECT_EQ(call.operation, "family");
  EXPECT_EQ(call.input, (Json{{"child", child}}));
  EXPECT_EQ(call.id, test::all<RequestCall>(two).at(0).request.id);
  Input other = input;
  other.key.id += "x";
  EXPECT_NE(call.id, test::all<RequestCall>(story.ask(other)).at(0).request.id);
}

TEST(Decide, shows_that_a_system_does_not_answer_and_takes_it_back_with_the_answer) {
  Story story = informed();
  story.take(story.event("application-submitted", application()));
  const CallId call = story.value.calls.at(0).id;
  const auto revision = story.value.revision;
  const Json since = {{"system", "population-register"}, {"since", "2026-05-05T06:00:03Z"}};
  const Decision delayed = story.take(story.news(call, CallUpdate::Kind::delayed, since));
  EXPECT_EQ(delayed.disposition, Disposition::applied);
  EXPECT_EQ(story.value.status->at("delayed"), since);
  EXPECT_EQ(story.value.revision, revision + 1);
  EXPECT_EQ(story.value.calls.size(), 1u);
  story.take(story.news(call, CallUpdate::Kind::done,
                        {{"childLivesHere", true}, {"applicantLivesHere", true}, {"custody", true},
                         {"childSince", "2026-04-20"}, {"asOf", "2026-05-05"}}));
  EXPECT_TRUE(story.in("registering"));
  EXPECT_TRUE(story.value.status->at("delayed").is_null());
}

// Muhu keeps its list of places by hand; the population register is asked as everywhere.
TEST(Decide, says_that_it_is_the_municipalitys_turn_where_its_officials_do_what_a_register_would) {
  static const workflow::WorkflowPtr muhu = load("muhu/kindergarten-place.yaml");
  Story story(*muhu);
  story.take(story.event("birth-registered", birth()));
  story.now = story.timer("notice").due;
  story.take(story.fired(story.timer("notice")));
  story.take(story.news(story.value.calls.at(0).id, CallUpdate::Kind::done, family()));
  const Decision asked = story.take(story.event("application-submitted", application()));
  EXPECT_EQ(story.value.status->at("turn"), "register");
  ASSERT_EQ(test::all<RequestCall>(asked).size(), 1u);
  EXPECT_FALSE(test::all<RequestCall>(asked)[0].request.by);
  const Decision checked = story.take(
      story.news(story.value.calls.at(0).id, CallUpdate::Kind::done,
                 {{"childLivesHere", true}, {"applicantLivesHere", true}, {"custody", true},
                  {"childSince", "2026-04-20"}, {"asOf", "2026-05-05"}}));
  EXPECT_TRUE(story.in("registering"));
  EXPECT_EQ(story.value.status->at("turn"), "municipality");
  ASSERT_EQ(test::all<RequestCall>(checked).size(), 1u);
  ASSERT_TRUE(test::all<RequestCall>(checked)[0].request.by);
  EXPECT_EQ(to_iso_date(*test::all<RequestCall>(checked)[0].request.by), story.value.status->at("by"));
}

TEST(Decide, journals_which_official_answered_and_chains_it) {
  Story story = informed();
  story.take(story.event("application-submitted", application()));
  Input input = story.news(story.value.calls.at(0).id, CallUpdate::Kind::error, {{"kind", "refused"}});
  const Decision nobody = story.ask(input);
  EXPECT_FALSE(nobody.entry.trace.contains("official"));
  input.official = "p1_official";
  const Decision somebody = story.ask(input);
  EXPECT_EQ(somebody.entry.trace.at("official"), "p1_official");
  EXPECT_NE(somebody.entry.hash, nobody.entry.hash);
}

TEST(Decide, abandons_the_calls_of_a_state_that_is_left_and_finds_their_answers_stale) {
  Story story = verifying();
  const CallId call = story.value.calls.at(0).id;
  const Decision left = story.take(story.event("opted-out", {{"child", {{"key", child}}}}));
  ASSERT_EQ(test::all<AbandonCall>(left).size(), 1u);
  EXPECT_EQ(test::all<AbandonCall>(left)[0].call, call);
  const Decision late = story.take(story.news(call, CallUpdate::Kind::done, family()));
  EXPECT_EQ(late.disposition, Disposition::stale);
  EXPECT_TRUE(story.in("not_applied"));
  EXPECT_TRUE(story.value.parties.empty());
}

TEST(Decide, applies_an_answer_once) {
  Story story = verifying();
  const CallId call = story.value.calls.at(0).id;
  EXPECT_EQ(story.take(story.news(call, CallUpdate::Kind::done, family())).disposition,
            Disposition::applied);
  EXPECT_EQ(story.take(story.news(call, CallUpdate::Kind::done, family())).disposition,
            Disposition::stale);
}

TEST(Decide, tells_who_the_parties_are_when_they_change) {
  Story story = verifying();
  const Decision decision =
      story.take(story.news(story.value.calls.at(0).id, CallUpdate::Kind::done, family()));
  ASSERT_EQ(test::all<ReplaceParties>(decision).size(), 1u);
  EXPECT_EQ(test::all<ReplaceParties>(decision)[0].parties,
            (std::vector<Party>{{Pseudonym{parent}, "guardians"}}));
}

// ---- Persons' actions ---------------------------------------------------------------------------

Input act(Story& story, const std::string& name, const std::string& event, const Json& data,
          const std::string& subject = "") {
  const Input arrived = story.event(event, data);
  return {{"elukaar/action", arrived.key.id}, story.now,
          ActionTaken{name, Pseudonym{parent}, subject, 0,
                      std::get<EventArrived>(arrived.body).event}};
}

TEST(Decide, accepts_an_action_that_the_status_offers) {
  Story story = informed();
  const Decision decision =
      story.take(act(story, "apply", "application-submitted", application()));
  EXPECT_EQ(decision.disposition, Disposition::applied);
  ASSERT_TRUE(test::answered(decision).has_value());
  EXPECT_TRUE(test::answered(decision)->accepted);
  EXPECT_TRUE(story.in("checking"));
}

TEST(Decide, refuses_actions_that_are_not_offered_and_says_why) {
  struct {
    const char* what;
    Story story;
    const char* action;
    const char* reason;
  } const table[] = {
      {"no longer offered", queued(), "apply", "stale"},
      {"not in the file", informed(), "levitate", "not-offered"},
      {"the state would take it, but nothing is offered", born(), "apply", "stale"},
  };
  for (auto row : table) {
    const Decision decision =
        row.story.take(act(row.story, row.action, "application-submitted", application()));
    EXPECT_EQ(decision.disposition, Disposition::refused) << row.what;
    ASSERT_TRUE(test::answered(decision).has_value()) << row.what;
    EXPECT_FALSE(test::answered(decision)->accepted) << row.what;
    EXPECT_EQ(test::answered(decision)->reason, row.reason) << row.what;
  }
  Story closed = informed();
  closed.take(closed.event("opted-out", {{"child", {{"key", child}}}}));
  const Decision late = closed.take(act(closed, "apply", "application-submitted", application()));
  EXPECT_EQ(test::answered(late)->reason, "closed");
}

TEST(Decide, refuses_the_second_of_two_equal_actions) {
  Story story = informed();
  story.take(act(story, "apply", "application-submitted", application()));
  const Decision second =
      story.take(act(story, "apply", "application-submitted", application()));
  EXPECT_EQ(second.disposition, Disposition::refused);
  EXPECT_EQ(test::answered(second)->reason, "stale");
  EXPECT_TRUE(story.in("checking"));
}

// ---- Incidents ----------------------------------------------------------------------------------

TEST(Decide, stands_still_with_everything_else_as_it_was_when_a_guard_cannot_be_evaluated) {
  Story story = verifying();
  const Json before = state_document(story.value, kindergarten());
  const Json context = *story.value.context;
  // The answer lacks what the guard asks for.
  const Decision decision = story.take(
      story.news(story.value.calls.at(0).id, CallUpdate::Kind::done, {{"guardians", Json::array()}}));
  EXPECT_EQ(decision.disposition, Disposition::incident);
  EXPECT_EQ(story.value.lifecycle, CaseState::incident);
  EXPECT_NE(story.value.incident.find("alive"), std::string::npos) << story.value.incident;
  EXPECT_EQ(state_document(story.value, kindergarten()), before);
  EXPECT_EQ(*story.value.context, context);
  EXPECT_TRUE(decision.entry.records.empty());
  EXPECT_TRUE(test::all<ClearTimer>(decision).empty());
  EXPECT_EQ(decision.entry.disposition, Disposition::incident);
}

TEST(Decide, lets_later_inputs_wait_behind_an_incident_and_offers_them_again_after_a_retry) {
  Story story = verifying();
  story.take(story.news(story.value.calls.at(0).id, CallUpdate::Kind::done, Json::object()));
  const Input later = story.event("opted-out", {{"child", {{"key", child}}}});
  EXPECT_EQ(story.take(later).disposition, Disposition::deferred);
  const Decision retried = story.take(story.command(Command::Kind::retry));
  EXPECT_EQ(retried.disposition, Disposition::applied);
  EXPECT_TRUE(retried.configuration_changed);
  EXPECT_EQ(story.value.lifecycle, CaseState::active);
  EXPECT_TRUE(story.value.incident.empty());
  Input again = later;
  again.cause = story.value.sequence;
  EXPECT_EQ(story.take(again).disposition, Disposition::applied);
}

TEST(Decide, suspends_resumes_and_cancels_on_an_operators_order) {
  Story story = verifying();
  EXPECT_EQ(story.take(story.command(Command::Kind::resume)).disposition, Disposition::refused);
  story.take(story.command(Command::Kind::suspend));
  EXPECT_EQ(story.take(story.event("opted-out", {{"child", {{"key", child}}}})).disposition,
            Disposition::deferred);
  EXPECT_TRUE(story.take(story.command(Command::Kind::resume)).configuration_changed);
  const Decision cancelled = story.take(story.command(Command::Kind::cancel));
  EXPECT_EQ(test::all<AbandonCall>(cancelled).size(), 1u);
  EXPECT_EQ(story.value.lifecycle, CaseState::cancelled);
  EXPECT_TRUE(story.value.timers.empty());
}

// ---- The same again -----------------------------------------------------------------------------

TEST(Decide, gives_the_same_decision_for_the_same_arguments) {
  Story table[] = {started(), born(), verifying(), informed(), queued()};
  for (Story& story : table) {
    const workflow::Workflow& workflow = story.value.service == "bench" ? bench() : kindergarten();
    const Input input = story.value.service == "bench"
                            ? story.event("step", amount(3))
                            : story.event("birth-annulled", {{"child", {{"key", child}}}});
    EXPECT_EQ(told(story.ask(input), workflow), told(story.ask(input), workflow));
  }
}

TEST(Decide, chains_each_journal_row_to_the_one_before) {
  Story one = started();
  Story two(bench());
  two.take(two.event("started", amount(6), "event-1"));
  ASSERT_NE(one.value.hash, two.value.hash);
  const Decision first = one.take(one.event("step", amount(1), "same"));
  const Decision second = two.take(two.event("step", amount(0), "same"));
  EXPECT_EQ(one.value.context->at("amount"), two.value.context->at("amount"));
  EXPECT_NE(first.entry.hash, second.entry.hash);
}

TEST(Case, survives_storing_with_its_timers_calls_and_parties) {
  const Story table[] = {started(), born(), verifying(), informed(), queued()};
  for (const Story& story : table) {
    const workflow::Workflow& workflow = story.value.service == "bench" ? bench() : kindergarten();
    const Json document = state_document(story.value, workflow);
    Case read;
    const auto done = read_state_document(Json::parse(document.dump()), workflow, read);
    ASSERT_TRUE(done) << done.error();
    EXPECT_EQ(state_document(read, workflow), document);
    EXPECT_EQ(read.configuration.states(), story.value.configuration.states());
  }
}

TEST(Case, refuses_stored_states_that_the_chart_does_not_have) {
  Json document = state_document(started().value, bench());
  document["active"] = {"s77"};
  Case read;
  EXPECT_FALSE(read_state_document(document, bench(), read));
}

}  // namespace
}  // namespace elukaar::core
