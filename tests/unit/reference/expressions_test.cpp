// workflows/docs/expressions.md: every example has the value that stands beside it, and every function,
// operator and macro of the program has an example.
#include <cctype>
#include <map>
#include <set>

#include "base/json.hpp"
#include "cel/functions.hpp"
#include "cel/program.hpp"
#include "unit/reference/page.hpp"

namespace elukaar::cel {
namespace {

const std::filesystem::path page =
    std::filesystem::path{ELUKAAR_SOURCE_DIR} / "workflows/docs/expressions.md";

// Of the case that the page shows.
class Facts : public CaseFacts {
 public:
  explicit Facts(const Json& data) : data_(data) {}
  bool in_state(std::string_view path) const override {
    const Json& states = data_["states"];
    return std::find(states.begin(), states.end(), path) != states.end();
  }
  Timestamp entered_at() const override {
    return parse_rfc3339(data_["enteredAt"].get_ref<const std::string&>()).value();
  }
  std::optional<ClockFacts> clock(std::string_view name) const override {
    const auto found = data_["clocks"].find(std::string{name});
    if (found == data_["clocks"].end()) return std::nullopt;
    ClockFacts facts;
    facts.due = parse_iso_date((*found)["due"].get_ref<const std::string&>());
    facts.paused = (*found)["paused"].get<bool>();
    facts.used_days = (*found)["usedDays"].get<int>();
    return facts;
  }

 private:
  const Json& data_;
};

// The type that a value shows.
Type type_of(const Json& value, const std::string& name) {
  if (value.is_boolean()) return Type::boolean();
  if (value.is_number_integer()) return Type::integer();
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (parse_iso_date(text)) return Type::date();
    return parse_rfc3339(text) ? Type::timestamp() : Type::string();
  }
  if (value.is_array()) return Type::list(type_of(value[0], name));
  if (!value.is_object()) return Type::dyn();
  std::vector<Type::Field> fields;
  for (const auto& [key, member] : value.items()) fields.push_back({key, type_of(member, key), true});
  return Type::object(name, std::move(fields));
}

class Expressions : public testing::Test {
 protected:
  Expressions() {
    for (const test::Section& section : sections_) {
      for (const test::Block& block : section.blocks) {
        if (block.info == "json case.json") data_ = Json::parse(block.text);
      }
    }
    for (const char* name : {"context", "parameters", "event", "systems"}) {
      environment_.variables.emplace(name, type_of(data_.at(name), name));
    }
    environment_.variables.emplace("now", Type::timestamp());
    environment_.case_functions = true;
  }

  // The value as JSON, or what is wrong.
  std::string value_of(const std::string& expression) const {
    const auto program = compile(expression, {"expressions.md", 1, 1}, environment_);
    if (!program) return to_text(program.error().front());
    const Facts facts(data_);
    Activation activation{&data_["event"], &data_["context"], &data_["parameters"], &data_["systems"],
                          parse_rfc3339(data_["now"].get<std::string>()), &facts};
    const auto value = program->evaluate(activation);
    return value ? value->dump() : value.error().text();
  }

  // The tables whose last two columns are an example and its value.
  std::vector<test::Table> tables() const {
    std::vector<test::Table> found;
    for (const test::Section& section : sections_) {
      for (const test::Table& table : section.tables) {
        const auto& head = table.rows.at(0);
        if (head.size() >= 2 && head.back() == "value") found.push_back(table);
      }
    }
    return found;
  }

  const std::vector<test::Section> sections_ = test::sections_of(page);
  Json data_;
  Environment environment_;
};

TEST_F(Expressions, have_the_values_that_stand_beside_them) {
  int examples = 0;
  for (const test::Table& table : tables()) {
    for (std::size_t i = 1; i < table.rows.size(); ++i) {
      const auto& row = table.rows[i];
      const std::string& example = row.at(row.size() - 2);
      ASSERT_EQ(test::quoted(example).size(), 1U) << example;
      EXPECT_EQ(value_of(test::quoted(example)[0]), test::quoted(row.back()).at(0)) << example;
      ++examples;
    }
  }
  EXPECT_GT(examples, 60);
}

TEST_F(Expressions, show_each_function_operator_and_macro_of_the_program_and_no_other) {
  std::set<std::string> known = {"has", "all", "exists", "exists_one", "map", "filter", "&&", "||", "? :"};
  for (const Function& function : functions()) known.emplace(function.name);
  std::set<std::string> told;
  for (const test::Table& table : tables()) {
    if (table.rows[0].size() < 3) continue;
    for (std::size_t i = 1; i < table.rows.size(); ++i) {
      const std::string name = test::quoted(table.rows[i][0]).at(0);
      EXPECT_TRUE(told.insert(name).second) << name << " is told twice";
      const std::string example = table.rows[i].at(table.rows[i].size() - 2);
      EXPECT_NE(example.find(name.substr(0, name.find(' '))), std::string::npos)
          << "the example of " << name << " does not use it: " << example;
    }
  }
  EXPECT_EQ(told, known);
}

TEST_F(Expressions, are_limited_as_the_page_says) {
  const std::string text = test::read_file(page);
  for (const char* limit : {"65,536 bytes", "200 deep", "100,000 operations"}) {
    EXPECT_NE(text.find(limit), std::string::npos) << limit;
  }
  EXPECT_EQ(max_source, 65'536U);
  EXPECT_EQ(max_nesting, 200);
  EXPECT_EQ(step_budget, 100'000);
}

}  // namespace
}  // namespace elukaar::cel
