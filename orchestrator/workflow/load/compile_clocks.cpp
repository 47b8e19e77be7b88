#include <algorithm>

#include <fmt/format.h>

#include "calendar/term.hpp"
#include "workflow/load/compiler.hpp"

// Legal clocks: `clocks`.
namespace elukaar::workflow {
namespace {

using Kind = documents::Node::Kind;

template <class Visit>
void each_of(const documents::Node* node, Visit visit) {
  if (node == nullptr) return;
  if (!node->is(Kind::sequence)) return visit(*node);
  for (const documents::Node& item : node->items) visit(item);
}

}  // namespace

void Compiler::read_clocks() {
  const documents::Node* clocks = source_.find("clocks");
  if (clocks == nullptr || !reader_.expect(*clocks, Kind::mapping, "`clocks`")) return;
  for (const documents::Node::Entry& entry : clocks->entries) {
    if (entry.key.empty() || entry.key.find('.') != std::string::npos) {
      reader_.error(entry.where, "bad-name",
                    fmt::format("`{}` cannot be the name of a clock", entry.key),
                    "use small letters, digits and dashes: `place-offer`");
    }
    // Its name is known even where it is wrong: one problem, not several.
    draft_.clocks[entry.key].name = entry.key;
    if (reader_.expect(entry.value, Kind::mapping, fmt::format("clock `{}`", entry.key))) {
      read_clock(entry.key, entry.where, entry.value);
    }
  }
}

void Compiler::read_clock(const std::string& name, const SourcePosition& where, const documents::Node& node) {
  ClockRule& rule = draft_.clocks[name];
  const std::string what = fmt::format("clock `{}`", name);
  reader_.known_keys(node, "a clock",
                     {"length", "starts", "ends", "pauses", "extensions", "warnings", "decision",
                      "about"});
  const auto lacks = [&](std::string_view key, std::string rule_name, std::string hint) {
    reader_.error(where, std::move(rule_name), fmt::format("{} lacks `{}`", what, key),
                  std::move(hint));
  };
  if (const documents::Node* length = node.find("length")) {
    rule.length = read_term(*length, case_environment(), "`length`");
  } else {
    lacks("length", "missing-key", "say how long the law gives: `length: 2 months`");
  }
  each_of(node.find("starts"), [&](const documents::Node& start) { read_clock_start(start, rule); });
  if (node.find("starts") == nullptr) {
    lacks("starts", "missing-key", "say what starts it: `starts: { on: application-submitted }`");
  }
  each_of(node.find("ends"), [&](const documents::Node& end) {
    rule.ends.push_back(read_event_name(end, "`ends`"));
  });
  if (rule.ends.empty()) {
    lacks("ends", "clock-without-end", "name the events that meet it: `ends: [offer-delivered]`");
  }
  each_of(node.find("pauses"), [&](const documents::Node& pause) { read_clock_pause(pause, rule); });
  each_of(node.find("extensions"), [&](const documents::Node& more) { read_clock_extension(more, rule); });
  each_of(node.find("warnings"), [&](const documents::Node& warning) {
    if (!reader_.expect(warning, Kind::mapping, "a warning")) return;
    reader_.known_keys(warning, "a warning", {"before"});
    if (const documents::Node* before = warning.find("before")) {
      rule.warnings.push_back(read_term(*before, case_environment(), "`before`"));
    } else {
      reader_.error(warning.where, "missing-key", "a warning lacks `before`",
                    "say how long before the end: `{ before: 14 days }`");
    }
  });
  if (const documents::Node* decision = node.find("decision")) {
    rule.decision = read_term(*decision, case_environment(), "`decision`");
  }
}

// A term in words, or an expression that gives one.
Template Compiler::read_term(const documents::Node& node, const cel::Environment& environment,
                             std::string_view what) {
  Template value = expressions_.value(node, environment, cel::Type::string(), what);
  if (value.is_constant() && value.literal().is_string()) {
    const auto term = calendar::Term::parse(value.literal().get_ref<const std::string&>());
    if (!term) {
      reader_.error(node.where, "bad-period", fmt::format("{}: {}", what, term.error().what),
                    term.error().hint);
    }
  }
  for (const Template::Slot& slot : value.slots()) refuse_free_choice(slot.program, node.where);
  return value;
}

std::string Compiler::read_event_name(const documents::Node& node, std::string_view what) {
  if (!reader_.expect(node, Kind::text, what)) return {};
  if (draft_.events.count(node.text) == 0) {
    std::vector<std::string> known;
    for (const auto& [name, rule] : draft_.events) known.push_back(name);
    reader_.error(node.where, "undeclared-event",
                  fmt::format("{} names the event `{}`, which is not declared under `events`", what,
                              node.text),
                  documents::suggestion(node.text, known));
  }
  return node.text;
}

// From when and how long a legal clock counts is the law's or the municipality's to say, never a
// default of ours (domain.md, section 6).
void Compiler::refuse_free_choice(const std::optional<cel::Program>& program,
                                  const SourcePosition& where) {
  if (!program) return;
  for (const cel::Mention& mention : program->mentions()) {
    static constexpr std::string_view prefix = "parameters.";
    if (!mention.name.starts_with(prefix)) continue;
    const std::string name = mention.name.substr(prefix.size(),
                                                 mention.name.find('.', prefix.size()) -
                                                     prefix.size());
    const bool grounded = std::any_of(parameters_.legal_basis.begin(), parameters_.legal_basis.end(),
                                      [&](const auto& entry) { return entry.first == name; });
    if (parameters_.defaults.count(name) == 0 || grounded) continue;
    reader_.error(where, "clock-default",
                  fmt::format("a legal clock depends on the setting `{}`, which has a default "
                              "without `legalBasis`",
                              name),
                  "make it `required: true`, or cite the law that gives the default");
  }
}

void Compiler::read_clock_start(const documents::Node& node, ClockRule& rule) {
  if (!reader_.expect(node, Kind::mapping, "`starts`")) return;
  reader_.known_keys(node, "`starts` of a clock", {"on", "notBefore", "when"});
  ClockRule::Start start;
  const documents::Node* on = node.find("on");
  if (on == nullptr) {
    reader_.error(node.where, "missing-key",
                  fmt::format("`starts` of clock `{}` lacks `on`", rule.name),
                  "name the event: `starts: { on: application-submitted }`");
    return;
  }
  start.on = read_event_name(*on, "`starts`");
  cel::Environment environment = event_environment(trigger::Event{start.on});
  environment.variables.erase("now");
  if (const documents::Node* not_before = node.find("notBefore")) {
    start.not_before =
        expressions_.program(*not_before, environment, std::nullopt, "`notBefore`");
    refuse_free_choice(start.not_before, not_before->where);
    if (start.not_before) {
      using K = cel::Type::Kind;
      const K kind = start.not_before->type().kind();
      if (kind != K::date && kind != K::timestamp && kind != K::dyn && kind != K::null) {
        reader_.error(not_before->where, "wrong-type",
                      fmt::format("`notBefore`: expected a date or a time, found {}",
                                  in_words(start.not_before->type())));
      }
      const auto& mentions = start.not_before->mentions();
      start.follows_context =
          std::none_of(mentions.begin(), mentions.end(), [](const cel::Mention& mention) {
            return mention.name == "event" || mention.name.starts_with("event.");
          });
    }
  }
  if (const documents::Node* when = node.find("when")) {
    start.when = expressions_.program(*when, environment, cel::Type::boolean(), "`when`");
    refuse_free_choice(start.when, when->where);
  }
  rule.starts.push_back(std::move(start));
}

void Compiler::read_clock_pause(const documents::Node& node, ClockRule& rule) {
  if (!reader_.expect(node, Kind::mapping, "a pause")) return;
  const std::string what = fmt::format("a pause of clock `{}`", rule.name);
  reader_.known_keys(node, "a pause", {"in", "ground", "legalBasis", "about"});
  ClockRule::Pause pause{reader_.required_text(node, "in", what),
                         reader_.required_text(node, "ground", what),
                         reader_.text(node, "legalBasis")};
  if (pause.legal_basis.empty()) {
    reader_.error(node.where, "pause-without-basis",
                  fmt::format("{} says not which law allows it", what),
                  "cite it, `legalBasis: NAME`, or let the clock run: a queue never stops it");
  } else {
    draft_.cited.push_back({what, {pause.legal_basis, node.find("legalBasis")->where}});
  }
  if (!pause.in.empty()) draft_.pausing.push_back({rule.name, {pause.in, node.find("in")->where}});
  rule.pauses.push_back(std::move(pause));
}

void Compiler::read_clock_extension(const documents::Node& node, ClockRule& rule) {
  if (!reader_.expect(node, Kind::mapping, "an extension")) return;
  const std::string what = fmt::format("an extension of clock `{}`", rule.name);
  reader_.known_keys(node, "an extension", {"on", "by", "ground", "legalBasis", "about"});
  ClockRule::Extension extension;
  extension.ground = reader_.required_text(node, "ground", what);
  extension.legal_basis = reader_.text(node, "legalBasis");
  if (extension.legal_basis.empty()) {
    reader_.error(node.where, "pause-without-basis",
                  fmt::format("{} says not which law allows it", what),
                  "cite it: `legalBasis: NAME`");
  } else {
    draft_.cited.push_back({what, {extension.legal_basis, node.find("legalBasis")->where}});
  }
  const documents::Node* on = node.find("on");
  const documents::Node* by = node.find("by");
  if (on == nullptr || by == nullptr) {
    reader_.error(node.where, "missing-key",
                  fmt::format("{} lacks `{}`", what, on == nullptr ? "on" : "by"),
                  "say on which event and by how much: `{ on: EVENT, by: 1 month, … }`");
    return;
  }
  extension.on = read_event_name(*on, what);
  cel::Environment environment = event_environment(trigger::Event{extension.on});
  environment.variables.erase("now");
  extension.by = read_term(*by, environment, "`by`");
  rule.extensions.push_back(std::move(extension));
}

}  // namespace elukaar::workflow
