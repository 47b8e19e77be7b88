#include "texts/catalogue.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "texts/status.hpp"

namespace elukaar::texts {
namespace {

const std::string et = R"(queued:
  headline: "Taotlus on järjekorras"
  body: "Reegel: {rule}. {ahead, plural, =0 {Ees ei ole kedagi.} one {Ees on # laps.} other {Ees on # last.}}"
  next: "{viewer, select, applicant {Te ei pea midagi tegema} other {Oodake}} ({nextRound, date, long})."
waiting:
  reasons: waiting
  headline: "Ootame"
  body: "Põhjus: {reason}."
  next: "Kell {at, time, short}."
reason: { waiting: { no_place: "kohti ei ole" } }
rule: { by-date: "taotluse aeg" }
system: { population-register: "Rahvastikuregister" }
ui:
  turn_resident: "Teie kord"
  turn_other_parent: "Teise vanema kord"
  turn_municipality: "Meie kord"
  days_left: "{left, plural, =0 {Täna} one {# päev} other {# päeva}}"
  call_delayed: "„{register}“ ei vasta."
)";
const std::string en = R"(queued:
  headline: "In the queue"
  body: "Rule: {rule}. {ahead, plural, =0 {Nobody ahead.} one {# child ahead.} other {# children ahead.}}"
  next: "{viewer, select, applicant {Nothing to do} other {Wait}} ({nextRound, date, long})."
waiting:
  reasons: waiting
  headline: "Waiting"
  body: "Because {reason}."
  next: "At {at, time, short}."
reason: { waiting: { no_place: "there is no place" } }
rule: { by-date: "time of application" }
system: { population-register: "Population register" }
ui:
  turn_resident: "Your turn"
  turn_other_parent: "The other parent's turn"
  turn_municipality: "Our turn"
  days_left: "{left, plural, =0 {Today} one {# day} other {# days}}"
  call_delayed: "\"{register}\" does not answer."
)";
const std::string ru = R"(queued:
  headline: "В очереди"
  body: "Правило: {rule}. {ahead, plural, =0 {Никого.} one {Впереди # ребёнок.} few {Впереди # ребёнка.} many {Впереди # детей.} other {Впереди # ребёнка.}}"
  next: "{viewer, select, applicant {Ничего делать не нужно} other {Ждите}}: {nextRound, date, long}"
waiting:
  reasons: waiting
  headline: "Ждём"
  body: "Причина: {reason}."
  next: "В {at, time, short}."
reason: { waiting: { no_place: "нет мест" } }
rule: { by-date: "время подачи" }
system: { population-register: "Регистр народонаселения" }
ui:
  turn_resident: "Дело за вами"
  turn_other_parent: "Дело за вторым родителем"
  turn_municipality: "Дело за нами"
  days_left: "{left, plural, =0 {Сегодня} one {# день} few {# дня} many {# дней} other {# дня}}"
  call_delayed: "«{register}» не отвечает."
)";

Result<Catalogue, Problems> read(const std::string& et_text, const std::string& en_text,
                                 const std::string& ru_text) {
  return Catalogue::read({{"et.yaml", Language::et, et_text},
                          {"en.yaml", Language::en, en_text},
                          {"ru.yaml", Language::ru, ru_text}});
}

const Catalogue& catalogue() {
  static const Catalogue loaded = [] {
    auto made = read(et, en, ru);
    if (!made) throw std::runtime_error{to_text(made.error().front())};
    return *made;
  }();
  return loaded;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error{"the fixture lacks " + from};
  return text.replace(at, from.size(), to);
}

Json status(Json changes = Json::object()) {
  Status made;
  made.text = "queued";
  made.turn = "municipality";
  made.push = "N";
  made.by = parse_iso_date("2027-04-01");
  made.args = {{"rule", "by-date"}, {"ahead", 11}, {"nextRound", "2027-04-01"}};
  Json json = published(made);
  json.update(changes);
  return json;
}

const Date today = *parse_iso_date("2027-03-11");
Viewer viewer(Language language, Viewer::Role role = Viewer::Role::applicant) {
  return {role, language, {}};
}

TEST(Render, says_a_status_in_each_language) {
  const auto estonian = catalogue().render(status(), viewer(Language::et), today);
  ASSERT_TRUE(estonian) << estonian.error().what;
  EXPECT_EQ(estonian->headline, "Taotlus on järjekorras");
  EXPECT_EQ(estonian->body, "Reegel: taotluse aeg. Ees on 11 last.");
  EXPECT_EQ(estonian->next, "Te ei pea midagi tegema (1. aprill 2027).");
  EXPECT_EQ(estonian->turn_text, "Meie kord");
  EXPECT_EQ(estonian->days_left, "21 päeva");
  EXPECT_EQ(estonian->delayed, "");
  const auto english = catalogue().render(status(), viewer(Language::en), today);
  EXPECT_EQ(english->next, "Nothing to do (1 April 2027).");
  const auto russian = catalogue().render(status(), viewer(Language::ru), today);
  EXPECT_EQ(russian->body, "Правило: время подачи. Впереди 11 детей.");
  EXPECT_EQ(russian->next, "Ничего делать не нужно: 1 апреля 2027\u202fг.");
  EXPECT_EQ(russian->days_left, "21 день");
}

TEST(Render, speaks_to_the_other_parent_in_his_words) {
  const auto rendered =
      catalogue().render(status(), viewer(Language::et, Viewer::Role::other), today);
  EXPECT_EQ(rendered->next, "Oodake (1. aprill 2027).");
}

TEST(Render, gives_the_turn_to_the_other_parent_where_this_one_may_do_nothing) {
  const Json open = status({{"turn", "resident"}, {"actions", {"apply"}}});
  Viewer reader = viewer(Language::en);
  EXPECT_EQ(catalogue().render(open, reader, today)->turn_text, "The other parent's turn");
  reader.allowed_actions = {"withdraw"};
  EXPECT_EQ(catalogue().render(open, reader, today)->turn_text, "The other parent's turn");
  reader.allowed_actions = {"apply"};
  EXPECT_EQ(catalogue().render(open, reader, today)->turn_text, "Your turn");
}

TEST(Render, names_the_register_that_does_not_answer) {
  const Json slow = status(
      {{"delayed", {{"system", "population-register"}, {"since", "2027-03-11T06:00:00Z"}}}});
  EXPECT_EQ(catalogue().render(slow, viewer(Language::et), today)->delayed,
            "„Rahvastikuregister“ ei vasta.");
  const Json configured = {{"register", {{"et", "RR"}, {"en", "PR"}, {"ru", "РН"}}}};
  EXPECT_EQ(catalogue().render(slow, viewer(Language::ru), today, configured)->delayed,
            "«РН» не отвечает.");
}

TEST(Render, takes_the_readers_language_of_a_configured_name) {
  const Json rule = {{"rule", {{"et", "vanus"}, {"en", "age"}, {"ru", "возраст"}}}};
  EXPECT_EQ(catalogue().render(status(), viewer(Language::en), today, rule)->body,
            "Rule: age. 11 children ahead.");
}

TEST(Render, counts_no_days_once_the_date_has_passed) {
  EXPECT_EQ(catalogue().render(status(), viewer(Language::et), *parse_iso_date("2027-04-01"))
                ->days_left,
            "Täna");
  EXPECT_EQ(catalogue().render(status(), viewer(Language::et), *parse_iso_date("2027-04-02"))
                ->days_left,
            "");
}

TEST(Render, says_nothing_rather_than_half_a_text) {
  const auto code = [&](Json args) {
    const auto made = catalogue().render(status({{"args", args}}), viewer(Language::et), today);
    EXPECT_FALSE(made);
    return made ? RenderError::Code::unknown_text : made.error().code;
  };
  using Code = RenderError::Code;
  EXPECT_EQ(code({{"rule", "by-date"}, {"ahead", 1}}), Code::missing_argument);
  EXPECT_EQ(code({{"rule", nullptr}, {"ahead", 1}, {"nextRound", "2027-04-01"}}),
            Code::missing_argument);
  EXPECT_EQ(code({{"rule", "by-lot"}, {"ahead", 1}, {"nextRound", "2027-04-01"}}),
            Code::unknown_code);
  EXPECT_EQ(code({{"rule", "by-date"}, {"ahead", "1"}, {"nextRound", "2027-04-01"}}),
            Code::wrong_kind);
  EXPECT_EQ(code({{"rule", "by-date"}, {"ahead", 1}, {"nextRound", "soon"}}), Code::wrong_kind);
  EXPECT_EQ(catalogue().render(status({{"text", "nowhere"}}), viewer(Language::et), today)
                .error().code,
            Code::unknown_text);
  EXPECT_EQ(catalogue().render(nullptr, viewer(Language::et), today).error().code,
            Code::bad_status);
}

TEST(Render, fills_in_a_reason_of_the_texts_own_group_and_tells_the_time_of_tallinn) {
  const Json args = {{"reason", "no_place"}, {"at", "2026-05-04T06:00:00Z"}};
  const Json waiting = status({{"text", "waiting"}, {"args", args}});
  const auto rendered = catalogue().render(waiting, viewer(Language::et), today);
  ASSERT_TRUE(rendered) << rendered.error().what;
  EXPECT_EQ(rendered->body, "Põhjus: kohti ei ole.");
  EXPECT_EQ(rendered->next, "Kell 09:00.");
}

TEST(Render, serves_several_threads_at_once) {
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 200; ++n) {
        for (const Language language : all_languages) {
          const auto made = catalogue().render(status(), viewer(language), today);
          wrong += !made || made->next.find("2027") == std::string::npos;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Load, refuses_texts_that_would_fail_somebody) {
  struct Row {
    const char* rule;
    std::string et, en, ru;
  };
  const Row rows[] = {
      {"missing-text", et, replaced(en, "  headline: \"Waiting\"\n", "  headline: W\n  sms: S\n"), ru},
      {"missing-text", et, en, replaced(ru, "  turn_resident: \"Дело за вами\"\n", "")},
      {"arguments-differ", et, replaced(en, "{nextRound, date", "{round, date"), ru},
      {"arguments-differ", et, replaced(en, "{nextRound, date, long}", "{nextRound}"), ru},
      {"missing-other", et, replaced(en, " other {# days}", ""), ru},
      {"plural-categories", et, en, replaced(ru, " few {# дня}", "")},
      {"plural-categories", et, replaced(en, "one {# day}", "few {# day}"), ru},
      {"bad-pattern", replaced(et, "{at, time, short}", "{at, time, short"), en, ru},
      {"argument-type", replaced(et, "date, long", "date, short"), en, ru},
      {"argument-type", replaced(et, "{rule}", "{rule, spellout}"), en, ru},
      {"argument-name", replaced(et, "{rule}", "{0}"), en, ru},
      {"same-headline", replaced(et, "Taotlus on järjekorras", "Ootame"), en, ru},
      {"duplicate-key", et + "rule: { by-date: \"uuesti\" }\n", en, ru},
      {"unknown-field", replaced(et, "  reasons:", "  reason:"), en, ru},
      {"reasons", replaced(et, "reasons: waiting", "legal: false"),
       replaced(en, "reasons: waiting", "legal: false"),
       replaced(ru, "reasons: waiting", "legal: false")},
      {"reasons", replaced(et, "reasons: waiting", "reasons: closed"),
       replaced(en, "reasons: waiting", "reasons: closed"),
       replaced(ru, "reasons: waiting", "reasons: closed")},
      {"attributes-differ", et, replaced(en, "reasons: waiting", "reasons: wait"), ru},
      {"text-length", replaced(et, "{rule}", "{rule}" + std::string(max_pattern_bytes, 'x')), en, ru},
      {"yaml", "a: [", en, ru},
      {"text-file", "- a", en, ru},
  };
  for (const Row& row : rows) {
    const auto made = read(row.et, row.en, row.ru);
    ASSERT_FALSE(made) << row.rule;
    EXPECT_EQ(made.error().front().rule, row.rule) << to_text(made.error().front());
    EXPECT_FALSE(made.error().front().where.file.empty());
    EXPECT_GT(made.error().front().where.line, 0);
  }
}

TEST(Load, points_at_the_line_and_column) {
  const auto made = read(et, replaced(en, "{nextRound, date, long}", "{nextRound}"), ru);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().front().where, (SourcePosition{"en.yaml", 4, 9}));
}

TEST(Version, follows_what_is_said_and_not_how_the_file_looks) {
  EXPECT_EQ(read("# a comment\n" + et, en, ru)->version(), catalogue().version());
  EXPECT_NE(read(replaced(et, "Ootame", "Me ootame"), en, ru)->version(), catalogue().version());
  EXPECT_EQ(catalogue().version().size(), 64U);
}

TEST(Override, puts_a_municipalitys_words_in_place_of_one_field) {
  const auto made = catalogue().with(
      {{Language::et, "queued", "next", "Vald kirjutab {nextRound, date, long}.", {"m.yaml", 3, 5}}});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->render(status(), viewer(Language::et), today)->next,
            "Vald kirjutab 1. aprill 2027.");
  EXPECT_EQ(made->render(status(), viewer(Language::en), today)->next,
            "Nothing to do (1 April 2027).");
  EXPECT_NE(made->version(), catalogue().version());
  EXPECT_EQ(catalogue().render(status(), viewer(Language::et), today)->next,
            "Te ei pea midagi tegema (1. aprill 2027).");
}

TEST(Override, is_refused_where_the_service_does_not_support_it) {
  const auto rule = [&](std::string key, std::string field, std::string pattern) {
    const auto made = catalogue().with({{Language::et, key, field, pattern, {"m.yaml", 3, 5}}});
    return made ? "" : made.error().front().rule;
  };
  EXPECT_EQ(rule("queud", "next", "x"), "unknown-text");
  EXPECT_EQ(rule("queued", "sms", "x"), "unknown-text");
  EXPECT_EQ(rule("queued", "next", "{child}"), "unknown-argument");
  EXPECT_EQ(rule("queued", "next", "{"), "bad-pattern");
  EXPECT_EQ(rule("queued", "headline", "Ootame"), "same-headline");
  EXPECT_EQ(rule("ui.turn_resident", "", "Nüüd teie"), "");
}

TEST(Facts, say_what_each_text_needs) {
  const TextFacts& queued = catalogue().facts().texts.at("queued");
  EXPECT_EQ(queued.fields.at("body").at(Language::ru), (SourcePosition{"ru.yaml", 3, 9}));
  EXPECT_TRUE(queued.arguments.at("ahead").uses.contains(Use::plural));
  EXPECT_TRUE(queued.arguments.at("nextRound").uses.contains(Use::date));
  EXPECT_EQ(queued.arguments.at("viewer").choices, std::set<std::string>{"applicant"});
  EXPECT_FALSE(queued.field_arguments.at("body").contains("nextRound"));
  EXPECT_TRUE(catalogue().facts().messages.at("ui.days_left").contains("left"));
  EXPECT_EQ(catalogue().facts().texts.at("waiting").reasons, "waiting");
}

}  // namespace
}  // namespace elukaar::texts
