// Officials' tasks over the real workflow and texts of Muhu, which keeps its list by hand.
#include "office/tasks.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/url_id.hpp"
#include "privacy/pseudonym.hpp"
#include "support/content.hpp"
#include "support/generated_persons.hpp"
#include "support/keys.hpp"
#include "support/memory_office_store.hpp"
#include "support/memory_vault.hpp"
#include "support/roles.hpp"

namespace elukaar::office {
namespace {

using namespace std::chrono_literals;
using caseview::Refusal;
using texts::Language;

const Municipality muhu("0478");
const Municipality rae("0653");

class OfficeTasks : public testing::Test {
 protected:
  OfficeTasks() {
    data->now = *parse_rfc3339("2027-08-12T09:00:00Z");
    child = know("Juhan", "52503150198");
    mari = know("Mari", "60001019906");
    for (const char* role : {"place-register", "population-register"}) {
      if (!connectors.add("manual", test::manual(role))) throw std::runtime_error("registry");
    }
    session.kind = identity::Kind::official;
    session.persons = {{muhu, *privacy::pseudonym_of_official(keyring, muhu, "Kadri")}};
    first = add("register", registration(), "2027-08-13");
    second = add("withdraw",
                 {{"child", child.str()}, {"application", {{"id", "a-1"}}}, {"reason", "family"}},
                 "2027-08-11");
  }

  Pseudonym know(const std::string& name, const std::string& code) {
    const auto person = *privacy::pseudonym(keyring, muhu, *privacy::PersonalCode::parse(code));
    engine::VaultBatch batch;
    for (const auto& [field, value] :
         {std::pair<std::string, std::string>{"first-name", name}, {"personal-code", code}}) {
      batch.entries.push_back({muhu, "", person, field, Sensitive<std::string>(value),
                               privacy::FieldClass::identity,
                               {"/register/population/0478", *parse_iso_date("2026-05-02")},
                               data->now});
    }
    EXPECT_TRUE(vault.store(batch));
    return person;
  }

  Json registration() const {
    return {{"child", child.str()},
            {"application",
             {{"id", "a-1"}, {"submittedAt", "2027-08-10T09:00:00Z"}, {"wishedStart", "2027-12-01"},
              {"language", "et"}, {"preferences", {"muhu-liiva"}}}}};
  }

  // A task, and its id as the page has it.
  std::string add(const std::string& operation, Json input, const std::string& by,
                  const std::string& role = "place-register") {
    TaskRecord task;
    task.of.municipality = muhu;
    task.of.id = CaseId{*Uuid::parse("0190a1b2-0000-7000-8000-000000000007")};
    task.of.public_id = *Uuid::parse("7c0f7a5b-e3a9-4d19-a1f2-f6c58e1b4d03");
    task.of.service = "kindergarten-place";
    task.of.release_digest =
        test::all_services().find(muhu, task.of.service)->workflow->digest;
    task.of.context = {{"application", {{"id", "a-1"}, {"applicant", mari.str()},
                                        {"wishedStart", "2027-12-01"}}}};
    task.of.parties = {{mari, access::Role::applicant, data->now - 24h, std::nullopt}};
    task.id = CallId{Uuid::derived(data->now, "task", operation,
                                   static_cast<std::uint32_t>(store.tasks.size()))};
    task.role = role;
    task.operation = operation;
    task.input = std::move(input);
    task.by = parse_iso_date(by);
    task.since = data->now;
    store.tasks.push_back(task);
    return to_url_id(task.id.uuid());
  }

  static Json queued(int position = 4) {
    return {{"done",
             {{"registerId", "Muhu 4"},
              {"status", "queued"},
              {"queue", {{"scope", "muhu"}, {"position", position}, {"of", 6},
                         {"ruleRef", "application-time"}}}}}};
  }
  // Refused, and in which field.
  static std::string wrong(const Answer<Json>& answer) {
    if (answer) return "nothing";
    if (answer.error().kind != Refusal::Kind::invalid) return "another refusal";
    return answer.error().fields.empty() ? answer.error().what : answer.error().fields[0].field;
  }

  const privacy::Keyring keyring = test::keyring_for({"0478", "0653"});
  std::shared_ptr<test::ResidentData> data = std::make_shared<test::ResidentData>();
  test::MemoryVault vault{keyring};
  test::MemoryOfficeStore store{data};
  test::MemoryResidentStore residents{data};
  kit::Registry connectors;
  Tasks tasks{test::all_services(), connectors, keyring, store, residents, vault};
  Pseudonym child, mari;
  Session session;
  std::string first, second;
};

TEST_F(OfficeTasks, stand_in_the_list_by_their_day_with_what_is_late_marked_and_look_at_nobody) {
  const Json list = tasks.list(session, Language::en).value()["tasks"];
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["task"], second);
  EXPECT_EQ(list[0]["by"], "2027-08-11");
  EXPECT_EQ(list[0]["overdue"], true);
  EXPECT_EQ(list[0]["title"], "Take the application out of the list");
  EXPECT_EQ(list[1]["task"], first);
  EXPECT_EQ(list[1]["overdue"], false);
  data->now = *parse_rfc3339("2027-08-13T20:59:00Z");  // one minute of the day is left in Tallinn
  EXPECT_EQ(tasks.list(session, Language::en).value()["tasks"][1]["overdue"], false);
  data->now += 1min;
  EXPECT_EQ(tasks.list(session, Language::en).value()["tasks"][1]["overdue"], true);
  EXPECT_TRUE(vault.usage_of_case(muhu, store.tasks[0].of.id).empty());
}

TEST_F(OfficeTasks, say_in_words_what_to_do_and_for_whom_and_leave_a_usage_record) {
  const Json view = tasks.view(session, first, Language::en).value();
  EXPECT_EQ(view["persons"][0]["name"], "Juhan");
  EXPECT_EQ(view["persons"][0]["personalCode"], "52503150198");
  EXPECT_EQ(view["persons"][1]["label"], "Parent who applied");
  EXPECT_EQ(view["persons"][1]["name"], "Mari");
  EXPECT_TRUE(view["persons"][1]["personalCode"].is_null()) << "the list asks for the child's alone";
  std::map<std::string, std::string> facts;
  for (const Json& fact : view["facts"]) facts[fact["label"]] = fact["text"];
  EXPECT_EQ(facts["Kindergartens, best first"], "Liiva kindergarten (sample)");
  EXPECT_EQ(facts["Wished start"], "1 December 2027");
  EXPECT_EQ(facts["Application sent"], "10 August 2027, 12:00");
  EXPECT_EQ(view["refusals"][0]["label"], "The application cannot be entered in the list");
  std::map<std::string, Json> fields;
  for (const Json& field : view["fields"]) fields[field["path"]] = field;
  EXPECT_EQ(view["fields"][0]["path"], "/registerId") << "as the operation asks, not as letters go";
  EXPECT_EQ(view["fields"][2]["path"], "/queue/scope");
  EXPECT_EQ(fields["/status"]["type"], "choice");
  EXPECT_TRUE(fields["/status"]["required"]);
  EXPECT_EQ(fields["/queue/position"]["type"], "number");
  EXPECT_FALSE(fields["/queue/position"]["required"]);
  EXPECT_EQ(fields["/queue/ruleRef"]["type"], "choice") << "families read the rule by its words";
  const auto usage = vault.usage_of_case(muhu, store.tasks[0].of.id);
  ASSERT_EQ(usage.size(), 2u);
  EXPECT_EQ(usage[0].use.who, "official:" + session.official().str());
  EXPECT_EQ(usage[0].use.purpose, "place-register.register");
}

TEST_F(OfficeTasks, are_answered_once_and_a_repeat_is_known) {
  EXPECT_EQ(tasks.answer(session, first, queued().dump(), Language::en).value()["outcome"], "taken");
  ASSERT_EQ(store.answers.size(), 1u);
  EXPECT_EQ(store.answers[0].state, lifecycle::CallState::succeeded);
  EXPECT_EQ(store.answers[0].result, queued()["done"]);
  EXPECT_EQ(store.answers[0].official, session.official());
  EXPECT_EQ(tasks.answer(session, first, queued().dump(), Language::en).value()["outcome"],
            "repeated");
  EXPECT_EQ(tasks.answer(session, first, queued(5).dump(), Language::en).error().kind,
            Refusal::Kind::conflict);
  EXPECT_EQ(store.answers.size(), 1u);
  EXPECT_EQ(tasks.view(session, first, Language::en).error().kind, Refusal::Kind::not_found);
  EXPECT_EQ(tasks.list(session, Language::en).value()["tasks"].size(), 1u);
}

TEST_F(OfficeTasks, are_no_longer_opened_whatever_became_of_their_answer) {
  using lifecycle::CallState;
  EXPECT_TRUE(tasks.view(session, first, Language::en));
  store.tasks[0].answer = sha256("what was answered");
  for (const CallState after : {CallState::succeeded, CallState::failed, CallState::abandoned}) {
    store.tasks[0].state = after;
    const auto opened = tasks.view(session, first, Language::en);
    ASSERT_FALSE(opened) << static_cast<int>(after);
    EXPECT_EQ(opened.error().kind, Refusal::Kind::not_found);
  }
}

TEST_F(OfficeTasks, are_of_any_role_that_the_municipality_plays_by_hand) {
  const std::string residence =
      add("residence", {{"child", child.str()}, {"applicant", mari.str()}}, "2027-08-14",
          "population-register");
  const Json view = tasks.view(session, residence, Language::en).value();
  EXPECT_EQ(view["persons"][0]["who"], "applicant");
  EXPECT_EQ(view["persons"][0]["personalCode"], "60001019906") << "this register is asked by codes";
  std::map<std::string, Json> fields;
  for (const Json& field : view["fields"]) fields[field["path"]] = field;
  EXPECT_EQ(fields["/custody"]["type"], "yes-no");
  EXPECT_TRUE(fields["/asOf"]["required"]);
  EXPECT_FALSE(fields["/childSince"]["required"]);
  Json given = {{"done", {{"childLivesHere", true}, {"applicantLivesHere", true},
                          {"custody", true}, {"asOf", "soon"}}}};
  EXPECT_EQ(wrong(tasks.answer(session, residence, given.dump(), Language::en)), "/asOf");
  given["done"]["asOf"] = "2027-08-12";
  EXPECT_EQ(tasks.answer(session, residence, given.dump(), Language::en).value()["outcome"], "taken");
  ASSERT_EQ(store.answers.size(), 1u);
  EXPECT_EQ(store.answers[0].result, given["done"]);
}

TEST_F(OfficeTasks, take_no_answer_that_a_register_could_not_have_given) {
  const auto answer = [&](Json given) {
    return wrong(tasks.answer(session, first, given.dump(), Language::en));
  };
  Json given = queued();
  given["done"]["queue"]["position"] = 0;
  EXPECT_EQ(answer(given), "/queue/position");
  given = queued();
  given["done"]["queue"]["ruleRef"] = "by-mood";
  EXPECT_EQ(answer(given), "/queue/ruleRef");
  given = queued();
  given["done"].erase("queue");
  EXPECT_EQ(answer(given), "/queue");
  given = queued();
  given["done"]["status"] = "somewhere";
  EXPECT_EQ(answer(given), "/status");
  given = queued();
  given["done"]["registerId"] = "52503150198";
  EXPECT_EQ(answer(given), "") << "a personal code would reach the case";
  EXPECT_EQ(answer({{"refused", {{"code", "no-reason"}}}}), "/refused/code");
  EXPECT_EQ(answer({{"refused", Json::object()}}), "/refused/code");
  for (const char* text : {"{}", "[]", "{\"done\":1}", "x", "{\"done\":{},\"refused\":{}}"}) {
    EXPECT_EQ(tasks.answer(session, first, text, Language::en).error().kind,
              Refusal::Kind::malformed)
        << text;
  }
  EXPECT_TRUE(store.answers.empty());
}

TEST_F(OfficeTasks, leave_out_what_the_answers_schema_does_not_name) {
  Json given = queued();
  given["done"]["note"] = "for myself";
  ASSERT_TRUE(tasks.answer(session, first, given.dump(), Language::en));
  EXPECT_FALSE(store.answers[0].result.contains("note"));
}

TEST_F(OfficeTasks, are_refused_with_one_of_the_reasons_that_have_words) {
  const Json refused = {{"refused", {{"code", "application-unknown"}}}};
  ASSERT_TRUE(tasks.answer(session, second, refused.dump(), Language::en));
  EXPECT_EQ(store.answers[0].state, lifecycle::CallState::failed);
  EXPECT_EQ(store.answers[0].result["kind"], "refused");
  EXPECT_EQ(store.answers[0].result["code"], "application-unknown");
}

TEST_F(OfficeTasks, are_nothing_to_another_municipality_and_nothing_once_the_case_has_moved_on) {
  Session other = session;
  other.persons = {{rae, session.official()}};
  EXPECT_TRUE(tasks.list(other, Language::et).value()["tasks"].empty());
  for (const std::string& id : {first, std::string(32, '0'), std::string{"x"}}) {
    EXPECT_EQ(tasks.view(other, id, Language::et).error().kind, Refusal::Kind::not_found);
    EXPECT_EQ(tasks.answer(other, id, queued().dump(), Language::et).error().kind,
              Refusal::Kind::not_found);
  }
  store.tasks[0].state = lifecycle::CallState::abandoned;
  EXPECT_EQ(tasks.answer(session, first, queued().dump(), Language::et).error().kind,
            Refusal::Kind::not_found);
  EXPECT_TRUE(store.answers.empty());
}

// ---- The file ----------------------------------------------------------------------------------

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    if (lines.back().ends_with('\r')) lines.back().pop_back();
    from = end + 1;
  }
  return lines;
}

TEST_F(OfficeTasks, go_out_as_a_spreadsheet_with_columns_for_their_answers) {
  const TaskFile file = tasks.file(session, FileFormat::csv, Language::et).value();
  EXPECT_EQ(file.name, "tasks-0478-2027-08-12.csv");
  const auto lines = lines_of(file.content);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_TRUE(lines[0].starts_with("\xEF\xBB\xBFtask;number;title;by;overdue;child;"
                                   "child.personalCode;applicant;"))
      << lines[0];
  for (const char* column : {"result.outcome", "result.refusal", "result.status",
                             "result.queue.position"}) {
    EXPECT_NE(lines[0].find(column), std::string::npos) << column;
  }
  EXPECT_TRUE(lines[1].starts_with(second + ";0478-"));
  EXPECT_NE(lines[1].find(";2027-08-11;!;Juhan;52503150198;Mari;"), std::string::npos) << lines[1];
  EXPECT_EQ(vault.usage_of_case(muhu, store.tasks[0].of.id).size(), 4u) << "each person of each task";
}

// A text that a spreadsheet would calculate, and one that holds its separators.
TEST_F(OfficeTasks, go_out_as_texts_and_never_as_formulas) {
  know("=HYPERLINK(\"x\");1", "52503150198");
  const std::string file = tasks.file(session, FileFormat::csv, Language::et).value().content;
  EXPECT_NE(file.find(";\"'=HYPERLINK(\"\"x\"\");1\";"), std::string::npos) << file;
}

class FilledIn : public OfficeTasks {
 protected:
  // The header and these rows: {task, outcome, refusal, id, status, scope, position, of, rule}.
  static std::string csv(const std::vector<std::vector<std::string>>& rows, char separator = ';') {
    std::string text = "task,result.outcome,result.refusal,result.registerId,result.status,"
                       "result.queue.scope,result.queue.position,result.queue.of,"
                       "result.queue.ruleRef\r\n";
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) text += (i ? "," : "") + row[i];
      text += "\r\n";
    }
    std::replace(text.begin(), text.end(), ',', separator);
    return text;
  }
  Json take(const std::string& content, FileFormat format = FileFormat::csv) {
    return tasks.take_file(session, format, content, Language::en).value();
  }
  std::vector<std::string> good() const {
    return {first, "done", "", "Muhu 4", "queued", "muhu", "4", "6", "application-time"};
  }
};

TEST_F(FilledIn, takes_the_good_lines_and_tells_of_each_other_what_to_change) {
  const std::string content =
      csv({good(), {second, "perhaps"}, {std::string(32, '0'), "done"}, {"", "done"},
           {second, "done", "", "", "", "", "", "", ""}, {second}});
  const Json told = take(content);
  EXPECT_EQ(told["taken"], 1);
  EXPECT_EQ(told["refused"], 4);
  EXPECT_EQ(told["left"], 1) << "a line that nobody filled in";
  EXPECT_EQ(told["lines"][0]["line"], 2);
  EXPECT_EQ(told["lines"][1]["problems"][0]["text"],
            "`result.outcome`: expected done or refused; write one of them");
  EXPECT_EQ(told["lines"][2]["problems"][0]["field"], "task");
  EXPECT_EQ(told["lines"][3]["line"], 5);
  EXPECT_EQ(told["lines"][4]["problems"][0]["text"], "expected the member `status`, found none")
      << told["lines"][4].dump();
  ASSERT_EQ(store.answers.size(), 1u);
  EXPECT_EQ(store.answers[0].result, queued()["done"]) << "numbers are numbers";
}

TEST_F(FilledIn, has_no_second_effect_when_it_comes_again) {
  const std::string content = csv({good(), {second, "", "application-unknown"}});
  EXPECT_EQ(take(content)["taken"], 2);
  const Json again = take(content);
  EXPECT_EQ(again["taken"], 0);
  EXPECT_EQ(again["repeated"], 2);
  EXPECT_EQ(store.answers.size(), 2u);
  auto changed = good();
  changed[6] = "5";
  EXPECT_EQ(take(csv({changed}))["refused"], 1) << "another answer is no repeat";
}

TEST_F(FilledIn, is_read_as_spreadsheets_write_it) {
  auto row = good();
  row[3] = "\"Muhu \"\"4\"\";\r\nsee paper\"";
  EXPECT_EQ(take("\xEF\xBB\xBF" + csv({row}))["taken"], 1);
  EXPECT_EQ(store.answers[0].result["registerId"], "Muhu \"4\";\r\nsee paper");
  row = {second, "refused", "application-unknown"};
  EXPECT_EQ(take(csv({row}, ','))["taken"], 1) << "commas, too";
}

TEST_F(FilledIn, is_refused_as_a_whole_where_its_lines_cannot_be_told_apart) {
  for (const std::string& content :
       {std::string{}, std::string{"a;b\n1;2\n"}, csv({{"\"" + first, "done"}})}) {
    const auto told = tasks.take_file(session, FileFormat::csv, content, Language::en);
    ASSERT_FALSE(told) << content;
    EXPECT_EQ(told.error().kind, Refusal::Kind::malformed);
    EXPECT_NE(told.error().what.find("line "), std::string::npos) << told.error().what;
  }
  std::string many = csv({});
  for (std::size_t i = 0; i <= max_file_rows; ++i) many += first + ";\r\n";
  EXPECT_FALSE(tasks.take_file(session, FileFormat::csv, many, Language::en));
  EXPECT_TRUE(store.answers.empty());
}

TEST_F(FilledIn, comes_back_as_json_lines_too) {
  const TaskFile file = tasks.file(session, FileFormat::json_lines, Language::en).value();
  auto lines = lines_of(file.content);
  ASSERT_EQ(lines.size(), 2u);
  Json line = Json::parse(lines[1]);
  EXPECT_EQ(line["task"], first);
  EXPECT_EQ(line["shown"]["child"], "Juhan");
  EXPECT_EQ(take(file.content, FileFormat::json_lines)["left"], 2);
  line["result"] = queued();
  const Json told = take("{\"task\":1}\n\n" + line.dump() + "\nnonsense\n", FileFormat::json_lines);
  EXPECT_EQ(told["taken"], 1);
  EXPECT_EQ(told["refused"], 2);
  EXPECT_EQ(told["lines"][1]["line"], 3);
  EXPECT_EQ(told["lines"][2]["line"], 4);
}

}  // namespace
}  // namespace elukaar::office
