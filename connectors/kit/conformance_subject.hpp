#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kit/registration.hpp"

// Whom the conformance suite judges, and what it gives them; also for tests of one connector by itself.
namespace elukaar::kit::conformance {

struct Example {
  std::string operation;
  Json input;              // persons as any text
  int status = 200;        // of a good answer
  std::string body;        // its body
};

// A connector that is judged.
struct Subject {
  std::string name;  // "place_register_arno"
  std::string transport;
  std::shared_ptr<const Connector> connector;
  std::vector<Example> examples;
};

// All of them; whoever runs the suite defines it.
const std::vector<Subject>& subjects();

inline std::vector<Subject> speaking(std::string_view transport) {
  std::vector<Subject> some;
  for (const Subject& each : subjects()) {
    if (each.transport == transport) some.push_back(each);
  }
  return some;
}

inline std::string name_of(const ::testing::TestParamInfo<Subject>& info) { return info.param.name; }
inline void PrintTo(const Subject& subject, std::ostream* out) { *out << subject.name; }

// Those that hold for this profile. A body that is no JSON is written as text.
inline std::vector<Example> examples_in(const std::filesystem::path& folder, const std::string& profile) {
  std::ifstream file(folder / "examples.json");
  const Json written = Json::parse(file, nullptr, false);
  std::vector<Example> examples;
  if (!written.is_array()) throw std::runtime_error("expected a list in " + (folder / "examples.json").string());
  for (const Json& each : written) {
    if (each.value("profile", profile) != profile) continue;
    const Json& body = each.at("body");
    examples.push_back({each.at("operation"), each.at("input"), each.value("status", 200),
                        body.is_string() ? body.get<std::string>() : body.dump()});
  }
  return examples;
}

// A system under each of its profiles. `folder` holds examples.json.
inline std::vector<Subject> subjects_of(const Registration& registration,
                                        const std::vector<Operation>& operations,
                                        const std::filesystem::path& folder) {
  std::vector<Setting> declared = registration.settings;
  declared.insert(declared.end(), common_settings().begin(), common_settings().end());
  Values settings;
  for (const Setting& each : declared) {
    settings.set(each.key, each.otherwise.is_null() ? Json(each.example) : each.otherwise);
  }
  std::vector<Subject> made;
  for (const std::string& profile : registration.profiles) {
    std::string name = folder.filename().string() + "_" + profile;
    std::replace(name.begin(), name.end(), '-', '_');
    made.push_back({std::move(name), registration.transport,
                    registration.make({profile, settings, operations}), examples_in(folder, profile)});
  }
  return made;
}

// Hands out one code for every person, and remembers that it was asked.
class OneCode : public PersonalData {
 public:
  static constexpr std::string_view code = "38206084915";  // a published test code

  Result<Sensitive<std::string>, std::string> personal_code(const Pseudonym& person) override {
    asked.push_back(person);
    if (is_empty) return failure(std::string("no personal code of this person is known"));
    return Sensitive<std::string>{std::string(code)};
  }

  std::vector<Pseudonym> asked;
  bool is_empty = false;
};

inline Call call_of(const Example& example, int attempt = 1) {
  return {.id = CallId{*Uuid::parse("018f3c5e-7b1a-7cde-9abc-0123456789ab")},
          .municipality = Municipality{"0653"},
          .case_reference = "018f3c5e-0000-7000-8000-000000000001",
          .operation = example.operation,
          .input = example.input,
          .attempt = attempt,
          .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
}

inline std::string text_of(const Outcome& outcome) {
  struct Text {
    std::string operator()(const Answered&) const { return "answered"; }
    std::string operator()(const Refused& each) const { return each.code + " " + each.message; }
    std::string operator()(const Invalid& each) const { return each.detail; }
    std::string operator()(const Unavailable& each) const { return each.detail; }
    std::string operator()(const Entrusted&) const { return "entrusted to an official"; }
  };
  return std::visit(Text{}, outcome);
}

}  // namespace elukaar::kit::conformance
