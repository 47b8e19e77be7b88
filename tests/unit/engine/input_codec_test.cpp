// Inputs that wait in the database come back as what they were.
#include "engine/batch/input_codec.hpp"

#include <gtest/gtest.h>

namespace elukaar::engine {
namespace {

using std::chrono::microseconds;

core::Input input(decltype(core::Input::body) body) {
  core::Input made;
  made.key = {"/kov/0653/käsi", "e-\"1"};
  made.received_at = Timestamp{microseconds{1'777'777'777'123'456}};
  made.body = std::move(body);
  return made;
}

// What is read back of `given`, after what all kinds have in common has been compared.
core::Input back(const core::Input& given) {
  const auto read = decode_input(encode_input(given));
  EXPECT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(read->key.source, given.key.source);
  EXPECT_EQ(read->key.id, given.key.id);
  EXPECT_EQ(read->received_at, given.received_at);
  EXPECT_EQ(core::kind_of(*read), core::kind_of(given));
  EXPECT_EQ(read->official, given.official);
  return *read;
}

std::string refusal(const std::string& text) {
  const auto read = decode_input(text);
  return read ? "nothing" : read.error();
}

TEST(InputCodec, keeps_an_event) {
  const core::EventArrived event{"offer-made", {{"id", "1"}, {"data", {{"n", 1}, {"x", nullptr}}}}};
  const auto read = std::get<core::EventArrived>(back(input(event)).body);
  EXPECT_EQ(read.name, event.name);
  EXPECT_EQ(read.event, event.event);
}

TEST(InputCodec, keeps_who_of_the_office_entered_it) {
  auto given = input(core::TimerFired{"offered.open", "answer", 7});
  given.official = "p1_official";
  EXPECT_EQ(back(given).official, "p1_official");
}

TEST(InputCodec, keeps_a_timer) {
  const auto read =
      std::get<core::TimerFired>(back(input(core::TimerFired{"offered.open", "answer", 7})).body);
  EXPECT_EQ(read.state, "offered.open");
  EXPECT_EQ(read.key, "answer");
  EXPECT_EQ(read.entry, 7u);
}

TEST(InputCodec, keeps_every_kind_of_a_calls_news) {
  const CallId id{*Uuid::parse("0b6f0b34-6d5c-4a53-8e5e-6f8a4d4a7a10")};
  using Kind = core::CallUpdate::Kind;
  for (const Kind kind : {Kind::delayed, Kind::done, Kind::error}) {
    const auto read =
        std::get<core::CallUpdate>(back(input(core::CallUpdate{id, kind, {{"a", {1, 2}}}})).body);
    EXPECT_EQ(read.call, id);
    EXPECT_EQ(read.kind, kind);
    EXPECT_EQ(read.payload, Json({{"a", {1, 2}}}));
  }
}

TEST(InputCodec, keeps_an_action_with_the_version_that_was_seen) {
  const core::ActionTaken action{"accept", Pseudonym{"p1_a"}, "offer-1", 3, {{"id", "2"}}};
  const auto read = std::get<core::ActionTaken>(back(input(action)).body);
  EXPECT_EQ(read.name, "accept");
  EXPECT_EQ(read.actor, action.actor);
  EXPECT_EQ(read.subject, "offer-1");
  EXPECT_EQ(read.subject_version, 3);
  EXPECT_EQ(read.event, action.event);
}

TEST(InputCodec, reads_an_action_of_before_versions_were_kept) {
  const core::ActionTaken action{"accept", Pseudonym{"p"}, "s", 3, {}};
  Json json = Json::parse(encode_input(input(action)));
  json.erase("subjectVersion");
  EXPECT_EQ(std::get<core::ActionTaken>(decode_input(json.dump())->body).subject_version, 0);
}

TEST(InputCodec, says_that_commands_never_wait) {
  EXPECT_EQ(refusal(encode_input(input(core::Command{core::Command::Kind::retry, "o", "r"}))),
            "inputs of kind `command` never wait");
}

TEST(InputCodec, says_what_it_cannot_read) {
  EXPECT_NE(refusal("{").find("the stored input cannot be read"), std::string::npos);
  EXPECT_NE(refusal("[]").find("the stored input cannot be read"), std::string::npos);
  const std::string call = R"({"source":"s","id":"i","receivedAt":1,"kind":"call","call":)";
  EXPECT_EQ(refusal(call + R"(["no uuid",1,null]})"), "its call has no valid id");
  EXPECT_EQ(refusal(call + R"(["0b6f0b34-6d5c-4a53-8e5e-6f8a4d4a7a10",3,null]})"),
            "its call has news of the unknown kind 3");
}

TEST(Receipt, differs_wherever_source_or_id_differ) {
  EXPECT_EQ(receipt_of({"/a", "1"}), receipt_of({"/a", "1"}));
  EXPECT_NE(receipt_of({"/a", "1"}), receipt_of({"/a", "2"}));
  EXPECT_NE(receipt_of({"/a", "1"}), receipt_of({"/b", "1"}));
  EXPECT_NE(receipt_of({"/a1", ""}), receipt_of({"/a", "1"}));  // where one ends counts
}

}  // namespace
}  // namespace elukaar::engine
