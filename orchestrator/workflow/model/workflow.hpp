#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/source_position.hpp"
#include "cel/program.hpp"
#include "chart/chart.hpp"

namespace elukaar::workflow {

// A JSON value in which each string that is wholly `{{ … }}` stands for the value of an expression;
// everything else means itself. Immutable.
class Template {
 public:
  struct Slot {
    nlohmann::json_pointer<std::string> where;
    cel::Program program;
  };

  Template() = default;
  Template(Json literal, std::vector<Slot> slots);

  // The value with every expression's result put in its place, or the first failure.
  Result<Json, cel::EvaluationError> evaluate(const cel::Activation& activation) const;

  const std::vector<Slot>& slots() const { return slots_; }
  const Json& literal() const { return literal_; }
  bool is_constant() const { return slots_.empty(); }

 private:
  Json literal_;
  std::vector<Slot> slots_;
};

// One key of a correlation, `{ child: "{{ event.data.child.key }}" }`.
struct KeyRule {
  std::string name;
  Template value;  // a string; null or absent data means that this event lacks the key
};

// One alternative of `correlate`: all its keys must fit; tried in order.
struct CorrelationRule {
  std::vector<KeyRule> keys;
  std::optional<cel::Program> where;  // over the case: state(), context; and event
};

// `correlate: { all: municipality }`: the event concerns every open case of the service in the
// municipality that is there when the event is received.
struct MassRule {
  std::optional<cel::Program> where;  // over the case as it is when the event reaches it; and event
};

enum class Starts { never, if_no_open_case, always, when };

// What becomes of an event that no active state handles (`whenUnexpected`).
struct Unexpected {
  enum class Kind { park, ignore, defer };
  Kind kind = Kind::park;
  std::chrono::seconds defer_for{0};  // calendar-free: days and smaller only
};

struct EventRule {
  std::string name;  // short name, "application-submitted": what states' `on` mentions
  std::string type;  // CloudEvents type
  Starts starts = Starts::never;
  std::optional<cel::Program> starts_when;
  // An event that happened longer ago starts no case: it is parked as too old. Days and smaller.
  std::optional<std::chrono::seconds> max_age;
  // Both empty: it reaches a case only as a person's action.
  std::vector<CorrelationRule> correlate;
  std::optional<MassRule> mass;
  std::vector<KeyRule> adds;
  std::vector<KeyRule> drops;
  Unexpected when_unexpected;
  bool protective = false;
  // The code of the adverse step that this event confirms, of those that a case holds.
  std::optional<cel::Program> confirms;
};

// What a person may do; its input reaches the case as the event `event`.
struct ActionRule {
  std::string name;
  std::string event;
  std::string form;                     // name in Workflow::forms; empty: nothing is asked
  std::vector<std::string> roles;       // applicant | guardians | other-guardian | official
  std::string assurance;                // substantial
  // Where it does not hold, no state offers the action. Over context and parameters alone.
  std::optional<cel::Program> when{};
  bool automatic = false;  // the page does it by itself when it shows the case; there is no button
  std::optional<cel::Program> subject;  // what it is about, a string; absent: the case itself
  // The subject's own version, a whole number: who answers another one than he saw is refused.
  std::optional<cel::Program> subject_version;
  // The parameter of type `reasons` whose values `reason` in the event's data may have; empty: none.
  std::string reasons;
};

// How the answers to a form are kept while somebody is still filling it in. The answers themselves never
// reach the case: it is told that there are some.
struct DraftRule {
  std::string keep;     // the action that every saving takes; it has no button
  std::string discard;  // the one by which a person throws the draft away
  // The last day on which it is kept; null: there is none. Over context and parameters alone.
  cel::Program until;
};

// What is asked of a person.
struct Form {
  std::string name;
  // Shown as known: vault fields, "child.name", "guardian.address", and the context's, "offer.start".
  std::vector<std::string> known;
  Json asked;                      // array of fields in file order: {id, type, …}: parameters are
                                   // already in their place (options, atMost)
  std::string answers_in;          // the member of the context that holds what was sent; empty: none does
  std::optional<DraftRule> draft{};  // absent: what is not sent is lost
};

// An object of the context that people act upon, `offer`: which of its fields the page shows of it, in
// this order, beside the actions whose subject is its `id`.
struct Card {
  std::string of;
  std::vector<std::string> fields;
};

// How a code is told that stands in a text's argument or a field of this name: by the words that a
// municipality's list has for it.
struct CodeWords {
  std::string which;               // member of the list's items: label | effect
  std::vector<std::string> lists;  // parameters, the first that has the code counts
};

// What a transition, an entry or an exit does. Nothing but appending effects.
struct Assign {
  std::string key;  // top-level key of the context
  Template value;
};
struct Raise {
  std::string event;
  Template data;
};
struct Emit {
  std::string type;
  Template data;
  std::string partition_key;  // where `data` has what orders it: the schema's `x-partition-key`
};
struct Notify {
  std::string text;
  Template args;
};
struct Log {
  Template message;
};
// Keeps a step by which a right is lost until an official has confirmed it.
struct Hold {
  std::string step;   // code
  std::string state;  // path of the state that would be left
};
// Whoever reads actions visits all of them by type (base/overloaded.hpp): a new one is then a compile error
// wherever somebody has to decide about it.
using ActionBody = std::variant<Assign, Raise, Emit, Notify, Log, Hold>;

// What makes a transition, one type for each way.
namespace trigger {
struct Event {
  std::string name;  // short, as declared
};
struct AnyEvent {
  std::string pattern;  // "offer-made.*", "*"
};
struct Raised {
  std::string event;  // by an action of the workflow itself
};
struct Clock {
  std::string name;  // "place-offer"
  std::string what;  // warned | breached | decision-overdue
};
struct Timer {
  std::string delay;  // as After::delay
};
struct Answer {
  std::string call;  // as Invoke::id, of the same state
};
struct Failure {
  std::string call;
};
struct AtOnce {};  // `always`
struct Done {};    // the states inside have come to their end
}  // namespace trigger
using Trigger = std::variant<trigger::Event, trigger::AnyEvent, trigger::Raised, trigger::Clock, trigger::Timer,
                             trigger::Answer, trigger::Failure, trigger::AtOnce, trigger::Done>;

// A transition by which a right is lost though nobody decided it: by a timer or a machine.
struct AdverseStep {
  std::string code;
  std::string legal_basis;  // citation; empty: an official confirms it
};

// A call of a connector's operation while a state is active.
struct Invoke {
  std::string id;         // unique in its state
  std::string role;       // "population-register"
  std::string operation;  // "family"
  Template input;
  std::chrono::milliseconds timeout{0};
  std::optional<cel::Program> by;  // by when an official has done it, where no system does: a date
  // Names of the chart events that answer it.
  std::string done_event;   // "done.invoke.<path>.<id>"
  std::string error_event;  // "error.invoke.<path>.<id>"
};

// A timer that runs while a state is active.
struct After {
  std::string delay;  // name in Workflow::delays, or an ISO-8601 period such as "PT30S"
  std::string event;  // name of the chart event that it becomes: "after.<delay>.<path>"
};

// When a named delay is over: a date (its beginning in Europe/Tallinn), a timestamp, or a duration
// that counts from entry into the state.
struct Delay {
  std::string name;
  cel::Program when;
  bool end_of_day = false;  // the date is the last day (a term's end): over at 24:00
};

// A legal clock, `clocks.place-offer`: time that the law gives, apart from ordinary timers. It counts
// from the event's own day and runs in whatever state the case is (a queue never stops it).
struct ClockRule {
  // What sets it going while it does not run. `not_before`: a date, a time or null.
  struct Start {
    std::string on;  // event
    std::optional<cel::Program> not_before;
    std::optional<cel::Program> when;  // whether this event starts it at all
    bool follows_context = false;      // `not_before` is asked again until the clock counts
  };
  struct Pause {
    std::string in;  // state's path
    std::string ground;
    std::string legal_basis;
  };
  struct Extension {
    std::string on;
    Template by;  // a term
    std::string ground;
    std::string legal_basis;
  };

  std::string name;
  Template length;  // a term
  std::vector<Start> starts;
  std::vector<std::string> ends;  // events
  std::vector<Pause> pauses;
  std::vector<Extension> extensions;
  std::vector<Template> warnings;    // terms before the end, each warned of once
  std::optional<Template> decision;  // a term after the end: by then a written decision is due
};

// `meta.status` of a state (resident-page.md, section 1).
struct StatusRule {
  std::string text;
  std::string push;  // A | N | none
  std::string turn;  // resident | municipality | register | none, or one of Workflow::turns
  std::optional<cel::Program> by;
  std::string clock;
  std::vector<std::string> legal_basis;
  std::vector<std::string> actions;
  std::vector<std::string> visible_to;  // applicant | guardians | official
  std::map<std::string, Template> args;
  bool final = false;
};

// What the chart's state number i means to the engine.
struct StateRule {
  std::string path;
  std::vector<Invoke> invokes;
  std::vector<After> afters;
  std::optional<StatusRule> status;
};

// The profile of a role that no system plays: each call is an official's task.
inline constexpr std::string_view by_hand = "manual";

struct MunicipalityFacts {
  Municipality ehak;
  std::string name;
  Json contact;  // {unit, phone, email, hours}
  Json systems = Json::object();  // role → connector profile; as `systems` in expressions
  bool proactive = false;

  // Whether its officials do what a system of this role would.
  bool does_by_hand(const std::string& role) const {
    const auto profile = systems.find(role);
    return profile != systems.end() && *profile == by_hand;
  }
};

// One municipality's effective service: base, municipality file and overlay merged, checked and
// compiled. Immutable; shared between threads.
struct Workflow {
  std::string service;  // "kindergarten-place"
  std::string release;  // "2026.1"
  Json title;           // language → text
  std::string digest;   // SHA-256 (hex) of `canonical`
  std::string canonical;  // the merged canonical source; compiles to the same again
  std::string pins_on;    // event name; empty: a case is pinned by its start
  // The member of the context that is whom a case is about, by its `key`; empty: nobody.
  std::string subject;
  // Whose turn it may be beside the resident, the municipality and the registers: "kindergarten".
  std::vector<std::string> turns;
  MunicipalityFacts municipality;

  chart::Chart chart;
  std::vector<StateRule> states;      // by chart state index
  std::vector<cel::Program> guards;   // by guard index
  std::vector<ActionBody> actions;    // by action index
  // By transition tag: its name for people and the journal, "informed.on.application-submitted[0]" …
  std::vector<std::string> rules;
  std::vector<Trigger> triggers;  // … and what makes it
  std::map<int, AdverseStep> adverse;           // by transition tag
  std::map<int, std::string> awaiting_confirmation;  // guard index → code: holds only once confirmed

  std::map<std::string, EventRule> events;  // by short name
  std::map<std::string, std::string> event_names;  // CloudEvents type → short name
  std::map<std::string, ActionRule> person_actions;
  std::map<std::string, Form> forms;
  std::map<std::string, Card> cards;       // by the member of the context
  std::map<std::string, CodeWords> codes;  // by argument or field
  std::map<std::string, Delay> delays;
  std::map<std::string, ClockRule> clocks;
  std::map<std::string, cel::Program> parties;  // role → pseudonym, or list of pseudonyms
  Json parameters;  // as `parameters` in expressions
  Json context;     // as the case starts
  Json legal_basis; // citation id → {text: {et,en,ru}, url}
};

using WorkflowPtr = std::shared_ptr<const Workflow>;

// Keys of the texts that people may be shown or sent, each once, in the order of the states and actions.
std::vector<std::string> shown_texts(const Workflow& workflow);

// The municipality's words {et, en, ru} for a code in an argument or a field of this name; null where it
// has none.
Json words_for(const Workflow& workflow, const std::string& name, const std::string& code);

}  // namespace elukaar::workflow
