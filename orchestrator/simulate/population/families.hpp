#pragma once

#include <map>
#include <string>

#include "simulate/population/behaviour.hpp"
#include "simulate/population/fate.hpp"

namespace elukaar::simulate {

// One family: its persons' pseudonyms and its facts.
struct Family {
  std::string key;  // of the person whom a case is about; its chances are drawn by it
  Json facts;  // `family` in expressions
};

// What an expression may read beside the family. Borrowed for one evaluation.
struct Surroundings {
  std::string_view occasion{};  // chances are drawn anew for each; empty: once for the family
  std::optional<Timestamp> now{};
  const Json* context = nullptr;  // of the case
  const Json* call = nullptr;
  const Json* day = nullptr;
  const Json* id = nullptr;
};

// The period that is simulated, as families' facts may count from it.
struct Run {
  Date from, until;  // until: the first day that is no longer part of it
  bool recorded = false;  // events of real families are played, of which no fact is known
};

// The families of one world: who they are, and what expressions about them yield. One thread.
class Families {
 public:
  // All must outlive it.
  Families(const Behaviour& behaviour, const workflow::Workflow& workflow, const Fate& fate,
           const Run& run);

  // The family with this number.
  const Family& numbered(int number) { return of(person('a', number)); }
  // The family that this person belongs to; one of whom nothing was known becomes the first of a new one.
  const Family& of(const std::string& person);
  const Family* find(const std::string& person) const;  // null: it is not known

  Result<Json, cel::EvaluationError> value(const Formula& formula, const Family& family,
                                           const Surroundings& around) const;
  // A number drawn, or computed, for what has this name: "birth.days".
  Result<int, cel::EvaluationError> number(const Quantity& quantity, const std::string& name,
                                           const Family& family, const Surroundings& around) const;

  // Why facts could not be computed, with how many families it concerned.
  const std::map<std::string, int>& failures() const { return failures_; }

 private:
  static std::string person(char letter, int number);
  void compute_facts(Family& family);

  const Behaviour& behaviour_;
  const Json& parameters_;
  const Fate& fate_;
  Json run_;
  std::map<std::string, Family> families_;  // by key
  std::map<std::string, std::string> belongs_to_;  // person → key
  std::map<std::string, int> failures_;
};

}  // namespace elukaar::simulate
