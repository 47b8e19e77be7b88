#pragma once

#include <map>
#include <string>
#include <vector>

#include "simulate/world/world.hpp"

namespace elukaar::simulate {

// A status of a case from the moment it was first shown with this text until another one was.
struct Shown {
  Timestamp at{};
  std::string text;       // empty: nothing is shown
  std::string by;         // the promised day as it was last said; empty: none
  std::string due;        // the legal clock's end; empty: none
  bool told = false;      // by its push class it goes out as a message
  std::size_t readers = 0;  // persons who are told
};

// What one case went through.
struct Journey {
  engine::CaseRef ref;
  std::string name;             // whose: the subject's key, or the event that started it
  Timestamp began{};
  std::vector<Shown> shown;     // in order
  std::vector<Shown> sent;      // messages without a change of state
  std::vector<std::string> ends_in;  // states at the end of the run
  std::map<std::string, Timestamp> timers;  // armed at the end, by name
  std::string incident;
  bool open = true;
};

// Writes journeys down while a world runs. Must outlive the run.
class Journeys {
 public:
  explicit Journeys(World& world) : world_(world) {}

  // The observer of World::on_decided. The status that has become another one, be it in its arguments
  // alone; it lives as long as `decided`. Null: it has not changed.
  const Json* decided(const Decided& decided);
  // All of them as they stand now, by case.
  std::map<engine::CaseRef, Journey> finish();

 private:
  void show(Journey& journey, const core::Case& value, const Json& status, Timestamp at);

  World& world_;
  std::map<engine::CaseRef, Journey> journeys_;
};

}  // namespace elukaar::simulate
