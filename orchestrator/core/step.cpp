#include "core/step.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_writing.hpp"
#include "base/overloaded.hpp"
#include "calendar/term.hpp"
#include "core/facts.hpp"

namespace elukaar::core {
namespace {

const Json empty_event = Json::object();

// When a delay is over, given its value and when its state was entered. Nothing: not known yet.
Result<std::optional<Timestamp>, std::string> due_time(const Json& value, bool end_of_day,
                                                       Timestamp entered_at) {
  if (value.is_null()) return std::optional<Timestamp>{};
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (const auto date = parse_iso_date(text)) {
      return std::optional{end_of_day ? calendar::end_of_day(*date)
                                      : calendar::start_of_day(*date)};
    }
    if (const auto time = parse_rfc3339(text)) return std::optional{*time};
    if (const auto period = calendar::Period::parse(text)) {
      return std::optional{calendar::add_period(entered_at, *period)};
    }
    if (text.size() > 1 && text.back() == 's') {  // a CEL duration, "30s" or "1.5s"
      try {
        const double seconds = std::stod(text);
        return std::optional{entered_at + std::chrono::microseconds{
                                              static_cast<std::int64_t>(seconds * 1e6)}};
      } catch (const std::exception&) {
      }
    }
  }
  return failure(std::string{"a delay must be a date, a time or a period"});
}

// The moment that counts in law: when the event happened, when an act was received; never a moment
// that has not come yet.
Timestamp counted_from(const Input& input, Timestamp now) {
  const overloaded of{[](const EventArrived& arrived) { return &arrived.event; },
                      [](const ActionTaken& taken) { return &taken.event; },
                      [](const TimerFired&) -> const Json* { return nullptr; },
                      [](const CallUpdate&) -> const Json* { return nullptr; },
                      [](const Command&) -> const Json* { return nullptr; }};
  const Json* event = std::visit(of, input.body);
  std::optional<Timestamp> own = input.received_at;
  if (event != nullptr) {
    const auto time = event->find("time");
    own = time != event->end() && time->is_string()
              ? parse_rfc3339(time->get_ref<const std::string&>())
              : std::nullopt;
  }
  return std::min(own.value_or(now), now);
}

std::string explained(const chart::Fault& fault) {
  const std::string where = to_text(Problem{fault.where, fault.what, "", "", Severity::error});
  return fmt::format("{} ({})", where, chart::to_string(fault.kind));
}

}  // namespace

Step::Step(const workflow::Workflow& workflow, Case& value, const Input& input, Timestamp now,
           const calendar::Calendar& calendar)
    : workflow_(workflow),
      input_(input),
      calendar_(calendar),
      now_(now),
      value_(value),
      entries_before_(value.entries),
      clocks_(workflow, value_, counted_from(input, now), now, calendar) {}

Result<void, std::string> Step::start() {
  payload_ = event_ = &empty_event;
  if (auto entered = enter_initial_states(); !entered) return entered;
  return wait();
}

Result<void, std::string> Step::enter_initial_states() {
  if (value_.context->is_null()) value_.context = workflow_.context;
  auto started = chart::start(workflow_.chart, *this);
  if (!started) return failure(explained(started.error()));
  value_.configuration = started->next;
  done_ = started->done;
  changed_ = true;
  return {};
}

Result<void, std::string> Step::run(const std::string& event, const Json& payload,
                                    Unhandled unhandled) {
  payload_ = &payload;
  event_ = &payload;
  external_ = event;
  from_ = workflow_.chart.active_paths(value_.configuration);
  if (value_.configuration.empty()) {
    if (auto entered = enter_initial_states(); !entered) return entered;
  }
  auto stepped = chart::step(workflow_.chart, value_.configuration, event, *this);
  if (!stepped) return failure(explained(stepped.error()));
  value_.configuration = stepped->next;
  handled_ = stepped->handled;
  done_ = done_ || stepped->done;
  if (!handled_ && !changed_ && unhandled == Unhandled::nothing_happens) return {};
  if (workflow_.events.count(event) > 0) {
    if (auto accepted = clocks_.accept(event, payload); !accepted) return accepted;
  }
  return settle();
}

// After the chart has come to rest: what the states now active wait for, and who is party to the case.
Result<void, std::string> Step::settle() {
  if (auto waiting = wait(); !waiting) return waiting;
  return find_parties();
}

Result<void, std::string> Step::wait() {
  event_ = payload_;
  if (done_) {
    for (const OpenCall& call : value_.calls) effects_.push_back(AbandonCall{call.id});
    for (const Timer& timer : value_.timers) {
      if (!timer.fired) effects_.push_back(ClearTimer{timer});
    }
    value_.calls.clear();
    value_.timers.clear();
    clocks_.close();
  } else {
    if (auto settled = clocks_.settle(); !settled) return settled;
    if (auto armed = arm_timers(); !armed) return armed;
    if (auto requested = request_calls(); !requested) return requested;
  }
  if (value_.calls.empty()) value_.delayed = nullptr;
  return {};
}

void Step::tell(Json& trace) const {
  auto& members = trace.get_ref<Json::object_t&>();
  members.reserve(members.size() + 8);  // these, and what the decision itself adds
  if (!adverse_.empty()) add_member(members, "adverse", adverse_);
  if (!clocks_.trace().empty()) add_member(members, "clocks", clocks_.trace());
  add_member(members, "from", from_);
  add_member(members, "rules", rules_);
  if (!moves_.empty()) add_member(members, "timersMoved", moves_);
  add_member(members, "to", workflow_.chart.active_paths(value_.configuration));
}

void Step::select_event(const chart::CurrentEvent& event) {
  switch (event.origin) {
    case chart::EventOrigin::raised:
      event_ = &raised_[static_cast<std::size_t>(event.payload)];
      break;
    case chart::EventOrigin::done:
      event_ = &empty_event;
      break;
    case chart::EventOrigin::start:
    case chart::EventOrigin::external:
      event_ = payload_;
      break;
  }
}

Result<bool, std::string> Step::guard(int index, const chart::Configuration& active) {
  const auto waits = workflow_.awaiting_confirmation.find(index);
  if (waits != workflow_.awaiting_confirmation.end() && waits->second != confirmed_) return false;
  const Facts facts(workflow_, value_, active, {}, calendar_, now_);
  const cel::Activation with = facts.activation(*event_);
  auto holds = workflow_.guards[static_cast<std::size_t>(index)].test(with);
  if (!holds) return failure(holds.error().text());
  return *holds;
}

Result<void, std::string> Step::action(int index, const chart::Configuration& active,
                                       chart::Raiser& raiser) {
  const Facts facts(workflow_, value_, active, {}, calendar_, now_);
  const cel::Activation with = facts.activation(*event_);
  return perform(workflow_.actions[static_cast<std::size_t>(index)], with, raiser);
}

Result<void, std::string> Step::perform(const workflow::ActionBody& body,
                                        const cel::Activation& with, chart::Raiser& raiser) {
  return std::visit(
      overloaded{[&](const workflow::Assign& assign) { return perform(assign, with); },
                 [&](const workflow::Raise& raise) { return perform(raise, with, raiser); },
                 [&](const workflow::Emit& emit) { return perform(emit, with); },
                 [&](const workflow::Notify& notify) { return perform(notify, with); },
                 [&](const workflow::Log& log) { return perform(log, with); },
                 [&](const workflow::Hold& hold) { return perform(hold); }},
      body);
}

Result<void, std::string> Step::perform(const workflow::Assign& assign, const cel::Activation& with) {
  auto value = assign.value.evaluate(with);
  if (!value) return failure(value.error().text());
  value_.context.change()[assign.key] = std::move(*value);
  return {};
}

Result<void, std::string> Step::perform(const workflow::Raise& raise, const cel::Activation& with,
                                        chart::Raiser& raiser) {
  auto data = raise.data.evaluate(with);
  if (!data) return failure(data.error().text());
  // The chart ends the step after the first event beyond its limit, before it selects it.
  if (raised_.size() > chart::max_raised_events) return {};
  raised_.reserve(chart::max_raised_events + 1);
  raised_.push_back(object_of("data", std::move(*data), "type", raise.event));
  raiser.raise(raise.event, static_cast<int>(raised_.size()) - 1);
  return {};
}

Result<void, std::string> Step::perform(const workflow::Emit& emit, const cel::Activation& with) {
  auto data = emit.data.evaluate(with);
  if (!data) return failure(data.error().text());
  const Json::json_pointer place(emit.partition_key);
  const bool has_key =
      !emit.partition_key.empty() && data->contains(place) && data->at(place).is_string();
  const std::string key = has_key ? data->at(place).get<std::string>() : value_.id.str();
  add_record(Record::Kind::service_event, emit.type, write_json(*data), key);
  return {};
}

Result<void, std::string> Step::perform(const workflow::Notify& notify, const cel::Activation& with) {
  auto args = notify.args.evaluate(with);
  if (!args) return failure(args.error().text());
  add_record(Record::Kind::notification_request, "ee.elukaar.notification.requested.v1",
             write_json(object_of("args", std::move(*args), "case", value_.id.str(), "text", notify.text)),
             value_.id.str());
  return {};
}

Result<void, std::string> Step::perform(const workflow::Log& log, const cel::Activation& with) {
  auto message = log.message.evaluate(with);
  if (!message) return failure(message.error().text());
  rules_.push_back("log: " + write_json(*message));
  return {};
}

Result<void, std::string> Step::perform(const workflow::Hold& hold) {
  const std::uint32_t entry = value_.entered[hold.state].number;
  std::erase_if(value_.held, [&](const HeldStep& step) { return step.code == hold.step; });
  value_.held.push_back({hold.step, hold.state, entry, external_, *payload_, now_});
  adverse_.push_back(object_of("held", true, "step", hold.step));
  return {};
}

void Step::add_record(Record::Kind kind, const std::string& type, std::string data,
                      const std::string& key) {
  Record record;
  record.kind = kind;
  record.key = key;
  record.event.source =
      fmt::format("/elukaar/{}/{}", value_.municipality.str(), value_.service);
  record.event.type = type;
  record.event.subject = value_.id.str();
  record.event.municipality = value_.municipality;
  record.event.partition_key = key;
  record.event.correlation_id = value_.id.str();
  record.event.causation_id = input_.key.id;
  record.data = std::move(data);
  records_.push_back(std::move(record));
}

void Step::taken(const chart::Transition& transition) {
  if (transition.tag >= 0) {
    rules_.push_back(workflow_.rules[static_cast<std::size_t>(transition.tag)]);
    const auto adverse = workflow_.adverse.find(transition.tag);
    if (adverse == workflow_.adverse.end()) return;
    Json step = {{"step", adverse->second.code}};
    if (adverse->second.legal_basis.empty()) {
      step["confirmedBy"] = "official";
    } else {
      step["legalBasis"] = adverse->second.legal_basis;
    }
    adverse_.push_back(std::move(step));
  }
}

void Step::exited(chart::StateIndex state) {
  changed_ = true;
  const std::string& path = workflow_.chart.state(state).path;
  // A finished case keeps showing its last states; their entries stay known.
  value_.entered.erase(path);
  std::erase_if(value_.held, [&](const HeldStep& step) { return step.state == path; });
  std::erase_if(value_.timers, [&](const Timer& timer) {
    if (timer.state != path) return false;
    if (!timer.fired) effects_.push_back(ClearTimer{timer});
    return true;
  });
  std::erase_if(value_.calls, [&](const OpenCall& call) {
    if (call.state != path) return false;
    effects_.push_back(AbandonCall{call.id});
    return true;
  });
}

void Step::entered(chart::StateIndex state) {
  changed_ = true;
  value_.entered[workflow_.chart.state(state).path] = {++value_.entries, now_};
}

// A date is computed again after every step; a period counts from entry. A timer that has fired stays
// fired until its state is left.
Result<void, std::string> Step::arm_timers() {
  std::vector<Timer> armed;
  for (const chart::StateIndex index : value_.configuration.states()) {
    const workflow::StateRule& state = workflow_.states[chart::position(index)];
    for (const workflow::After& after : state.afters) {
      const Entry entry = value_.entered[state.path];
      Timer timer{state.path, after.delay, entry.number, {}, false};
      const auto before = former_timer(timer);
      if (before != value_.timers.end() && before->fired) {
        armed.push_back(*before);
        continue;
      }
      Json value = after.delay;
      bool end_of_day = false;
      if (const auto delay = workflow_.delays.find(after.delay); delay != workflow_.delays.end()) {
        const Facts facts(workflow_, value_, value_.configuration, state.path, calendar_);
        auto result = delay->second.when.evaluate(facts.activation(*event_));
        if (!result) return failure(result.error().text());
        value = std::move(*result);
        end_of_day = delay->second.end_of_day;
      }
      auto due = due_time(value, end_of_day, entry.at);
      if (!due) return failure(fmt::format("delay `{}`: {}", after.delay, due.error()));
      if (!*due) {
        if (before != value_.timers.end()) effects_.push_back(ClearTimer{*before});
        continue;
      }
      timer.due = **due;
      if (before == value_.timers.end() || before->due != timer.due) {
        effects_.push_back(SetTimer{timer});
      }
      if (before != value_.timers.end() && before->due != timer.due) {
        moves_.push_back(object_of("from", to_rfc3339(before->due), "state", timer.state, "timer",
                                   timer.key, "to", to_rfc3339(timer.due)));
      }
      armed.push_back(std::move(timer));
    }
  }
  auto clock_timers = clocks_.timers();
  if (!clock_timers) return failure(clock_timers.error());
  for (Timer& timer : *clock_timers) {
    const auto before = former_timer(timer);
    if (before == value_.timers.end() || before->due != timer.due) {
      effects_.push_back(SetTimer{timer});
    }
    armed.push_back(std::move(timer));
  }
  // What clocks no longer wait for; a state's timers were cleared when it was left.
  for (const Timer& before : value_.timers) {
    if (!before.state.empty() || before.fired) continue;
    const bool still = std::any_of(armed.begin(), armed.end(), [&](const Timer& timer) {
      return timer.same_wait(before);
    });
    if (!still) effects_.push_back(ClearTimer{before});
  }
  value_.timers = std::move(armed);
  return {};
}

std::vector<Timer>::const_iterator Step::former_timer(const Timer& timer) const {
  return std::find_if(value_.timers.begin(), value_.timers.end(), [&](const Timer& candidate) {
    return candidate.same_wait(timer);
  });
}

// A state entered in this step asks what it has to ask.
Result<void, std::string> Step::request_calls() {
  for (const chart::StateIndex index : value_.configuration.states()) {
    const workflow::StateRule& state = workflow_.states[chart::position(index)];
    if (state.invokes.empty()) continue;
    const Entry entry = value_.entered[state.path];
    if (entry.number <= entries_before_) continue;
    for (const workflow::Invoke& invoke : state.invokes) {
      const Facts facts(workflow_, value_, value_.configuration, state.path, calendar_);
      auto input = invoke.input.evaluate(facts.activation(*event_));
      if (!input) return failure(input.error().text());
      const CallId id{Uuid::derived(input_.received_at, input_.key.source,
                                    value_.id.str() + "/" + input_.key.id, ++created_)};
      auto by = task_date(invoke, facts);
      if (!by) return failure(by.error());
      value_.calls.push_back({id, state.path, invoke.id, entry.number, invoke.role});
      effects_.push_back(RequestCall{{id, state.path, entry.number, invoke.id, invoke.role,
                                      invoke.operation, std::move(*input), invoke.timeout, *by}});
    }
  }
  return {};
}

// By when an official is to have answered; nothing where a system does.
Result<std::optional<Date>, std::string> Step::task_date(const workflow::Invoke& invoke,
                                                         const Facts& facts) const {
  if (!invoke.by || !workflow_.municipality.does_by_hand(invoke.role)) return std::nullopt;
  const auto by = invoke.by->evaluate(facts.activation(*event_));
  if (!by) return failure(by.error().text());
  return by->is_string() ? parse_iso_date(by->get_ref<const std::string&>()) : std::nullopt;
}

Result<void, std::string> Step::find_parties() {
  if (workflow_.parties.empty()) return {};
  const Facts facts(workflow_, value_, value_.configuration, {}, calendar_);
  const cel::Activation with = facts.activation(empty_event);
  std::vector<Party> parties;
  for (const auto& [role, program] : workflow_.parties) {
    auto persons = program.evaluate(with);
    if (!persons) return failure(persons.error().text());
    const auto add = [&, &role_ = role](const Json& person) {
      if (person.is_string()) parties.push_back({Pseudonym{person.get<std::string>()}, role_});
    };
    if (persons->is_array()) {
      for (const Json& person : *persons) add(person);
    } else {
      add(*persons);  // null: nobody yet
    }
  }
  std::sort(parties.begin(), parties.end());
  parties.erase(std::unique(parties.begin(), parties.end()), parties.end());
  if (parties != value_.parties) {
    value_.parties = parties;
    effects_.push_back(ReplaceParties{std::move(parties)});
  }
  return {};
}

}  // namespace elukaar::core
