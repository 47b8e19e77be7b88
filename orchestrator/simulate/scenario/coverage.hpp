#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "workflow/model/workflow.hpp"

namespace elukaar::simulate {

// How much of something has been seen.
struct Seen {
  std::set<std::string> all;
  std::set<std::string> seen;

  std::size_t reached() const;
  std::vector<std::string> missed() const;  // sorted
};

// What of one service's release has been walked through, by all its municipalities together.
struct ServiceCoverage {
  Seen states;       // by path
  Seen transitions;  // by rule: "informed.on.application-submitted[0]"
  Seen texts;        // shown or sent
};

// Gathers over many runs. A plain value.
class Coverage {
 public:
  // The release counts as it stands, whether or not anything of it is seen.
  void expect(const workflow::Workflow& workflow);
  // The trace of one journal row ({"from","to","rules",…}).
  void decided(const workflow::Workflow& workflow, const Json& trace);
  void shown(const workflow::Workflow& workflow, const std::string& text);

  const std::map<std::string, ServiceCoverage>& services() const { return services_; }

 private:
  std::map<std::string, ServiceCoverage> services_;  // by "service@release"
};

}  // namespace elukaar::simulate
