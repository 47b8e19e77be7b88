#include "simulate/scenario/coverage.hpp"

#include <algorithm>
#include <iterator>


namespace elukaar::simulate {
namespace {

std::string release_name(const workflow::Workflow& workflow) {
  return workflow.service + "@" + workflow.release;
}

}  // namespace

std::size_t Seen::reached() const {
  return static_cast<std::size_t>(
      std::count_if(seen.begin(), seen.end(), [&](const auto& each) { return all.contains(each); }));
}

std::vector<std::string> Seen::missed() const {
  std::vector<std::string> missing;
  std::set_difference(all.begin(), all.end(), seen.begin(), seen.end(), std::back_inserter(missing));
  return missing;
}

void Coverage::expect(const workflow::Workflow& workflow) {
  ServiceCoverage& service = services_[release_name(workflow)];
  for (const std::string& path : workflow.chart.paths()) service.states.all.insert(path);
  service.transitions.all.insert(workflow.rules.begin(), workflow.rules.end());
  for (const std::string& text : workflow::shown_texts(workflow)) service.texts.all.insert(text);
}

void Coverage::decided(const workflow::Workflow& workflow, const Json& trace) {
  ServiceCoverage& service = services_[release_name(workflow)];
  for (const char* member : {"from", "to"}) {
    for (const Json& path : trace.value(member, Json::array())) {
      // With a state all those that hold it are active.
      std::string name = path.get<std::string>();
      service.states.seen.insert(name);
      for (std::size_t dot = name.rfind('.'); dot != std::string::npos; dot = name.rfind('.')) {
        name.resize(dot);
        service.states.seen.insert(name);
      }
    }
  }
  for (const Json& rule : trace.value("rules", Json::array())) {
    const std::string name = rule.get<std::string>();
    service.transitions.seen.insert(name);
    // A state that is passed through within one step is named by the rule that leaves it.
    for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
      service.states.seen.insert(name.substr(0, dot));
    }
  }
}

void Coverage::shown(const workflow::Workflow& workflow, const std::string& text) {
  services_[release_name(workflow)].texts.seen.insert(text);
}

}  // namespace elukaar::simulate
