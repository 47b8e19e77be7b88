#include <fstream>
#include <iterator>
#include <ostream>
#include <set>

#include <fmt/format.h>

#include "base/json.hpp"
#include "cel/program.hpp"
#include "app/commands/author_commands.hpp"
#include "app/commands/exit_codes.hpp"

// `elukaar cel`.
namespace elukaar::app {
namespace {

constexpr std::size_t max_cel_data_bytes = 16 * 1024 * 1024;

// What the case answers, as far as the data say.
class GivenFacts : public cel::CaseFacts {
 public:
  explicit GivenFacts(const Json& data) {
    if (data.contains("states") && data["states"].is_array()) {
      for (const Json& path : data["states"]) {
        if (path.is_string()) states_.insert(path.get<std::string>());
      }
    }
    entered_ = time_of(data, "enteredAt").value_or(Timestamp{});
  }
  static std::optional<Timestamp> time_of(const Json& data, const char* name) {
    if (!data.contains(name) || !data[name].is_string()) return std::nullopt;
    return parse_rfc3339(data[name].get<std::string>());
  }

  bool in_state(std::string_view path) const override { return states_.count(path) > 0; }
  Timestamp entered_at() const override { return entered_; }

 private:
  std::set<std::string, std::less<>> states_;
  Timestamp entered_{};
};

// The type that the data show; members that they lack are no fields.
cel::Type type_of(const Json& value, const std::string& name) {
  using cel::Type;
  if (value.is_boolean()) return Type::boolean();
  if (value.is_number_integer()) return Type::integer();
  if (value.is_number()) return Type::floating();
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (parse_iso_date(text)) return Type::date();
    return parse_rfc3339(text) ? Type::timestamp() : Type::string();
  }
  if (value.is_array()) {
    return Type::list(value.empty() ? Type::dyn() : type_of(value[0], name));
  }
  if (!value.is_object()) return Type::dyn();
  std::vector<Type::Field> fields;
  for (const auto& [key, member] : value.items()) {
    fields.push_back({key, type_of(member, name + "." + key), true});
  }
  return Type::object(name, std::move(fields));
}

// The line of the expression with a caret below the place.
std::string with_caret(const std::string& expression, const SourcePosition& where) {
  std::size_t begin = 0;
  for (int line = 1; line < where.line && begin != std::string::npos; ++line) {
    begin = expression.find('\n', begin);
    if (begin != std::string::npos) ++begin;
  }
  if (where.line < 1 || begin == std::string::npos) return {};
  const std::string line = expression.substr(begin, expression.find('\n', begin) - begin);
  const auto column = static_cast<std::size_t>(std::max(where.column, 1) - 1);
  return fmt::format("  {}\n  {}^\n", line, std::string(column, ' '));
}

Result<Json, std::string> read_data(const std::filesystem::path& path) {
  if (path.empty()) return Json::object();
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return failure(fmt::format("--with: {} cannot be read", path.string()));
  const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (text.size() > max_cel_data_bytes) {
    return failure(fmt::format("--with: expected at most {} bytes, found {}", max_cel_data_bytes,
                               text.size()));
  }
  Json data = Json::parse(text, nullptr, false);
  if (data.is_object()) return data;
  return failure(fmt::format("--with: expected a JSON object such as {{\"context\": {{…}}}} in {}, "
                             "found {}",
                             path.string(), data.is_discarded() ? "no JSON" : data.type_name()));
}

std::string bare(const std::string& expression) {
  const std::size_t begin = expression.find_first_not_of(" \t\n");
  const std::size_t end = expression.find_last_not_of(" \t\n");
  if (begin == std::string::npos) return {};
  const std::string trimmed = expression.substr(begin, end - begin + 1);
  const bool wrapped = trimmed.size() >= 4 && trimmed.starts_with("{{") && trimmed.ends_with("}}");
  return wrapped ? bare(trimmed.substr(2, trimmed.size() - 4)) : trimmed;
}

}  // namespace

int evaluate_cel(const CelOptions& options, std::ostream& out, std::ostream& err) {
  const std::string expression = bare(options.expression);
  if (expression.empty()) {
    err << "expected an expression such as \"1 + 1\", found none\n";
    return bad_usage;
  }
  auto data = read_data(options.with);
  if (!data) {
    err << data.error() << '\n';
    return bad_usage;
  }
  cel::Environment environment;
  environment.case_functions = true;
  cel::Activation with;
  const GivenFacts facts(*data);
  with.facts = &facts;
  with.now = GivenFacts::time_of(*data, "now");
  for (const auto& [name, value] : data->items()) {
    if (name == "states" || name == "enteredAt") continue;
    if (name == "now") {
      environment.variables.emplace(name, cel::Type::timestamp());
      continue;
    }
    environment.variables.emplace(name, type_of(value, name));
    if (name == "event") with.event = &value;
    else if (name == "context") with.context = &value;
    else if (name == "parameters") with.parameters = &value;
    else with.others.emplace_back(name, &value);
  }
  const auto program = cel::compile(expression, {"expression", 1, 1}, environment);
  if (!program) {
    for (const Problem& problem : program.error()) {
      err << to_text(problem) << '\n' << with_caret(expression, problem.where);
    }
    return found_problems;
  }
  const auto value = program->evaluate(with);
  if (!value) {
    err << fmt::format("expression:{}:{}: error: {}\n", value.error().where.line,
                       value.error().where.column, value.error().what)
        << with_caret(expression, value.error().where);
    return found_problems;
  }
  out << value->dump(2) << '\n';
  return ok;
}

}  // namespace elukaar::app
