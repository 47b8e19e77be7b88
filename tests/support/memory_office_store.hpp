#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "office/office_store.hpp"
#include "support/memory_resident_store.hpp"

namespace elukaar::test {

// The officials' store in memory, over the cases of a MemoryResidentStore: the same promises as
// PostgreSQL's; tests/contract/office holds it to them.
class MemoryOfficeStore final : public office::OfficeStore {
 public:
  explicit MemoryOfficeStore(std::shared_ptr<ResidentData> data) : data_(std::move(data)) {}

  std::vector<caseview::CaseRecord> cases_of(const Municipality& municipality) override {
    data_->number_cases();
    std::vector<caseview::CaseRecord> found;
    for (const auto& each : data_->cases) {
      if (each.municipality == municipality && !each.status.is_null()) found.push_back(each);
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
      return a.decided_at > b.decided_at;
    });
    return found;
  }
  std::optional<caseview::CaseRecord> find_case(const Municipality& municipality,
                                                const Uuid& public_id) override {
    for (const auto& each : cases_of(municipality)) {
      if (each.public_id == public_id) return each;
    }
    return std::nullopt;
  }

  std::vector<office::TaskRecord> tasks_of(const Municipality& municipality) override {
    std::vector<office::TaskRecord> found;
    for (const auto& each : tasks) {
      if (each.of.municipality == municipality && is_open(each)) found.push_back(each);
    }
    const auto never = Date::max();
    std::stable_sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
      return a.by.value_or(never) < b.by.value_or(never);
    });
    if (found.size() > max_tasks) found.resize(max_tasks);
    return found;
  }
  std::optional<office::TaskRecord> task(const Municipality& municipality,
                                         const CallId& id) override {
    for (const auto& each : tasks) {
      if (each.id == id && each.of.municipality == municipality && (is_open(each) || each.answer)) {
        return each;
      }
    }
    return std::nullopt;
  }
  bool answer_task(const office::TaskAnswer& answer) override {
    for (auto& each : tasks) {
      if (each.id != answer.id || each.of.municipality != answer.municipality || !is_open(each)) {
        continue;
      }
      each.state = answer.state;
      each.answer = answer.answer;
      answers.push_back(answer);
      return true;
    }
    return false;
  }

  std::vector<office::TaskRecord> tasks;
  std::vector<office::TaskAnswer> answers;  // that were taken

 private:
  static bool is_open(const office::TaskRecord& task) {
    return task.state == lifecycle::CallState::entrusted;
  }

  std::shared_ptr<ResidentData> data_;
};

}  // namespace elukaar::test
