#pragma once

#include <functional>
#include <string>
#include <vector>

#include "simulate/scenario/play.hpp"

namespace elukaar::simulate {

// What a person read of a message.
struct Told {
  std::string text;
  std::vector<std::string> to;  // sorted
};

// What is there to be compared when a step has been played.
struct Found {
  Json status;                      // null: nothing shown
  Json context;
  std::vector<std::string> states;  // active, without their children's parents
  std::vector<Told> told;           // in this step, in order
  std::vector<std::string> calls;   // in this step: "role.operation"
  std::map<std::string, Timestamp> timers;   // armed, by name
  std::map<std::string, std::vector<std::string>> parties;
  std::uint32_t deferred = 0;
  std::string incident;
  std::size_t cases = 0;
  std::vector<std::string> parked;  // in this step: reasons' codes
  std::string refused;              // the step's action: reason's code
  // Renders what a person reads: field of the shown text.
  std::function<Result<std::string, std::string>(const std::string& person,
                                                 const std::string& language,
                                                 const std::string& field)>
      reads;
};

// Compares a step's `expect` (keys checked by read_scenario; references resolved by `resolve`) with
// what was found. `names` turns pseudonyms back into the scenario's names, for people.
std::vector<Mismatch> compare(const documents::Node& expect, const Found& found,
                              const std::function<Json(const documents::Node&)>& resolve,
                              const std::function<std::string(std::string)>& names);

// Whether what was found is what the file means: mappings by the members named, `yes` as true, `none` as
// nothing, days and moments by their time.
bool means(const Json& expected, const Json& found);

}  // namespace elukaar::simulate
