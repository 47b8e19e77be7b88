#include <gtest/gtest.h>

#include "kit/registry.hpp"

namespace elukaar::kit {
namespace {

class Silent : public Connector {
 public:
  explicit Silent(std::string role) : role_(std::move(role)) {}
  std::string_view role() const override { return role_; }
  const std::vector<Operation>& operations() const override { return operations_; }
  Result<HttpRequest, Outcome> request(const Call&, PersonalData&) const override {
    return HttpRequest{};
  }
  Outcome read(const Call&, const HttpResponse&) const override { return Invalid{}; }

 private:
  std::string role_;
  std::vector<Operation> operations_;
};

std::shared_ptr<const Connector> silent(const char* role) { return std::make_shared<Silent>(role); }

const Municipality rae{"0653"};

TEST(Registry, serves_a_municipality_by_the_only_profile_or_by_its_choice) {
  Registry registry;
  const auto arno = silent("place-register");
  const auto manual = silent("place-register");
  ASSERT_TRUE(registry.add("arno", arno));
  EXPECT_EQ(*registry.find(rae, "place-register"), arno.get());
  ASSERT_TRUE(registry.add("manual", manual));
  EXPECT_FALSE(registry.find(rae, "place-register")) << "two, and no choice";
  ASSERT_TRUE(registry.use(rae, "place-register", "manual"));
  EXPECT_EQ(*registry.find(rae, "place-register"), manual.get());
  EXPECT_FALSE(registry.find(Municipality{"0317"}, "place-register"));
}

TEST(Registry, names_the_nearest_of_what_it_does_not_know) {
  Registry registry;
  ASSERT_TRUE(registry.add("arno", silent("place-register")));
  EXPECT_NE(registry.find("place-registr", "arno").error().find("`place-register`"),
            std::string::npos);
  EXPECT_NE(registry.find("place-register", "arnoo").error().find("`arno`"), std::string::npos);
  EXPECT_FALSE(registry.use(rae, "place-register", "tallinn"));
  EXPECT_FALSE(registry.add("arno", silent("place-register")));
}

TEST(Operations, refuse_what_is_no_operation_and_say_why) {
  EXPECT_FALSE(parse_operation("a", "["));
  EXPECT_NE(parse_operation("a", R"({"input":{}})").error().find("output"), std::string::npos);
  EXPECT_TRUE(parse_operation("a", R"({"input":{"type":"object"},"output":{"type":"object"}})"));
  EXPECT_FALSE(load_operations("/nowhere"));
}

TEST(Headers, are_found_in_any_case_and_the_last_one_counts) {
  const std::vector<Header> headers{{"A", "1"}, {"x-road-id", "2"}, {"X-Road-Id", "3"}};
  EXPECT_EQ(header(headers, "X-ROAD-ID"), "3");
  EXPECT_EQ(header(headers, "B"), "");
}

TEST(Urls, carry_no_character_that_could_end_a_segment) {
  EXPECT_EQ(percent_encode("a/b?c#d e%f.-_~"), "a%2Fb%3Fc%23d%20e%25f.-_~");
  EXPECT_EQ(percent_encode("õ"), "%C3%B5");
}

}  // namespace
}  // namespace elukaar::kit
