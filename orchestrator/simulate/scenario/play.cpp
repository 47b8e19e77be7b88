#include "simulate/scenario/play.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "access/access.hpp"
#include "base/json_members.hpp"
#include "cloudevents/decode.hpp"
#include "core/questions.hpp"
#include "engine/composition.hpp"
#include "notify/message.hpp"
#include "simulate/scenario/expectation.hpp"
#include "simulate/scenario/parties.hpp"
#include "simulate/world/moment.hpp"

namespace elukaar::simulate {
namespace fs = std::filesystem;
using documents::Node;

namespace {

// A pseudonym that shows whose it is: the name, filled up to the length that the schemas demand.
std::string pseudonym(const std::string& name) {
  constexpr std::size_t length = 26;
  std::string text = "p1_" + name;
  text.resize(3 + length, '2');
  return text;
}

constexpr const char* source = "/scenario";

// How often events that cases emit may make cases emit others, in one step.
constexpr int max_emitted_rounds = 100;

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// One run of one scenario.
class Play : private Systems {
 public:
  Play(const Scenario& scenario, Library& library, Stage stage, Coverage& coverage,
       Outcome& outcome)
      : scenario_(scenario),
        library_(library),
        stage_(std::move(stage)),
        coverage_(coverage),
        outcome_(outcome),
        registers_(scenario.registers),
        world_(library.parts(stage_.workflow), *this, scenario.start) {
    coverage_.expect(*stage_.workflow);
    world_.on_decided([this](const Decided& decided) { observe(decided); });
    world_.on_parked([this](const engine::BatchNote& note) {
      found_.parked.push_back(note.reason);
      parked_sentence_ = note.sentence;
    });
  }

  void run() {
    for (const auto& [name, rule] : registers_) check_register(name, rule);
    for (std::size_t i = 0; i < scenario_.steps.size() && outcome_.passed(); ++i) {
      outcome_.step = static_cast<int>(i) + 1;
      play(scenario_.steps[i]);
      outcome_.at = world_.now();
    }
  }

 private:
  // ---- One step ---------------------------------------------------------------------------------

  void play(const ScenarioStep& step) {
    found_ = {};
    for (const auto& [name, rule] : step.registers) {
      check_register(name, rule);
      registers_[name] = rule;
    }
    if (!pass_time(step) || !outcome_.problems.empty()) return;
    switch (step.kind) {
      case ScenarioStep::Kind::wait: break;
      case ScenarioStep::Kind::event: deliver(step); break;
      case ScenarioStep::Kind::action: act(step); break;
      case ScenarioStep::Kind::answer: answer(step); break;
    }
    if (!outcome_.problems.empty()) return;
    come_back();
    look();
    const auto resolve = [this](const Node& node) { return resolved(node); };
    const auto names = [this](std::string text) { return with_names(std::move(text)); };
    auto mismatches = compare(step.expect, found_, resolve, names);
    unexpected(step, mismatches);
    outcome_.mismatches = std::move(mismatches);
  }

  bool pass_time(const ScenarioStep& step) {
    Timestamp until = world_.now();
    if (step.at) until = *step.at;
    // From the whole minute: "after 14 days" starts where the reader is.
    if (step.after) until = calendar::add_period(until_, *step.after);
    if (until < until_) {
      problem(step.where, fmt::format("it is {} already; time runs forward only",
                                      to_moment_text(until_)),
              "", "bad-step");
      return false;
    }
    if (step.at || step.after) {
      until_ = until;
      world_.advance_to(std::max(until, world_.now()));
    }
    return true;
  }

  void deliver(const ScenarioStep& step) {
    const auto& rules = stage_.workflow->events;
    const auto rule = rules.find(step.name);
    std::string type = step.name;
    if (rule != rules.end()) {
      type = rule->second.type;
    } else if (library_.events().schema(step.name) == nullptr) {
      std::vector<std::string> known;
      for (const auto& [name, each] : rules) known.push_back(name);
      return problem(step.name_where, fmt::format("the service has no event `{}`", step.name),
                     documents::suggestion(step.name, known), "unknown-event");
    }
    cloudevents::CloudEvent event;
    event.id = step.id.empty() ? fmt::format("step-{}", outcome_.step) : step.id;
    event.source = source;
    event.type = type;
    event.time = step.happened.value_or(world_.now());
    event.municipality = stage_.workflow->municipality.ehak;
    event.data = step.data.is(Node::Kind::null) ? Json::object() : resolved(step.data);
    event.partition_key = "scenario";
    if (outcome_.problems.empty()) world_.deliver(event);
  }

  // What a case has emitted to its municipality's topic comes back from there.
  void come_back() {
    for (int round = 0; !emitted_.empty(); ++round) {
      if (round == max_emitted_rounds) {
        throw std::runtime_error("events that cases emit go on making others without end");
      }
      world_.deliver(std::exchange(emitted_, {}));
    }
  }

  void act(const ScenarioStep& step) {
    const workflow::Workflow& workflow = *stage_.workflow;
    const auto rule = workflow.person_actions.find(step.name);
    if (rule == workflow.person_actions.end()) {
      std::vector<std::string> known;
      for (const auto& [name, each] : workflow.person_actions) known.push_back(name);
      return problem(step.name_where, fmt::format("the service has no action `{}`", step.name),
                     documents::suggestion(step.name, known), "unknown-action");
    }
    const auto* row = current_case();
    if (row == nullptr) {
      return problem(step.where, "there is no case yet that the action could reach", "", "no-case");
    }
    const core::Case value = *row->value;  // as it was when the page offered the action
    const Pseudonym person{pseudonym_of(step.by, step.where)};
    if (!may(value, rule->second, person)) {
      found_.refused = "not-allowed";
      return;
    }
    const Subject subject = subject_of(step, rule->second, value);
    const ActionId id{Uuid::derived(world_.now(), source, scenario_.title,
                                    static_cast<std::uint32_t>(outcome_.step))};
    check_form(step, rule->second);
    const Json event = composed(step, rule->second, value, id, person, subject);
    if (!outcome_.problems.empty()) return;
    const StoredAction& done =
        world_.act(row->ref(), id, step.name, subject.id, subject.version, person, event);
    if (done.decided && !done.accepted) found_.refused = done.reason;
    if (!done.decided) found_.refused = "undecided";
  }

  void answer(const ScenarioStep& step) {
    for (const auto& [id, call] : world_.store().calls()) {
      if (call.answered || call.abandoned || name_of(call) != step.name) continue;
      const SystemRule& rule = registers_.at(step.name);
      return world_.answer(id, reply_of(rule, call));
    }
    std::string open;
    for (const auto& [id, call] : world_.store().calls()) {
      if (!call.answered && !call.abandoned) open += (open.empty() ? "" : ", ") + name_of(call);
    }
    problem(step.name_where, fmt::format("nobody waits for an answer of `{}`", step.name),
            open.empty() ? "no call is open" : "open: " + open, "no-call");
  }

  // Whoever writes a scenario need not say that all went well.
  void unexpected(const ScenarioStep& step, std::vector<Mismatch>& mismatches) {
    const auto said = [&](std::string_view key) { return step.expect.find(key) != nullptr; };
    if (!found_.refused.empty() && !said("refused")) {
      mismatches.insert(mismatches.begin(), {step.where, fmt::format("action `{}`", step.name),
                                             "accepted", "refused: " + found_.refused});
    }
    if (!found_.parked.empty() && !said("parked")) {
      mismatches.insert(mismatches.begin(),
                        {step.where, fmt::format("event `{}`", step.name), "applied",
                         fmt::format("parked ({}): {}", found_.parked.front(), parked_sentence_)});
    }
    if (!found_.incident.empty() && !said("incident")) {
      mismatches.insert(mismatches.begin(), {step.where, "incident", "none", found_.incident});
    }
  }

  // ---- What a person's action becomes (as the desk makes it) --------------------------------------

  // What an action is about, and which version of it the person saw.
  struct Subject {
    std::string id;
    std::int64_t version = 0;
  };

  // As the scenario says; else as the page offers it at this moment.
  Subject subject_of(const ScenarioStep& step, const workflow::ActionRule& rule,
                     const core::Case& value) {
    const auto offered = [&](const std::optional<cel::Program>& program) {
      if (!program) return Json{};
      return core::subject_of(*stage_.workflow, value, *program, world_.calendar())
          .value_or(Json{});
    };
    Subject subject;
    const Json id = step.subject ? resolved(Node::of_text(*step.subject, step.where))
                                 : offered(rule.subject);
    if (id.is_string()) subject.id = id.get<std::string>();
    const Json version = step.version ? Json(*step.version) : offered(rule.subject_version);
    if (version.is_number_integer()) subject.version = version.get<std::int64_t>();
    return subject;
  }

  bool may(const core::Case& value, const workflow::ActionRule& rule, const Pseudonym& person) {
    const auto role = access::role_of(parties_of(value), person, world_.now());
    return role && access::admits(rule.roles, *role);
  }

  void check_form(const ScenarioStep& step, const workflow::ActionRule& rule) {
    if (!step.data.is(Node::Kind::mapping)) return;
    std::vector<std::string> known;
    const auto form = stage_.workflow->forms.find(rule.form);
    if (form != stage_.workflow->forms.end()) {
      for (const Json& field : form->second.asked) known.push_back(field.at("id"));
    }
    for (const Node::Entry& entry : step.data.entries) {
      if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
        problem(entry.where, fmt::format("the form asks for no `{}`", entry.key),
                documents::suggestion(entry.key, known), "unknown-field");
      }
    }
  }

  Json composed(const ScenarioStep& step, const workflow::ActionRule& rule,
                const core::Case& value, const ActionId& id, const Pseudonym& person,
                const Subject& subject) {
    const auto event_rule = stage_.workflow->events.find(rule.event);
    const std::string type = event_rule == stage_.workflow->events.end() ? "" : event_rule->second.type;
    const Json form = step.data.is(Node::Kind::mapping) ? resolved(step.data) : Json::object();
    const Json event = engine::compose({value.municipality, value.id, *value.context, rule, type,
                                        library_.events().schema(type), person, id, subject.id,
                                        subject.version, step.reason, form, names_of(form)},
                                       world_.now())
                           .event;
    const Json& data = event.at("data");
    if (!rule.form.empty() && data.contains(rule.form)) bound_[rule.form] = id.str();
    if (!step.as.empty()) bound_[step.as] = id.str();
    for (const auto& violation : library_.events().violations(type, data)) {
      problem(step.where, fmt::format("the action does not make a good `{}`: {}: {}", type,
                                      violation.where, violation.what),
              "", "schema-violation");
    }
    return event;
  }

  // ---- Registers --------------------------------------------------------------------------------

  static std::string name_of(const StoredCall& call) {
    return call.request.role + "." + call.request.operation;
  }

  Reply answer(const StoredCall& call, Timestamp) override {
    found_.calls.push_back(name_of(call));
    const auto rule = registers_.find(name_of(call));
    if (rule == registers_.end()) {
      problem(scenario_.steps[static_cast<std::size_t>(std::max(outcome_.step, 1)) - 1].where,
              fmt::format("`{}` is asked and the scenario does not say what it answers",
                          name_of(call)),
              fmt::format("add `{}: {{ answers: {{…}} }}` to `registers`", name_of(call)),
              "no-answer");
      return {Reply::Kind::silence, {}, {}, {}};
    }
    return reply_of(rule->second, call);
  }

  Reply reply_of(const SystemRule& rule, const StoredCall& call) {
    Reply reply{rule.kind, Json::object(), rule.takes, rule.unavailable};
    if (rule.result.is(Node::Kind::mapping)) reply.result = resolved(rule.result);
    if (rule.kind != Reply::Kind::answer) return reply;
    const auto* operation = library_.schemas().operation(call.request.role, call.request.operation);
    if (operation == nullptr) return reply;
    const auto schema = documents::Schema::compile(operation->output);
    if (!schema || rule.unavailable >= default_patience) return reply;
    for (const auto& violation : schema->violations(reply.result)) {
      problem(rule.where, fmt::format("`{}` never answers so: {}: {}", name_of(call),
                                      violation.where.empty() ? "/" : violation.where,
                                      violation.what),
              "", "schema-violation");
    }
    return reply;
  }

  void check_register(const std::string& name, const SystemRule& rule) {
    const auto known = library_.schemas().operations();
    if (std::find(known.begin(), known.end(), name) != known.end()) return;
    problem(rule.where, fmt::format("no register answers `{}`", name),
            documents::suggestion(name, known), "unknown-register");
  }

  // ---- Looking ----------------------------------------------------------------------------------

  void observe(const Decided& decided) {
    const engine::DecidedCase& row = world_.store().cases().at(decided.ref);
    const workflow::WorkflowPtr& workflow = row.workflow;
    coverage_.decided(*workflow, decided.entry.trace);
    if (decided.entry.trace.contains("from") && decided.entry.trace["from"] != decided.entry.trace["to"]) {
      std::string states;
      for (const Json& state : decided.entry.trace["to"]) {
        states += (states.empty() ? "" : " + ") + state.get<std::string>();
      }
      outcome_.path.push_back(fmt::format("{} {}", to_moment_text(world_.now()), states));
    }
    for (const core::Record& record : decided.entry.records) {
      switch (record.kind) {
        case core::Record::Kind::status:
          show(*workflow, row, *decided.entry.status);
          break;
        case core::Record::Kind::notification_request:
          tell(*workflow, row, notify::message_of_request(data_of(record)));
          break;
        case core::Record::Kind::service_event:
          emitted_.push_back(record.event);
          emitted_.back().data = data_of(record);
          break;
      }
    }
  }

  void show(const workflow::Workflow& workflow, const engine::DecidedCase& row, const Json& status) {
    const std::string text = text_member(status, "text");
    const std::string former = std::exchange(shown_[row.ref()], text);
    if (!text.empty()) coverage_.shown(workflow, text);
    if (const auto message = notify::message_of_status(former, status)) tell(workflow, row, *message);
  }

  void tell(const workflow::Workflow& workflow, const engine::DecidedCase& row,
            const notify::Message& message) {
    coverage_.shown(workflow, message.text);
    Told told{message.text, {}};
    const auto parties = parties_of(*row.value);
    for (const Pseudonym& person : notify::audience_of(message, parties, world_.now())) {
      told.to.push_back(person.str());
    }
    found_.told.push_back(std::move(told));
  }

  // The case that the scenario is about: the youngest.
  const engine::DecidedCase* current_case() const {
    const engine::DecidedCase* youngest = nullptr;
    for (const auto& [ref, row] : world_.store().cases()) {
      if (youngest == nullptr || row.value->created_at >= youngest->value->created_at) youngest = &row;
    }
    return youngest;
  }

  void look() {
    found_.cases = world_.store().cases().size();
    found_.reads = [this](const std::string& person, const std::string& language,
                          const std::string& field) { return reads(person, language, field); };
    const engine::DecidedCase* row = current_case();
    if (row == nullptr) return;
    const core::Case& value = *row->value;
    found_.status = *value.status;
    found_.context = *value.context;
    found_.states = row->workflow->chart.active_paths(value.configuration);
    for (const core::Timer& timer : value.timers) {
      if (!timer.fired) found_.timers[timer.key] = timer.due;
    }
    for (const core::Party& party : value.parties) {
      found_.parties[party.role].push_back(party.person.str());
    }
    found_.deferred = value.deferred;
    found_.incident = value.incident;
  }

  Result<std::string, std::string> reads(const std::string& person, const std::string& language,
                                         const std::string& field) {
    const engine::DecidedCase* row = current_case();
    if (row == nullptr) return failure(std::string{"there is no case"});
    const core::Case& value = *row->value;
    if (!value.status->is_object()) return failure(std::string{"nothing is shown"});
    texts::Viewer viewer;
    viewer.language = texts::parse_language(language).value_or(texts::Language::et);
    bool has_part = false;
    for (const core::Party& party : value.parties) {
      if (party.person.str() != person) continue;
      has_part = true;
      if (party.role == "applicant") viewer.role = texts::Viewer::Role::applicant;
    }
    if (!has_part) return failure(std::string{"has no part in the case"});
    for (const Json& action : value.status->value("actions", Json::array())) {
      const auto rule = stage_.workflow->person_actions.find(action.get<std::string>());
      if (rule != stage_.workflow->person_actions.end() &&
          may(value, rule->second, Pseudonym{person})) {
        viewer.allowed_actions.push_back(rule->first);
      }
    }
    const auto text = stage_.texts.render(*value.status, viewer, calendar::day_in_tallinn(world_.now()));
    if (!text) return failure(text.error().what);
    if (field == "headline") return text->headline;
    if (field == "body") return text->body;
    if (field == "delayed") return text->delayed;
    return text->next;
  }

  // ---- Names ------------------------------------------------------------------------------------

  std::string pseudonym_of(const std::string& name, const SourcePosition& where) {
    if (std::find(scenario_.persons.begin(), scenario_.persons.end(), name) ==
        scenario_.persons.end()) {
      problem(where, fmt::format("the scenario knows no person `{}`", name),
              documents::suggestion(name, scenario_.persons), "unknown-name");
    }
    return pseudonym(name);
  }

  Json resolved(const Node& node) {
    if (node.is(Node::Kind::sequence)) {
      Json list = Json::array();
      for (const Node& item : node.items) list.push_back(resolved(item));
      return list;
    }
    if (node.is(Node::Kind::mapping)) {
      Json object = Json::object();
      for (const Node::Entry& entry : node.entries) object[entry.key] = resolved(entry.value);
      return object;
    }
    if (!node.is(Node::Kind::text) || node.text.size() < 2 || node.text.front() != '@') {
      return documents::to_json(node);
    }
    const std::string name = node.text.substr(1);
    if (name == "now") return to_rfc3339(world_.now());
    if (name == "today") return to_iso_date(calendar::day_in_tallinn(world_.now()));
    if (const auto bound = bound_.find(name); bound != bound_.end()) return bound->second;
    std::vector<std::string> known = scenario_.persons;
    for (const auto& [each, id] : bound_) known.push_back(each);
    known.insert(known.end(), {"now", "today"});
    if (std::find(scenario_.persons.begin(), scenario_.persons.end(), name) ==
        scenario_.persons.end()) {
      problem(node.where, fmt::format("nothing is called `@{}` here", name),
              documents::suggestion(name, known), "unknown-name");
    }
    return pseudonym(name);
  }

  std::string with_names(std::string text) const {
    for (const std::string& person : scenario_.persons) {
      replace_all(text, pseudonym(person), "@" + person);
    }
    for (const auto& [name, id] : bound_) replace_all(text, id, "@" + name);
    return text;
  }

  void problem(SourcePosition where, std::string what, std::string hint, std::string rule) {
    outcome_.problems.push_back(
        {std::move(where), std::move(what), std::move(hint), std::move(rule), Severity::error});
  }

  const Scenario& scenario_;
  Library& library_;
  const Stage stage_;
  Coverage& coverage_;
  Outcome& outcome_;
  std::map<std::string, SystemRule> registers_;
  World world_;
  Timestamp until_ = scenario_.start;  // where the reader of the file is in time
  std::map<std::string, std::string> bound_;  // names of ids made by actions
  std::map<engine::CaseRef, std::string> shown_;
  Found found_;  // of this step
  std::vector<cloudevents::CloudEvent> emitted_;  // on its way back from the municipality's topic
  std::string parked_sentence_;
};

}  // namespace

Outcome play(const Scenario& scenario, const fs::path& municipality_file, Library& library,
             Coverage& coverage) {
  const auto begun = std::chrono::steady_clock::now();
  Outcome outcome;
  outcome.file = scenario.file;
  outcome.title = scenario.title;
  outcome.municipality = fs::absolute(municipality_file).parent_path().filename().string();
  auto stage = library.stage(municipality_file, scenario.settings);
  if (!stage) {
    outcome.problems = std::move(stage.error());
    return outcome;
  }
  try {
    Play(scenario, library, std::move(*stage), coverage, outcome).run();
  } catch (const std::exception& fault) {
    outcome.problems.push_back(
        {{scenario.file.string(), 1, 1}, fault.what(), "", "fault", Severity::error});
  }
  outcome.took = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begun);
  return outcome;
}

}  // namespace elukaar::simulate
