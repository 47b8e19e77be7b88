#include "core/decide.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_writing.hpp"
#include "core/questions.hpp"
#include "core/step.hpp"

namespace elukaar::core {
namespace {

using lifecycle::CaseEvent;
using lifecycle::CaseState;

bool stands_still(CaseState state) {
  return state == CaseState::suspended || state == CaseState::incident;
}

Timestamp not_before(Timestamp now, Timestamp last) { return std::max(now, last); }

// What the journal calls the input.
std::string name_of(const Input& input) {
  struct {
    std::string operator()(const EventArrived& event) const { return event.name; }
    std::string operator()(const TimerFired& timer) const { return timer.key; }
    std::string operator()(const CallUpdate& update) const {
      return std::string{to_string(update.kind)};
    }
    std::string operator()(const ActionTaken& action) const { return action.name; }
    std::string operator()(const Command& command) const {
      return std::string{to_string(command.kind)};
    }
  } name;
  return std::visit(name, input.body);
}

// One decision in the making: what the input means is sorted out here, the chart's part is Step's.
class Deciding {
 public:
  Deciding(const workflow::Workflow& workflow, const Case& value, const Input& input, Timestamp now,
           const calendar::Calendar& calendar)
      : workflow_(workflow), former_(value), input_(input), calendar_(calendar) {
    decision_.next = value;
    decision_.entry.key = input.key;
    decision_.entry.kind = kind_of(input);
    decision_.entry.name = name_of(input);
    decision_.entry.cause = input.cause;
    decision_.entry.at = not_before(now, value.decided_at);
    decision_.entry.trace = Json::object();
    if (!input.official.empty()) decision_.entry.trace["official"] = input.official;
  }

  Decision run() {
    std::visit([this](const auto& body) { handle(body); }, input_.body);
    if (decision_.disposition != Disposition::parked) record();
    return std::move(decision_);
  }

  Decision start() {
    Step step(workflow_, decision_.next, input_, decision_.entry.at, calendar_);
    if (auto started = step.start(); !started) {
      incident(started.error());
    } else {
      conclude(step);
    }
    record();
    return std::move(decision_);
  }

  Decision stop(const std::string& why) {
    incident(why);
    record();
    return std::move(decision_);
  }

 private:
  void handle(const EventArrived& event) {
    if (!is_open(former_.lifecycle)) return park("the case is closed");
    if (waits()) return;
    offer_event(event.name, event.event);
  }

  void handle(const TimerFired& timer) {
    if (waits()) return;
    const auto armed = std::find_if(
        former_.timers.begin(), former_.timers.end(), [&](const Timer& candidate) {
          return candidate.state == timer.state && candidate.key == timer.key &&
                 candidate.entry == timer.entry && !candidate.fired;
        });
    if (!is_open(former_.lifecycle) || armed == former_.timers.end()) {
      return settle(Disposition::stale, "its state has been left");
    }
    if (armed->due > decision_.entry.at) {
      return settle(Disposition::stale, "its date has been moved");
    }
    decision_.next.timers[static_cast<std::size_t>(armed - former_.timers.begin())].fired = true;
    decision_.effects.push_back(ClearTimer{*armed});
    if (timer.state.empty()) return clock_fired(*armed);
    step(fmt::format("after.{}.{}", timer.key, timer.state), Json::object());
  }

  // Whether or not a state takes it: the clock itself has changed.
  void clock_fired(const Timer& timer) {
    Step step(workflow_, decision_.next, input_, decision_.entry.at, calendar_);
    const auto event = step.clock_fired(timer);
    if (!event) return incident(event.error());
    finish(step, event->at("type").get<std::string>(), *event, Step::Unhandled::accepted);
  }

  void handle(const CallUpdate& news) {
    if (waits()) return;
    const auto open =
        std::find_if(former_.calls.begin(), former_.calls.end(),
                     [&](const OpenCall& call) { return call.id == news.call; });
    if (!is_open(former_.lifecycle) || open == former_.calls.end()) {
      return settle(Disposition::stale, "its state has been left");
    }
    if (news.kind == CallUpdate::Kind::delayed) {
      decision_.next.delayed = news.payload;
      return show_status();
    }
    const OpenCall call = *open;
    std::erase_if(decision_.next.calls,
                  [&](const OpenCall& candidate) { return candidate.id == call.id; });
    decision_.next.delayed = nullptr;
    const bool done = news.kind == CallUpdate::Kind::done;
    step(fmt::format("{}.invoke.{}.{}", done ? "done" : "error", call.state, call.invoke),
         object_of(done ? "output" : "error", news.payload));
  }

  void handle(const ActionTaken& action) {
    if (waits()) return;
    if (!is_open(former_.lifecycle)) return refuse("closed");
    const auto rule = workflow_.person_actions.find(action.name);
    if (rule == workflow_.person_actions.end()) return refuse("not-offered");
    const Json offered =
        former_.status->is_object() ? former_.status->value("actions", Json::array()) : Json::array();
    if (std::find(offered.begin(), offered.end(), action.name) == offered.end()) {
      static const Json no_event = Json::object();
      const auto& when = rule->second.when;
      const bool never = when && !holds(workflow_, former_, *when, no_event, calendar_);
      return refuse(never ? "not-offered" : "stale");
    }
    if (rule->second.subject) {
      const auto subject = subject_of(workflow_, former_, *rule->second.subject, calendar_);
      if (!subject) return incident(subject.error());
      if (*subject != action.subject) return refuse("stale");
    }
    if (rule->second.subject_version) {
      const auto version =
          subject_of(workflow_, former_, *rule->second.subject_version, calendar_);
      if (!version) return incident(version.error());
      if (*version != action.subject_version) return refuse("stale");
    }
    if (!is_allowed_reason(rule->second, action.event)) return refuse("unknown-reason");
    offer_event(rule->second.event, action.event);
    if (decision_.disposition == Disposition::applied) {
      decision_.effects.push_back(AnswerAction{true, {}});
    } else if (decision_.disposition != Disposition::incident) {
      // A person's action is never deferred or parked: it is refused, and the person reads why.
      undo();
      refuse("stale");
    }
  }

  // Where the municipality lists reasons one of them must be given, and no other.
  bool is_allowed_reason(const workflow::ActionRule& rule, const Json& event) const {
    if (rule.reasons.empty()) return true;
    const Json reasons = workflow_.parameters.value(rule.reasons, Json::array());
    const Json data = event.value("data", Json::object());
    const Json given = data.value("reason", Json{});
    if (reasons.empty() && given.is_null()) return true;
    return std::any_of(reasons.begin(), reasons.end(),
                       [&](const Json& reason) { return reason.at("value") == given; });
  }

  void handle(const Command& command) {
    static constexpr CaseEvent events[] = {CaseEvent::suspend, CaseEvent::resume,
                                           CaseEvent::cancel, CaseEvent::resolve};
    const auto outcome =
        lifecycle::next(former_.lifecycle, events[static_cast<int>(command.kind)]);
    decision_.entry.trace["operator"] = command.operator_name;
    decision_.entry.trace["reason"] = command.reason;
    if (!outcome.accepted) {
      return settle(Disposition::refused,
                    fmt::format("a case that is {} cannot be told to {}",
                                lifecycle::to_string(former_.lifecycle), decision_.entry.name));
    }
    decision_.next.lifecycle = outcome.next;
    if (command.kind == Command::Kind::retry) decision_.next.incident.clear();
    for (const lifecycle::CaseEffect effect : outcome.effects) {
      switch (effect) {
        case lifecycle::CaseEffect::abandon_pending: abandon_everything(); break;
        case lifecycle::CaseEffect::retry_waiting: decision_.configuration_changed = true; break;
        case lifecycle::CaseEffect::raise_incident: break;  // no command raises one
      }
    }
  }

  // Inputs of a case that stands still wait behind what stopped it.
  bool waits() {
    if (!stands_still(former_.lifecycle)) return false;
    settle(Disposition::deferred,
           fmt::format("the case is {}", lifecycle::to_string(former_.lifecycle)));
    return true;
  }

  void offer_event(const std::string& name, const Json& event) {
    const auto rule = workflow_.events.find(name);
    if (rule == workflow_.events.end()) return park("this release does not know the event");
    if (rule->second.confirms && confirm(rule->second, event)) return;
    // A clock takes what the file lets the states ignore.
    const bool ignorable =
        rule->second.when_unexpected.kind == workflow::Unexpected::Kind::ignore;
    const bool for_clocks = ignorable && Clocks::concerned(workflow_, name);
    step(name, event,
         for_clocks ? Step::Unhandled::accepted : Step::Unhandled::nothing_happens);
    if (decision_.disposition == Disposition::incident) return;
    if (decision_.disposition == Disposition::ignored) {
      // No active state took it: the event's own rule says what that means.
      switch (rule->second.when_unexpected.kind) {
        case workflow::Unexpected::Kind::ignore:
          break;
        case workflow::Unexpected::Kind::park:
          return park(fmt::format("the case does not expect `{}` in state {}", name,
                                  fmt::join(active_paths(former_), ", ")));
        case workflow::Unexpected::Kind::defer:
          decision_.defer_for = rule->second.when_unexpected.defer_for;
          settle(Disposition::deferred, "no active state takes it yet");
          break;
      }
    }
    if (decision_.disposition != Disposition::deferred) change_keys(rule->second, event);
    if (name == workflow_.pins_on && decision_.disposition == Disposition::applied) {
      decision_.next.pinned = true;
    }
  }

  // An official's event: the step that it confirms is taken as it would have been, with what it came
  // with. False: no such step is held, and the event is one like any other.
  bool confirm(const workflow::EventRule& rule, const Json& event) {
    const auto code = subject_of(workflow_, former_, *rule.confirms, calendar_, event);
    if (!code) {
      incident(code.error());
      return true;
    }
    const auto held = std::find_if(former_.held.begin(), former_.held.end(),
                                   [&](const HeldStep& step) { return *code == step.code; });
    if (held == former_.held.end()) return false;
    std::erase_if(decision_.next.held,
                  [&](const HeldStep& step) { return step.code == held->code; });
    decision_.entry.trace["confirmed"] = held->code;
    Step step(workflow_, decision_.next, input_, decision_.entry.at, calendar_);
    step.confirm(held->code);
    finish(step, held->event, held->payload, Step::Unhandled::accepted);
    if (decision_.disposition != Disposition::incident) change_keys(rule, event);
    return true;
  }

  void step(const std::string& event, const Json& payload,
            Step::Unhandled unhandled = Step::Unhandled::nothing_happens) {
    Step step(workflow_, decision_.next, input_, decision_.entry.at, calendar_);
    finish(step, event, payload, unhandled);
  }

  void finish(Step& step, const std::string& event, const Json& payload,
              Step::Unhandled unhandled) {
    if (auto done = step.run(event, payload, unhandled); !done) return incident(done.error());
    if (!step.handled() && !step.changed() && unhandled == Step::Unhandled::nothing_happens) {
      step.tell(decision_.entry.trace);
      decision_.disposition = Disposition::ignored;
      return;
    }
    conclude(step);
    show_status();
  }

  // What came of a step in which something happened.
  void conclude(Step& step) {
    step.tell(decision_.entry.trace);
    append(step);
    decision_.configuration_changed = step.changed();
    if (step.done()) {
      decision_.next.lifecycle =
          lifecycle::next(decision_.next.lifecycle, CaseEvent::complete).next;
    }
  }

  void append(Step& step) {
    const auto move_in = [](auto& into, auto from) {
      into.insert(into.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    };
    move_in(decision_.effects, step.take_effects());
    move_in(decision_.entry.records, step.take_records());
  }

  void change_keys(const workflow::EventRule& rule, const Json& event) {
    auto added = keys_of(workflow_, rule.adds, event, decision_.next, calendar_);
    if (!added) return incident(added.error());
    auto dropped = keys_of(workflow_, rule.drops, event, decision_.next, calendar_);
    if (!dropped) return incident(dropped.error());
    for (Key& key : *added) decision_.effects.push_back(AddKey{std::move(key)});
    for (Key& key : *dropped) decision_.effects.push_back(DropKey{std::move(key)});
  }

  // The status is a function of the states and the context: what changed is published.
  void show_status() {
    if (decision_.disposition == Disposition::incident) return;
    auto status = status_of(workflow_, decision_.next, calendar_);
    if (!status) return incident(status.error());
    if (*status == *decision_.next.status) return;
    decision_.next.status = std::move(*status);
    ++decision_.next.revision;
    status_changed_ = true;
  }

  void settle(Disposition disposition, std::string reason) {
    decision_.disposition = disposition;
    decision_.reason = std::move(reason);
  }

  void refuse(const std::string& code) {
    settle(Disposition::refused, code);
    decision_.effects.push_back(AnswerAction{false, code});
  }

  void park(std::string reason) {
    settle(Disposition::parked, std::move(reason));
    undo();
  }

  // The case is as it was before this input, and nothing follows from it.
  void undo() {
    decision_.next = former_;
    decision_.effects.clear();
    decision_.entry.records.clear();
  }

  // The case stands still as it was before this input, which waits to be offered again.
  void incident(const std::string& why) {
    undo();
    decision_.configuration_changed = false;
    status_changed_ = false;
    settle(Disposition::incident, why);
    decision_.next.lifecycle = lifecycle::next(former_.lifecycle, CaseEvent::fault).next;
    decision_.next.incident = why;
    decision_.entry.trace["incident"] = why;
  }

  void abandon_everything() {
    for (const Timer& timer : decision_.next.timers) {
      if (!timer.fired) decision_.effects.push_back(ClearTimer{timer});
    }
    for (const OpenCall& call : decision_.next.calls) {
      decision_.effects.push_back(AbandonCall{call.id});
    }
    decision_.next.timers.clear();
    decision_.next.calls.clear();
    decision_.next.delayed = nullptr;
  }

  std::vector<std::string> active_paths(const Case& value) const {
    return workflow_.chart.active_paths(value.configuration);
  }

  void record() {
    Case& next = decision_.next;
    JournalEntry& entry = decision_.entry;
    entry.disposition = decision_.disposition;
    if (!decision_.reason.empty()) entry.trace["reason"] = decision_.reason;
    entry.trace["state"] = active_paths(next);
    next.sequence = former_.sequence + 1;
    next.decided_at = entry.at;
    entry.sequence = next.sequence;
    entry.status = next.status;
    if (status_changed_) entry.records.push_back(status_record());
    std::size_t index = 0;
    for (Record& record : entry.records) {
      record.event.id = fmt::format("{}/{}/{}", next.id.str(), entry.sequence, index++);
      record.event.time = entry.at;
    }
    entry.written_trace = write_json(entry.trace);
    entry.hash = chained_hash(former_.hash, next, entry, workflow_.digest);
    next.hash = entry.hash;
  }

  Record status_record() const {
    const Case& next = decision_.next;
    const std::string id = next.id.str();
    Record record;
    record.kind = Record::Kind::status;
    record.key = id;
    cloudevents::CloudEvent& event = record.event;
    event.source = fmt::format("/elukaar/{}/{}", next.municipality.str(), next.service);
    event.type = "ee.elukaar.status.changed.v1";
    event.subject = id;
    event.municipality = next.municipality;
    event.partition_key = id;
    event.correlation_id = id;
    event.causation_id = input_.key.id;
    event.extensions = {{"sequence", fmt::format("{:012}", next.sequence)}};
    // Members sorted, as everything that is hashed.
    record.data = fmt::format(
        R"({{"case":"{}","municipality":"{}","revision":{},"sequence":{},"service":{},"status":{}}})", id,
        next.municipality.str(), next.revision, next.sequence, write_json(next.service),
        write_json(*next.status));
    return record;
  }

  const workflow::Workflow& workflow_;
  const Case& former_;
  const Input& input_;
  const calendar::Calendar& calendar_;
  Decision decision_;
  bool status_changed_ = false;
};

}  // namespace

std::string_view kind_of(const Input& input) {
  static constexpr std::string_view names[] = {"event", "timer", "call", "action", "command"};
  return names[input.body.index()];
}

std::string_view to_string(CallUpdate::Kind kind) {
  static constexpr std::string_view names[] = {"delayed", "done", "error"};
  return names[static_cast<int>(kind)];
}

std::string_view to_string(Command::Kind kind) {
  static constexpr std::string_view names[] = {"suspend", "resume", "cancel", "retry"};
  return names[static_cast<int>(kind)];
}

std::string_view to_string(Disposition disposition) {
  static constexpr std::string_view names[] = {"applied", "deferred", "ignored", "refused",
                                               "stale",   "incident", "parked"};
  return names[static_cast<int>(disposition)];
}

Decision decide(const workflow::Workflow& workflow, const Case& value, const Input& input,
                Timestamp now, const calendar::Calendar& calendar) {
  return Deciding{workflow, value, input, now, calendar}.run();
}

Decision start(const workflow::Workflow& workflow, const Case& value, const Input& input, Timestamp now,
               const calendar::Calendar& calendar) {
  return Deciding{workflow, value, input, now, calendar}.start();
}

Decision stop(const workflow::Workflow& workflow, const Case& value, const Input& input, Timestamp now,
              const calendar::Calendar& calendar, const std::string& why) {
  return Deciding{workflow, value, input, now, calendar}.stop(why);
}

Digest chained_hash(const Digest& former, const Case& value, const JournalEntry& entry,
                    std::string_view digest) {
  std::string material(former.begin(), former.end());
  const auto add = [&material](std::string_view text) {
    material += std::to_string(text.size());
    material += ':';
    material += text;
  };
  add(value.municipality.str());
  add(value.id.str());
  add(std::to_string(entry.sequence));
  add(entry.key.source);
  add(entry.key.id);
  add(entry.kind);
  add(entry.name);
  add(to_string(entry.disposition));
  add(std::to_string(entry.cause));
  add(std::to_string(entry.at.time_since_epoch().count()));
  add(digest);
  add(entry.written_trace);
  for (const Record& record : entry.records) add(record.data);
  return sha256(material);
}

}  // namespace elukaar::core
