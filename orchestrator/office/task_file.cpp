#include "office/task_file.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <optional>

#include <fmt/format.h>

namespace elukaar::office {
namespace {

// A spreadsheet of Estonia separates with a semicolon; on reading both are known.
constexpr char separator = ';';
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // by which spreadsheets know UTF-8
constexpr std::string_view task_column = "task";
constexpr std::string_view outcome_column = "result.outcome";  // done | refused
constexpr std::string_view refusal_column = "result.refusal";  // a code
constexpr std::string_view result_prefix = "result.";
constexpr std::size_t max_columns = 200;

// "/queue/position" is the column `result.queue.position`.
std::string column_of(const Field& field) {
  std::string name = std::string{result_prefix} + field.path.substr(1);
  std::replace(name.begin(), name.end(), '/', '.');
  return name;
}

// RFC 4180. What a spreadsheet would take for a formula is shown as the text that it is.
std::string cell(std::string text) {
  if (!text.empty() && std::string_view{"=+-@\t\r"}.find(text.front()) != std::string_view::npos) {
    text.insert(text.begin(), '\'');
  }
  if (text.find_first_of(";,\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

void add_once(std::vector<std::string>& columns, const std::string& column) {
  if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
}

void add_row(std::string& text, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) text += separator;
    text += cell(cells[i]);
  }
  text += "\r\n";
}

std::string write_csv(const std::vector<FileTask>& tasks) {
  std::vector<std::string> columns{std::string{task_column}};
  std::vector<std::string> asked{std::string{outcome_column}, std::string{refusal_column}};
  for (const FileTask& task : tasks) {
    for (const auto& [column, text] : task.shown) add_once(columns, column);
    for (const Field& field : task.asked) add_once(asked, column_of(field));
  }
  const std::size_t shown = columns.size();
  columns.insert(columns.end(), asked.begin(), asked.end());
  std::string text{byte_order_mark};
  add_row(text, columns);
  for (const FileTask& task : tasks) {
    const std::map<std::string, std::string> values(task.shown.begin(), task.shown.end());
    std::vector<std::string> cells(columns.size());
    cells[0] = task.id;
    for (std::size_t i = 1; i < shown; ++i) {
      const auto value = values.find(columns[i]);
      if (value != values.end()) cells[i] = value->second;
    }
    add_row(text, cells);
  }
  return text;
}

std::string write_json_lines(const std::vector<FileTask>& tasks) {
  std::string text;
  for (const FileTask& task : tasks) {
    Json line = {{"task", task.id}, {"shown", Json::object()}, {"asked", Json::object()},
                 {"result", nullptr}};
    for (const auto& [column, value] : task.shown) line["shown"][column] = value;
    for (const Field& field : task.asked) line["asked"][field.path] = field.options;
    text += line.dump() + "\n";
  }
  return text;
}

struct Row {
  int line = 0;
  std::vector<std::string> cells;
};

// Reads one row from `at` on; the line that it begins in stands in it.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {
    if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
    const std::string_view header = text_.substr(0, text_.find('\n'));
    separator_ = std::count(header.begin(), header.end(), ';') >=
                         std::count(header.begin(), header.end(), ',')
                     ? ';'
                     : ',';
  }

  // Nothing at the end; the error is a sentence.
  Result<std::optional<Row>, std::string> next() {
    if (at_ >= text_.size()) return std::nullopt;
    Row row{line_, {""}};
    bool quoted = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      if (quoted) {
        if (c != '"') {
          row.cells.back() += c;
        } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
          row.cells.back() += '"';
          ++at_;
        } else {
          quoted = false;
        }
      } else if (c == '"' && row.cells.back().empty()) {
        quoted = true;
      } else if (c == separator_) {
        if (row.cells.size() == max_columns) {
          return failure(fmt::format("line {}: expected at most {} columns", row.line, max_columns));
        }
        row.cells.emplace_back();
      } else if (c == '\n') {
        ++at_;
        return row;
      } else if (c != '\r') {
        row.cells.back() += c;
      }
    }
    if (quoted) {
      return failure(fmt::format(
          "line {}: a quotation mark is opened and not closed; close it, or double it", row.line));
    }
    return row;
  }

 private:
  std::string_view text_;
  char separator_ = ';';
  std::size_t at_ = 0;
  int line_ = 1;
};

std::string trimmed(const std::string& text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

// The text of a cell as the field's type wants it; what does not fit stays a text and is told by the
// operation's schema.
Json typed(const Field& field, const std::string& text) {
  if (field.type == "number") {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size()) return number;
  }
  if (field.type == "yes-no" && (text == "true" || text == "false")) return text == "true";
  return text;
}

// One row of answers: {"done": …}, {"refused": …}, or null where all its columns are empty.
FileAnswer answer_of(const Row& row, const std::map<std::string, std::size_t>& columns,
                     const FieldsOfTask& fields_of_task) {
  const auto value = [&](const std::string& column) -> std::string {
    const auto found = columns.find(column);
    if (found == columns.end() || found->second >= row.cells.size()) return {};
    return trimmed(row.cells[found->second]);
  };
  FileAnswer answer{row.line, value(std::string{task_column}), nullptr, {}};
  const std::string outcome = value(std::string{outcome_column});
  const std::string refusal = value(std::string{refusal_column});
  Json done = Json::object();
  for (const Field& field : fields_of_task(answer.task)) {
    const std::string text = value(column_of(field));
    if (!text.empty()) done[Json::json_pointer{field.path}] = typed(field, text);
  }
  if (answer.task.empty()) {
    answer.problem = "expected the task in the column `task`, found nothing; leave it as it was";
  } else if (outcome.empty() && refusal.empty() && done.empty()) {
    return answer;
  } else if (outcome == "refused" || (outcome.empty() && !refusal.empty())) {
    answer.given = {{"refused", {{"code", refusal}}}};
  } else if (outcome == "done" || outcome.empty()) {
    answer.given = {{"done", std::move(done)}};
  } else {
    answer.problem = fmt::format("`{}`: expected done or refused; write one of them", outcome_column);
  }
  return answer;
}

Result<std::vector<FileAnswer>, std::string> read_csv(std::string_view content,
                                                      const FieldsOfTask& fields_of_task) {
  CsvReader reader(content);
  auto header = reader.next();
  if (!header) return failure(header.error());
  std::map<std::string, std::size_t> columns;
  if (*header) {
    for (std::size_t i = 0; i < (*header)->cells.size(); ++i) {
      columns.emplace(trimmed((*header)->cells[i]), i);
    }
  }
  for (const std::string_view needed : {task_column, outcome_column}) {
    if (columns.contains(std::string{needed})) continue;
    return failure(fmt::format("line 1: expected a column `{}`, found none; keep the first line as "
                               "the file had it",
                               needed));
  }
  std::vector<FileAnswer> answers;
  for (;;) {
    const auto row = reader.next();
    if (!row) return failure(row.error());
    if (!*row) return answers;
    const auto& cells = (*row)->cells;
    if (std::all_of(cells.begin(), cells.end(), [](const auto& one) { return one.empty(); })) {
      continue;
    }
    if (answers.size() == max_file_rows) {
      return failure(fmt::format("expected at most {} lines; send the rest as another file",
                                 max_file_rows));
    }
    answers.push_back(answer_of(**row, columns, fields_of_task));
  }
}

Result<std::vector<FileAnswer>, std::string> read_json_lines(std::string_view content) {
  std::vector<FileAnswer> answers;
  int number = 0;
  while (!content.empty()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view text = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    ++number;
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (answers.size() == max_file_rows) {
      return failure(fmt::format("expected at most {} lines; send the rest as another file",
                                 max_file_rows));
    }
    FileAnswer answer{number, {}, nullptr, {}};
    const Json line = Json::parse(text, nullptr, false);
    const Json task = line.is_object() ? line.value("task", Json()) : Json();
    if (task.is_string()) {
      answer.task = task.get<std::string>();
      answer.given = line.value("result", Json());
    } else {
      answer.problem = "expected a JSON object with `task`, a text, and `result`; one object a line";
    }
    answers.push_back(std::move(answer));
  }
  return answers;
}

}  // namespace

std::string write_file(FileFormat format, const std::vector<FileTask>& tasks) {
  return format == FileFormat::csv ? write_csv(tasks) : write_json_lines(tasks);
}

Result<std::vector<FileAnswer>, std::string> read_file(FileFormat format, std::string_view content,
                                                       const FieldsOfTask& fields_of_task) {
  return format == FileFormat::csv ? read_csv(content, fields_of_task) : read_json_lines(content);
}

}  // namespace elukaar::office
