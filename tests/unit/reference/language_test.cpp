// workflows/docs/language.md: its examples are one service that lint finds well and whose scenarios come
// true; its tables name the keys that the loader and the editor's schema know, each with an example.
#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/commands/simulation_commands.hpp"
#include "app/commands/workflow_commands.hpp"
#include "base/json.hpp"
#include "documents/yaml.hpp"
#include "simulate/compare/migration.hpp"
#include "support/temporary_folder.hpp"
#include "unit/reference/page.hpp"
#include "workflow/load/calendar_file.hpp"

namespace elukaar {
namespace {

namespace fs = std::filesystem;
using Keys = std::set<std::string>;

const fs::path tree{ELUKAAR_SOURCE_DIR};

// Unlike a merge patch: what is null stays.
void lay_over(documents::Node& whole, const documents::Node& part) {
  using Kind = documents::Node::Kind;
  if (!whole.is(Kind::mapping) || !part.is(Kind::mapping)) {
    whole = part;
    return;
  }
  for (const documents::Node::Entry& entry : part.entries) {
    if (documents::Node* known = whole.find(entry.key)) {
      lay_over(*known, entry.value);
    } else {
      whole.entries.push_back(entry);
    }
  }
}

// The page's blocks of one file laid over each other, as the file that they are together.
std::map<std::string, documents::Node> files_of(const std::vector<test::Section>& sections) {
  std::map<std::string, documents::Node> files;
  for (const test::Section& section : sections) {
    for (const test::Block& block : section.blocks) {
      if (!block.info.starts_with("yaml ")) continue;
      const std::string name = block.info.substr(5);
      const auto node = documents::read_yaml(block.text, "language.md, " + section.heading);
      EXPECT_TRUE(node) << (node ? "" : to_text(node.error().front()));
      if (node) lay_over(files[name], *node);
    }
  }
  return files;
}

class Language : public testing::Test {
 protected:
  Language() {
    for (const char* part : {"events", "connectors"}) {
      fs::create_directory_symlink(tree / part, folder_.path() / part);
    }
    for (const auto& [name, node] : files_of(sections_)) {
      write(name, node);
      // The page shows the English words; here they stand in for the other two languages.
      const std::size_t english = name.find("texts/en.yaml");
      if (english == std::string::npos) continue;
      for (const char* other : {"texts/et.yaml", "texts/ru.yaml"}) {
        write(name.substr(0, english) + other, node);
      }
    }
  }

  // JSON is YAML, too.
  void write(const std::string& name, const documents::Node& node) const {
    const fs::path path = folder_.path() / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << documents::to_ordered_json(node).dump(1);
  }

  const std::vector<test::Section> sections_ = test::sections_of(tree / "workflows/docs/language.md");
  test::TemporaryFolder folder_;
  std::ostringstream out_, err_;
};

TEST_F(Language, examples_are_a_service_without_a_fault) {
  EXPECT_EQ(app::lint_workflows({{folder_.path() / "workflows"}, folder_.path(), "text"}, out_, err_), 0) << err_.str();
  EXPECT_EQ(out_.str(), "2 files, 0 errors, 0 warnings\n");
}

TEST_F(Language, scenarios_come_true) {
  app::TestOptions options;
  options.paths = {folder_.path() / "workflows"};
  options.content_dir = folder_.path();
  EXPECT_EQ(app::test_workflows(options, out_, err_), 0) << err_.str() << out_.str();
  EXPECT_NE(out_.str().find("2 scenarios, 0 failed"), std::string::npos) << out_.str();
}

TEST_F(Language, example_of_a_calendar_and_of_a_state_map_can_be_read) {
  const auto calendar = workflow::read_calendar(folder_.path());
  EXPECT_TRUE(calendar) << to_text(calendar.error().front());
  const auto map =
      simulate::read_state_map(folder_.path() / "workflows/summer-camp/migrations/2026.1--2027.1.yaml");
  EXPECT_TRUE(map) << to_text(map.error().front());
}

TEST_F(Language, example_of_a_behaviour_lets_families_apply_and_answer) {
  app::SimulateOptions options;
  options.file = folder_.path() / "workflows/municipalities/saue/summer-camp.yaml";
  options.content_dir = folder_.path();
  options.from = "2027-01-01";
  options.years = 1;
  options.families = 100;
  options.format = "json";
  EXPECT_EQ(app::simulate_workflow(options, out_, err_), 0);
  EXPECT_EQ(err_.str(), "");
  const Json forecast = Json::parse(out_.str());
  EXPECT_EQ(forecast.at("refused"), Json::object());
  for (const char* text : {"told", "queued", "offered", "preparing", "over"}) {
    EXPECT_TRUE(forecast.at("texts").contains(text)) << text << " is never reached: " << forecast.at("texts").dump();
  }
  EXPECT_GT(forecast.at("waitDays").at("count"), 20);
}

// ---- Keys ------------------------------------------------------------------------------------------

struct Named {
  std::string what;
  Keys keys;
};

// What the tables "key of …" name: `starts.when` is a key of what `starts` holds.
std::vector<Named> documented(const std::vector<test::Section>& sections) {
  std::vector<Named> all;
  for (const test::Section& section : sections) {
    for (const test::Table& table : section.tables) {
      const std::string head = table.rows.at(0).at(0);
      if (!head.starts_with("key of ")) continue;
      std::map<std::string, Keys> parts;
      for (std::size_t i = 1; i < table.rows.size(); ++i) {
        for (const std::string& key : test::quoted(table.rows[i][0])) {
          const std::size_t dot = key.rfind('.');
          parts[dot == std::string::npos ? "" : key.substr(0, dot)].insert(
              dot == std::string::npos ? key : key.substr(dot + 1));
        }
      }
      for (auto& [part, keys] : parts) {
        all.push_back({head.substr(7) + (part.empty() ? "" : ", `" + part + "`"), std::move(keys)});
      }
    }
  }
  return all;
}

// What the loaders ask documents::Reader to let pass, as it stands in their sources.
std::vector<Named> loaded() {
  static const std::regex call(R"re((?:known_keys|read_rule)\(([^;]*?)\{((?:\s*"[A-Za-z]+",?)+)\s*\}\))re");
  static const std::regex word(R"re("([A-Za-z]+)")re");
  std::vector<Named> all;
  for (const char* folder :
       {"orchestrator/workflow/load", "orchestrator/simulate/scenario", "orchestrator/simulate/compare",
        "orchestrator/simulate/population"}) {
    for (const auto& entry : fs::recursive_directory_iterator(tree / folder)) {
      if (entry.path().extension() != ".cpp") continue;
      const std::string text = test::read_file(entry.path());
      for (std::sregex_iterator at(text.begin(), text.end(), call), end; at != end; ++at) {
        Named found{entry.path().filename().string() + ": " + (*at)[1].str(), {}};
        const std::string list = (*at)[2].str();
        for (std::sregex_iterator key(list.begin(), list.end(), word), last; key != last; ++key) {
          found.keys.insert((*key)[1].str());
        }
        // A municipality's file is merged into its base before the base is read.
        if (found.what.find("\"the workflow\"") != std::string::npos) {
          for (const char* merged : {"municipality", "proactive", "systems", "values"}) found.keys.erase(merged);
        }
        all.push_back(std::move(found));
      }
    }
  }
  return all;
}

void collect(const Json& schema, const std::string& where, std::vector<Named>& into) {
  if (schema.is_object() && schema.contains("properties") && schema["properties"].is_object()) {
    Named found{where, {}};
    for (const auto& [key, member] : schema["properties"].items()) found.keys.insert(key);
    into.push_back(std::move(found));
  }
  if (!schema.is_structured()) return;
  for (const auto& [key, member] : schema.items()) collect(member, where + "/" + key, into);
}

std::vector<Named> in_the_schema() {
  std::vector<Named> all;
  for (const std::string name : {"workflow.schema.json", "behaviour.schema.json"}) {
    collect(Json::parse(test::read_file(tree / "workflows/schema" / name)), name + ", ", all);
  }
  return all;
}

// What stands in none of the sets, for the reader of a failure: the nearest one, and how it differs.
std::string difference(const Named& one, const std::vector<Named>& others) {
  const Named* nearest = nullptr;
  std::vector<std::string> nearest_lacks, nearest_more;
  for (const Named& other : others) {
    std::vector<std::string> lacks, more;
    std::set_difference(one.keys.begin(), one.keys.end(), other.keys.begin(), other.keys.end(),
                        std::back_inserter(lacks));
    std::set_difference(other.keys.begin(), other.keys.end(), one.keys.begin(), one.keys.end(),
                        std::back_inserter(more));
    if (nearest != nullptr && lacks.size() + more.size() >= nearest_lacks.size() + nearest_more.size()) continue;
    nearest = &other;
    nearest_lacks = std::move(lacks);
    nearest_more = std::move(more);
  }
  if (nearest == nullptr || (nearest_lacks.empty() && nearest_more.empty())) return {};
  return fmt::format("{}\n  nearest: {}\n  which lacks {} and has besides {}", one.what, nearest->what,
                     fmt::join(nearest_lacks, ", "), fmt::join(nearest_more, ", "));
}

// Told together, though the loader reads each kind by itself.
bool is_part_of_a_union(const Named& one, const std::vector<Named>& documented) {
  return std::any_of(documented.begin(), documented.end(), [&](const Named& table) {
    return (table.what == "an effect" || table.what == "an item" || table.what == "a register's word") &&
           std::includes(table.keys.begin(), table.keys.end(), one.keys.begin(), one.keys.end());
  });
}

TEST_F(Language, tells_each_key_that_the_loader_and_the_editor_know) {
  const auto told = documented(sections_);
  ASSERT_GT(told.size(), 30U);
  auto known = loaded();
  ASSERT_GT(known.size(), 30U) << "the loader's lists of keys were not found";
  const auto schema = in_the_schema();
  ASSERT_GT(schema.size(), 20U);
  known.insert(known.end(), schema.begin(), schema.end());
  for (const Named& one : known) {
    if (is_part_of_a_union(one, told)) continue;
    EXPECT_EQ(difference(one, told), "") << "(`one` stands in the program, the nearest in language.md)";
  }
}

TEST_F(Language, tells_no_key_that_the_loader_and_the_editor_do_not_know) {
  auto known = loaded();
  const auto schema = in_the_schema();
  known.insert(known.end(), schema.begin(), schema.end());
  // A text file is read by itself.
  const std::string reader = test::read_file(tree / "orchestrator/texts/text_file.cpp");
  Keys of_text;
  for (const char* key : {"headline", "body", "next", "sms", "email", "kind", "reasons", "legal"}) {
    EXPECT_NE(reader.find(fmt::format("\"{}\"", key)), std::string::npos) << key;
    of_text.insert(key);
  }
  known.push_back({"text_file.cpp", of_text});
  for (const Named& one : documented(sections_)) {
    if (one.what == "an effect" || one.what == "an item") continue;
    EXPECT_EQ(difference(one, known), "") << "(`one` stands in language.md, the nearest in the program)";
  }
}

TEST_F(Language, shows_each_key_in_an_example_of_its_section) {
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    // A section's own examples, and those of the sections within it.
    std::string examples;
    for (std::size_t j = i; j < sections_.size() && (j == i || sections_[j].level > sections_[i].level); ++j) {
      for (const test::Block& block : sections_[j].blocks) examples += block.text;
    }
    for (const test::Table& table : sections_[i].tables) {
      if (!table.rows.at(0).at(0).starts_with("key of ")) continue;
      for (std::size_t row = 1; row < table.rows.size(); ++row) {
        for (const std::string& key : test::quoted(table.rows[row][0])) {
          const std::regex use("(^|[\\s{,\\[-])" + key.substr(key.rfind('.') + 1) + ":");
          EXPECT_TRUE(std::regex_search(examples, use)) << sections_[i].heading << ": no example has `" << key << "`";
        }
      }
    }
  }
}

}  // namespace
}  // namespace elukaar
