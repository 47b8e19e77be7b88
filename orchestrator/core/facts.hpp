#pragma once

#include <optional>
#include <string_view>

#include "calendar/calendar.hpp"
#include "core/case.hpp"

namespace elukaar::core {

// The case as expressions ask it. `state` is the one that the expression belongs to; `now` is given
// where `now` is allowed. Borrows everything.
class Facts : public cel::CaseFacts {
 public:
  Facts(const workflow::Workflow& workflow, const Case& value, const chart::Configuration& active,
        std::string_view state, const calendar::Calendar& calendar,
        std::optional<Timestamp> now = {})
      : workflow_(workflow), value_(value), active_(active), state_(state), calendar_(calendar),
        now_(now) {}

  bool in_state(std::string_view path) const override;
  Timestamp entered_at() const override;
  std::optional<cel::ClockFacts> clock(std::string_view name) const override;

  // What an expression sees, with `event` as its event. Lives as long as this.
  cel::Activation activation(const Json& event) const;

 private:
  const workflow::Workflow& workflow_;
  const Case& value_;
  const chart::Configuration& active_;
  std::string_view state_;
  const calendar::Calendar& calendar_;
  std::optional<Timestamp> now_;
};

}  // namespace elukaar::core
