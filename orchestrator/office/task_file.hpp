#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "office/entries.hpp"
#include "office/tasks.hpp"

// The file that carries tasks out and their answers back. Internal to office.
namespace elukaar::office {

// One task as the file shows it.
struct FileTask {
  std::string id;
  std::vector<std::pair<std::string, std::string>> shown;  // column → what stands in it
  std::vector<Field> asked;                                // the answer's fields
};

// One line that came back. `given` as Tasks::answer's document; null: nothing was filled in.
struct FileAnswer {
  int line = 0;  // of the file, from 1
  std::string task;
  Json given;
  std::string problem;  // why the line cannot be read; empty: it can
};

std::string write_file(FileFormat format, const std::vector<FileTask>& tasks);

// Its lines in order, or what is wrong with the file as a whole. `fields_of_task` gives the fields
// of a task's answer (none: there is no such task): numbers are told from texts by them.
using FieldsOfTask = std::function<std::vector<Field>(const std::string& task)>;
Result<std::vector<FileAnswer>, std::string> read_file(FileFormat format, std::string_view content,
                                                       const FieldsOfTask& fields_of_task);

}  // namespace elukaar::office
