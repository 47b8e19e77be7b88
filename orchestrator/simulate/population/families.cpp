#include "simulate/population/families.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace elukaar::simulate {
namespace {

// Where the letter of a pseudonym stands that tells a family's persons apart, after "p1_".
constexpr std::size_t letter_at = 3;

}  // namespace

Families::Families(const Behaviour& behaviour, const workflow::Workflow& workflow, const Fate& fate,
                   const Run& run)
    : behaviour_(behaviour),
      parameters_(workflow.parameters),
      fate_(fate),
      run_{{"from", to_iso_date(run.from)},
           {"days", (run.until - run.from).count()},
           {"municipality", workflow.municipality.ehak.str()},
           {"recorded", run.recorded}} {}

// A pseudonym's letters from a kind of person and a number.
std::string Families::person(char letter, int number) {
  static constexpr char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
  std::string text = "p1_";
  text += letter;
  text.resize(letter_at + 26, 'a');
  for (std::size_t at = text.size() - 1; number > 0; --at, number /= 32) {
    text[at] = letters[number % 32];
  }
  return text;
}

const Family& Families::of(const std::string& person) {
  if (const Family* known = find(person)) return *known;
  Family& family = families_[person];
  family.key = person;
  family.facts = Json::object();
  char letter = 'a';
  for (const std::string& name : behaviour_.persons) {
    std::string key = person;
    if (letter != 'a' && key.size() > letter_at) key[letter_at] = letter;
    belongs_to_.emplace(key, person);
    family.facts[name] = std::move(key);
    ++letter;
  }
  compute_facts(family);
  return family;
}

const Family* Families::find(const std::string& person) const {
  const auto known = belongs_to_.find(person);
  return known == belongs_to_.end() ? nullptr : &families_.at(known->second);
}

void Families::compute_facts(Family& family) {
  for (const auto& [name, fact] : behaviour_.facts) {
    auto computed = value(fact, family, {});
    if (!computed) {
      ++failures_[computed.error().text()];
      return;
    }
    family.facts[name] = std::move(*computed);
  }
}

Result<Json, cel::EvaluationError> Families::value(const Formula& formula, const Family& family,
                                                   const Surroundings& around) const {
  if (formula.value.is_constant()) return formula.value.literal();
  static const Json no_draws = Json::object();
  Json draws;
  for (const std::string& name : formula.draws) {
    draws[name] = fate_.share(family.key, name, around.occasion);
  }
  cel::Activation activation;
  activation.context = around.context;
  activation.parameters = &parameters_;
  activation.now = around.now;
  activation.others.reserve(6);
  activation.others = {{"family", &family.facts},
                       {"draw", formula.draws.empty() ? &no_draws : &draws},
                       {"run", &run_}};
  for (const auto& [name, json] : {std::pair<std::string_view, const Json*>{"call", around.call},
                                   {"day", around.day},
                                   {"id", around.id}}) {
    if (json != nullptr) activation.others.emplace_back(name, json);
  }
  return formula.value.evaluate(activation);
}

Result<int, cel::EvaluationError> Families::number(const Quantity& quantity,
                                                   const std::string& name, const Family& family,
                                                   const Surroundings& around) const {
  if (quantity.formula) {
    const auto computed = value(*quantity.formula, family, around);
    if (!computed) return failure(computed.error());
    if (!computed->is_number_integer()) {
      const cel::Program& program = quantity.formula->value.slots().front().program;
      return failure(
          cel::EvaluationError{"expected a whole number", program.where(), program.source()});
    }
    return static_cast<int>(std::clamp<std::int64_t>(computed->get<std::int64_t>(), 0, max_delay));
  }
  if (quantity.least == quantity.most) return quantity.least;
  return quantity.least +
         fate_.below(family.key, name, quantity.most - quantity.least + 1, around.occasion);
}

}  // namespace elukaar::simulate
