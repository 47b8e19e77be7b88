#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "calendar/term.hpp"
#include "workflow/model/workflow.hpp"

namespace elukaar::simulate {

// Limits of one behaviour.yaml.
inline constexpr std::size_t max_persons = 8;  // of a family
inline constexpr std::size_t max_facts = 50;  // of a family
inline constexpr std::size_t max_happenings = 50;  // in each of `begins` and `reactions`
inline constexpr int max_delay = 100'000;  // days, hours or minutes of one delay

// A value in which expressions may stand, with the names of what they draw (`draw.patience`).
struct Formula {
  workflow::Template value;
  std::vector<std::string> draws;
};

// A whole number: drawn evenly from a range, or computed.
struct Quantity {
  int least = 0, most = 0;  // the same: no chance in it
  std::optional<Formula> formula;  // instead of the range
};

// Something that happens to a family by itself, or that somebody does about a page.
struct Happening {
  enum class Kind { event, action };
  std::string name;  // what its draws are told apart by
  Kind kind = Kind::event;
  std::string what;  // the service's own name of the event or the action
  SourcePosition where;
  std::string page;  // of a reaction: only while the page shows this text; empty: any
  std::optional<Formula> when;  // bool; asked when it is planned, and again when its time comes
  std::optional<Formula>
      occasion;  // chances are drawn anew for each value; none: once for a family
  std::optional<Formula> on;  // date; none: from now on
  Quantity days, hours, minutes;  // after the beginning of that day, or from now on
  std::optional<Formula> condition;  // `if`, bool; asked when its time comes
  std::optional<calendar::Period> every;  // after it is asked again where `if` does not hold
  std::optional<Formula> id;  // text: the event's; none: one that no other event has
  std::optional<Formula> by;  // text: the person who acts
  std::optional<Formula> reason;  // text: the code that an action asks for
  Formula data;  // of the event, or the answers to the action's form
};

// What a forecast measures beside what every service has.
struct Measures {
  std::string age_from;  // the fact that an age counts from; empty: from a case's beginning
  std::string age_title = "day";  // of its column
  std::string wait_from, wait_to;  // texts; empty: no wait is measured
  std::string wait_title;
};

// What synthetic families, officials and registers do: workflows/<service>/behaviour.yaml. Immutable;
// shared by threads. workflows/docs/language.md tells what each part means.
struct Behaviour {
  std::vector<std::string> persons;  // the first is the one whom a case is about
  std::vector<std::pair<std::string, Formula>> facts;  // each may read those before it
  std::vector<Happening> begins;
  std::vector<Happening> reactions;
  std::map<std::string, Formula> answers;  // by "role.operation"
  Measures measures;
};

// Reads a file. All its problems at once, each with its place.
// Rules: those of documents::read_yaml, documents::Reader and cel::compile, and bad-name, bad-number,
// bad-stretch, bad-happening, bad-register, missing-key, too-many.
Result<Behaviour, Problems> read_behaviour(const std::filesystem::path& file);

// What a municipality's service and a behaviour have not in common: a call that nobody answers is an
// error; an event or an action of another release is a warning, since it just does not happen.
Problems unmatched(const Behaviour& behaviour, const workflow::Workflow& workflow,
                   const std::filesystem::path& file);

}  // namespace elukaar::simulate
