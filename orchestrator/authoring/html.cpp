#include "authoring/html.hpp"

#include "authoring/content.hpp"
#include "authoring/diagram.hpp"
#include "authoring/page_parts.hpp"
#include "authoring/picture.hpp"
#include "authoring/sample.hpp"

namespace elukaar::authoring {
namespace {

using chart::StateIndex;
using texts::Language;

constexpr std::size_t most_expression_characters = 160;
constexpr std::size_t shown_digest_characters = 16;

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string all;
  for (const std::string& part : parts) all.append(all.empty() ? "" : between).append(part);
  return all;
}

// Says which part of page.html stands where; the words and the markup stand there.
class Page {
 public:
  Page(const workflow::Workflow& workflow, const texts::Catalogue& texts)
      : workflow_(workflow),
        chart_(workflow.chart),
        texts_(texts),
        sample_(workflow, texts.facts()),
        arrows_(arrows_of(workflow)),
        parts_(text_of(content, "content/page.html")) {}

  Result<std::string, std::string> write() const {
    std::vector<std::string> states;
    for (std::size_t i = 1; i < chart_.state_count(); ++i) {
      auto made = state(static_cast<StateIndex>(i));
      if (!made) return made;
      states.push_back(std::move(*made));
    }
    std::vector<std::string> transitions;
    for (const Arrow& arrow : arrows_) transitions.push_back(transition(arrow));
    std::vector<std::string> parties;  // whom the service itself names
    for (const std::string& turn : workflow_.turns) {
      parties.push_back(parts_.fill("party", {{"turn", turn}}));
    }
    return parts_.fill("page", {{"title", title()},
                                {"parties", joined(parties, "\n")},
                                {"title_et", workflow_.title.value("et", "")},
                                {"title_ru", workflow_.title.value("ru", "")},
                                {"style", text_of(content, "content/page.css")},
                                {"diagram", to_svg(workflow_, {true})},
                                {"states", joined(states, "\n")},
                                {"transitions", joined(transitions, "\n")},
                                {"digest", workflow_.digest.substr(0, shown_digest_characters)}}) +
           "\n";
  }

 private:
  std::string title() const {
    const std::string of = workflow_.municipality.name.empty()
                               ? std::string{}
                               : workflow_.municipality.name + " · ";
    return of + workflow_.title.value("en", workflow_.service) + " " + workflow_.release;
  }

  Result<std::string, std::string> state(StateIndex index) const {
    const workflow::StateRule& rule = workflow_.states[chart::position(index)];
    const bool final = chart_.state(index).type == chart::StateType::final;
    std::string shown = rule.status ? "" : parts_.fill(final ? "end" : "silent");
    if (rule.status) {
      auto made = status(*rule.status, sample_.status_of(rule));
      if (!made) return made;
      shown = std::move(*made);
    }
    return parts_.fill("state", {{"path", chart_.state(index).path},
                                 {"look", rule.status ? look_of_turn(workflow_, rule.status->turn) : "silent"},
                                 {"shown", shown},
                                 {"ways", ways(index)}});
  }

  Result<std::string, std::string> status(const workflow::StatusRule& rule,
                                          const Json& published) const {
    std::string readings;
    for (const Language language : texts::all_languages) {
      const auto made = reading(rule, published, language);
      if (!made) return made;
      readings += (readings.empty() ? "" : "\n") + *made;
    }
    return parts_.fill("status", {{"facts", joined(facts(rule, published), "\n")},
                                  {"readings", readings}});
  }

  std::vector<std::string> facts(const workflow::StatusRule& rule, const Json& published) const {
    std::vector<std::string> facts = {parts_.fill("turn", {{"turn", rule.turn}})};
    if (rule.by) {
      facts.push_back(parts_.fill(
          "by", {{"by", published["by"].get<std::string>()},
                 {"expression", shortened(rule.by->source(), most_expression_characters)}}));
    }
    facts.push_back(parts_.fill("sent-" + rule.push));
    if (!rule.visible_to.empty()) {
      facts.push_back(parts_.fill("seen", {{"roles", joined(rule.visible_to, ", ")}}));
    }
    if (!rule.clock.empty()) facts.push_back(parts_.fill("clock", {{"clock", rule.clock}}));
    std::vector<std::string> actions;
    for (const std::string& action : rule.actions) actions.push_back(offered(action));
    if (!actions.empty()) {
      facts.push_back(parts_.fill("actions", {{"actions", joined(actions, ", ")}}));
    }
    std::vector<std::string> citations;
    for (const std::string& id : rule.legal_basis) {
      if (!workflow_.legal_basis.contains(id)) continue;
      const std::string text = workflow_.legal_basis[id]["text"].value("en", id);
      citations.push_back(parts_.fill("citation", {{"citation", text}}));
    }
    if (!citations.empty()) {
      const std::string between = parts_.fill("between-citations");
      facts.push_back(parts_.fill("basis", {{"citations", joined(citations, between)}}));
    }
    return facts;
  }

  std::string offered(const std::string& action) const {
    std::string label;
    if (const auto said = texts_.message(Language::en, "action." + action + ".label")) {
      label = parts_.fill("action-label", {{"label", *said}});
    }
    std::string condition;
    const auto known = workflow_.person_actions.find(action);
    if (known != workflow_.person_actions.end() && known->second.when) {
      condition = parts_.fill("action-condition", {{"condition", known->second.when->source()}});
    }
    return parts_.fill("action", {{"name", action}, {"label", label}, {"condition", condition}});
  }

  // What one person reads.
  Result<std::string, std::string> text(const workflow::StatusRule& rule, const Json& published,
                                        texts::Viewer viewer) const {
    viewer.allowed_actions = rule.actions;
    const auto read = texts_.render(published, viewer, sample_.today());
    if (!read) return failure(read.error().what);
    std::string html = parts_.fill(
        "text", {{"headline", read->headline}, {"body", read->body}, {"next", read->next}});
    if (rule.push != "none") {
      if (const auto sms = texts_.text(rule.text, "sms", viewer, published["args"])) {
        html += parts_.fill("sms", {{"sms", *sms}});
      }
    }
    return html;
  }

  Result<std::string, std::string> reading(const workflow::StatusRule& rule, const Json& published,
                                           Language language) const {
    using Role = texts::Viewer::Role;
    auto read = text(rule, published, {Role::applicant, language, {}});
    if (!read) return read;
    const auto other = text(rule, published, {Role::other, language, {}});
    if (!other) return other;
    if (*other != *read) *read += parts_.fill("other-guardian", {{"read", *other}});
    return parts_.fill("reading-" + std::string{texts::to_text(language)}, {{"read", *read}});
  }

  std::string link(StateIndex to) const {
    return parts_.fill("link", {{"path", chart_.state(to).path}});
  }

  std::string by_whom(const Arrow& arrow) const {
    if (arrow.actions.empty()) return {};
    return parts_.fill("by-action", {{"actions", joined(arrow.actions, ", ")}});
  }

  std::string condition(std::string_view part, const Arrow& arrow) const {
    return arrow.guard.empty() ? "" : parts_.fill(part, {{"condition", arrow.guard}});
  }

  // What leads on from a state.
  std::string ways(StateIndex index) const {
    std::vector<std::string> ways;
    for (const Arrow& arrow : arrows_) {
      if (arrow.from != index) continue;
      ways.push_back(parts_.fill(arrow.to ? "way" : "way-stays",
                                 {{"cause", cause_in_words(arrow)},
                                  {"by", by_whom(arrow)},
                                  {"to", arrow.to ? link(*arrow.to) : ""},
                                  {"condition", condition("way-condition", arrow)}}));
    }
    return ways.empty() ? "" : parts_.fill("ways", {{"ways", joined(ways, "\n")}});
  }

  std::string transition(const Arrow& arrow) const {
    const bool everywhere = arrow.from == chart::root_state;
    return parts_.fill("transition",
                       {{"from", everywhere ? parts_.fill("from-everywhere") : link(arrow.from)},
                        {"cause", cause_in_words(arrow)},
                        {"by", by_whom(arrow)},
                        {"condition", condition("transition-condition", arrow)},
                        {"to", arrow.to ? link(*arrow.to) : parts_.fill("to-same")}});
  }

  const workflow::Workflow& workflow_;
  const chart::Chart& chart_;
  const texts::Catalogue& texts_;
  Sample sample_;
  std::vector<Arrow> arrows_;
  PageParts parts_;
};

}  // namespace

Result<std::string, std::string> to_html(const workflow::Workflow& workflow,
                                         const texts::Catalogue& texts) {
  return Page(workflow, texts).write();
}

}  // namespace elukaar::authoring
