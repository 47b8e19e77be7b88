#pragma once

#include <optional>
#include <string>
#include <vector>

#include "caseview/view_store.hpp"
#include "lifecycle/call_lifecycle.hpp"

namespace elukaar::office {

// What the office's own messages carry as their source: "/kov/0653/office".
std::string source_of(const Municipality& municipality);

// A connector call that an official carries out, and the case that asked for it. Process facts and
// pseudonyms only.
struct TaskRecord {
  caseview::CaseRecord of;
  CallId id;
  std::string role;
  std::string operation;
  Json input;
  std::optional<Date> by;
  Timestamp since{};  // real time
  lifecycle::CallState state = lifecycle::CallState::entrusted;
  std::optional<Digest> answer;  // once there is one: of what was answered
};

// What an official has answered to a task.
struct TaskAnswer {
  Municipality municipality;
  CallId id;
  lifecycle::CallState state = lifecycle::CallState::succeeded;  // or failed
  Json result;                                                   // as of any call
  Digest answer{};
  Pseudonym official;
};

// What officials' pages read. Contract:
// - Every read of a case takes the official's municipality; nothing of another one is found.
// - Cases without a status are not there: nothing has been said in them yet.
// - A task is there while its call is entrusted, and afterwards for as long as the call's row: so a
//   repeated answer is known again.
// - Functions block; faults are engine::StoreFault. An object belongs to one thread at a time.
class OfficeStore {
 public:
  static constexpr std::size_t max_cases = 200;  // of one list, the last changed first
  static constexpr std::size_t max_tasks = 1000;  // of one list, the first due first

  virtual ~OfficeStore() = default;

  virtual std::vector<caseview::CaseRecord> cases_of(const Municipality& municipality) = 0;
  virtual std::optional<caseview::CaseRecord> find_case(const Municipality& municipality,
                                                        const Uuid& public_id) = 0;

  // Those that wait for somebody.
  virtual std::vector<TaskRecord> tasks_of(const Municipality& municipality) = 0;
  // Waiting or answered.
  virtual std::optional<TaskRecord> task(const Municipality& municipality, const CallId& id) = 0;
  // Whether the answer was taken: the task still waited. Its result reaches the case as any call's.
  virtual bool answer_task(const TaskAnswer& answer) = 0;
};

}  // namespace elukaar::office
