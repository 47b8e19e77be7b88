#include "office/tasks.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/json_members.hpp"
#include "base/url_id.hpp"
#include "calendar/calendar.hpp"
#include "caseview/page.hpp"
#include "office/entries.hpp"
#include "office/task_file.hpp"
#include "privacy/personal_code.hpp"
#include "privacy/pseudonym.hpp"
#include "privacy/separator.hpp"
#include "texts/localised.hpp"

namespace elukaar::office {
namespace {

using caseview::Refusal;
using lifecycle::CallEvent;
using lifecycle::CallState;

// The member of an answer that people read by the words of a group of texts: no other code is taken.
constexpr std::string_view rule_member = "ruleRef";
constexpr const char* rule_texts = "rule.";

std::string last_step(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Texts of the service in one language; a missing one is told by its name.
struct Words {
  const texts::Catalogue& texts;
  texts::Language language;

  std::string say(const std::string& name, const std::string& otherwise,
                  const Json& args = Json::object()) const {
    if (!texts.has_message(name)) return otherwise;
    const auto text = texts.message(language, name, args);
    return text ? *text : otherwise;
  }
  // What follows `prefix` in the names of the messages below it, in their order.
  std::vector<std::string> below(const std::string& prefix) const {
    std::vector<std::string> found;
    const auto& messages = texts.facts().messages;
    for (auto at = messages.lower_bound(prefix);
         at != messages.end() && at->first.starts_with(prefix); ++at) {
      found.push_back(at->first.substr(prefix.size()));
    }
    return found;
  }
};

// A leaf as people read it: days by their names, codes by their words.
std::string in_words(const std::string& name, const Json& value, const Words& words,
                     const workflow::Workflow& rules) {
  if (value.is_array()) {
    std::string list;
    for (const Json& each : value) {
      list += (list.empty() ? "" : ", ") + in_words(name, each, words, rules);
    }
    return list;
  }
  if (!value.is_string()) return value.is_null() ? "" : value.dump();
  const auto& text = value.get_ref<const std::string&>();
  if (parse_iso_date(text)) return words.say("ui.date", text, {{"date", text}});
  if (parse_rfc3339(text)) return words.say("task.moment", text, {{"at", text}});
  std::string word = words.say("task.value." + name + "." + text, "");
  if (word.empty()) word = texts::localised(workflow::words_for(rules, name, text), words.language);
  return word.empty() ? text : word;
}

struct Fact {
  std::string name;
  std::string text;
};

// The leaves of what the call is about, without persons. An object with an id is told whole, as the
// case knows it.
void add_facts(const Json& input, const Json& context, const Words& words,
               const workflow::Workflow& rules, std::vector<Fact>& facts) {
  for (const auto& [name, value] : input.items()) {
    if (value.is_string() && privacy::is_pseudonym(value.get_ref<const std::string&>())) continue;
    if (!value.is_object()) {
      std::string text = in_words(name, value, words, rules);
      const bool known = std::any_of(facts.begin(), facts.end(),
                                     [&](const Fact& fact) { return fact.name == name; });
      if (!text.empty() && !known) facts.push_back({name, std::move(text)});
      continue;
    }
    add_facts(value, context, words, rules, facts);
    const Json whole = context.value(name, Json());
    if (whole.is_object() && value.contains("id") && whole.value("id", Json()) == value.at("id")) {
      add_facts(whole, Json::object(), words, rules, facts);
    }
  }
}

const char* refused_as_answered = "this task has been answered already, and otherwise";

}  // namespace

std::optional<FileFormat> parse_file_format(std::string_view word) {
  if (word == "csv") return FileFormat::csv;
  if (word == "jsonl") return FileFormat::json_lines;
  return std::nullopt;
}

// A task with what is needed to tell of it and to judge an answer.
struct Tasks::Open {
  TaskRecord record;
  const workflow::Service* service = nullptr;
  workflow::WorkflowPtr rules;
  const kit::Connector* connector = nullptr;
  const kit::Operation* operation = nullptr;
  texts::Language language = texts::Language::et;

  Words words() const { return {service->texts, language}; }
  std::string name() const { return record.role + "." + record.operation; }
  std::string text(const std::string& which, const std::string& otherwise) const {
    return words().say("task." + name() + "." + which, otherwise);
  }
  std::vector<Fact> facts() const {
    std::vector<Fact> found;
    add_facts(record.input, record.of.context, words(), *rules, found);
    return found;
  }
  std::vector<Field> fields() const {
    auto found = fields_of(operation->output_schema, record.of.context);
    for (Field& field : found) {
      if (last_step(field.path) != rule_member) continue;
      field.type = "choice";
      field.options = words().below(rule_texts);
    }
    return found;
  }
  std::vector<std::string> refusals() const { return words().below("task." + name() + ".refusal."); }
  bool is_overdue(Date today) const { return record.by && *record.by < today; }
  Json row(Date today) const {
    return {{"task", to_url_id(record.id.uuid())},
            {"case", to_url_id(record.of.public_id)},
            {"number", caseview::number_of(record.of)},
            {"title", text("title", name())},
            {"by", record.by ? Json(to_iso_date(*record.by)) : Json()},
            {"overdue", is_overdue(today)},
            {"since", to_rfc3339(record.since)}};
  }
};

// ---- What there is to do -----------------------------------------------------------------------

std::optional<Tasks::Open> Tasks::opened(TaskRecord record, texts::Language language) {
  Open task{std::move(record), nullptr, nullptr, nullptr, nullptr, language};
  const Municipality& municipality = task.record.of.municipality;
  task.service = services_.find(municipality, task.record.of.service);
  if (task.service == nullptr) return std::nullopt;
  task.rules = services_.rules_of(task.record.of, views_);
  const auto connector = connectors_.find(municipality, task.record.role);
  if (!task.rules || !connector) return std::nullopt;
  task.connector = *connector;
  task.operation = kit::find_operation(task.connector->operations(), task.record.operation);
  if (task.operation == nullptr) return std::nullopt;
  return task;
}

Answer<Tasks::Open> Tasks::find(const Session& session, const std::string& task_id,
                                texts::Language language) {
  const auto id = parse_url_id(task_id);
  auto record = id ? store_.task(session.municipality(), CallId{*id}) : std::nullopt;
  if (!record) return failure(Refusal{Refusal::Kind::not_found});
  auto task = opened(std::move(*record), language);
  if (!task) return failure(Refusal{Refusal::Kind::unavailable, "the task cannot be shown now"});
  return std::move(*task);
}

Answer<Json> Tasks::list(const Session& session, texts::Language language) {
  const Date today = calendar::day_in_tallinn(views_.case_now());
  Json rows = Json::array();
  for (TaskRecord& record : store_.tasks_of(session.municipality())) {
    if (const auto task = opened(std::move(record), language)) rows.push_back(task->row(today));
  }
  return Json{{"tasks", std::move(rows)}};
}

// The persons whom the call names, with their codes, and whoever applied: [{who, name, personalCode}].
Json Tasks::look_up(const Session& session, const Open& task) {
  const caseview::CaseRecord& of = task.record.of;
  std::vector<std::pair<std::string, engine::VaultQuery>> asked;
  for (const auto& [who, value] : task.record.input.items()) {
    if (!value.is_string() || !privacy::is_pseudonym(value.get_ref<const std::string&>())) continue;
    asked.push_back({who, {Pseudonym{value.get<std::string>()},
                           {"first-name", "last-name", "personal-code"}, {}}});
  }
  const Timestamp now = views_.case_now();
  for (const access::Party& party : of.parties) {
    if (party.role != access::Role::applicant || !party.is_current(now)) continue;
    asked.push_back({"applicant", {party.person, {"first-name", "last-name"}, {}}});
  }
  std::vector<engine::VaultQuery> queries;
  for (const auto& each : asked) queries.push_back(each.second);
  Json persons = Json::array();
  const auto found = vault_.read(of.municipality, queries,
                                 {"official:" + session.official().str(), task.name(), of.id, now});
  if (!found) return persons;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    Json code;
    for (const engine::VaultValue& value : (*found)[i]) {
      if (value.field == "personal-code" && !value.value.reveal().empty()) code = value.value.reveal();
    }
    const std::string name = caseview::full_name((*found)[i]);
    persons.push_back({{"who", asked[i].first},
                       {"label", task.words().say("task.field." + asked[i].first, asked[i].first)},
                       {"name", name.empty() ? "–" : name},
                       {"personalCode", std::move(code)}});
  }
  return persons;
}

Answer<Json> Tasks::view(const Session& session, const std::string& task_id,
                         texts::Language language) {
  const auto task = find(session, task_id, language);
  if (!task) return failure(task.error());
  if (task->record.state != CallState::entrusted) {
    return failure(Refusal{Refusal::Kind::not_found});
  }
  const Words words = task->words();
  Json facts = Json::array();
  for (const Fact& fact : task->facts()) {
    facts.push_back({{"label", words.say("task.field." + fact.name, fact.name)},
                     {"text", fact.text}});
  }
  Json fields = Json::array();
  for (const Field& field : task->fields()) {
    const std::string name = last_step(field.path);
    Json options = Json::array();
    for (const std::string& code : field.options) {
      const std::string group = name == rule_member ? rule_texts : "task.value." + name + ".";
      options.push_back({{"value", code}, {"label", words.say(group + code, code)}});
    }
    fields.push_back({{"path", field.path},
                      {"type", field.type},
                      {"required", field.required},
                      {"label", words.say("task.field." + name, name)},
                      {"options", std::move(options)},
                      {"proposed", field.proposed}});
  }
  Json refusals = Json::array();
  for (const std::string& code : task->refusals()) {
    refusals.push_back({{"value", code}, {"label", task->text("refusal." + code, code)}});
  }
  Json view = task->row(calendar::day_in_tallinn(views_.case_now()));
  view["todo"] = task->text("todo", "");
  view["persons"] = look_up(session, *task);
  view["facts"] = std::move(facts);
  view["fields"] = std::move(fields);
  view["refusals"] = std::move(refusals);
  return view;
}

// ---- Answers -----------------------------------------------------------------------------------

// What the call's result is to be, {"done": output} or {"refused": error}; or what to change.
Answer<Json> Tasks::judge(const Open& task, const Json& given) const {
  const auto malformed = [] {
    return failure(Refusal{Refusal::Kind::malformed,
                           "expected {\"done\": {…}} or {\"refused\": {\"code\": …}}"});
  };
  if (!given.is_object() || given.size() != 1) return malformed();
  if (const auto refused = given.find("refused"); refused != given.end()) {
    const auto codes = task.refusals();
    const std::string code = refused->is_object() ? text_member(*refused, "code") : "";
    if (std::find(codes.begin(), codes.end(), code) == codes.end()) {
      return failure(Refusal{Refusal::Kind::invalid, "the answer is not complete",
                             {{"/refused/code",
                               fmt::format("expected one of: {}", fmt::join(codes, ", "))}}});
    }
    return Json{{"refused",
                 {{"kind", "refused"}, {"code", code}, {"message", "an official entered it"}}}};
  }
  const auto done = given.find("done");
  if (done == given.end() || !done->is_object()) return malformed();
  Refusal wrong{Refusal::Kind::invalid, "the answer is not complete", {}};
  for (const auto& violation : task.connector->flaws(*task.operation, *done)) {
    wrong.fields.push_back({violation.where, violation.what});
  }
  for (const Field& field : task.fields()) {
    const Json::json_pointer where{field.path};
    if (field.options.empty() || !done->contains(where)) continue;
    const bool offered = std::any_of(field.options.begin(), field.options.end(),
                                     [&](const auto& code) { return done->at(where) == code; });
    const bool told = std::any_of(wrong.fields.begin(), wrong.fields.end(),
                                  [&](const auto& each) { return each.field == field.path; });
    if (offered || told) continue;
    wrong.fields.push_back(
        {field.path, fmt::format("expected one of: {}", fmt::join(field.options, ", "))});
  }
  if (privacy::holds_personal_code(done->dump())) {
    wrong.fields.push_back({"", "a personal code stands in it; an official's answer names no person"});
  }
  if (!wrong.fields.empty()) return failure(std::move(wrong));
  // What the schema does not name is left out, as of any system's answer. An official names nobody.
  const auto separator = privacy::Separator::build(task.operation->output_schema);
  auto separated = separator ? separator->separate(
                                   *done,
                                   privacy::Naming{.keyring = keyring_,
                                                   .municipality = task.record.of.municipality,
                                                   .event = {source_of(task.record.of.municipality),
                                                             task.record.id.str()}})
                             : Result<privacy::Separated, privacy::SeparationFlaw>{
                                   failure(privacy::SeparationFlaw{"", "it cannot be checked"})};
  if (!separated || !separated->values.empty()) {
    return failure(Refusal{Refusal::Kind::invalid, "an official's answer names no person"});
  }
  return Json{{"done", std::move(separated->safe)}};
}

// Judged and kept, once. {task, outcome: taken | repeated}.
Answer<Json> Tasks::keep(const Session& session, const Open& task, const Json& given) {
  const auto judged = judge(task, given);
  if (!judged) return failure(judged.error());
  const bool done = judged->contains("done");
  const CallEvent event = done ? CallEvent::answered : CallEvent::refused;
  const TaskAnswer answer{task.record.of.municipality,
                          task.record.id,
                          lifecycle::next(CallState::entrusted, event).next,
                          judged->at(done ? "done" : "refused"),
                          sha256(judged->dump()),
                          session.official()};
  const auto told = [&](const char* outcome) {
    return Json{{"task", to_url_id(task.record.id.uuid())}, {"outcome", outcome}};
  };
  if (store_.answer_task(answer)) return told("taken");
  const auto now = store_.task(answer.municipality, answer.id);
  if (!now) return failure(Refusal{Refusal::Kind::not_found});  // the case no longer asks for it
  if (now->answer == answer.answer) return told("repeated");
  return failure(Refusal{Refusal::Kind::conflict, refused_as_answered});
}

Answer<Json> Tasks::answer(const Session& session, const std::string& task_id,
                           const std::string& document, texts::Language language) {
  const auto task = find(session, task_id, language);
  if (!task) return failure(task.error());
  const auto given = read_object(document);
  if (!given) return failure(Refusal{Refusal::Kind::malformed, "expected a JSON object"});
  return keep(session, *task, *given);
}

// ---- The file ----------------------------------------------------------------------------------

Answer<TaskFile> Tasks::file(const Session& session, FileFormat format, texts::Language language) {
  const Date today = calendar::day_in_tallinn(views_.case_now());
  std::vector<FileTask> tasks;
  for (TaskRecord& record : store_.tasks_of(session.municipality())) {
    if (tasks.size() == max_file_tasks) break;
    const auto task = opened(std::move(record), language);
    if (!task) continue;
    FileTask each{to_url_id(task->record.id.uuid()), {}, task->fields()};
    each.shown = {{"number", caseview::number_of(task->record.of)},
                  {"title", task->text("title", task->name())},
                  {"by", task->record.by ? to_iso_date(*task->record.by) : ""},
                  {"overdue", task->is_overdue(today) ? "!" : ""}};
    for (const Json& person : look_up(session, *task)) {
      const std::string who = person.at("who");
      each.shown.emplace_back(who, person.at("name"));
      if (person.at("personalCode").is_string()) {
        each.shown.emplace_back(who + ".personalCode", person.at("personalCode"));
      }
    }
    for (const Fact& fact : task->facts()) each.shown.emplace_back(fact.name, fact.text);
    tasks.push_back(std::move(each));
  }
  const bool csv = format == FileFormat::csv;
  return TaskFile{fmt::format("tasks-{}-{}.{}", session.municipality().str(), to_iso_date(today),
                              csv ? "csv" : "jsonl"),
                  csv ? "text/csv; charset=utf-8" : "application/jsonl",
                  write_file(format, tasks)};
}

Answer<Json> Tasks::take_file(const Session& session, FileFormat format, const std::string& content,
                              texts::Language language) {
  std::map<std::string, Answer<Open>> found;
  const auto task_of = [&](const std::string& id) -> const Answer<Open>& {
    const auto known = found.find(id);
    return known != found.end() ? known->second
                                : found.emplace(id, find(session, id, language)).first->second;
  };
  const auto answers = read_file(format, content, [&](const std::string& id) {
    const auto& task = task_of(id);
    return task ? task->fields() : std::vector<Field>{};
  });
  if (!answers) return failure(Refusal{Refusal::Kind::malformed, answers.error()});
  Json lines = Json::array();
  std::map<std::string, int> counts;
  for (const FileAnswer& each : *answers) {
    Json line = {{"line", each.line}, {"task", each.task}, {"outcome", "left"},
                 {"problems", Json::array()}};
    const auto refuse = [&](const std::string& field, const std::string& text) {
      line["outcome"] = "refused";
      line["problems"].push_back({{"field", field}, {"text", text}});
    };
    if (!each.problem.empty()) {
      refuse("", each.problem);
    } else if (const auto& task = task_of(each.task); !task) {
      refuse("task", "there is no such task, or nobody asks for it any more; take a new file");
    } else if (!each.given.is_null()) {
      const auto kept = keep(session, *task, each.given);
      if (kept) {
        line["outcome"] = kept->at("outcome");
      } else if (kept.error().fields.empty()) {
        refuse("", kept.error().what.empty() ? "nobody asks for it any more; take a new file"
                                             : kept.error().what);
      } else {
        for (const auto& field : kept.error().fields) refuse(field.field, field.text);
      }
    }
    ++counts[line.at("outcome").get<std::string>()];
    lines.push_back(std::move(line));
  }
  return Json{{"taken", counts["taken"]},       {"repeated", counts["repeated"]},
              {"refused", counts["refused"]},   {"left", counts["left"]},
              {"lines", std::move(lines)}};
}

}  // namespace elukaar::office
