#include <algorithm>
#include <fstream>
#include <map>
#include <ostream>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "app/commands/author_commands.hpp"
#include "app/commands/exit_codes.hpp"
#include "app/commands/workflow_commands.hpp"
#include "documents/yaml.hpp"

// `elukaar workflow new`.
namespace elukaar::app {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t max_folder_name = 64;

using Files = std::map<fs::path, std::string>;

bool is_folder_name(const std::string& name) {
  return !name.empty() && name.size() <= max_folder_name && name[0] >= 'a' && name[0] <= 'z' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

bool is_ehak(const std::string& code) {
  return code.size() == 4 && code.find_first_not_of("0123456789") == std::string::npos;
}

std::string capitalised(std::string name) {
  std::replace(name.begin(), name.end(), '-', ' ');
  if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string content_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::vector<std::string> folders_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Writes all or nothing that was there before is touched; then lint has the word.
int write_and_check(const Files& files, const fs::path& content_dir, std::ostream& out,
                    std::ostream& err) {
  for (const auto& [path, text] : files) {
    if (!fs::exists(path)) continue;
    err << fmt::format("{} exists already; choose another name\n", path.string());
    return bad_usage;
  }
  LintOptions lint;
  lint.content_dir = content_dir;
  for (const auto& [path, text] : files) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    std::ofstream stream(path, std::ios::binary);
    stream << text;
    stream.close();
    if (!stream) {
      err << fmt::format("{} cannot be written\n", path.string());
      return bad_usage;
    }
    out << "wrote " << path.string() << '\n';
    if (path.extension() == ".yaml") lint.paths.push_back(path);
  }
  return lint_workflows(lint, out, err);
}

// ---- A municipality ------------------------------------------------------------------------------

std::string municipality_block(const NewOptions& options, const std::string& title) {
  return fmt::format(
      "municipality:\n"
      "  name: {}\n"
      "  ehak: \"{}\"\n"
      "  contact:                         # edit: the unit that a family may ask\n"
      "    unit: Haridusosakond\n"
      "    phone: \"+372 000 0000\"\n"
      "    email: lasteaed@{}.example.ee\n"
      "    hours: \"E-R 9-16\"\n"
      "  responsible: vallavanem\n",
      title, options.ehak, options.name);
}

// The file of another municipality with this one's name: only the block `municipality` and the heading
// change, so that comments stay.
Result<std::string, std::string> adapted(const fs::path& model, const NewOptions& options,
                                         const std::string& title) {
  const std::string text = content_of(model);
  auto source = documents::read_yaml(text, model.string());
  if (!source) return failure(to_text(source.error().front()));
  const documents::Node::Entry* block =
      source->is(documents::Node::Kind::mapping) ? source->entry("municipality") : nullptr;
  if (block == nullptr) return failure(model.string() + ": it has no `municipality`");
  int next = 1 << 30;
  int first = 1 << 30;
  for (const auto& entry : source->entries) {
    first = std::min(first, entry.where.line);
    if (entry.where.line > block->where.line) next = std::min(next, entry.where.line);
  }
  std::string result = "# yaml-language-server: $schema=../../schema/workflow.schema.json\n# " + title +
                       ". Begun as a copy of " + options.like + ": everything below is still " +
                       options.like + "'s.\n";
  std::istringstream lines(text);
  int number = 1;
  for (std::string line; std::getline(lines, line); ++number) {
    if (number == block->where.line) result += municipality_block(options, title);
    const bool replaced_line = number >= block->where.line && number < next;
    if (number < first || replaced_line) continue;
    result += line + "\n";
  }
  return result;
}

// The file that a municipality's file extends.
std::string base_of(const fs::path& file, const fs::path& content_dir) {
  const auto source = documents::read_yaml_file(file, file.string());
  const documents::Node* extends =
      source && source->is(documents::Node::Kind::mapping) ? source->find("extends") : nullptr;
  if (extends == nullptr) return "the service's workflow.yaml";
  const std::size_t at = std::min(extends->text.find('@'), extends->text.size() - 1);
  return (content_dir / "workflows" / extends->text.substr(0, at) / extends->text.substr(at + 1) /
          "workflow.yaml")
      .lexically_normal()
      .string();
}

int new_municipality(const NewOptions& options, std::ostream& out, std::ostream& err) {
  const fs::path folder =
      (options.content_dir / "workflows" / "municipalities").lexically_normal();
  const auto known = folders_in(folder);
  const auto listed = [&] {
    std::string all;
    for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
    return all;
  };
  if (!is_ehak(options.ehak)) {
    err << fmt::format("--ehak: expected four digits such as 0890, found `{}`\n", options.ehak);
    return bad_usage;
  }
  if (std::find(known.begin(), known.end(), options.like) == known.end()) {
    err << fmt::format("--like: expected a municipality of {} ({}), found `{}`\n", folder.string(),
                       listed(), options.like);
    return bad_usage;
  }
  for (const std::string& name : known) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder / name, error)) {
      if (entry.path().extension() != ".yaml") continue;
      const std::string mark = "ehak: \"" + options.ehak + "\"";
      if (content_of(entry.path()).find(mark) == std::string::npos) continue;
      err << fmt::format("--ehak: {} is {}'s already ({})\n", options.ehak, name,
                         entry.path().string());
      return bad_usage;
    }
  }
  const std::string title =
      options.title.empty() ? capitalised(options.name) + " vald" : options.title;
  Files files;
  std::set<std::string> bases;
  for (const auto& entry : fs::directory_iterator(folder / options.like)) {
    if (entry.path().extension() != ".yaml") continue;
    bases.insert(base_of(entry.path(), options.content_dir));
    auto text = adapted(entry.path(), options, title);
    if (!text) {
      err << text.error() << '\n';
      return 1;
    }
    files[folder / options.name / entry.path().filename()] = std::move(*text);
  }
  if (files.empty()) {
    err << fmt::format("--like: `{}` has no files to copy\n", options.like);
    return bad_usage;
  }
  const int result = write_and_check(files, options.content_dir, out, err);
  if (result == 2) return result;
  const std::string file = files.begin()->first.string();
  out << fmt::format(
      "\nEdit next, in this order:\n"
      "  1. `municipality`: the name, and the contact that a family may ask.\n"
      "  2. The settings below it: each value is still {1}'s. What one means: {0}, `parameters`.\n"
      "  3. `systems`: which of your systems plays each role.\n"
      "Look at what you have:\n"
      "  elukaar workflow explain {2} --language et\n"
      "  elukaar workflow render {2} --output {3}.html\n",
      fmt::join(bases, " and "), options.like, file, options.name);
  return result;
}

// ---- A service -----------------------------------------------------------------------------------

// The smallest service that is whole: somebody asks, an official decides, in time. SERVICE and TITLE
// are put in.
constexpr const char* service_workflow = R"yaml(# yaml-language-server: $schema=../../schema/workflow.schema.json
# TITLE: somebody asks, an official decides. Begun from the template; what the words mean: ../../README.md.
language: 1
key: SERVICE
release: "1"
queryLanguage: cel
title: { et: TITLE, en: TITLE, ru: TITLE }      # edit: in each language
pinsOn: requested

parameters:
  decideTerm: { type: term, default: 10 working days, about: By when an official decides }

events:
  requested:
    type: ee.elukaar.SERVICE.requested.v1
    starts: ifNoOpenCase
    correlate: { request: "{{ event.data.request.id }}" }
    adds: { request: "{{ event.data.request.id }}" }
    whenUnexpected: ignore
  decided:
    type: ee.elukaar.SERVICE.decided.v1
    correlate: { request: "{{ event.data.request.id }}" }
    whenUnexpected: park

parties:
  applicant: "{{ context.request.applicant }}"

delays:
  decide: { until: "{{ deadline(parameters.decideTerm) }}", endOfDay: true }

schemas:
  context:
    type: object
    properties:
      request: { type: object, properties: { id: { type: string }, applicant: { type: string } } }
      late: { enum: [yes, no] }

context: { request: {}, late: no }

legalBasis:
  decision-in-time:                                # edit: what gives the right, and where it is written
    text: { et: Haldusmenetluse seadus, en: Administrative Procedure Act, ru: Закон об административном производстве }

initial: new
states:
  new:
    on:
      requested: { target: deciding, context: { request: "{{ event.data.request }}" } }

  deciding:
    meta:
      status:
        text: deciding
        push: N
        turn: municipality
        by: "{{ deadline(parameters.decideTerm) }}"
        legalBasis: [decision-in-time]
        visibleTo: [applicant, official]
        args: { decideBy: "{{ deadline(parameters.decideTerm) }}", late: "{{ context.late }}" }
    after:
      decide: { target: deciding, reenter: true, context: { late: yes } }   # a promise not kept is said, with a new date
    on:
      decided:
        - { guard: "{{ event.data.decision == 'accept' }}", target: granted }
        - { target: refused }

  granted:
    type: final
    meta:
      status: { text: granted, push: A, turn: none, legalBasis: [decision-in-time], visibleTo: [applicant, official] }

  refused:
    type: final
    meta:
      status: { text: refused, push: A, turn: none, legalBasis: [decision-in-time], visibleTo: [applicant, official] }
)yaml";

struct TextTemplate {
  const char* language;
  const char* text;
};

constexpr TextTemplate service_texts[] = {
    {"et", R"yaml(# ICU MessageFormat; en.yaml and ru.yaml have the same keys, fields and arguments.
deciding:
  headline: "Ametnik vaatab teie taotlust"
  body: "Taotlus on käes. {late, select, yes {Me ei jõudnud lubatud ajaks ja palume vabandust.} other {Otsustab inimene.}}"
  next: "Teil ei ole vaja midagi teha. Otsuse tähtaeg on {decideBy, date, long}."
  sms: "Ametnik vaatab teie taotlust. Otsuse aeg on {decideBy, date, long}."
granted:
  headline: "Taotlus on rahuldatud"
  body: "Ametnik on otsustanud teie kasuks."
  next: "Teil ei ole vaja midagi teha."
  sms: "Teie taotlus on rahuldatud. Otsus on iseteeninduses."
refused:
  headline: "Taotlust ei rahuldatud"
  body: "Ametnik on teinud otsuse, mis ei ole teie kasuks. Põhjus on otsuses."
  next: "Kui te ei ole nõus, saate otsuse vaidlustada. Kuidas ja mis ajaks, on otsuses."
  sms: "Teie taotluse kohta on otsus. Vaadake seda iseteeninduses."
event:
  requested: "Taotlus saadeti"
  decided: "Ametnik otsustas"
  timer: "Kätte jõudis plaanitud aeg"
role:
  applicant: "Taotleja"
  official: "Ametnik"
fact:
  decideBy: "otsuse tähtaeg"
  late: "hilinenud"
ui:
  turn_resident: "Teie kord"
  turn_other_parent: "Teise taotleja kord"
  turn_municipality: "Meie kord"
  turn_kindergarten: "Asutuse kord"
  turn_register: "Ootame registrit"
  turn_none: "Praegu ei ole midagi teha"
  days_left: "{left, plural, =0 {Viimane päev on täna} one {# päev jäänud} other {# päeva jäänud}}"
  call_delayed: "Register {register} ei vasta praegu. Proovime edasi."
)yaml"},
    {"en", R"yaml(# ICU MessageFormat; et.yaml and ru.yaml have the same keys, fields and arguments.
deciding:
  headline: "An official is looking at your application"
  body: "We have the application. {late, select, yes {We did not decide by the day that we named, and we are sorry.} other {A person decides.}}"
  next: "You do not need to do anything. We decide by {decideBy, date, long}."
  sms: "An official is looking at your application. We decide by {decideBy, date, long}."
granted:
  headline: "The application is granted"
  body: "An official has decided in your favour."
  next: "You do not need to do anything."
  sms: "Your application is granted. You will find the decision in the self-service."
refused:
  headline: "The application is not granted"
  body: "An official has decided, and not in your favour. The reason stands in the decision."
  next: "If you do not agree, you can challenge the decision. How and until when stands in it."
  sms: "There is a decision on your application. You will find it in the self-service."
event:
  requested: "The application was sent"
  decided: "An official decided"
  timer: "A planned time came"
role:
  applicant: "The person who applied"
  official: "Official"
fact:
  decideBy: "decision due by"
  late: "late"
ui:
  turn_resident: "Your turn"
  turn_other_parent: "The other applicant's turn"
  turn_municipality: "Our turn"
  turn_kindergarten: "The institution's turn"
  turn_register: "Waiting for a register"
  turn_none: "Nothing to do now"
  days_left: "{left, plural, =0 {Today is the last day} one {# day left} other {# days left}}"
  call_delayed: "The register {register} does not answer at the moment. We keep trying."
)yaml"},
    {"ru", R"yaml(# ICU MessageFormat; et.yaml and en.yaml have the same keys, fields and arguments.
deciding:
  headline: "Чиновник рассматривает ваше заявление"
  body: "Заявление у нас. {late, select, yes {Мы не успели к обещанному сроку и приносим извинения.} other {Решает человек.}}"
  next: "Вам ничего не нужно делать. Срок решения {decideBy, date, long}"
  sms: "Ваше заявление рассматривают. Срок: {decideBy, date, long}"
granted:
  headline: "Заявление удовлетворено"
  body: "Чиновник решил в вашу пользу."
  next: "Вам ничего не нужно делать."
  sms: "Заявление удовлетворено. Решение в самообслуживании."
refused:
  headline: "Заявление не удовлетворено"
  body: "Чиновник принял решение не в вашу пользу. Причина указана в решении."
  next: "Если вы не согласны, решение можно оспорить. Как и до какого срока, указано в нём."
  sms: "По вашему заявлению есть решение. Оно в самообслуживании."
event:
  requested: "Заявление отправлено"
  decided: "Чиновник принял решение"
  timer: "Наступило назначенное время"
role:
  applicant: "Заявитель"
  official: "Чиновник"
fact:
  decideBy: "срок решения"
  late: "с опозданием"
ui:
  turn_resident: "Ваша очередь"
  turn_other_parent: "Очередь другого заявителя"
  turn_municipality: "Наша очередь"
  turn_kindergarten: "Очередь учреждения"
  turn_register: "Ждём регистр"
  turn_none: "Сейчас делать нечего"
  days_left: "{left, plural, =0 {Сегодня последний день} one {Остался # день} few {Осталось # дня} many {Осталось # дней} other {Осталось # дня}}"
  call_delayed: "Регистр {register} сейчас не отвечает. Мы продолжаем попытки."
)yaml"}};

constexpr const char* requested_schema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Somebody asked for SERVICE",
  "type": "object",
  "required": ["request"],
  "properties": {
    "request": {
      "type": "object",
      "required": ["id", "applicant"],
      "properties": {
        "id": { "type": "string", "minLength": 1, "maxLength": 64 },
        "applicant": { "type": "string", "description": "Pseudonym", "minLength": 1, "maxLength": 64 }
      },
      "additionalProperties": false
    }
  },
  "additionalProperties": false
}
)json";

constexpr const char* decided_schema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "An official decided on SERVICE",
  "type": "object",
  "required": ["request", "decision"],
  "properties": {
    "request": {
      "type": "object",
      "required": ["id"],
      "properties": { "id": { "type": "string", "minLength": 1, "maxLength": 64 } },
      "additionalProperties": false
    },
    "decision": { "enum": ["accept", "refuse"] }
  },
  "additionalProperties": false
}
)json";

int new_service(const NewOptions& options, std::ostream& out, std::ostream& err) {
  const std::string title = options.title.empty() ? capitalised(options.name) : options.title;
  if (title.find_first_of("{}[],:#&*!|>'\"%@`\n") != std::string::npos) {
    err << "--title: expected plain words, found punctuation that YAML would read\n";
    return bad_usage;
  }
  const auto filled = [&](const char* text) {
    return replaced(replaced(text, "SERVICE", options.name), "TITLE", title);
  };
  const fs::path folder = (options.content_dir / "workflows" / options.name).lexically_normal();
  const fs::path events = (options.content_dir / "events").lexically_normal();
  if (fs::exists(folder)) {
    err << fmt::format("{} exists already; choose another name\n", folder.string());
    return bad_usage;
  }
  Files files;
  files[folder / "1" / "workflow.yaml"] = filled(service_workflow);
  for (const TextTemplate& texts : service_texts) {
    files[folder / "texts" / (std::string{texts.language} + ".yaml")] = filled(texts.text);
  }
  files[events / ("ee.elukaar." + options.name + ".requested.v1.schema.json")] =
      filled(requested_schema);
  files[events / ("ee.elukaar." + options.name + ".decided.v1.schema.json")] = filled(decided_schema);
  const int result = write_and_check(files, options.content_dir, out, err);
  if (result == 2) return result;
  out << fmt::format(
      "\nEdit next, in this order:\n"
      "  1. {0}: the title in each language, the states and their ways.\n"
      "  2. {1}: what people read, the same keys in three languages.\n"
      "  3. The two event schemas: what a request and a decision hold. List them in events/asyncapi.yaml.\n"
      "Check and look after each step:\n"
      "  elukaar workflow lint {2}\n"
      "  elukaar workflow render {0} --output {3}.html\n",
      (folder / "1" / "workflow.yaml").string(), (folder / "texts").string(), folder.string(),
      options.name);
  return result;
}

}  // namespace

int new_workflow(const NewOptions& options, std::ostream& out, std::ostream& err) {
  if (!is_folder_name(options.name)) {
    err << fmt::format("expected a name of small letters, digits and dashes such as `viimsi`, found "
                       "`{}`\n",
                       options.name);
    return bad_usage;
  }
  if (!fs::is_directory(options.content_dir / "workflows")) {
    err << fmt::format("--content: expected a folder with workflows/, found none in {}\n",
                       options.content_dir.string());
    return bad_usage;
  }
  if (options.ehak.empty() != options.like.empty()) {
    err << "a municipality needs both --ehak CODE and --like MUNICIPALITY; a service neither\n";
    return bad_usage;
  }
  return options.ehak.empty() ? new_service(options, out, err) : new_municipality(options, out, err);
}

}  // namespace elukaar::app
