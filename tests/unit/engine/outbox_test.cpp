// How far the broker has everything, whatever order it answers in.
#include "engine/lanes/outbox.hpp"

#include <gtest/gtest.h>

#include "unit/engine/broker.hpp"

namespace elukaar::engine {
namespace {

constexpr LaneId lane{3};
constexpr LaneId other_lane{4};

class Publishing : public ::testing::Test {
 protected:
  test::Broker broker;
  std::vector<std::string> told;
  Outbox outbox{broker, [this](const std::string& what) { told.push_back(what); }};

  void row(std::int64_t sequence, std::vector<std::string> values, LaneId of = lane) {
    std::vector<OutgoingRecord> records;
    for (std::string& value : values) records.push_back({"t", "k", std::move(value)});
    outbox.publish(of, sequence, std::move(records));
    outbox.reached(of, sequence);
  }
};

TEST_F(Publishing, begins_where_the_lane_says) {
  outbox.open(lane, 7);
  EXPECT_EQ(outbox.published(lane), 7);
  EXPECT_EQ(outbox.published(other_lane), 0);
}

TEST_F(Publishing, hands_the_records_over_in_their_order) {
  outbox.open(lane, 0);
  row(1, {"a", "b"});
  row(2, {"c"});
  EXPECT_EQ(broker.values, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(outbox.outstanding(), 2u);
}

TEST_F(Publishing, marks_only_what_has_no_gap_below_it) {
  outbox.open(lane, 0);
  row(1, {"a"});
  row(2, {"b"});
  row(3, {"c"});
  broker.take(2);
  EXPECT_EQ(outbox.published(lane), 0);
  broker.take(0);
  EXPECT_EQ(outbox.published(lane), 1);
  broker.take(1);
  EXPECT_EQ(outbox.published(lane), 3);
  EXPECT_EQ(outbox.outstanding(), 0u);
}

TEST_F(Publishing, counts_a_row_when_all_its_records_are_there) {
  outbox.open(lane, 0);
  row(1, {"a", "b"});
  broker.take(1);
  EXPECT_EQ(outbox.published(lane), 0);
  broker.take(0);
  EXPECT_EQ(outbox.published(lane), 1);
}

TEST_F(Publishing, goes_past_rows_that_publish_nothing) {
  outbox.open(lane, 4);
  outbox.reached(lane, 9);
  EXPECT_EQ(outbox.published(lane), 9);
  row(10, {"a"});
  outbox.reached(lane, 12);
  EXPECT_EQ(outbox.published(lane), 9);
  broker.take(0);
  EXPECT_EQ(outbox.published(lane), 12);
}

TEST_F(Publishing, never_goes_back) {
  outbox.open(lane, 0);
  outbox.reached(lane, 9);
  outbox.reached(lane, 5);
  EXPECT_EQ(outbox.published(lane), 9);
}

TEST_F(Publishing, keeps_lanes_apart) {
  outbox.open(lane, 0);
  outbox.open(other_lane, 0);
  row(1, {"a"});
  row(1, {"b"}, other_lane);
  broker.take(1);
  EXPECT_EQ(outbox.published(lane), 0);
  EXPECT_EQ(outbox.published(other_lane), 1);
}

TEST_F(Publishing, tells_of_a_record_that_is_never_taken_and_goes_on) {
  outbox.open(lane, 0);
  row(1, {"a"});
  broker.fail(0, true);
  EXPECT_EQ(told, std::vector<std::string>{"the broker's words"});
  EXPECT_EQ(outbox.published(lane), 1);
  EXPECT_TRUE(outbox.broken().empty());
}

TEST_F(Publishing, stands_at_a_record_that_did_not_get_through_and_names_the_lane_once) {
  outbox.open(lane, 0);
  row(1, {"a"});
  row(2, {"b"});
  broker.fail(0, false);
  broker.take(1);
  EXPECT_EQ(outbox.published(lane), 0);
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(outbox.broken(), std::vector<LaneId>{lane});
  EXPECT_TRUE(outbox.broken().empty());
}

TEST_F(Publishing, does_not_count_answers_to_an_earlier_holding) {
  outbox.open(lane, 0);
  row(1, {"a"});
  outbox.open(lane, 0);
  row(1, {"a"});
  broker.take(0);  // the first holding's
  EXPECT_EQ(outbox.published(lane), 0);
  broker.fail(0, false);
  EXPECT_TRUE(outbox.broken().empty());
  broker.take(1);
  EXPECT_EQ(outbox.published(lane), 1);
}

TEST_F(Publishing, says_nothing_for_a_lane_that_was_handed_over) {
  outbox.open(lane, 0);
  row(1, {"a"});
  outbox.close(lane);
  row(2, {"b"});
  EXPECT_EQ(broker.values, std::vector<std::string>{"a"});
  broker.take(0);
  EXPECT_EQ(outbox.published(lane), 0);
}

TEST_F(Publishing, bears_an_answer_that_comes_before_publish_returns) {
  broker.answers_at_once = true;
  outbox.open(lane, 0);
  row(1, {"a", "b"});
  EXPECT_EQ(outbox.published(lane), 1);
}

TEST(Records, go_to_the_topic_of_their_kind) {
  core::Record record;
  record.key = "k\"1";
  record.event.id = "c/1/0";
  record.event.source = "/elukaar/õ";
  record.event.type = "ee.elukaar.status.changed.v1";
  record.event.municipality = Municipality{"0653"};
  record.data = R"({"a":{"share":0.1,"text":"järjekorras"},"z":1})";
  core::Record notification = record;
  notification.kind = core::Record::Kind::notification_request;
  core::Record service = record;
  service.kind = core::Record::Kind::service_event;
  const auto outgoing = outgoing_records({record, notification, service}, {});
  ASSERT_EQ(outgoing.size(), 3u);
  EXPECT_EQ(outgoing[0].topic, "elukaar.status");
  EXPECT_EQ(outgoing[1].topic, "elukaar.notifications");
  EXPECT_EQ(outgoing[2].topic, "elukaar.0653.service-events");
  for (const OutgoingRecord& each : outgoing) {
    EXPECT_EQ(each.key, "k\"1");
    EXPECT_EQ(Json::parse(each.value).at("data"), Json::parse(record.data));
  }
}

}  // namespace
}  // namespace elukaar::engine
