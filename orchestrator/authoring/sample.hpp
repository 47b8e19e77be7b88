#pragma once

#include <optional>
#include <string>
#include <vector>

#include "texts/catalogue.hpp"
#include "workflow/model/workflow.hpp"

namespace elukaar::authoring {

// A case as it might be, for showing what people would read. Made of the file alone and always the
// same: values come from `examples`, `default`, `const` or `enum` in `schemas.context`, else from the
// type; the day is 4 May 2026. What no expression can supply is taken by what the text does with it.
// Borrows the workflow and the facts.
class Sample {
 public:
  Sample(const workflow::Workflow& workflow, const texts::Facts& texts);

  // The state's status as it would be published; null where it has none.
  Json status_of(const workflow::StateRule& state) const;
  // Arguments for a text that a state or `notify` shows (its own first), else only filled up.
  Json arguments_of(const std::string& text) const;

  Date today() const { return today_; }
  const Json& context() const { return context_; }
  const Json& parameters() const { return parameters_; }
  // A value's text as the sample has it; nothing where it cannot be evaluated.
  std::optional<Json> evaluate(const cel::Program& program) const;

 private:
  Json evaluated(const std::map<std::string, workflow::Template>& args) const;
  void fill_up(const std::string& text, Json& args) const;
  Json value_of(const std::string& name, const texts::Argument& argument,
                const std::string& reasons) const;

  const workflow::Workflow& workflow_;
  const texts::Facts& texts_;
  Date today_;
  Json context_;
  Json parameters_;
};

}  // namespace elukaar::authoring
