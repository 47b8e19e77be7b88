#include "workflow/model/workflow.hpp"

#include <algorithm>

#include "base/overloaded.hpp"

namespace elukaar::workflow {

Template::Template(Json literal, std::vector<Slot> slots)
    : literal_(std::move(literal)), slots_(std::move(slots)) {}

Result<Json, cel::EvaluationError> Template::evaluate(const cel::Activation& activation) const {
  // Most are one expression, and its value is the whole.
  if (slots_.size() == 1 && slots_[0].where.empty()) return slots_[0].program.evaluate(activation);
  Json value = literal_;
  for (const Slot& slot : slots_) {
    auto part = slot.program.evaluate(activation);
    if (!part) return failure(std::move(part.error()));
    value[slot.where] = std::move(*part);
  }
  return value;
}

std::vector<std::string> shown_texts(const Workflow& workflow) {
  std::vector<std::string> shown;
  const auto add = [&](const std::string& text) {
    if (std::find(shown.begin(), shown.end(), text) == shown.end()) shown.push_back(text);
  };
  for (const StateRule& state : workflow.states) {
    if (state.status) add(state.status->text);
  }
  const overloaded add_text{[&](const Notify& notify) { add(notify.text); },
                            [](const Assign&) {}, [](const Raise&) {}, [](const Emit&) {},
                            [](const Log&) {},    [](const Hold&) {}};
  for (const ActionBody& action : workflow.actions) std::visit(add_text, action);
  return shown;
}

Json words_for(const Workflow& workflow, const std::string& name, const std::string& code) {
  const auto rule = workflow.codes.find(name);
  if (rule == workflow.codes.end()) return {};
  for (const std::string& list : rule->second.lists) {
    for (const Json& item : workflow.parameters.value(list, Json::array())) {
      if (item.value("value", "") == code && item.contains(rule->second.which)) {
        return item.at(rule->second.which);
      }
    }
  }
  return {};
}

}  // namespace elukaar::workflow
