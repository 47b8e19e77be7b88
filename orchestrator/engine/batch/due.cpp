#include "engine/batch/due.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/overloaded.hpp"
#include "engine/batch/input_codec.hpp"

namespace elukaar::engine {

void DueInputs::apply(const DueInput& due) {
  const CaseRef* ref = case_of(due);
  Working* working = ref == nullptr ? nullptr : read_.find(*ref);
  if (working == nullptr) return;
  collector_.enter_internal(lane_of(due));
  std::visit(overloaded{[&](const DueAction& action) { apply(*working, action); },
                        [&](const DueCommand& command) { apply(*working, command); },
                        [&](const DueCallUpdate& update) { apply(*working, update); },
                        [&](const DueTimer& timer) { apply(*working, timer); },
                        [&](const ExpiredDeferral& expired) { apply(*working, expired); },
                        [](const ParkedRetry&) {}, [](const DueBroadcast&) {}},
             due);
}

void DueInputs::apply(Working& working, const DueAction& due) {
  core::Input input;
  input.key = {"elukaar/action", due.id.str()};
  input.received_at = due.received_at;
  if (const auto office = due.event.find("office"); office != due.event.end()) {
    input.official = office->value("official", "");
  }
  input.body = core::ActionTaken{due.name, due.person, due.subject, due.subject_version, due.event};
  applying_.settle(working, input, applying_.decide(working, input));
}

void DueInputs::apply(Working& working, const DueCommand& due) {
  auto& done = collector_.writes().commands_done;
  if (applying_.stop()) {  // the operator reads why; the case has nothing to wait for
    done.push_back({due.id, false, *applying_.stop()});
    return;
  }
  core::Input input;
  input.key = {"elukaar/command", due.id.str()};
  input.received_at = due.given_at;
  input.body = due.command;
  core::Decision decision = applying_.decide(working, input);
  done.push_back({due.id, decision.disposition == core::Disposition::applied, decision.reason});
  applying_.settle(working, input, std::move(decision));
}

void DueInputs::apply(Working& working, const DueCallUpdate& due) {
  core::CallUpdate update{due.call, due.kind, due.result};
  if (due.kind == core::CallUpdate::Kind::delayed) {
    update.payload = {{"system", due.role}, {"since", to_rfc3339(due.at)}};
  }
  core::Input input;
  input.key = {"elukaar/call", fmt::format("{}/{}", due.call.str(), core::to_string(due.kind))};
  input.received_at = due.at;
  input.body = std::move(update);
  input.official = due.official;
  collector_.writes().call_updates_read.push_back({due.ref, due.call, due.kind});
  applying_.settle(working, input, applying_.decide(working, input));
}

void DueInputs::apply(Working& working, const DueTimer& due) {
  const core::Timer& timer = due.timer;
  core::Input input;
  input.key = {"elukaar/timer", fmt::format("{}/{}/{}/{}/{}", due.ref.id.str(), timer.state, timer.key,
                                            timer.entry, timer.due.time_since_epoch().count())};
  input.received_at = timer.due;
  input.body = core::TimerFired{timer.state, timer.key, timer.entry};
  core::Decision decision = applying_.decide(working, input);
  // The row is done with, whatever became of it; unless its date has been moved since it was read as due:
  // then it is the row of the new date. The case may say otherwise in this decision.
  const auto& armed = decision.next.timers;
  const bool moved = std::any_of(armed.begin(), armed.end(), [&](const core::Timer& each) {
    return each.same_wait(timer) && !each.fired && each.due != timer.due;
  });
  if (!moved) collector_.clear_timer(due.ref, due.lane, timer);
  applying_.settle(working, input, std::move(decision));
}

void DueInputs::apply(Working& working, const ExpiredDeferral& due) {
  std::erase_if(working.deferred, [&](const DeferredRow& row) { return row.ordinal == due.ordinal; });
  collector_.writes().deferred_removed.push_back({due.ref, due.ordinal});
  --working.change().deferred;
  if (const auto input = decode_input(due.input)) {
    collector_.park_input(working, *input, "deferred-too-long",
                          "no state of the case took it within the time that its workflow allows");
  }
}

}  // namespace elukaar::engine
