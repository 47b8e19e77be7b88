#pragma once

#include <string>

#include "calendar/calendar.hpp"
#include "core/clocks.hpp"
#include "core/decision.hpp"
#include "core/facts.hpp"

namespace elukaar::core {

// One macrostep of a case's chart with everything that the workflow hangs on it: expressions, context,
// timers, calls, parties. Changes `value` in place: after a failure it is worthless. What nothing takes
// leaves it as it was. Lives for one decision, on one thread.
class Step : private chart::Host {
 public:
  Step(const workflow::Workflow& workflow, Case& value, const Input& input, Timestamp now,
       const calendar::Calendar& calendar);

  // Starts a new case and offers it nothing; nobody is party to it yet.
  Result<void, std::string> start();
  // Starts a new case where needed, then offers `event` with `payload` as the expressions' `event`.
  // The error is a sentence for an operator, without values of the data.
  enum class Unhandled { nothing_happens, accepted };  // an event that no active state takes
  Result<void, std::string> run(const std::string& event, const Json& payload,
                                Unhandled unhandled = Unhandled::nothing_happens);
  // Tells the case's clocks that a timer of theirs has fired: the chart event to run next.
  Result<Json, std::string> clock_fired(const Timer& timer) { return clocks_.fired(timer); }

  // An official has confirmed this adverse step: run() may take it.
  void confirm(std::string step) { confirmed_ = std::move(step); }

  bool handled() const { return handled_; }
  bool changed() const { return changed_; }  // a state was left or entered, or the case was started
  bool done() const { return done_; }
  // What it did, to be taken once: what follows from it, and what leaves with the commit.
  std::vector<Effect> take_effects() { return std::move(effects_); }
  std::vector<Record> take_records() { return std::move(records_); }
  // Adds what it did to a journal entry's trace.
  void tell(Json& trace) const;

 private:
  void select_event(const chart::CurrentEvent& event) override;
  Result<bool, std::string> guard(int index, const chart::Configuration& active) override;
  Result<void, std::string> action(int index, const chart::Configuration& active,
                                   chart::Raiser& raiser) override;
  void taken(const chart::Transition& transition) override;
  void exited(chart::StateIndex state) override;
  void entered(chart::StateIndex state) override;

  Result<void, std::string> perform(const workflow::ActionBody& body, const cel::Activation& with,
                                    chart::Raiser& raiser);
  Result<void, std::string> perform(const workflow::Assign& assign, const cel::Activation& with);
  Result<void, std::string> perform(const workflow::Raise& raise, const cel::Activation& with,
                                    chart::Raiser& raiser);
  Result<void, std::string> perform(const workflow::Emit& emit, const cel::Activation& with);
  Result<void, std::string> perform(const workflow::Notify& notify, const cel::Activation& with);
  Result<void, std::string> perform(const workflow::Log& log, const cel::Activation& with);
  Result<void, std::string> perform(const workflow::Hold& hold);
  void add_record(Record::Kind kind, const std::string& type, std::string data, const std::string& key);
  Result<void, std::string> enter_initial_states();
  Result<void, std::string> settle();
  Result<void, std::string> wait();
  Result<void, std::string> arm_timers();
  std::vector<Timer>::const_iterator former_timer(const Timer& timer) const;
  Result<void, std::string> request_calls();
  Result<std::optional<Date>, std::string> task_date(const workflow::Invoke& invoke,
                                                     const Facts& facts) const;
  Result<void, std::string> find_parties();

  const workflow::Workflow& workflow_;
  const Input& input_;
  const calendar::Calendar& calendar_;
  Timestamp now_;
  Case& value_;
  const std::uint32_t entries_before_;  // entries with a higher number belong to this step
  Clocks clocks_;                       // of value_
  std::vector<Effect> effects_;
  std::vector<Record> records_;
  const Json* payload_ = nullptr;  // of the external event
  const Json* event_ = nullptr;    // what expressions see as `event`
  std::vector<Json> raised_;  // held by address: never moved
  std::vector<std::string> rules_;
  std::string confirmed_;
  std::string external_;  // name of the external event
  Json adverse_ = Json::array();
  Json moves_ = Json::array();    // timers whose date has moved
  std::vector<std::string> from_;
  std::uint32_t created_ = 0;  // ids derived so far
  bool handled_ = false;
  bool changed_ = false;
  bool done_ = false;
};

}  // namespace elukaar::core
