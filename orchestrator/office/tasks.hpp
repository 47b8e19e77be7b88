#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "caseview/answer.hpp"
#include "caseview/services.hpp"
#include "engine/ports/vault.hpp"
#include "identity/session.hpp"
#include "kit/registry.hpp"
#include "office/office_store.hpp"
#include "privacy/keyring.hpp"

namespace elukaar::office {

using caseview::Answer;
using identity::Session;

// How the file of tasks is written: for a spreadsheet, or a JSON object a line.
enum class FileFormat { csv, json_lines };
std::optional<FileFormat> parse_file_format(std::string_view word);  // "csv", "jsonl"

// Limits of a file: how many tasks go out in one, so that it can come back (the body's limit), and how
// many lines come back.
inline constexpr std::size_t max_file_tasks = 100;
inline constexpr std::size_t max_file_rows = 500;

struct TaskFile {
  std::string name;          // "tasks-0478-2027-03-01.csv"
  std::string content_type;
  std::string content;
};

// What officials do where the municipality has no system for a role: each call of it is a task until
// somebody has answered it, on the page or by the file. The call's id names the task and is the key of
// its answer: the same one again changes nothing, another one is a conflict. Persons are looked up
// when a task is opened or the file is made, with a usage record; a list looks at nobody.
// As Office: one object for each thread, functions block, faults pass through.
class Tasks {
 public:
  Tasks(const caseview::Services& services, const kit::Registry& connectors,
        const privacy::Keyring& keyring, OfficeStore& store, caseview::ViewStore& views,
        engine::Vault& vault)
      : services_(services), connectors_(connectors), keyring_(keyring), store_(store),
        views_(views), vault_(vault) {}

  Answer<Json> list(const Session& session, texts::Language language);
  Answer<Json> view(const Session& session, const std::string& task_id, texts::Language language);
  // `document`: {"done": {…}} with what the operation answers, or {"refused": {"code"}}.
  Answer<Json> answer(const Session& session, const std::string& task_id,
                      const std::string& document, texts::Language language);

  // The max_file_tasks that are due first, with empty columns for their answers.
  Answer<TaskFile> file(const Session& session, FileFormat format, texts::Language language);
  // The same file, filled in. What became of each line; a bad line hinders no other.
  Answer<Json> take_file(const Session& session, FileFormat format, const std::string& content,
                         texts::Language language);

 private:
  struct Open;
  Answer<Open> find(const Session& session, const std::string& task_id, texts::Language language);
  std::optional<Open> opened(TaskRecord record, texts::Language language);
  Answer<Json> judge(const Open& task, const Json& given) const;
  Answer<Json> keep(const Session& session, const Open& task, const Json& given);
  Json look_up(const Session& session, const Open& task);

  const caseview::Services& services_;
  const kit::Registry& connectors_;
  const privacy::Keyring& keyring_;
  OfficeStore& store_;
  caseview::ViewStore& views_;
  engine::Vault& vault_;
};

}  // namespace elukaar::office
