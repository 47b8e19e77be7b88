#pragma once

#include <optional>
#include <string>

#include "workflow/load/compile.hpp"
#include "workflow/load/draft.hpp"
#include "workflow/load/expressions.hpp"
#include "workflow/load/parameters.hpp"
#include "documents/reader.hpp"

namespace elukaar::workflow {

// What a clock raises in the case, as `clock.<name>.<what>`.
inline constexpr const char* clock_events[] = {"warned", "breached", "decision-overdue"};

// Turns a merged source into a Draft. Lives for one compilation. compile_declarations.cpp reads what
// stands beside the states, compile_names.cpp what has a name to be used elsewhere, compile_states.cpp
// the states.
class Compiler {
 public:
  Compiler(const documents::Node& source, const CompileOptions& options, Problems& problems)
      : source_(source), options_(options), reader_(problems), expressions_(reader_) {}

  // All of it. What is wrong is among the problems.
  void run();

  Draft& draft() { return draft_; }
  const Parameters& parameters() const { return parameters_; }
  const Json& context() const { return context_; }
  documents::Reader& reader() { return reader_; }

 private:
  // Alternatives of one trigger: how rules call it, "informed.on.application-submitted", the chart's
  // event that brings it, and the operation that answers, where it is an answer.
  struct Way {
    std::string rule;
    std::string descriptor;
    Trigger trigger;
    const Schemas::Operation* operation = nullptr;
  };

  // compile_declarations.cpp
  void read_types();
  void read_persons();
  void read_events();
  void read_event(const std::string& name, const SourcePosition& where, const documents::Node& node);
  void read_correlation(const documents::Node& node, EventRule& rule);
  void check_mass(const documents::Node& node, const EventRule& rule);
  std::vector<KeyRule> read_keys(const documents::Node& node, const cel::Environment& environment,
                                 std::string_view what);
  void read_unexpected(const documents::Node& node, const std::string& name, Unexpected& into);
  void read_starts(const documents::Node& node, EventRule& rule);
  void read_actions();
  void read_reasons(const documents::Node& action, ActionRule& rule);
  void read_forms();
  void read_form_draft(const documents::Node& node, Form& form);
  void read_form_field(const documents::Node& field, Form& form);
  void read_delays();

  // compile_names.cpp
  void read_groups();
  void read_conditions();
  void read_condition(const documents::Node::Entry& entry, const documents::Node& all,
                      std::vector<std::string>& way);
  void read_cards();
  void read_card(const documents::Node::Entry& entry, const documents::Node& all);
  void read_codes();
  std::vector<std::string> context_members() const;

  // compile_clocks.cpp
  void read_clocks();
  void read_clock(const std::string& name, const SourcePosition& where, const documents::Node& node);
  void read_clock_start(const documents::Node& node, ClockRule& rule);
  void read_clock_pause(const documents::Node& node, ClockRule& rule);
  void read_clock_extension(const documents::Node& node, ClockRule& rule);
  Template read_term(const documents::Node& node, const cel::Environment& environment, std::string_view what);
  std::string read_event_name(const documents::Node& node, std::string_view what);
  void refuse_free_choice(const std::optional<cel::Program>& program, const SourcePosition& where);

  // compile_declarations.cpp
  void read_parties();
  void read_legal_basis();
  void read_systems();

  // compile_states.cpp
  void collect_raised(const documents::Node& node);
  void read_root();
  chart::StateSource read_state(const std::string& key, const std::string& path, const documents::Node& node);
  chart::StateSource read_state_parts(chart::StateSource state, const std::string& path,
                                      const documents::Node& node);
  void read_substates(const documents::Node& node, const std::string& path, chart::StateSource& state);
  std::optional<trigger::Clock> clock_event(std::string_view descriptor) const;
  Trigger event_trigger(const documents::Node::Entry& entry, const std::string& path);
  void read_on(const documents::Node& node, const std::string& path, chart::StateSource& state);
  void read_after(const documents::Node& node, const std::string& path, chart::StateSource& state);
  void read_invokes(const documents::Node& node, const std::string& path, chart::StateSource& state);
  void read_invoke(const documents::Node& node, const std::string& path, chart::StateSource& state);
  void read_task(const documents::Node& node, const std::string& src, const Schemas::Operation* operation,
                 Invoke& invoke);
  void read_alternatives(const documents::Node& node, const Way& way,
                         std::vector<chart::TransitionSource>& into);
  chart::TransitionSource read_transition(const documents::Node& node, const Way& way, int number);
  std::optional<chart::TransitionSource> read_adverse(const documents::Node& node, const Trigger& trigger,
                                                      chart::TransitionSource& transition);
  int new_tag(std::string rule, const Trigger& trigger);
  // Whether `schemas.context` knows this field; says where it does not.
  bool declared_in_context(const documents::Node::Entry& entry);
  void read_context(const documents::Node& node, const cel::Environment& environment, std::vector<int>& into);
  void read_action_list(const documents::Node& node, const cel::Environment& environment,
                        std::vector<int>& into);
  std::optional<ActionBody> read_action(const documents::Node& node, const cel::Environment& environment,
                                        std::vector<int>& into);
  void read_meta(const documents::Node& node, const std::string& path, bool final);
  void read_status(const documents::Node& node, const std::string& path, bool final);
  std::string read_turn(const documents::Node& status, std::string_view of);

  cel::Environment fact_environment() const;   // context and parameters alone: what a page knows
  cel::Environment case_environment() const;   // the case's states and clocks, too; no event, no now
  cel::Environment moment_environment() const;  // … and now: entry and exit, whatever brought them
  cel::Environment event_environment(const Trigger& trigger,
                                     const Schemas::Operation* operation = nullptr) const;
  std::optional<cel::Type> event_type(const Trigger& trigger,
                                      const Schemas::Operation* operation = nullptr) const;
  // The data of a declared event; nothing for one whose schema is unknown.
  std::optional<cel::Type> data_type(const std::string& name) const;

  const documents::Node& source_;
  const CompileOptions& options_;
  documents::Reader reader_;
  Expressions expressions_;
  Draft draft_;
  Parameters parameters_;
  std::optional<cel::Type> context_type_;
  Json context_ = Json::object();
  std::map<std::string, cel::Program, std::less<>> conditions_;
  std::map<std::string, std::vector<std::string>, std::less<>> groups_;
  std::string reading_;  // path of the state that is being read
};

// What can be told only of the whole: whether names and texts that are mentioned exist …
void check_declarations(const Draft& draft, const CompileOptions& options, documents::Reader& reader);
// … and where a case can get, what it waits for and what it handles.
void check_states(const Draft& draft, const chart::Chart& chart, documents::Reader& reader);
// What nothing uses, as warnings; for a file without errors, which may well hide its use.
void check_unused(const Draft& draft, const chart::Chart& chart, documents::Reader& reader);

}  // namespace elukaar::workflow
