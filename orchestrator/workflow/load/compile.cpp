#include "workflow/load/compile.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "workflow/load/compiler.hpp"

namespace elukaar::workflow {
namespace {

using Kind = documents::Node::Kind;

constexpr int language_version = 1;

void check_header(const documents::Node& source, documents::Reader& reader) {
  reader.known_keys(source, "the workflow",
                    {"language", "key", "release", "queryLanguage", "title", "pinsOn", "about",
                     "subject", "turns",
                     "parameters", "events", "actions", "forms", "parties", "delays", "schemas",
                     "context", "legalBasis", "type", "initial", "on", "states", "clocks",
                     "groups", "conditions", "cards", "codes",
                     "municipality", "proactive", "systems", "values"});
  // Of the base; `source.where` is the municipality's file.
  const SourcePosition beginning =
      source.entries.empty() ? source.where : source.entries.front().where;
  const documents::Node* language = source.find("language");
  if (language == nullptr || !language->is(Kind::integer) ||
      language->integer != language_version) {
    reader.error(language == nullptr ? beginning : language->where, "unknown-language",
                 fmt::format("expected `language: {}`, found {}", language_version,
                             language == nullptr ? "none" : language->describe()),
                 fmt::format("this program reads language {}", language_version));
  }
  const std::string query = reader.text(source, "queryLanguage", "cel");
  if (query != "cel") {
    reader.error(source.find("queryLanguage")->where, "unknown-language",
                 fmt::format("expected `queryLanguage: cel`, found `{}`", query),
                 "expressions are written in CEL; there is no other language");
  }
  const documents::Node* release = source.find("release");
  if (release == nullptr || !release->is(Kind::text)) {
    reader.error(release == nullptr ? beginning : release->where, "missing-key",
                 "expected the release as a text", "write it in quotes: `release: \"2026.1\"`");
  }
  const documents::Node* title = source.find("title");
  for (const char* word : {"et", "en", "ru"}) {
    const documents::Node* text = title == nullptr ? nullptr : title->find(word);
    if (text != nullptr && text->is(Kind::text) && !text->text.empty()) continue;
    reader.error(title == nullptr ? beginning : title->where, "missing-text",
                 fmt::format("the workflow has no `title` in `{}`", word),
                 "add it: `title: { et: …, en: …, ru: … }`");
  }
}

MunicipalityFacts facts_of(const documents::Node& source) {
  MunicipalityFacts facts;
  if (const documents::Node* municipality = source.find("municipality")) {
    if (const documents::Node* ehak = municipality->find("ehak")) facts.ehak = Municipality{ehak->text};
    if (const documents::Node* name = municipality->find("name")) facts.name = name->text;
    if (const documents::Node* contact = municipality->find("contact")) facts.contact = documents::to_json(*contact);
  }
  if (const documents::Node* systems = source.find("systems")) {
    for (const documents::Node::Entry& entry : systems->entries) facts.systems[entry.key] = entry.value.text;
  }
  if (const documents::Node* proactive = source.find("proactive")) facts.proactive = proactive->boolean;
  return facts;
}

// The draft's parts in the chart's order.
std::shared_ptr<Workflow> assemble(const documents::Node& source, Compiler& compiler, chart::Chart chart) {
  Draft& draft = compiler.draft();
  std::vector<StateRule> states(chart.state_count());
  for (auto& [path, state] : draft.states) {
    const auto index = chart.find(path);
    if (index) states[chart::position(*index)] = std::move(state.rule);
  }
  std::map<std::string, std::string> event_names;
  for (const auto& [name, rule] : draft.events) event_names[rule.type] = name;
  std::vector<std::string> turns;
  for (const Mentioned& turn : draft.turns) turns.push_back(turn.name);
  std::string canonical = documents::to_ordered_json(source).dump();
  std::string digest = to_hex(sha256(canonical));
  return std::make_shared<Workflow>(
      Workflow{.service = draft.root.key,
               .release = source.find("release")->text,
               .title = documents::to_json(*source.find("title")),
               .digest = std::move(digest),
               .canonical = std::move(canonical),
               .pins_on = draft.pins_on,
               .subject = draft.subject,
               .turns = std::move(turns),
               .municipality = facts_of(source),
               .chart = std::move(chart),
               .states = std::move(states),
               .guards = std::move(draft.guards),
               .actions = std::move(draft.actions),
               .rules = std::move(draft.rules),
               .triggers = std::move(draft.triggers),
               .adverse = std::move(draft.adverse),
               .awaiting_confirmation = std::move(draft.awaiting_confirmation),
               .events = std::move(draft.events),
               .event_names = std::move(event_names),
               .person_actions = std::move(draft.person_actions),
               .forms = std::move(draft.forms),
               .cards = std::move(draft.cards),
               .codes = std::move(draft.codes),
               .delays = std::move(draft.delays),
               .clocks = std::move(draft.clocks),
               .parties = std::move(draft.parties),
               .parameters = compiler.parameters().values,
               .context = compiler.context(),
               .legal_basis = std::move(draft.legal_basis)});
}

}  // namespace

void Compiler::run() {
  check_header(source_, reader_);
  read_types();
  read_persons();
  read_groups();
  read_conditions();
  read_events();
  read_forms();
  read_actions();
  read_delays();
  read_clocks();
  read_parties();
  read_legal_basis();
  read_systems();
  read_cards();
  read_root();
  read_codes();
  if (const documents::Node* pins = source_.find("pinsOn")) {
    draft_.pins_on = reader_.text(source_, "pinsOn");
    draft_.pins_on_place = pins->where;
  }
  draft_.used_parameters.insert(expressions_.parameters().begin(),
                                expressions_.parameters().end());
  draft_.asked_states = expressions_.states();
  draft_.used_conditions = expressions_.conditions();
  draft_.used_groups = expressions_.groups();
  for (const cel::Mention& clock : expressions_.clocks()) draft_.asked_clocks.push_back(clock);
}

Result<WorkflowPtr, Problems> compile(const documents::Node& merged, const CompileOptions& options,
                                      Problems& warnings) {
  Problems problems;
  if (!merged.is(Kind::mapping)) {
    problems.push_back({merged.where, "expected a workflow, found " + merged.describe(), "",
                        "wrong-type", Severity::error});
    return failure(std::move(problems));
  }
  Compiler compiler(merged, options, problems);
  compiler.run();
  check_declarations(compiler.draft(), options, compiler.reader());
  auto chart = chart::compile(compiler.draft().root);
  if (chart) {
    check_states(compiler.draft(), *chart, compiler.reader());
    if (!has_errors(problems)) check_unused(compiler.draft(), *chart, compiler.reader());
  } else {
    for (Problem& problem : chart.error()) problems.push_back(std::move(problem));
  }
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return a.where < b.where;
  });
  if (has_errors(problems)) return failure(std::move(problems));
  warnings.insert(warnings.end(), problems.begin(), problems.end());
  return WorkflowPtr{assemble(merged, compiler, std::move(*chart))};
}

}  // namespace elukaar::workflow
