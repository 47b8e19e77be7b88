#include "core/questions.hpp"

#include <algorithm>

#include "base/json_writing.hpp"
#include "core/clocks.hpp"
#include "core/facts.hpp"

namespace elukaar::core {
namespace {

const Json no_event = Json::object();

// The deepest active state that fulfils `wanted`; the first in file order of equally deep ones.
template <class Predicate>
std::optional<chart::StateIndex> deepest(const workflow::Workflow& workflow,
                                         const chart::Configuration& active, Predicate wanted) {
  std::optional<chart::StateIndex> best;
  std::ptrdiff_t best_depth = -1;
  for (const chart::StateIndex state : active.states()) {
    if (!wanted(workflow.states[chart::position(state)])) continue;
    const std::string& path = workflow.chart.state(state).path;
    const auto depth = path.empty() ? 0 : 1 + std::count(path.begin(), path.end(), '.');
    if (depth > best_depth) {
      best = state;
      best_depth = depth;
    }
  }
  return best;
}

// Where officials do what a register would, it is their turn whenever it would be its.
std::string turn_of(const workflow::Workflow& workflow, const Case& value,
                    const workflow::StatusRule& status) {
  const bool by_hand =
      status.turn == "register" &&
      std::any_of(value.calls.begin(), value.calls.end(), [&](const OpenCall& call) {
        return workflow.municipality.does_by_hand(call.role);
      });
  return by_hand ? "municipality" : status.turn;
}

}  // namespace

Result<Json, std::string> status_of(const workflow::Workflow& workflow, const Case& value,
                                    const calendar::Calendar& calendar) {
  const auto state = deepest(workflow, value.configuration,
                             [](const workflow::StateRule& rule) { return rule.status.has_value(); });
  if (!state) return Json{};
  const workflow::StateRule& rule = workflow.states[chart::position(*state)];
  const workflow::StatusRule& status = *rule.status;
  const Facts facts(workflow, value, value.configuration, rule.path, calendar);
  const cel::Activation with = facts.activation(no_event);
  Json actions = Json::array();
  for (const std::string& action : status.actions) {
    const auto known = workflow.person_actions.find(action);
    if (known != workflow.person_actions.end() && known->second.when) {
      const auto holds = known->second.when->test(with);
      if (!holds) return failure(holds.error().text());
      if (!*holds) continue;
    }
    actions.push_back(action);
  }
  Json due;
  if (status.by) {
    auto by = status.by->evaluate(with);
    if (!by) return failure(by.error().text());
    due = std::move(*by);
  }
  Json::object_t args;
  args.reserve(status.args.size());
  for (const auto& [name, argument] : status.args) {
    auto result = argument.evaluate(with);
    if (!result) return failure(result.error().text());
    add_member(args, name, std::move(*result));
  }
  return object_of("actions", std::move(actions), "args", std::move(args), "by", std::move(due),
                   "clock", Clocks::shown(value, status.clock, calendar), "delayed", value.delayed,
                   "final", status.final, "legalBasis", status.legal_basis, "push", status.push,
                   "text", status.text, "turn", turn_of(workflow, value, status), "visibleTo",
                   status.visible_to);
}

Result<Json, std::string> subject_of(const workflow::Workflow& workflow, const Case& value,
                                     const cel::Program& subject, const calendar::Calendar& calendar,
                                     const Json& event) {
  const Facts facts(workflow, value, value.configuration, {}, calendar);
  auto result = subject.evaluate(facts.activation(event));
  if (!result) return failure(result.error().text());
  return std::move(*result);
}

bool holds(const workflow::Workflow& workflow, const Case& value, const cel::Program& condition,
           const Json& event, const calendar::Calendar& calendar) {
  const Facts facts(workflow, value, value.configuration, {}, calendar);
  return condition.test(facts.activation(event)).value_or(false);
}

Result<std::vector<Key>, std::string> keys_of(const workflow::Workflow& workflow,
                                              const std::vector<workflow::KeyRule>& rules, const Json& event,
                                              const Case& value, const calendar::Calendar& calendar) {
  std::vector<Key> keys;
  const Facts facts(workflow, value, value.configuration, {}, calendar);
  const cel::Activation with = facts.activation(event);
  for (const workflow::KeyRule& rule : rules) {
    auto result = rule.value.evaluate(with);
    if (!result) return failure(result.error().text());
    if (result->is_string()) keys.push_back({rule.name, result->get<std::string>()});
  }
  return keys;
}

}  // namespace elukaar::core
