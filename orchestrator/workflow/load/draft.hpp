#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "workflow/model/workflow.hpp"

namespace elukaar::workflow {

// A name that the file uses somewhere, for checks once all is known.
struct Mentioned {
  std::string name;
  SourcePosition where;
};

struct StatusArgument {
  cel::Type type;
  SourcePosition where;
  std::optional<std::string> constant;  // a text that is always the same: a code
};

// What the compiler knows of a state beyond what the engine needs: places and types, for checks.
struct StateDraft {
  StateRule rule;
  SourcePosition where;
  SourcePosition status_where;
  std::map<std::string, StatusArgument> arguments;  // of the status
  std::vector<Mentioned> actions;                   // that the status offers
  std::vector<Mentioned> legal_basis;
  std::vector<Mentioned> visible_to;
  // "on", "after", "always", "invoke": what could take the case out of the state by itself.
  bool has_timer_or_call = false;
  bool has_unguarded_always = false;
};

// A text that `notify` sends.
struct Notified {
  std::string text;
  SourcePosition where;
  std::map<std::string, StatusArgument> arguments;
};

// A workflow on its way from the file to `Workflow`: all that a check may want to see.
struct Draft {
  chart::StateSource root;
  std::map<std::string, StateDraft> states;  // by path; "" is the root
  std::vector<cel::Program> guards;
  std::vector<ActionBody> actions;
  std::vector<std::string> rules;
  std::vector<Trigger> triggers;

  std::map<int, AdverseStep> adverse;
  std::map<int, std::string> awaiting_confirmation;
  // Transitions that time takes, a timer or a legal clock, and of which the file says no more.
  struct StepByTime {
    int tag = -1;
    SourcePosition where;
  };
  std::vector<StepByTime> by_time;
  std::map<std::string, SourcePosition> confirmed_steps;  // codes that an official confirms

  std::map<std::string, EventRule> events;
  std::map<std::string, SourcePosition> event_places;
  std::set<std::string> with_unexpected;  // events that say whenUnexpected
  std::set<std::string> raised;           // events that actions raise
  std::map<std::string, ActionRule> person_actions;
  std::map<std::string, SourcePosition> action_places;
  std::map<std::string, Form> forms;
  std::map<std::string, SourcePosition> form_places;
  std::map<std::string, Card> cards;
  std::map<std::string, SourcePosition> card_places;
  std::map<std::string, CodeWords> codes;
  std::map<std::string, SourcePosition> code_places;
  std::set<std::string> coded;  // names of fields that may hold a code: of the context, of calls' inputs
  std::map<std::string, SourcePosition> condition_places;
  std::set<std::string> used_conditions;
  std::map<std::string, std::vector<Mentioned>> groups;  // → paths of states
  std::map<std::string, SourcePosition> group_places;
  std::set<std::string> used_groups;
  std::map<std::string, Delay> delays;
  std::map<std::string, SourcePosition> delay_places;
  std::set<std::string> used_delays;
  std::map<std::string, ClockRule> clocks;
  std::vector<cel::Mention> asked_clocks;              // by clock('…') and by statuses
  std::vector<std::pair<std::string, Mentioned>> pausing;  // clock → a state in which it stands still
  std::map<std::string, cel::Program> parties;
  std::vector<Notified> notified;
  Json legal_basis = Json::object();
  std::map<std::string, SourcePosition> citation_places;
  // Citations outside statuses, with who cites: "parameter `answer`".
  std::vector<std::pair<std::string, Mentioned>> cited;
  std::vector<Mentioned> asked_roles;             // whose operations the states call
  std::map<std::string, SourcePosition> systems;  // that the municipality names, by role
  SourcePosition systems_place;                   // where they stand, or should
  std::set<std::string> by_hand;                  // roles that officials play themselves
  std::map<std::string, SourcePosition> parameter_places;
  std::set<std::string> used_parameters;
  std::vector<cel::Mention> asked_states;  // by state('…')
  std::string subject;
  std::vector<Mentioned> turns;
  std::string pins_on;
  SourcePosition pins_on_place;
};

}  // namespace elukaar::workflow
