#include "authoring/html.hpp"

#include <array>

#include <fmt/format.h>

#include "authoring/diagram.hpp"
#include "documents/markup.hpp"
#include "authoring/picture.hpp"
#include "authoring/sample.hpp"

namespace elukaar::authoring {
namespace {

using chart::StateIndex;
using texts::Language;

constexpr std::string_view page_style = R"css(
:root{color-scheme:light;--ink:#1b2430;--soft:#4a5565;--line:#c6cedb;--paper:#fff;--wash:#f4f6f9;--link:#0b5cad}
*{box-sizing:border-box}
body{margin:0;overflow-x:hidden;font:16px/1.5 system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;color:var(--ink);background:var(--wash)}
header,main,footer{max-width:76rem;margin:0 auto;padding:1rem 1.25rem}
h1{font-size:1.7rem;line-height:1.25;margin:.4rem 0}h2{font-size:1.3rem;margin:2.2rem 0 .6rem}
h3{font-size:1.1rem;margin:0}h4{font-size:.95rem;margin:1rem 0 .35rem}
a{color:var(--link)}a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:1rem;background:#fff;padding:.5rem;z-index:1}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.5rem 0}
.facts dt{color:var(--soft)}.facts dd{margin:0;overflow-wrap:anywhere}
.picture{overflow:auto;width:calc(100vw - 3rem);margin-left:calc(50% - 50vw + 1.5rem);background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:.5rem}
.picture svg{display:block;margin:auto}
.key{display:flex;flex-wrap:wrap;gap:.4rem 1.2rem;padding:0;list-style:none;font-size:.9rem}
.key span{display:inline-block;width:1.4rem;height:.9rem;border:1px solid #7a8798;border-radius:3px;vertical-align:-1px;margin-right:.4rem}
article{background:var(--paper);border:1px solid var(--line);border-left:6px solid #9aa6b6;border-radius:8px;padding:1rem 1.1rem;margin:0 0 1rem;scroll-margin-top:1rem}
article.resident{border-left-color:#e08a00}article.municipality{border-left-color:#2f7ec2}
article.register{border-left-color:#8463b8}article.kindergarten{border-left-color:#2e9b57}
article.silent{border-left-style:dashed}
.reads{display:grid;grid-template-columns:repeat(auto-fit,minmax(16rem,1fr));gap:.8rem;margin-top:.6rem}
.reads section{background:var(--wash);border-radius:6px;padding:.6rem .8rem}
.reads h4{margin:0 0 .2rem;color:var(--soft);font-weight:600}
.reads p{margin:.35rem 0}.headline{font-weight:600;font-size:1.05rem}
.sms{font-size:.9rem;border-top:1px dashed var(--line);padding-top:.35rem}
.soft{color:var(--soft);font-size:.9rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem;background:var(--paper)}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600}code{font-size:.88em;overflow-wrap:anywhere}
details{margin-top:.5rem}summary{cursor:pointer}
@media print{body{background:#fff}article{break-inside:avoid}}
)css";

std::string_view name_of(Language language) {
  switch (language) {
    case Language::et: return "Eesti";
    case Language::en: return "English";
    case Language::ru: return "Русский";
  }
  return "";
}

std::string join(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : ", ") + word;
  return joined;
}

class Page {
 public:
  Page(const workflow::Workflow& workflow, const texts::Catalogue& texts)
      : workflow_(workflow),
        chart_(workflow.chart),
        texts_(texts),
        sample_(workflow, texts.facts()),
        arrows_(arrows_of(workflow)) {}

  Result<std::string, std::string> write() {
    head();
    diagram();
    out_ += "<h2 id=\"states\">States, one by one</h2>\n";
    for (std::size_t i = 1; i < chart_.state_count(); ++i) {
      if (auto made = state(static_cast<StateIndex>(i)); !made) return failure(made.error());
    }
    transitions();
    out_ += "</main>\n<footer><p class=\"soft\">Made by <code>elukaar workflow render --format html"
            "</code> from " + documents::escape_markup(title()) + ", digest <code>" +
            workflow_.digest.substr(0, 16) + "</code>.</p></footer>\n</body></html>\n";
    return std::move(out_);
  }

 private:
  std::string title() const {
    const std::string of = workflow_.municipality.name.empty()
                               ? std::string{}
                               : workflow_.municipality.name + " · ";
    return of + workflow_.title.value("en", workflow_.service) + " " + workflow_.release;
  }

  void head() {
    out_ = fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<title>{0}</title>\n<style>{1}</style></head>\n<body>\n"
        "<a class=\"skip\" href=\"#states\">To the states</a>\n<header><h1>{0}</h1>\n"
        "<p class=\"soft\"><span lang=\"et\">{2}</span> · <span lang=\"ru\">{3}</span></p>\n"
        "<p>What can happen to a case, and what a family reads meanwhile. Names, dates and numbers are "
        "examples; the rest is what stands in the files.</p>\n</header>\n<main>\n",
        documents::escape_markup(title()), page_style, documents::escape_markup(workflow_.title.value("et", "")),
        documents::escape_markup(workflow_.title.value("ru", "")));
  }

  void diagram() {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> key = {{
        {"#ffe3b8", "the family's turn"}, {"#cfe3f7", "the municipality's turn"},
        {"#e4dbf3", "a register's turn"}, {"#d3efdc", "the kindergarten's turn"},
        {"#e8ecf1", "nothing to do, or nothing shown (dashed)"}, {"#fbe3df", "in every state"}}};
    out_ += "<h2>The way of a case</h2>\n<ul class=\"key\">";
    for (const auto& [color, meaning] : key) {
      out_ += fmt::format("<li><span style=\"background:{}\"></span>{}</li>", color, meaning);
    }
    out_ += "</ul>\n<p class=\"soft\">Lines lead to what comes later in the file, dashed blue ones back. "
            "A thick border ends the case. The same as a table: "
            "<a href=\"#transitions\">all transitions</a>.</p>\n"
            "<div class=\"picture\" tabindex=\"0\" role=\"region\" aria-label=\"Diagram\">" +
            to_svg(workflow_, {true}) + "</div>\n";
  }

  Result<void, std::string> state(StateIndex index) {
    const workflow::StateRule& rule = workflow_.states[chart::position(index)];
    const std::string& path = chart_.state(index).path;
    const std::string look = rule.status ? rule.status->turn : "silent";
    out_ += fmt::format("<article id=\"state-{0}\" class=\"{1}\"><h3>{0}</h3>\n", documents::escape_markup(path),
                        look);
    if (!rule.status) {
      const bool final = chart_.state(index).type == chart::StateType::final;
      out_ += fmt::format("<p class=\"soft\">{}</p>\n",
                          final ? "The case ends; nothing is shown or sent."
                                : "Nothing of its own is shown to anybody.");
    } else if (auto shown = status(*rule.status, sample_.status_of(rule)); !shown) {
      return failure(shown.error());
    }
    leads_on(index);
    out_ += "</article>\n";
    return {};
  }

  Result<void, std::string> status(const workflow::StatusRule& rule, const Json& published) {
    out_ += "<dl class=\"facts\">\n";
    const auto fact = [&](std::string_view name, const std::string& value) {
      if (!value.empty()) out_ += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, value);
    };
    fact("Whose turn", documents::escape_markup(rule.turn));
    if (rule.by) {
      fact("By", fmt::format("{} <span class=\"soft\">(<code>{}</code>)</span>",
                             documents::escape_markup(published["by"].get<std::string>()),
                             documents::escape_markup(shortened(rule.by->source(), 160))));
    }
    fact("Sent", rule.push == "A"   ? "always (A)"
                 : rule.push == "N" ? "unless the family does not want it (N)"
                                    : "not sent, only shown");
    fact("Seen by", documents::escape_markup(join(rule.visible_to)));
    fact("Clock", documents::escape_markup(rule.clock));
    std::string actions;
    for (const std::string& action : rule.actions) {
      actions += fmt::format("{}<code>{}</code>", actions.empty() ? "" : ", ", documents::escape_markup(action));
      if (const auto label = texts_.message(Language::en, "action." + action + ".label")) {
        actions += " “" + documents::escape_markup(*label) + "”";
      }
      const auto known = workflow_.person_actions.find(action);
      if (known != workflow_.person_actions.end() && known->second.when) {
        actions += fmt::format(" (only if <code>{}</code>)",
                               documents::escape_markup(known->second.when->source()));
      }
    }
    fact("They may", actions);
    std::string basis;
    for (const std::string& id : rule.legal_basis) {
      if (!workflow_.legal_basis.contains(id)) continue;
      const Json& citation = workflow_.legal_basis[id];
      basis += (basis.empty() ? "" : "<br>") + documents::escape_markup(citation["text"].value("en", id));
    }
    fact("Legal basis", basis);
    out_ += "</dl>\n<div class=\"reads\">\n";
    for (const Language language : texts::all_languages) {
      const auto made = reading(rule, published, language);
      if (!made) return failure(made.error());
      out_ += *made;
    }
    out_ += "</div>\n";
    return {};
  }

  Result<std::string, std::string> fields(const workflow::StatusRule& rule, const Json& published,
                                          texts::Viewer viewer) const {
    viewer.allowed_actions = rule.actions;
    const auto read = texts_.render(published, viewer, sample_.today());
    if (!read) return failure(read.error().what);
    std::string html = fmt::format(
        "<p class=\"headline\">{}</p><p>{}</p><p>{}</p>", documents::escape_markup(read->headline),
        documents::escape_markup(read->body), documents::escape_markup(read->next));
    if (rule.push != "none") {
      const Json& args = published["args"];
      if (const auto sms = texts_.text(rule.text, "sms", viewer, args)) {
        html += fmt::format("<p class=\"sms\">✉ {}</p>", documents::escape_markup(*sms));
      }
    }
    return html;
  }

  Result<std::string, std::string> reading(const workflow::StatusRule& rule, const Json& published,
                                           Language language) const {
    using Role = texts::Viewer::Role;
    const auto first = fields(rule, published, {Role::applicant, language, {}});
    if (!first) return first;
    const auto other = fields(rule, published, {Role::other, language, {}});
    if (!other) return other;
    std::string html = fmt::format("<section lang=\"{}\"><h4>{}</h4>{}", texts::to_text(language),
                                   name_of(language), *first);
    if (*other != *first) {
      html += fmt::format("<details><summary lang=\"en\">The other guardian reads</summary>{}</details>",
                          *other);
    }
    return html + "</section>\n";
  }


  std::string link(StateIndex to) const {
    const std::string path = documents::escape_markup(chart_.state(to).path);
    return fmt::format("<a href=\"#state-{0}\">{0}</a>", path);
  }

  std::string by_whom(const Arrow& arrow) const {
    if (arrow.actions.empty()) return {};
    return fmt::format(" <span class=\"soft\">(action {})</span>", documents::escape_markup(join(arrow.actions)));
  }

  void leads_on(StateIndex index) {
    std::string rows;
    for (const Arrow& arrow : arrows_) {
      if (arrow.from != index) continue;
      rows += fmt::format("<li><code>{}</code>{}{}{}</li>\n", documents::escape_markup(cause_in_words(arrow)),
                          by_whom(arrow), arrow.to ? " → " + link(*arrow.to) : ": stays",
                          arrow.guard.empty() ? ""
                                              : fmt::format(" <span class=\"soft\">if <code>{}</code></span>",
                                                            documents::escape_markup(arrow.guard)));
    }
    if (!rows.empty()) out_ += "<h4>What leads on</h4>\n<ul>" + rows + "</ul>\n";
  }

  void transitions() {
    out_ += "<h2 id=\"transitions\">All transitions</h2>\n<div class=\"scroll\" tabindex=\"0\" "
            "role=\"region\" aria-label=\"All transitions\"><table><thead><tr><th "
            "scope=\"col\">From</th><th scope=\"col\">When</th><th scope=\"col\">If</th><th "
            "scope=\"col\">To</th></tr></thead><tbody>\n";
    for (const Arrow& arrow : arrows_) {
      const bool everywhere = arrow.from == chart::root_state;
      out_ += fmt::format("<tr><td>{}</td><td><code>{}</code>{}</td><td>{}</td><td>{}</td></tr>\n",
                          everywhere ? "every state" : link(arrow.from),
                          documents::escape_markup(cause_in_words(arrow)), by_whom(arrow),
                          arrow.guard.empty() ? "" : "<code>" + documents::escape_markup(arrow.guard) + "</code>",
                          arrow.to ? link(*arrow.to) : "stays");
    }
    out_ += "</tbody></table></div>\n";
  }

  const workflow::Workflow& workflow_;
  const chart::Chart& chart_;
  const texts::Catalogue& texts_;
  Sample sample_;
  std::vector<Arrow> arrows_;
  std::string out_;
};

}  // namespace

Result<std::string, std::string> to_html(const workflow::Workflow& workflow, const texts::Catalogue& texts) {
  return Page(workflow, texts).write();
}

}  // namespace elukaar::authoring
