#include <sstream>

#include <gmock/gmock.h>

#include "base/json.hpp"
#include "app/commands/author_commands.hpp"
#include "app/commands/workflow_commands.hpp"
#include "unit/workflow/temporary_folder.hpp"
#include "authoring/explain_words.hpp"
#include "authoring/picture.hpp"

namespace elukaar::app {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::replaced;
using testing::HasSubstr;
using testing::Not;

class Author : public testing::Test {
 protected:
  Author() { folder_.fill(); }

  template <class Command, class Options>
  std::string run(Command command, Options options, int expected = 0) {
    out_.str("");
    err_.str("");
    options.content_dir = folder_.path();
    EXPECT_EQ(command(options, out_, err_), expected) << out_.str() << err_.str();
    return out_.str();
  }
  std::string render(const std::string& format, int expected = 0) {
    RenderOptions options;
    options.path = north_;
    options.format = format;
    return run(render_workflow, options, expected);
  }
  void edit(const fs::path& file, const std::string& from, const std::string& to) {
    const std::string text = replaced(read_file(file), from, to);
    std::ofstream(file) << text;
  }

  test::TemporaryFolder folder_{"author"};
  fs::path base_ = folder_.path() / "workflows/place/1/workflow.yaml";
  fs::path north_ = folder_.path() / "workflows/municipalities/north/place.yaml";
  std::ostringstream out_, err_;
};

// ---- render --------------------------------------------------------------------------------------

TEST_F(Author, draws_states_and_ways_for_mermaid) {
  const std::string drawn = render("mermaid");
  EXPECT_THAT(drawn, testing::StartsWith("stateDiagram-v2\n  [*] --> s_new\n"));
  EXPECT_THAT(drawn, HasSubstr("  s_new --> s_asking : applied\n"));
  EXPECT_THAT(drawn, HasSubstr("s_asking --> s_offered : register.ask answers #91;event.output.free#93;\n"));
  EXPECT_THAT(drawn, HasSubstr("s_asking --> s_closed : register.ask fails\n"));
  EXPECT_THAT(drawn, HasSubstr("s_offered --> s_closed : after reply #91;parameters.silence #61;#61; "
                               "'declined'#93;\n"));
  EXPECT_THAT(drawn, HasSubstr("  s_closed --> [*]\n"));
  EXPECT_THAT(drawn, HasSubstr("in every state:\n      annulled → closed\n"));
}

TEST_F(Author, draws_a_legal_clock_as_what_it_is) {
  edit(base_, "\ninitial: new\non:\n",
       "\nclocks: { offer: { length: 2 months, starts: { on: applied }, ends: [answered] } }\n"
       "initial: new\non:\n  clock.offer.breached: { context: { cause: silence } }\n");
  EXPECT_THAT(render("mermaid"), HasSubstr("in every state:\n      offer breached\n"));
  ExplainOptions options;
  options.path = north_;
  EXPECT_THAT(run(explain_workflow, options), HasSubstr("offer: it is over: what is known of the case changes"));
}

TEST_F(Author, draws_nested_and_parallel_states) {
  edit(base_, "  offered:\n    meta:",
       "  offered:\n    type: parallel\n    states:\n"
       "      reply: { initial: open, states: { open: { on: { answered: { target: done } } }, done: { type: final } } }\n"
       "      talk: { initial: open, states: { open: { after: { P1D: { target: done } } }, done: { type: final } } }\n"
       "    meta:");
  const std::string mermaid = render("mermaid");
  EXPECT_THAT(mermaid, HasSubstr("  state s_offered {\n"));
  EXPECT_THAT(mermaid, HasSubstr("    --\n"));
  EXPECT_THAT(mermaid, HasSubstr("      [*] --> s_offered_reply_open\n"));
  const std::string dot = render("dot");
  EXPECT_THAT(dot, HasSubstr("subgraph \"cluster_offered\""));
  EXPECT_THAT(dot, HasSubstr("style=\"rounded,dashed\""));
  EXPECT_THAT(dot, HasSubstr("\"offered.reply.open\" -> \"closed\" [label=\"after reply [parameters"
                             ".silence == 'declined']\", ltail=\"cluster_offered\"]"));
  EXPECT_THAT(render("svg"), HasSubstr(">reply</text>"));
}

TEST_F(Author, lays_a_diagram_out_without_another_program) {
  const std::string svg = render("svg");
  EXPECT_THAT(svg, testing::StartsWith("<svg xmlns="));
  for (const char* state : {"new", "asking", "offered", "closed", "In every state"}) {
    EXPECT_THAT(svg, HasSubstr(std::string{">"} + state + "</text>"));
  }
  EXPECT_THAT(svg, HasSubstr("if event.output.free"));
  // new → asking → offered → closed, and asking → closed past `offered` as one line for its two ways.
  std::size_t arrows = 0;
  for (std::size_t at = 0; (at = svg.find("marker-end", at)) != std::string::npos; ++at) ++arrows;
  EXPECT_EQ(arrows, 4U);
  EXPECT_EQ(svg, render("svg"));
}

TEST_F(Author, shows_what_residents_read_on_a_page_without_a_network) {
  const std::string page = render("html");
  EXPECT_THAT(page, HasSubstr("<section lang=\"et\">"));
  EXPECT_THAT(page, HasSubstr("<section lang=\"ru\">"));
  // The municipality's own short form, with the example's date: a fortnight from 4 May 2026.
  EXPECT_THAT(page, HasSubstr("There is a place. Answer by 18 May 2026."));
  EXPECT_THAT(page, HasSubstr("id=\"state-offered\" class=\"resident\""));
  EXPECT_THAT(page, HasSubstr("Right to a place"));
  EXPECT_THAT(page, HasSubstr("<th scope=\"col\">From</th>"));
  EXPECT_THAT(page, Not(HasSubstr("http://" "localhost")));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<link")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
}

TEST_F(Author, escapes_what_stands_in_files) {
  edit(base_, "guard: \"{{ event.output.free }}\"",
       "guard: \"{{ event.output.free && '<script>' != \\\"</title>\\\" }}\"");
  for (const char* format : {"html", "svg"}) {
    const std::string drawn = render(format);
    EXPECT_THAT(drawn, Not(HasSubstr("<script")));
    EXPECT_THAT(drawn, HasSubstr("&lt;script&gt;"));
  }
}

TEST_F(Author, looks_at_a_base_by_itself) {
  RenderOptions options;
  options.path = base_;
  EXPECT_THAT(run(render_workflow, options), HasSubstr("id=\"state-offered\""));
}

TEST_F(Author, looks_at_every_base_of_the_project_by_itself) {
  for (const char* base : {"kindergarten-place/2026.1", "residence-change/2026.1"}) {
    RenderOptions options;
    options.content_dir = ELUKAAR_SOURCE_DIR;
    options.path = options.content_dir / "workflows" / base / "workflow.yaml";
    out_.str("");
    EXPECT_EQ(render_workflow(options, out_, err_), 0) << err_.str();
    EXPECT_THAT(out_.str(), HasSubstr("<h2 id=\"states\">")) << base;
  }
}

TEST_F(Author, tells_what_is_wrong_with_the_file_and_with_the_command) {
  EXPECT_EQ(render("png", 2), "");
  EXPECT_EQ(err_.str(), "--format: expected one of mermaid, dot, svg, html, found png\n");
  edit(base_, "target: offered", "target: ofered");
  EXPECT_EQ(render("svg", 1), "");
  EXPECT_THAT(err_.str(), HasSubstr("[unknown-target]"));
  RenderOptions options;
  options.path = folder_.path() / "workflows";
  run(render_workflow, options, 2);
  EXPECT_THAT(err_.str(), HasSubstr("found a folder"));
}

// ---- explain -------------------------------------------------------------------------------------

TEST_F(Author, explains_what_a_file_makes_happen) {
  ExplainOptions options;
  options.path = north_;
  const std::string told = run(explain_workflow, options);
  EXPECT_THAT(told, testing::StartsWith("North: Place, release 1\n"));
  EXPECT_THAT(told, HasSubstr("Yes. We write to families before they ask"));
  EXPECT_THAT(told, HasSubstr("`answer` is “14 days”. Nobody has changed it"));
  EXPECT_THAT(told, HasSubstr("`silence` is “declined” (What silence means). The municipality has set it."));
  EXPECT_THAT(told, HasSubstr("It is the family's turn. The page names the day until which: 14 days (`answer`)."));
  EXPECT_THAT(told, HasSubstr("if nobody has answered at `reply` (14 days (`answer`)), the case ends as"));
  EXPECT_THAT(told, HasSubstr("(only if `parameters.silence == 'declined'`)"));
  EXPECT_THAT(told, HasSubstr("(here: sample) is asked in `asking` for `register.ask`"));
  EXPECT_THAT(told, HasSubstr("30 seconds a try"));
}

TEST_F(Author, explains_anew_what_an_edit_changed) {
  ExplainOptions options;
  options.path = north_;
  edit(north_, "silence: declined", "silence: waits\nterms: { answer: 10 working days }");
  edit(north_, "proactive: on", "proactive: off");
  options.language = "et";
  const std::string told = run(explain_workflow, options);
  EXPECT_THAT(told, HasSubstr("`answer` on “10 tööpäeva”"));
  EXPECT_THAT(told, HasSubstr("Ei. Pere kuuleb meist alles siis"));
  options.language = "ru";
  EXPECT_THAT(run(explain_workflow, options), HasSubstr("10 рабочих дней"));
}

TEST_F(Author, explains_legal_clocks) {
  edit(base_, "\ninitial: new\n",
       "\nclocks:\n  offer:\n    length: 2 months\n    starts: { on: applied }\n    ends: [answered]\n"
       "    pauses: [ { in: offered, ground: waiting, legalBasis: place-right } ]\n"
       "    warnings: [ { before: 14 days } ]\ninitial: new\n");
  ExplainOptions options;
  options.path = north_;
  const std::string told = run(explain_workflow, options);
  EXPECT_THAT(told, HasSubstr("Legal time limits\n  - `offer`: 2 months, from applied. It ends with: answered.\n"));
  EXPECT_THAT(told, HasSubstr("`offer` stands still while the case is in `offered` (Right to a place)."));
  EXPECT_THAT(told, HasSubstr("`offer` warns 14 days before its end."));
}

TEST_F(Author, explains_rounds_in_their_order) {
  edit(base_, "  groups: { type: choices, required: true }\n",
       "  groups: { type: choices, required: true }\n  rounds: { type: stages, by: { official: decides }, "
       "with: [preferences], default: [] }\n");
  edit(north_, "silence: declined\n",
       "silence: declined\nrounds:\n  by: official\n  steps: [ { name: first, preferences: area }, "
       "{ pause: answers, atMost: 14 days }, { name: second, preferences: all } ]\n");
  ExplainOptions options;
  options.path = north_;
  EXPECT_THAT(run(explain_workflow, options),
              HasSubstr("`rounds` is first (area) → pause for answers (14 days) → second (all), run by: official."));
}

TEST_F(Author, explains_to_programs) {
  ExplainOptions options;
  options.path = north_;
  options.format = "json";
  const Json told = Json::parse(run(explain_workflow, options));
  EXPECT_EQ(told["title"], "North: Place, release 1");
  std::vector<std::string> sections;
  for (const Json& section : told["sections"]) sections.push_back(section["id"]);
  EXPECT_EQ(sections, (std::vector<std::string>{"writing", "settings", "way", "silence", "systems",
                                                "always"}));
}

TEST(Explain, has_its_words_in_three_languages) {
  EXPECT_GT(authoring::explain_words().facts().messages.size(), 60U);
}

// ---- preview -------------------------------------------------------------------------------------

TEST_F(Author, shows_a_text_as_each_reads_it_with_its_length) {
  PreviewOptions options;
  options.path = north_;
  options.text = "offered";
  options.language = "en";
  const std::string shown = run(preview_texts, options);
  EXPECT_THAT(shown, HasSubstr("  sms      There is a place. Answer by 18 May 2026.\n"
                               "           [40 of 160, GSM-7, 1 message]\n"));
}

TEST_F(Author, tells_what_is_too_long) {
  const std::string headline(61, 'h');
  edit(north_, "en: { offered: { sms:", "en: { offered: { headline: \"" + headline + "\", sms:");
  PreviewOptions options;
  options.path = north_;
  EXPECT_THAT(run(preview_texts, options, 1), HasSubstr("[61 of 60 characters; TOO LONG: 1 too many]"));
  options.format = "json";
  bool found = false;
  for (const Json& one : Json::parse(run(preview_texts, options, 1))) {
    found = found || one["tooLong"] == "1 too many";
  }
  EXPECT_TRUE(found);
  options.text = "ofered";
  run(preview_texts, options, 2);
  EXPECT_THAT(err_.str(), HasSubstr("there is no text `ofered`; did you mean `offered`?"));
}

// ---- new -----------------------------------------------------------------------------------------

TEST_F(Author, begins_a_municipality_that_passes_lint) {
  const std::string said =
      run(new_workflow, NewOptions{"south", {}, "0002", "north", "Lõuna vald"});
  EXPECT_THAT(said, HasSubstr("1 file, 0 errors, 0 warnings\n"));
  EXPECT_THAT(said, HasSubstr("Edit next"));
  const std::string made = read_file(folder_.path() / "workflows/municipalities/south/place.yaml");
  EXPECT_THAT(made, HasSubstr("  name: Lõuna vald\n  ehak: \"0002\"\n"));
  EXPECT_THAT(made, HasSubstr("extends: place@1\n"));
  EXPECT_THAT(made, HasSubstr("proactive: on\nsilence: declined\n"));
  EXPECT_THAT(made, Not(HasSubstr("North")));

  run(new_workflow, NewOptions{"south", {}, "0003", "north", ""}, 2);
  EXPECT_THAT(err_.str(), HasSubstr("exists already"));
}

TEST_F(Author, begins_a_service_that_passes_lint_and_can_be_drawn) {
  const std::string said = run(new_workflow, NewOptions{"dog-registration", {}, "", "", ""});
  EXPECT_THAT(said, HasSubstr("4 files, 0 errors, 0 warnings\n"));
  RenderOptions options;
  options.path = folder_.path() / "workflows/dog-registration/1/workflow.yaml";
  EXPECT_THAT(run(render_workflow, options), HasSubstr("Dog registration 1"));
  PreviewOptions preview;
  preview.path = options.path;
  run(preview_texts, preview);
}

TEST_F(Author, refuses_to_begin_what_makes_no_sense) {
  const std::vector<std::pair<NewOptions, std::string>> bad = {
      {{"../evil", {}, "0002", "north", ""}, "small letters, digits and dashes"},
      {{"South", {}, "0002", "north", ""}, "small letters, digits and dashes"},
      {{"south", {}, "2", "north", ""}, "expected four digits such as 0890, found `2`"},
      {{"south", {}, "0001", "north", ""}, "0001 is north's already"},
      {{"south", {}, "0002", "", ""}, "needs both"},
      {{"south", {}, "0002", "east", ""}, "found `east`"},
      {{"place", {}, "", "", ""}, "exists already"}};
  for (const auto& [options, expected] : bad) {
    run(new_workflow, options, 2);
    EXPECT_THAT(err_.str(), HasSubstr(expected));
  }
}

// ---- cel -----------------------------------------------------------------------------------------

class CelCommand : public testing::Test {
 protected:
  int cel(const std::string& expression) {
    out_.str("");
    err_.str("");
    return evaluate_cel({expression, data_}, out_, err_);
  }
  test::TemporaryFolder folder_{"cel"};
  fs::path data_ = folder_.write("case.json", R"({"context": {"bornOn": "2025-01-10", "queue": {"position": 4}},
    "parameters": {"answer": "14 days"}, "now": "2026-05-04T06:00:00Z", "enteredAt": "2026-05-04T06:00:00Z",
    "states": ["offered"]})");
  std::ostringstream out_, err_;
};

TEST_F(CelCommand, prints_the_value_as_json) {
  EXPECT_EQ(cel("context.queue.position - 1"), 0);
  EXPECT_EQ(out_.str(), "3\n");
  EXPECT_EQ(cel("{{ addPeriod(context.bornOn, 'P18M') }}"), 0);
  EXPECT_EQ(out_.str(), "\"2026-07-10\"\n");
  EXPECT_EQ(cel("deadline(parameters.answer)"), 0);
  EXPECT_EQ(out_.str(), "\"2026-05-18\"\n");
  EXPECT_EQ(cel("state('offered') && !state('queued')"), 0);
  EXPECT_EQ(out_.str(), "true\n");
}

TEST_F(CelCommand, puts_a_caret_where_it_is_wrong) {
  EXPECT_EQ(cel("context.queue.posision > 3"), 1);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean `position`? [unknown-field]\n"
                                    "  context.queue.posision > 3\n"));
  const std::string caret = err_.str().substr(err_.str().rfind("\n  ", err_.str().size() - 2) + 1);
  EXPECT_EQ(caret.find('^') - 2, std::string{"context.queue."}.size()) << err_.str();
  EXPECT_EQ(cel("1 / (context.queue.position - 4)"), 1);
  EXPECT_THAT(err_.str(), HasSubstr("^"));
  EXPECT_EQ(cel("true and false"), 1);
  EXPECT_THAT(err_.str(), HasSubstr("&&"));
}

TEST_F(CelCommand, refuses_data_that_are_none) {
  EXPECT_EQ(cel("  "), 2);
  data_ = folder_.write("list.json", "[1]");
  EXPECT_EQ(cel("1"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("expected a JSON object"));
  data_ = folder_.path() / "none.json";
  EXPECT_EQ(cel("1"), 2);
}

}  // namespace
}  // namespace elukaar::app
