#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/json_writing.hpp"
#include "base/shared_json.hpp"

namespace elukaar {
namespace {

// What a reader makes of the text: the value, written again with its kinds of numbers; or its complaint.
template <class Reader>
std::string told(Reader read, const std::string& text) {
  try {
    const Json value = read(text);
    const auto bytes = Json::to_cbor(value);
    return {bytes.begin(), bytes.end()};
  } catch (const Json::parse_error& error) {
    return "error at byte " + std::to_string(error.byte);
  } catch (const Json::exception& error) {
    return error.what();
  }
}

void expect_same(const std::string& text) {
  ASSERT_EQ(told([](const std::string& t) { return read_json(t); }, text),
            told([](const std::string& t) { return Json::parse(t); }, text))
      << text;
  const Json value = Json::parse(text, nullptr, false);
  if (!value.is_discarded()) {
    ASSERT_EQ(write_json(value), value.dump()) << text;
  }
}

TEST(Writing_json, refuses_what_the_librarys_own_writing_refuses) {
  EXPECT_THROW(write_json(Json{{"a", "\xff"}}), Json::type_error);
  EXPECT_EQ(write_json(Json::object({{"\n\x7f\x01õ", {1.0, 1e300, -0.0, nullptr}}})),
            Json::object({{"\n\x7f\x01õ", {1.0, 1e300, -0.0, nullptr}}}).dump());
}

TEST(An_object_of_names_and_values, has_them_sorted) {
  EXPECT_EQ(object_of(), Json::object());
  EXPECT_EQ(object_of("b", 1, "a", std::vector<std::string>{"x"}, "c", nullptr),
            Json::parse(R"({"a":["x"],"b":1,"c":null})"));
}

TEST(Reading_json, means_what_the_librarys_own_reading_means) {
  const std::string deep = std::string(2000, '[') + std::string(2000, ']');
  for (const std::string& text : std::vector<std::string>{
           "null", "true", "-0", "-0.0", "1.0", "1E5", "1e400", "0.1", "9223372036854775807", "9223372036854775808",
           "18446744073709551615", "18446744073709551616", "-9223372036854775808", "-9223372036854775809",
           "5e-324", "2.2250738585072011e-308", "1.7976931348623157e308", "123456789012345678901234567890", "01",
           "-", "+1", ".5", "1.", "nul", "NaN", "\"\"", "\"\\u0000\"", R"("\u00e4\ud83d\ude00")", R"("\ud800")",
           R"("\udc00")", R"("\ud800\u0041")", "\"a\tb\"", "\"\x7f\"", "\"\xff\"", "\"\xed\xa0\x80\"",
           "\"\xc0\xaf\"", "\"\xf4\x90\x80\x80\"", "\xEF\xBB\xBF{}", "", " ", "[1,]", "[,1]", "{\"a\":1,}", "{} x",
           R"({"a":1,"a":2})", R"({"b":1,"a":{"d":[],"c":{}}})", "[]]", "{\"a\"}", "{1:2}", "/**/1", deep}) {
    expect_same(text);
  }
}

TEST(Shared_json, is_changed_by_one_and_stays_the_same_for_the_others) {
  EXPECT_TRUE(SharedJson{}->is_null());
  SharedJson one{Json{{"a", 1}}};
  const SharedJson other = one;
  EXPECT_EQ(&*one, &*other);
  one.change()["a"] = 2;
  EXPECT_EQ(other->at("a"), 1);
  EXPECT_EQ(one->at("a"), 2);
  const Json* const own = &*one;
  one.change()["a"] = 3;
  EXPECT_EQ(&*one, own);
  EXPECT_FALSE(one == other);
}

TEST(Reading_json, means_the_same_for_random_texts_and_for_damaged_ones) {
  const std::uint32_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937 engine(seed);
  const auto below = [&](std::size_t most) { return engine() % most; };
  const std::vector<std::string> parts = {
      "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\\n\"", "\"\\u00e4\"", "\"õ\"", "1", "-7", "0.25", "1e3", "true",
      "false", "null", " ", "\n", "\"2026-11-21T08:00:00Z\"", "18446744073709551616", "\\", "\"", "\x01", "\xc3"};
  const std::string whole =
      R"({"id":"1","data":{"child":{"key":"p1_abc","bornOn":"2026-05-01"},"n":[1,2.5,-3,null,true],"õ":"\u00f5"}})";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    if (below(2) == 0) {
      for (std::size_t n = below(12); n > 0; --n) text += parts[below(parts.size())];
    } else {
      text = whole;
      for (std::size_t n = below(3); n > 0; --n) {
        const std::string& part = parts[below(parts.size())];
        text.replace(below(text.size()), below(3), part);
      }
    }
    ASSERT_NO_FATAL_FAILURE(expect_same(text));
  }
}

// The library's own object, a tree, as the oracle of ours.
TEST(Members_of_an_object, are_those_of_the_librarys_own_object_after_any_changes) {
  const std::uint32_t seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937 engine(seed);
  const auto below = [&](std::size_t most) { return engine() % most; };
  Json ours = Json::object();
  nlohmann::json theirs = nlohmann::json::object();
  std::vector<std::pair<Json, nlohmann::json>> former;
  for (int i = 0; i < 5'000; ++i) {
    const std::string name(1 + below(3), static_cast<char>('a' + below(5)));
    switch (below(7)) {
      case 0: ours.erase(name), theirs.erase(name); break;
      case 1: ours[name] = theirs[name] = i; break;
      case 2: ours["in"][name] = i, theirs["in"][name] = i; break;
      case 3: ours.emplace(name, i), theirs.emplace(name, i); break;
      case 4: ours.update({{name, i}, {"z", nullptr}}), theirs.update({{name, i}, {"z", nullptr}}); break;
      case 5: former.emplace_back(ours, theirs); break;
      case 6:
        if (former.empty()) break;
        const auto& [our_former, their_former] = former[below(former.size())];
        ASSERT_EQ(our_former < ours, their_former < theirs);
        ASSERT_EQ(our_former == ours, their_former == theirs);
        ours = our_former, theirs = their_former;
        break;
    }
    ASSERT_EQ(ours.dump(), theirs.dump());
    ASSERT_EQ(Json::parse(theirs.dump()), ours);
  }
}

}  // namespace
}  // namespace elukaar
