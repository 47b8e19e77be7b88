#include <algorithm>

#include <fmt/format.h>

#include "calendar/term.hpp"
#include "workflow/load/compiler.hpp"

// What stands beside the states: events, actions, forms, delays, parties, citations.
namespace elukaar::workflow {
namespace {

using Kind = documents::Node::Kind;

// Short names become parts of chart events and of file paths in messages.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text[0] >= 'a' && text[0] <= 'z' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

template <class Map>
std::vector<std::string> keys(const Map& map) {
  std::vector<std::string> list;
  for (const auto& [key, value] : map) list.push_back(key);
  return list;
}

}  // namespace

cel::Environment Compiler::fact_environment() const {
  cel::Environment environment;
  environment.variables.emplace("context", context_type_.value_or(cel::Type::dyn()));
  environment.variables.emplace("parameters", parameters_.type());
  environment.conditions = conditions_;
  environment.groups = groups_;
  return environment;
}

cel::Environment Compiler::case_environment() const {
  cel::Environment environment = fact_environment();
  environment.variables.emplace("systems",
                                cel::Type::map(cel::Type::string(), cel::Type::string()));
  environment.case_functions = true;
  return environment;
}

std::optional<cel::Type> Compiler::data_type(const std::string& name) const {
  const auto rule = draft_.events.find(name);
  if (rule == draft_.events.end()) return std::nullopt;
  const Json* schema = options_.schemas.event(rule->second.type);
  if (schema == nullptr) return std::nullopt;
  return cel::type_from_schema(*schema, "the data of " + name);
}

std::optional<cel::Type> Compiler::event_type(const Trigger& trigger,
                                              const Schemas::Operation* operation) const {
  using cel::Type;
  using Fields = std::vector<Type::Field>;
  struct {
    const Compiler& compiler;
    const Schemas::Operation* operation;

    Fields operator()(const trigger::Event& event) const {
      return {{"id", Type::string(), true},
              {"source", Type::string(), true},
              {"type", Type::string(), true},
              {"time", Type::timestamp(), true},
              {"subject", Type::string(), false},
              {"data", compiler.data_type(event.name).value_or(Type::dyn()), true}};
    }
    Fields operator()(const trigger::Raised&) const {
      return {{"type", Type::string(), true}, {"data", Type::dyn(), true}};
    }
    Fields operator()(const trigger::Clock&) const {
      return {{"type", Type::string(), true},
              {"data", Type::object("clock", {{"due", Type::date(), true},
                                              {"before", Type::string(), false},
                                              {"decisionBy", Type::date(), false}}),
               true}};
    }
    Fields operator()(const trigger::Answer&) const {
      return {{"output",
               operation == nullptr ? Type::dyn()
                                    : cel::type_from_schema(operation->output, "the answer"),
               true}};
    }
    Fields operator()(const trigger::Failure&) const {
      return {{"error",
               Type::object("error", {{"kind", Type::enumeration({"refused", "invalid", "gave-up"}),
                                       true},
                                      {"code", Type::string(), false},
                                      {"message", Type::string(), false}}),
               true}};
    }
    Fields operator()(const trigger::AnyEvent&) const { return {}; }
    Fields operator()(const trigger::Timer&) const { return {}; }
    Fields operator()(const trigger::AtOnce&) const { return {}; }
    Fields operator()(const trigger::Done&) const { return {}; }
  } const fields_of{*this, operation};
  Fields fields = std::visit(fields_of, trigger);
  if (fields.empty()) return std::nullopt;
  return Type::object("event", std::move(fields));
}

cel::Environment Compiler::moment_environment() const {
  cel::Environment environment = case_environment();
  environment.variables.emplace("now", cel::Type::timestamp());
  return environment;
}

cel::Environment Compiler::event_environment(const Trigger& trigger,
                                             const Schemas::Operation* operation) const {
  cel::Environment environment = moment_environment();
  if (auto type = event_type(trigger, operation)) {
    environment.variables.emplace("event", std::move(*type));
  }
  return environment;
}

// What expressions may read: settings, and the context that `schemas.context` declares.
void Compiler::read_types() {
  parameters_ = read_parameters(source_.find("parameters"), source_.find("values"),
                                options_.municipality, source_.where, reader_);
  draft_.parameter_places = parameters_.declared;
  for (const auto& [name, basis] : parameters_.legal_basis) {
    draft_.cited.push_back({fmt::format("parameter `{}`", name), {basis.name, basis.where}});
  }

  const documents::Node* schemas = source_.find("schemas");
  const documents::Node* schema = nullptr;
  if (schemas != nullptr && reader_.expect(*schemas, Kind::mapping, "`schemas`")) {
    reader_.known_keys(*schemas, "`schemas`", {"context"});
    schema = schemas->find("context");
  }
  if (schema != nullptr && reader_.expect(*schema, Kind::mapping, "`schemas.context`")) {
    context_type_ = cel::type_from_schema(documents::to_json(*schema), "context");
  }
  const documents::Node* context = source_.find("context");
  if (context == nullptr || !reader_.expect(*context, Kind::mapping, "`context`")) return;
  if (schema == nullptr) {
    reader_.error(context->where, "missing-key", "`context` has no types",
                  "declare its fields under `schemas: { context: { type: object, properties: … } }`");
  }
  for (const documents::Node::Entry& entry : context->entries) {
    if (!declared_in_context(entry)) continue;
    const cel::Type::Field* field = context_type_ ? context_type_->field(entry.key) : nullptr;
    // As the case starts an object may be empty: its fields come with the events.
    const bool empty = entry.value.is(Kind::mapping) && entry.value.entries.empty();
    const auto value = expressions_.value(
        entry.value, cel::Environment{},
        field == nullptr || empty ? std::nullopt : std::optional{field->type},
        fmt::format("`context.{}`", entry.key));
    context_[entry.key] = value.literal();
  }
}

bool Compiler::declared_in_context(const documents::Node::Entry& entry) {
  if (!context_type_ || context_type_->open() || context_type_->field(entry.key) != nullptr) return true;
  std::vector<std::string> known;
  for (const auto& candidate : context_type_->fields()) known.push_back(candidate.name);
  reader_.error(entry.where, "unknown-field",
                fmt::format("`schemas.context` does not declare `{}`", entry.key),
                documents::suggestion(entry.key, known));
  return false;
}

void Compiler::read_events() {
  const documents::Node* events = source_.find("events");
  if (events == nullptr || !reader_.expect(*events, Kind::mapping, "`events`")) return;
  std::map<std::string, std::string> types;
  for (const documents::Node::Entry& entry : events->entries) {
    if (!is_name(entry.key)) {
      reader_.error(entry.where, "bad-name",
                    fmt::format("`{}` cannot be the name of an event", entry.key),
                    "use small letters, digits and dashes: `offer-made`");
    }
    if (reader_.expect(entry.value, Kind::mapping, fmt::format("event `{}`", entry.key))) {
      read_event(entry.key, entry.where, entry.value);
      const auto [known, fresh] = types.emplace(draft_.events[entry.key].type, entry.key);
      if (!fresh) {
        reader_.error(entry.where, "duplicate-event",
                      fmt::format("`{}` and `{}` are both the type {}", known->second, entry.key,
                                  known->first),
                      "one type has one short name");
      }
    }
  }
}

void Compiler::read_event(const std::string& name, const SourcePosition& where, const documents::Node& node) {
  reader_.known_keys(node, "an event",
                     {"type", "starts", "correlate", "adds", "drops", "whenUnexpected",
                      "protective", "confirms", "maxAge", "about"});
  EventRule& rule = draft_.events[name];
  draft_.event_places[name] = where;
  rule.name = name;
  rule.type = reader_.required_text(node, "type", fmt::format("event `{}`", name));
  rule.protective = reader_.flag(node, "protective", false);
  if (!rule.type.empty() && options_.schemas.event(rule.type) == nullptr) {
    reader_.error(node.find("type")->where, "unknown-event-type",
                  fmt::format("there is no schema for events of type {}", rule.type),
                  documents::suggestion(rule.type, options_.schemas.event_types()));
  }
  if (const documents::Node* starts = node.find("starts")) read_starts(*starts, rule);
  if (const documents::Node* age = node.find("maxAge")) {
    const auto period = calendar::Period::parse(age->text);
    if (!period || period->months != 0) {
      reader_.error(age->where, "bad-period",
                    period ? fmt::format("`maxAge`: `{}` counts months; an age is counted in days",
                                         age->text)
                           : fmt::format("`maxAge`: {}", period.error().what),
                    "write a period such as P365D");
    } else {
      rule.max_age = period->time + std::chrono::days{period->days};
    }
  }
  if (const documents::Node* correlate = node.find("correlate")) read_correlation(*correlate, rule);
  const cel::Environment environment = event_environment(trigger::Event{name});
  if (const documents::Node* adds = node.find("adds")) rule.adds = read_keys(*adds, environment, "`adds`");
  if (const documents::Node* drops = node.find("drops")) rule.drops = read_keys(*drops, environment, "`drops`");
  if (const documents::Node* confirms = node.find("confirms")) {
    cel::Environment alone = environment;
    alone.variables.erase("now");
    rule.confirms = expressions_.program(*confirms, alone, cel::Type::string(), "`confirms`");
  }
  if (const documents::Node* unexpected = node.find("whenUnexpected")) {
    draft_.with_unexpected.insert(name);
    read_unexpected(*unexpected, name, rule.when_unexpected);
  }
  if (rule.mass) check_mass(node, rule);
}

// An event for all of a municipality's cases does nothing that is about one of them.
void Compiler::check_mass(const documents::Node& node, const EventRule& rule) {
  for (const char* key : {"starts", "adds", "drops", "confirms", "maxAge"}) {
    const documents::Node::Entry* entry = node.entry(key);
    if (entry == nullptr) continue;
    reader_.error(entry->where, "mass-event",
                  fmt::format("event `{}` is for all cases and has `{}`, which is about one case",
                              rule.name, key),
                  fmt::format("remove `{}`, or name the keys that find the case", key));
  }
  if (rule.when_unexpected.kind == Unexpected::Kind::park) {
    const documents::Node::Entry* entry = node.entry("whenUnexpected");
    reader_.error(entry == nullptr ? draft_.event_places.at(rule.name) : entry->where, "mass-event",
                  fmt::format("event `{}` is for all cases; where a state does not handle it, each "
                              "of them would be parked for an operator",
                              rule.name),
                  "say `whenUnexpected: ignore` or `{ defer: P7D }`");
  }
}

void Compiler::read_starts(const documents::Node& node, EventRule& rule) {
  if (!node.is(Kind::mapping)) {
    const std::string word = reader_.word(
        node, fmt::format("`starts` of event `{}`", rule.name), {"never", "ifNoOpenCase", "always"});
    if (word == "ifNoOpenCase") rule.starts = Starts::if_no_open_case;
    if (word == "always") rule.starts = Starts::always;
    return;
  }
  reader_.known_keys(node, "`starts`", {"when"});
  const documents::Node* when = node.find("when");
  if (when == nullptr) return;
  cel::Environment environment = fact_environment();
  environment.variables.erase("context");  // there is no case yet
  environment.variables.emplace("event", *event_type(trigger::Event{rule.name}));
  rule.starts = Starts::when;
  rule.starts_when = expressions_.program(*when, environment, cel::Type::boolean(), "`when`");
}

std::vector<KeyRule> Compiler::read_keys(const documents::Node& node, const cel::Environment& environment,
                                         std::string_view what) {
  std::vector<KeyRule> rules;
  if (!reader_.expect(node, Kind::mapping, what)) return rules;
  for (const documents::Node::Entry& entry : node.entries) {
    if (entry.key == "where") continue;
    rules.push_back({entry.key, expressions_.value(entry.value, environment,
                                                   cel::Type::string().with_nullable(),
                                                   fmt::format("key `{}`", entry.key))});
  }
  return rules;
}

void Compiler::read_correlation(const documents::Node& node, EventRule& rule) {
  cel::Environment with_case = event_environment(trigger::Event{rule.name});
  with_case.variables.erase("now");
  cel::Environment alone = with_case;  // keys are looked for before there is a case
  alone.variables.erase("context");
  alone.case_functions = false;

  const auto condition = [&](const documents::Node& item) -> std::optional<cel::Program> {
    const documents::Node* where = item.find("where");
    if (where == nullptr) return std::nullopt;
    return expressions_.program(*where, with_case, cel::Type::boolean(), "`where`");
  };
  const auto alternative = [&](const documents::Node& item) {
    if (!reader_.expect(item, Kind::mapping, "`correlate`")) return;
    if (const documents::Node::Entry* all = item.entry("all")) {
      if (&item != &node) {
        reader_.error(all->where, "mass-event",
                      "`all` is no alternative to keys: the event would be for one case and for all",
                      "write `correlate: { all: municipality }`, or keys alone");
        return;
      }
      reader_.known_keys(item, "`correlate` with `all`", {"all", "where"});
      reader_.word(all->value, "`all`", {"municipality"});
      rule.mass = MassRule{condition(item)};
      return;
    }
    CorrelationRule correlation;
    correlation.keys = read_keys(item, alone, "`correlate`");
    if (correlation.keys.empty()) {
      reader_.error(item.where, "missing-key",
                    fmt::format("`correlate` of event `{}` names no key", rule.name),
                    "name what finds the case: `{ child: \"{{ event.data.child.key }}\" }`");
    }
    correlation.where = condition(item);
    rule.correlate.push_back(std::move(correlation));
  };
  if (node.is(Kind::sequence)) {
    for (const documents::Node& item : node.items) alternative(item);
  } else {
    alternative(node);
  }
}

void Compiler::read_unexpected(const documents::Node& node, const std::string& name, Unexpected& into) {
  if (!node.is(Kind::mapping)) {
    const std::string word = reader_.word(
        node, fmt::format("`whenUnexpected` of event `{}`", name), {"park", "ignore"});
    into.kind = word == "ignore" ? Unexpected::Kind::ignore : Unexpected::Kind::park;
    return;
  }
  reader_.known_keys(node, "`whenUnexpected`", {"defer"});
  const documents::Node* defer = node.find("defer");
  if (defer == nullptr || !reader_.expect(*defer, Kind::text, "`defer`")) return;
  const auto period = calendar::Period::parse(defer->text);
  if (!period || period->months != 0) {
    reader_.error(defer->where, "bad-period",
                  period ? fmt::format("`{}` counts months; an event is deferred for days or less",
                                       defer->text)
                         : period.error().what,
                  period ? "write a period such as P30D" : "");
    return;
  }
  into.kind = Unexpected::Kind::defer;
  into.defer_for = period->time + std::chrono::days{period->days};
}

void Compiler::read_actions() {
  const documents::Node* actions = source_.find("actions");
  if (actions == nullptr || !reader_.expect(*actions, Kind::mapping, "`actions`")) return;
  for (const documents::Node::Entry& entry : actions->entries) {
    const documents::Node& node = entry.value;
    if (!reader_.expect(node, Kind::mapping, fmt::format("action `{}`", entry.key))) continue;
    reader_.known_keys(node, "an action",
                       {"event", "when", "form", "subject", "subjectVersion", "reasons", "roles",
                        "assurance", "automatic", "about"});
    ActionRule rule;
    rule.name = entry.key;
    rule.event = reader_.required_text(node, "event", fmt::format("action `{}`", entry.key));
    rule.form = reader_.text(node, "form");
    if (!rule.event.empty() && draft_.events.count(rule.event) == 0) {
      reader_.error(node.find("event")->where, "unknown-event",
                    fmt::format("action `{}` names the event `{}`, which is not declared under "
                                "`events`",
                                entry.key, rule.event),
                    documents::suggestion(rule.event, keys(draft_.events)));
    }
    if (!rule.form.empty() && draft_.forms.count(rule.form) == 0) {
      reader_.error(node.find("form")->where, "unknown-form",
                    fmt::format("action `{}` names the form `{}`, which is not declared under "
                                "`forms`",
                                entry.key, rule.form),
                    documents::suggestion(rule.form, keys(draft_.forms)));
    }
    for (const documents::Node* role : reader_.texts(node, "roles")) {
      rule.roles.push_back(reader_.word(*role, fmt::format("a role of action `{}`", entry.key),
                                        {"applicant", "guardians", "other-guardian", "official"}));
    }
    if (rule.roles.empty()) {
      reader_.error(entry.where, "missing-key", fmt::format("action `{}` lacks `roles`", entry.key),
                    "say who may do it: [applicant], [guardians], [other-guardian] or [official]");
    }
    rule.assurance = "substantial";
    if (const documents::Node* assurance = node.find("assurance")) {
      rule.assurance = reader_.word(*assurance, "`assurance`", {"substantial", "high"});
    }
    if (const documents::Node* automatic = node.find("automatic")) {
      reader_.expect(*automatic, Kind::boolean, "`automatic`");
      rule.automatic = automatic->boolean;
    }
    if (const documents::Node* when = node.find("when")) {
      rule.when = expressions_.program(*when, fact_environment(), cel::Type::boolean(),
                                       fmt::format("the condition of `{}`", entry.key));
    }
    if (const documents::Node* subject = node.find("subject")) {
      rule.subject = expressions_.program(*subject, case_environment(), cel::Type::string(),
                                          fmt::format("the subject of `{}`", entry.key));
    }
    if (const documents::Node* version = node.find("subjectVersion")) {
      rule.subject_version =
          expressions_.program(*version, case_environment(), cel::Type::integer(),
                               fmt::format("the subject's version of `{}`", entry.key));
      if (!rule.subject) {
        reader_.error(version->where, "missing-key",
                      fmt::format("action `{}` has a `subjectVersion`, but no `subject`", entry.key),
                      "name what it is a version of: `subject: \"{{ context.offer.id }}\"`");
      }
    }
    read_reasons(node, rule);
    draft_.action_places[entry.key] = entry.where;
    draft_.person_actions.emplace(entry.key, std::move(rule));
  }
}

// The reasons that a person may give: a setting, and a field of the event that carries the answer.
void Compiler::read_reasons(const documents::Node& action, ActionRule& rule) {
  const documents::Node* node = action.find("reasons");
  if (node == nullptr) return;
  rule.reasons = reader_.text(action, "reasons");
  draft_.used_parameters.insert(rule.reasons);
  const auto kind = parameters_.kinds.find(rule.reasons);
  if (kind == parameters_.kinds.end() || kind->second != "reasons") {
    std::vector<std::string> known;
    for (const auto& [name, type] : parameters_.kinds) {
      if (type == "reasons") known.push_back(name);
    }
    reader_.error(node->where, "unknown-parameter",
                  fmt::format("action `{}` takes its reasons from `{}`, which is no parameter of "
                              "type `reasons`",
                              rule.name, rule.reasons),
                  documents::suggestion(rule.reasons, known));
  }
  const auto data = data_type(rule.event);
  const cel::Type::Field* field = data ? data->field("reason") : nullptr;
  if (data && !data->open() && (field == nullptr || !cel::Type::string().accepts(field->type))) {
    reader_.error(node->where, "missing-field",
                  fmt::format("action `{}` has reasons, but the data of its event `{}` has no text "
                              "`reason`",
                              rule.name, rule.event),
                  "declare it in the event's schema: `reason: { type: string }`");
  }
}

// Whom a case is about, and who else may have to act.
void Compiler::read_persons() {
  if (const documents::Node* subject = source_.find("subject")) {
    draft_.subject = reader_.text(source_, "subject");
    const cel::Type::Field* member = context_type_ ? context_type_->field(draft_.subject) : nullptr;
    if (context_type_ && !context_type_->open() &&
        (member == nullptr || member->type.field("key") == nullptr)) {
      reader_.error(subject->where, "unknown-field",
                    fmt::format("`subject`: `schemas.context` has no `{}` with a `key`", draft_.subject),
                    "name the member of the context that is whom a case is about; its `key` is the "
                    "person's pseudonym");
    }
  }
  for (const documents::Node* turn : reader_.texts(source_, "turns")) {
    draft_.turns.push_back({turn->text, turn->where});
  }
}

void Compiler::read_forms() {
  const documents::Node* forms = source_.find("forms");
  if (forms == nullptr || !reader_.expect(*forms, Kind::mapping, "`forms`")) return;
  for (const documents::Node::Entry& entry : forms->entries) {
    if (!reader_.expect(entry.value, Kind::mapping, fmt::format("form `{}`", entry.key))) continue;
    reader_.known_keys(entry.value, "a form", {"known", "asked", "answersIn", "draft", "about"});
    Form form;
    form.name = entry.key;
    form.asked = Json::array();
    for (const documents::Node* known : reader_.texts(entry.value, "known")) {
      const std::string of = known->text.substr(0, known->text.find('.'));
      const bool is_member =
          context_type_ && std::any_of(context_type_->fields().begin(), context_type_->fields().end(),
                                       [&](const auto& field) { return field.name == of; });
      if (of.size() + 1 < known->text.size() && (of == "guardian" || is_member)) {
        form.known.push_back(known->text);
      } else {
        reader_.error(known->where, "unknown-word",
                      fmt::format("`{}` is no field that is known", known->text),
                      "write `guardian.…` or a member of the context and one of its own, as in `place.start`");
      }
    }
    const documents::Node* asked = entry.value.find("asked");
    if (asked != nullptr && reader_.expect(*asked, Kind::sequence, "`asked`")) {
      for (const documents::Node& field : asked->items) read_form_field(field, form);
    }
    if (const documents::Node* member = entry.value.find("answersIn")) {
      form.answers_in = reader_.text(entry.value, "answersIn");
      const auto members = context_members();
      if (std::find(members.begin(), members.end(), form.answers_in) == members.end()) {
        reader_.error(member->where, "unknown-field",
                      fmt::format("form `{}`: `schemas.context` does not declare `{}`", form.name,
                                  form.answers_in),
                      documents::suggestion(form.answers_in, members));
      }
    }
    read_form_draft(entry.value, form);
    draft_.form_places[entry.key] = entry.where;
    draft_.forms.emplace(entry.key, std::move(form));
  }
}

void Compiler::read_form_draft(const documents::Node& node, Form& form) {
  const documents::Node* draft = node.find("draft");
  if (draft == nullptr) return;
  const std::string what = fmt::format("the draft of form `{}`", form.name);
  if (!reader_.expect(*draft, Kind::mapping, what)) return;
  reader_.known_keys(*draft, "a draft", {"keep", "discard", "until"});
  std::string keep = reader_.required_text(*draft, "keep", what);
  std::string discard = reader_.required_text(*draft, "discard", what);
  const documents::Node* until = draft->find("until");
  if (until == nullptr) {
    reader_.error(draft->where, "missing-key", fmt::format("{} lacks `until`", what),
                  "say how long it is kept: `until: \"{{ context.draft.until }}\"`");
    return;
  }
  auto program = expressions_.program(*until, fact_environment(), std::nullopt,
                                      fmt::format("the last day of {}", what));
  if (!program) return;
  using K = cel::Type::Kind;
  const K kind = program->type().kind();
  if (kind != K::date && kind != K::dyn && kind != K::null) {
    reader_.error(until->where, "wrong-type",
                  fmt::format("the last day of {}: expected a date, found {}", what,
                              in_words(program->type())));
  }
  form.draft = DraftRule{std::move(keep), std::move(discard), std::move(*program)};
}

// Settings are put in their place at once: a form is the same for every family of the municipality.
void Compiler::read_form_field(const documents::Node& field, Form& form) {
  if (!reader_.expect(field, Kind::mapping, "a field of a form")) return;
  reader_.known_keys(field, "a field of a form",
                     {"id", "type", "options", "atLeast", "atMost", "notBefore", "count"});
  reader_.required_text(field, "id", "a field of a form");
  if (const documents::Node* type = field.find("type")) {
    reader_.word(*type, "type of a field", {"ranked", "choice", "month-choice"});
  } else {
    reader_.error(field.where, "missing-key", "a field of a form lacks `type`",
                  "write `type: ranked`, `choice` or `month-choice`");
  }
  cel::Environment environment = fact_environment();
  environment.variables.erase("context");
  const Template value = expressions_.value(field, environment, std::nullopt, "a field of a form");
  if (!options_.municipality) {
    form.asked.push_back(value.literal());
    return;
  }
  cel::Activation activation;
  activation.parameters = &parameters_.values;
  auto evaluated = value.evaluate(activation);
  if (evaluated) {
    form.asked.push_back(std::move(*evaluated));
  } else if (reader_.problems().empty()) {  // else a missing setting is the cause, and was told
    reader_.error(evaluated.error().where, "bad-form",
                  fmt::format("form `{}` cannot be made of the municipality's settings: {}",
                              form.name, evaluated.error().what));
  }
}

void Compiler::read_delays() {
  const documents::Node* delays = source_.find("delays");
  if (delays == nullptr || !reader_.expect(*delays, Kind::mapping, "`delays`")) return;
  for (const documents::Node::Entry& entry : delays->entries) {
    const bool mapping = entry.value.is(Kind::mapping);
    if (mapping) reader_.known_keys(entry.value, "a delay", {"until", "endOfDay", "about"});
    const documents::Node* when = mapping ? entry.value.find("until") : &entry.value;
    draft_.delay_places[entry.key] = entry.where;
    if (when == nullptr) {
      reader_.error(entry.where, "missing-key", fmt::format("delay `{}` lacks `until`", entry.key),
                    "say when it is over: `until: \"{{ … }}\"`");
      continue;
    }
    auto program = expressions_.program(*when, case_environment(), std::nullopt,
                                        fmt::format("delay `{}`", entry.key));
    if (!program) continue;
    using K = cel::Type::Kind;
    const K kind = program->type().kind();
    if (kind != K::date && kind != K::timestamp && kind != K::duration && kind != K::string &&
        kind != K::dyn && kind != K::null) {
      reader_.error(when->where, "wrong-type",
                    fmt::format("delay `{}`: expected a date, a time or a period, found {}",
                                entry.key, in_words(program->type())));
    }
    draft_.delays.emplace(entry.key,
                          Delay{entry.key, std::move(*program),
                                mapping && reader_.flag(entry.value, "endOfDay", false)});
  }
}

void Compiler::read_parties() {
  const documents::Node* parties = source_.find("parties");
  if (parties == nullptr || !reader_.expect(*parties, Kind::mapping, "`parties`")) return;
  reader_.known_keys(*parties, "`parties`", {"applicant", "guardians", "official"});
  for (const documents::Node::Entry& entry : parties->entries) {
    auto program = expressions_.program(entry.value, case_environment(), std::nullopt,
                                        fmt::format("party `{}`", entry.key));
    if (!program) continue;
    const cel::Type text = cel::Type::string().with_nullable();
    const cel::Type& type = program->type();
    if (!text.accepts(type) && !cel::Type::list(text).accepts(type)) {
      reader_.error(entry.value.where, "wrong-type",
                    fmt::format("party `{}`: expected a person's key or a list of them, found {}",
                                entry.key, in_words(type)));
    }
    draft_.parties.emplace(entry.key, std::move(*program));
  }
}

void Compiler::read_legal_basis() {
  const documents::Node* citations = source_.find("legalBasis");
  if (citations == nullptr || !reader_.expect(*citations, Kind::mapping, "`legalBasis`")) return;
  for (const documents::Node::Entry& entry : citations->entries) {
    if (!reader_.expect(entry.value, Kind::mapping, fmt::format("citation `{}`", entry.key))) {
      continue;
    }
    reader_.known_keys(entry.value, "a citation", {"text", "url", "about"});
    const documents::Node* text = entry.value.find("text");
    for (const char* language : {"et", "en", "ru"}) {
      const documents::Node* words = text == nullptr ? nullptr : text->find(language);
      if (words != nullptr && words->is(Kind::text) && !words->text.empty()) continue;
      reader_.error(entry.where, "missing-text",
                    fmt::format("citation `{}` has no text in `{}`", entry.key, language),
                    "add it: `text: { et: …, en: …, ru: … }`");
    }
    Json citation = {{"text", text == nullptr ? Json::object() : documents::to_json(*text)},
                     {"url", nullptr}};
    if (const documents::Node* url = entry.value.find("url")) citation["url"] = documents::to_json(*url);
    draft_.legal_basis[entry.key] = std::move(citation);
    draft_.citation_places[entry.key] = entry.where;
  }
}

// Which of the municipality's systems plays which role; what they are is merge's affair.
void Compiler::read_systems() {
  draft_.systems_place = source_.where;
  const documents::Node* systems = source_.find("systems");
  if (systems == nullptr || !systems->is(Kind::mapping)) return;
  draft_.systems_place = systems->where;
  for (const documents::Node::Entry& entry : systems->entries) {
    draft_.systems[entry.key] = entry.where;
    if (entry.value.text == by_hand) draft_.by_hand.insert(entry.key);
  }
}

}  // namespace elukaar::workflow
