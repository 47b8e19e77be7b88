// Which step says what, and to whom.
#include "notify/message.hpp"

#include <gtest/gtest.h>

namespace elukaar::notify {
namespace {

using namespace std::chrono_literals;
using access::Party;
using access::Role;

const Timestamp now = *parse_rfc3339("2026-05-20T09:00:00Z");
const Pseudonym mari{"p1_mari"}, jaan{"p1_jaan"}, kadri{"p1_kadri"};

Json status(const std::string& text, const std::string& push, const std::string& turn = "municipality") {
  return {{"text", text}, {"push", push}, {"turn", turn}, {"visibleTo", {"guardians"}}, {"args", {{"n", 4}}}};
}

TEST(message, is_sent_by_a_status_with_a_new_text_that_the_file_wants_to_be_one) {
  const auto sent = message_of_status("informed", status("queued", "N"));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->text, "queued");
  EXPECT_EQ(sent->args, (Json{{"n", 4}}));
  EXPECT_EQ(sent->roles, std::vector<std::string>{"guardians"});
  EXPECT_EQ(sent->kind, Message::Kind::notice);
  EXPECT_EQ(message_of_status("", status("offered", "A", "resident"))->kind, Message::Kind::action);
}

TEST(message, is_not_sent_by_other_arguments_by_nothing_shown_or_where_the_file_wants_none) {
  EXPECT_FALSE(message_of_status("queued", status("queued", "N")));
  EXPECT_FALSE(message_of_status("informed", status("queued", "none")));
  EXPECT_FALSE(message_of_status("informed", status("", "N")));
  EXPECT_FALSE(message_of_status("informed", Json()));
  Json silent = status("queued", "N");
  silent.erase("push");
  EXPECT_FALSE(message_of_status("informed", silent));
}

TEST(message, is_sent_by_a_request_to_everybody_who_has_a_part_whatever_is_shown) {
  const Message plain = message_of_request({{"text", "reminder"}, {"args", {{"n", 1}}}});
  EXPECT_EQ(plain.text, "reminder");
  EXPECT_EQ(plain.kind, Message::Kind::notice);
  EXPECT_TRUE(plain.roles.empty());
  const Message corrects = message_of_request({{"text", "position_again"}, {"args", {{"corrects", "position"}}}});
  EXPECT_EQ(corrects.kind, Message::Kind::correction);
}

TEST(audience, is_whom_the_rights_admit_each_once) {
  const std::vector<Party> parties{{mari, Role::guardian, now - 1h, {}},
                                   {mari, Role::applicant, now - 1h, {}},
                                   {jaan, Role::guardian, now - 1h, {}},
                                   {kadri, Role::official, now - 1h, {}}};
  const auto told = [&](std::vector<std::string> roles) {
    return audience_of({Message::Kind::notice, "queued", {}, std::move(roles)}, parties, now);
  };
  EXPECT_EQ(told({"guardians"}), (std::vector{jaan, mari})) << "who applied is a guardian too";
  EXPECT_EQ(told({"applicant"}), std::vector{mari});
  EXPECT_EQ(told({"official"}), std::vector{kadri});
  EXPECT_EQ(told({"guardians", "official"}), (std::vector{jaan, kadri, mari}));
  EXPECT_EQ(told({}), (std::vector{jaan, kadri, mari}));
}

TEST(audience, is_nobody_whose_part_has_ended_or_not_begun) {
  const std::vector<Party> parties{{mari, Role::guardian, now - 2h, now - 1h},
                                   {jaan, Role::guardian, now + 1h, {}}};
  EXPECT_TRUE(audience_of(message_of_request({{"text", "reminder"}}), parties, now).empty());
}

}  // namespace
}  // namespace elukaar::notify
