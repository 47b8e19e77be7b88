#include "authoring/explain.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "calendar/term.hpp"
#include "authoring/explain_words.hpp"
#include "authoring/picture.hpp"
#include "authoring/sample.hpp"

namespace elukaar::authoring {
namespace {

using chart::StateIndex;
namespace trigger = workflow::trigger;

constexpr std::size_t most_condition_characters = 120;
constexpr std::size_t most_listed_choices = 6;

class Explainer {
 public:
  Explainer(const workflow::Workflow& workflow, const texts::Catalogue& texts, texts::Language language)
      : workflow_(workflow),
        chart_(workflow.chart),
        texts_(texts),
        language_(language),
        sample_(workflow, texts.facts()),
        arrows_(arrows_of(workflow)) {}

  Result<Explanation, std::string> run() {
    const std::string& name = workflow_.municipality.name;
    explanation_.title =
        say("title", {{"municipality", name.empty() ? "" : name + ": "},
                      {"service", workflow_.title.value(std::string{texts::to_text(language_)}, "")},
                      {"release", workflow_.release}});
    section("writing", [&] { writing(); });
    section("settings", [&] { settings(); });
    section("way", [&] { way(); });
    section("silence", [&] { silence(); });
    section("officials", [&] { officials(); });
    section("systems", [&] { systems(); });
    section("clocks", [&] { clocks(); });
    section("always", [&] { always(); });
    if (!failed_.empty()) return failure(failed_);
    return std::move(explanation_);
  }

 private:
  // ---- Words -------------------------------------------------------------------------------------

  std::string say(const std::string& name, const Json& args = Json::object()) {
    auto made = explain_words().message(language_, name, args);
    if (made) return std::move(*made);
    if (failed_.empty()) failed_ = made.error().what;
    return {};
  }
  // A part that is put behind a word; messages come trimmed.
  std::string behind(const std::string& name, const Json& args = Json::object()) {
    return " " + say(name, args);
  }
  // The service's own word for something, else what the file calls it.
  std::string word(const std::string& message, const std::string& fallback) const {
    if (!texts_.has_message(message)) return fallback;
    const auto made = texts_.message(language_, message);
    return made ? *made : fallback;
  }

  template <class Work>
  void section(const std::string& id, Work work) {
    explanation_.sections.push_back({id, say("section." + id), {}});
    work();
    if (explanation_.sections.back().sentences.empty()) explanation_.sections.pop_back();
  }
  void tell(std::string sentence) {
    explanation_.sections.back().sentences.push_back(std::move(sentence));
  }

  std::string joined(const std::vector<std::string>& parts, std::string_view between = "; ") const {
    std::string all;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto here = parts.begin() + static_cast<std::ptrdiff_t>(i);
      if (std::find(parts.begin(), here, parts[i]) != here) continue;  // said already
      all += (all.empty() ? "" : std::string{between}) + parts[i];
    }
    return all;
  }

  // A term as people of the language say it; anything else as it is written.
  std::string term_in_words(const std::string& text) {
    const auto term = calendar::Term::parse(text);
    if (!term) return text;
    using calendar::Term;
    if (const auto* days = std::get_if<Term::Days>(&term->form())) {
      return say("term.days", {{"n", days->count}});
    }
    if (const auto* days = std::get_if<Term::WorkingDays>(&term->form())) {
      return say("term.working", {{"n", days->count}});
    }
    if (const auto* months = std::get_if<Term::Months>(&term->form())) {
      return say("term.months", {{"n", months->count}});
    }
    const auto& until = std::get<Term::Until>(term->form());
    return say("term.until", {{"day", std::to_string(until.day)},
                              {"month", fmt::format("m{}", until.month)}});
  }

  std::string value_in_words(const Json& value) {
    if (value.is_boolean()) return say(value.get<bool>() ? "setting.on" : "setting.off");
    if (value.is_string()) return "“" + term_in_words(value.get<std::string>()) + "”";
    if (value.is_object() && value.contains("steps")) return steps_in_words(value);
    if (!value.is_array()) return value.dump();
    std::vector<std::string> names;
    for (const Json& item : value) {
      if (names.size() == most_listed_choices) {
        names.emplace_back("…");
        break;
      }
      names.push_back(item.is_object() && item.contains("label")
                          ? item["label"].value(std::string{texts::to_text(language_)}, "")
                          : item.is_string() ? item.get<std::string>() : item.dump());
    }
    return say("setting.list", {{"count", value.size()}, {"names", joined(names, ", ")}});
  }

  // Stages in their order: "spring (service-area) → pause: answers (14 days) → …".
  std::string steps_in_words(const Json& stages) {
    std::string all;
    for (const Json& step : stages["steps"]) {
      std::string words;
      if (step.contains("pause")) {
        words = say("stages.pause", {{"pause", step["pause"].get<std::string>()}});
        if (step.contains("atMost")) {
          words += " (" + term_in_words(step["atMost"].get<std::string>()) + ")";
        }
      } else {
        std::vector<std::string> more;
        for (const auto& [key, value] : step.items()) {
          if (key == "name" || key == "atMost") continue;
          more.push_back(value.is_string() ? value.get<std::string>() : value.dump());
        }
        words = step.value("name", "") + (more.empty() ? "" : " (" + joined(more, ", ") + ")");
      }
      all += (all.empty() ? "" : " → ") + words;
    }
    const std::string by = stages.value("by", "");
    if (by.empty()) return all;
    return say("stages.by",
               {{"steps", all}, {"holder", word("system." + by, word("role." + by, by))}});
  }

  // Of those whom the service declares, in its own words.
  std::string turn_in_words(const std::string& turn) {
    const auto& declared = workflow_.turns;
    const bool own = std::find(declared.begin(), declared.end(), turn) != declared.end();
    return own ? word("ui.turn_" + turn, turn) : say("whose." + turn);
  }

  std::string headline(const workflow::StatusRule& rule) {
    const auto made = texts_.text(rule.text, "headline",
                                  {texts::Viewer::Role::applicant, language_, {}},
                                  sample_.arguments_of(rule.text));
    if (made) return *made;
    if (failed_.empty()) failed_ = made.error().what;
    return {};
  }

  const workflow::StateRule& rule_of(StateIndex state) const {
    return workflow_.states[chart::position(state)];
  }
  // The status that is shown in a state: its own, else that of a state around it.
  const workflow::StatusRule* shown_in(StateIndex state) const {
    for (std::optional<StateIndex> at = state; at; at = chart_.state(*at).parent) {
      if (rule_of(*at).status) return &*rule_of(*at).status;
    }
    return nullptr;
  }
  // Every state whose transitions count in this one.
  bool is_around(StateIndex outer, StateIndex inner) const {
    for (std::optional<StateIndex> at = inner; at; at = chart_.state(*at).parent) {
      if (*at == outer) return true;
    }
    return false;
  }

  // When an expression's date comes: the settings that it names, with their values.
  std::string moment_of(const cel::Program& program) {
    static constexpr std::string_view prefix = "parameters.";
    std::vector<std::string> settings;
    for (const cel::Mention& mention : program.mentions()) {
      if (!std::string_view{mention.name}.starts_with(prefix)) continue;
      const std::string name = mention.name.substr(prefix.size());
      const Json value = workflow_.parameters.value(name, Json());
      const std::string set = value.is_string() ? term_in_words(value.get<std::string>()) : "—";
      const std::string words = say("moment.setting", {{"value", set}, {"name", name}});
      if (std::find(settings.begin(), settings.end(), words) == settings.end()) {
        settings.push_back(words);
      }
    }
    if (!settings.empty()) return joined(settings, ", ");
    // A date that the file names elsewhere, and for which the texts may have words.
    for (const auto& [name, delay] : workflow_.delays) {
      if (delay.when.source() == program.source() && texts_.has_message("delay." + name)) {
        return word("delay." + name, name);
      }
    }
    return say("moment.expression",
               {{"expression", shortened(program.source(), most_condition_characters)}});
  }
  std::string moment_of_timer(const std::string& delay) {
    const auto named = workflow_.delays.find(delay);
    if (named == workflow_.delays.end()) {
      return say("moment.period", {{"period", term_in_words(delay)}});
    }
    const std::string own = word("delay." + delay, "");
    if (!own.empty()) return own;
    return say("moment.delay", {{"name", delay}, {"when", moment_of(named->second.when)}});
  }

  std::string cause_in_sentence(const Arrow& arrow) {
    struct {
      Explainer& explainer;
      const Arrow& arrow;

      std::string event_in_words(const std::string& name) const {
        std::string actions;
        for (const std::string& action : arrow.actions) {
          const std::string label = explainer.word("action." + action + ".label", action);
          actions += explainer.behind("source.act", {{"label", label}});
        }
        return explainer.say("source.event", {{"event", explainer.word("event." + name, name)},
                                             {"actions", actions}});
      }
      std::string of_system(const std::string& message) const {
        const std::string role = arrow.operation.substr(0, arrow.operation.find('.'));
        return explainer.say(message, {{"system", explainer.word("system." + role, role)}});
      }

      std::string operator()(const trigger::Event& event) const { return event_in_words(event.name); }
      std::string operator()(const trigger::AnyEvent& event) const { return event_in_words(event.pattern); }
      std::string operator()(const trigger::Raised& raised) const { return event_in_words(raised.event); }
      std::string operator()(const trigger::Clock& clock) const {
        return explainer.say("source.clock",
                             {{"clock", explainer.word("clock." + clock.name, clock.name)},
                              {"what", clock.what}});
      }
      std::string operator()(const trigger::Timer& timer) const {
        return explainer.say("source.timer", {{"when", explainer.moment_of_timer(timer.delay)}});
      }
      std::string operator()(const trigger::Answer&) const { return of_system("source.answer"); }
      std::string operator()(const trigger::Failure&) const { return of_system("source.failure"); }
      std::string operator()(const trigger::AtOnce&) const { return explainer.say("source.always"); }
      std::string operator()(const trigger::Done&) const { return explainer.say("source.done"); }
    } const words{*this, arrow};
    return std::visit(words, arrow.trigger);
  }

  std::string outcome(const Arrow& arrow) {
    if (!arrow.to) return say("outcome.stays");
    const StateIndex to = *arrow.to;
    const std::string& path = chart_.state(to).path;
    if (to == arrow.from) return say("outcome.again", {{"state", path}});
    const bool end = chart_.state(to).type == chart::StateType::final &&
                     chart_.state(to).parent == chart::root_state;
    const workflow::StatusRule* shown = shown_in(to);
    if (shown == nullptr) {
      return say(end ? "outcome.end_silent" : "outcome.silent", {{"state", path}});
    }
    return say(end ? "outcome.end" : "outcome.state",
               {{"headline", headline(*shown)}, {"state", path}});
  }

  std::string condition(const Arrow& arrow) {
    if (arrow.guard.empty()) return {};
    return behind("condition", {{"guard", shortened(arrow.guard, most_condition_characters)}});
  }

  // ---- Sections ----------------------------------------------------------------------------------

  void writing() {
    const bool set = !workflow_.municipality.name.empty();
    tell(say(!set ? "writing.unset" : workflow_.municipality.proactive ? "writing.on" : "writing.off"));
  }

  void settings() {
    const OrderedJson source = OrderedJson::parse(workflow_.canonical);
    const OrderedJson own = source.value("values", OrderedJson::object());
    if (!source.contains("parameters")) return;
    for (const auto& [name, declaration] : source["parameters"].items()) {
      const std::string means = word("setting." + name, declaration.value("about", std::string{}));
      const std::string about = means.empty() ? "" : behind("setting.about", {{"about", means}});
      if (!workflow_.parameters.contains(name)) {
        tell(say("setting.unset", {{"name", name}, {"about", about}}));
        continue;
      }
      const std::string value = value_in_words(workflow_.parameters[name]);
      tell(say(own.contains(name) ? "setting.own" : "setting.default",
               {{"name", name}, {"value", value}, {"about", about}}));
    }
  }

  void way() {
    for (std::size_t i = 1; i < chart_.state_count(); ++i) {
      const auto state = static_cast<StateIndex>(i);
      const auto& status = rule_of(state).status;
      if (status) {
        tell(status_in_sentence(*status, chart_.state(state).path));
      } else if (chart_.state(state).children.empty() && shown_in(state) == nullptr) {
        const bool end = chart_.state(state).type == chart::StateType::final;
        tell(say("way.silent", {{"state", chart_.state(state).path},
                                {"next", end ? say("way.end") : std::string{}}}));
      }
    }
  }

  std::string status_in_sentence(const workflow::StatusRule& status, const std::string& path) {
    std::vector<std::string> actions;
    for (const std::string& action : status.actions) {
      std::string name = "“" + word("action." + action + ".label", action) + "”";
      const auto rule = workflow_.person_actions.find(action);
      if (rule != workflow_.person_actions.end() && rule->second.when) {
        name += behind("condition", {{"guard", shortened(rule->second.when->source(),
                                                         most_condition_characters)}});
      }
      actions.push_back(std::move(name));
    }
    std::vector<std::string> seen;
    for (const std::string& role : status.visible_to) {
      seen.push_back(word("role." + role, say("who." + role)));
    }
    const std::string offered =
        actions.empty() ? "" : behind("way.actions", {{"actions", joined(actions, ", ")}});
    return say("way.state",
               {{"headline", headline(status)},
                {"state", path},
                {"turn", turn_in_words(status.turn)},
                {"by", status.by ? behind("way.by", {{"when", moment_of(*status.by)}}) : ""},
                {"actions", offered},
                {"sent", behind("way.sent_" + status.push)},
                {"seen", joined(seen, ", ")}});
  }

  void silence() {
    for (std::size_t i = 1; i < chart_.state_count(); ++i) {
      const auto state = static_cast<StateIndex>(i);
      const workflow::StatusRule* status = shown_in(state);
      const bool leaf = chart_.state(state).children.empty();
      if (status == nullptr || status->turn != "resident" || !leaf) continue;
      bool changes = false;
      for (const Arrow& arrow : arrows_) {
        const auto* timer = std::get_if<trigger::Timer>(&arrow.trigger);
        if (timer == nullptr || !is_around(arrow.from, state)) continue;
        changes = true;
        tell(say("silence.goes", {{"headline", headline(*status)},
                                  {"when", moment_of_timer(timer->delay)},
                                  {"then", outcome(arrow)},
                                  {"condition", condition(arrow)}}));
      }
      if (!changes) tell(say("silence.never", {{"headline", headline(*status)}}));
    }
  }

  void officials() {
    for (std::size_t i = 1; i < chart_.state_count(); ++i) {
      const auto state = static_cast<StateIndex>(i);
      if (!chart_.state(state).children.empty()) continue;
      if (chart_.state(state).type == chart::StateType::final) continue;
      const workflow::StatusRule* status = shown_in(state);
      const bool ours = status != nullptr && status->turn == "municipality";
      // Silence that no system and no life event ends: somebody must look.
      const bool held = status == nullptr && rule_of(state).invokes.empty() && i > 1 && is_held(state);
      if (!ours && !held) continue;
      std::vector<std::string> events;
      for (const Arrow& arrow : arrows_) {
        if (arrow.from == chart::root_state || !is_around(arrow.from, state) || !arrow.to) continue;
        events.push_back(cause_in_sentence(arrow));
      }
      const std::string by =
          ours && status->by ? say("officials.by", {{"when", moment_of(*status->by)}}) : "";
      tell(ours ? say("officials.state", {{"headline", headline(*status)},
                                          {"state", chart_.state(state).path},
                                          {"by", by},
                                          {"events", joined(events)}})
                : say("officials.held", {{"state", chart_.state(state).path},
                                         {"events", joined(events)}}));
    }
  }

  // Reached because a system failed or refused.
  bool is_held(StateIndex state) const {
    return std::any_of(arrows_.begin(), arrows_.end(), [&](const Arrow& arrow) {
      return arrow.to == state && std::holds_alternative<trigger::Failure>(arrow.trigger);
    });
  }

  void systems() {
    for (std::size_t i = 1; i < chart_.state_count(); ++i) {
      const auto state = static_cast<StateIndex>(i);
      for (const workflow::Invoke& invoke : rule_of(state).invokes) {
        const std::string operation = invoke.role + "." + invoke.operation;
        std::vector<std::string> done;
        std::vector<std::string> failed;
        for (const Arrow& arrow : arrows_) {
          if (arrow.from != state || arrow.operation != operation) continue;
          const bool answers = std::holds_alternative<trigger::Answer>(arrow.trigger);
          (answers ? done : failed).push_back(outcome(arrow) + condition(arrow));
        }
        const auto profile = workflow_.municipality.systems.find(invoke.role);
        const std::string purpose = word("purpose." + operation, "");
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(invoke.timeout).count();
        if (workflow_.municipality.does_by_hand(invoke.role)) {
          tell(say("systems.by-hand", {{"system", word("system." + invoke.role, invoke.role)},
                                       {"state", chart_.state(state).path},
                                       {"operation", operation},
                                       {"done", joined(done)},
                                       {"failed", joined(failed)}}));
          continue;
        }
        tell(say("systems.call",
                 {{"system", word("system." + invoke.role, invoke.role)},
                  {"profile", profile == workflow_.municipality.systems.end()
                                  ? ""
                                  : behind("systems.profile", {{"profile", profile->get<std::string>()}})},
                  {"state", chart_.state(state).path},
                  {"operation", operation},
                  {"purpose", purpose.empty() ? "" : say("systems.purpose", {{"purpose", purpose}})},
                  {"timeout", say("systems.seconds", {{"n", seconds}})},
                  {"done", joined(done)},
                  {"failed", joined(failed)}}));
      }
    }
  }

  std::string term_of(const workflow::Template& term) {
    if (term.is_constant()) {
      return term.literal().is_string() ? term_in_words(term.literal().get<std::string>()) : "—";
    }
    return moment_of(term.slots().front().program);
  }

  std::string events_in_words(const std::vector<std::string>& events) {
    std::vector<std::string> words;
    for (const std::string& event : events) words.push_back(word("event." + event, event));
    return joined(words, ", ");
  }

  void clocks() {
    for (const auto& [name, clock] : workflow_.clocks) {
      std::vector<std::string> starts;
      for (const workflow::ClockRule::Start& start : clock.starts) {
        starts.push_back(events_in_words({start.on}));
        if (start.not_before) {
          starts.back() +=
              behind("clocks.not_before", {{"moment_word", moment_of(*start.not_before)}});
        }
      }
      tell(say("clocks.clock", {{"name", name},
                                {"length", term_of(clock.length)},
                                {"starts", joined(starts)},
                                {"ends", events_in_words(clock.ends)}}));
      for (const workflow::ClockRule::Pause& pause : clock.pauses) {
        tell(say("clocks.pause",
                 {{"name", name}, {"state", pause.in}, {"basis", citation(pause.legal_basis)}}));
      }
      if (clock.pauses.empty()) tell(say("clocks.never", {{"name", name}}));
      std::vector<std::string> warnings;
      for (const workflow::Template& warning : clock.warnings) warnings.push_back(term_of(warning));
      if (!warnings.empty()) {
        tell(say("clocks.warning", {{"name", name}, {"before", joined(warnings, ", ")}}));
      }
    }
  }

  std::string citation(const std::string& id) const {
    if (!workflow_.legal_basis.contains(id)) return id;
    return workflow_.legal_basis[id]["text"].value(std::string{texts::to_text(language_)}, id);
  }

  void always() {
    for (const Arrow& arrow : arrows_) {
      if (arrow.from != chart::root_state) continue;
      tell(say(arrow.to ? "always.event" : "always.stays", {{"event", cause_in_sentence(arrow)},
                                                           {"condition", condition(arrow)},
                                                           {"then", outcome(arrow)}}));
    }
  }

  const workflow::Workflow& workflow_;
  const chart::Chart& chart_;
  const texts::Catalogue& texts_;
  texts::Language language_;
  Sample sample_;
  std::vector<Arrow> arrows_;
  Explanation explanation_;
  std::string failed_;
};

}  // namespace

Result<Explanation, std::string> explain(const workflow::Workflow& workflow, const texts::Catalogue& texts,
                                         texts::Language language) {
  return Explainer(workflow, texts, language).run();
}

std::string to_text(const Explanation& explanation) {
  std::string text = explanation.title + "\n";
  for (const Explanation::Section& section : explanation.sections) {
    text += "\n" + section.title + "\n";
    for (const std::string& sentence : section.sentences) text += "  - " + sentence + "\n";
  }
  return text;
}

Json to_json(const Explanation& explanation) {
  Json sections = Json::array();
  for (const Explanation::Section& section : explanation.sections) {
    sections.push_back(
        {{"id", section.id}, {"title", section.title}, {"sentences", section.sentences}});
  }
  return {{"title", explanation.title}, {"sections", sections}};
}

}  // namespace elukaar::authoring
