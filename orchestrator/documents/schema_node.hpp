#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "documents/json_schema.hpp"

// A JSON Schema as a tree that is walked along with the data. Internal to documents.
namespace re2 {
class RE2;
}

namespace elukaar::documents {

// Place of a value below the checked one; becomes a JSON pointer only where there is a violation.
struct Path {
  const Path* parent = nullptr;
  std::string_view member;  // of an object; empty for an array's item
  std::size_t index = 0;
  bool is_index = false;
};

// One compiled subschema. Immutable after `compile`; check() is safe from any thread.
class SchemaNode {
 public:
  // Refuses with a sentence that holds the JSON pointer of what cannot be compiled.
  static Result<std::unique_ptr<const SchemaNode>, std::string> compile(const Json& root);

  SchemaNode();
  ~SchemaNode();
  SchemaNode(const SchemaNode&) = delete;
  SchemaNode& operator=(const SchemaNode&) = delete;

  // Whether `data` conforms. Violations are appended to `found` up to max_violations; with null
  // the first one ends the walk.
  bool check(const Json& data, const Path& path, std::vector<Violation>* found) const;

 private:
  friend class Compiler;
  enum Type : unsigned {
    any = 0, null = 1, boolean = 2, integer = 4, number = 8, string = 16, array = 32, object = 64
  };
  enum class Format { none, date, date_time, uuid };

  bool check_type(const Json& data) const;
  bool check_value(const Json& data, const Path& path, std::vector<Violation>* found) const;
  bool check_text(const Json& data, const Path& path, std::vector<Violation>* found) const;
  bool check_number(const Json& data, const Path& path, std::vector<Violation>* found) const;
  bool check_array(const Json& data, const Path& path, std::vector<Violation>* found) const;
  bool check_object(const Json& data, const Path& path, std::vector<Violation>* found) const;
  bool check_combined(const Json& data, const Path& path, std::vector<Violation>* found) const;

  bool never_ = false;  // the schema `false`
  unsigned types_ = any;
  std::string types_text_;
  std::vector<Json> one_of_values_;  // enum, or const as an enum of one
  std::unique_ptr<re2::RE2> pattern_;
  std::string pattern_text_;
  Format format_ = Format::none;
  std::optional<std::size_t> min_length_, max_length_, min_items_, max_items_, min_members_,
      max_members_;
  std::optional<double> minimum_, maximum_, above_, below_;
  bool unique_ = false;
  std::unique_ptr<const SchemaNode> items_;
  std::map<std::string, std::unique_ptr<const SchemaNode>, std::less<>> properties_;
  std::vector<std::string> required_;
  std::unique_ptr<const SchemaNode> additional_;  // null: anything
  std::vector<std::unique_ptr<const SchemaNode>> all_of_, any_of_, one_of_;
  std::unique_ptr<const SchemaNode> not_;
};

}  // namespace elukaar::documents
