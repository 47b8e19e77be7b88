// What of a record can be understood before any case is looked at, and why the rest is parked.
#include "engine/batch/arrival.hpp"

#include "unit/engine/town.hpp"

namespace elukaar::engine {
namespace {

class Arriving : public test::Town {
 protected:
  // The code of the reason for which it will be parked.
  std::string refused(SourceRecord record) {
    const Arrival arrival = understood(std::move(record));
    if (!arrival.refused) return "nothing";
    EXPECT_FALSE(arrival.refused->sentence.empty());
    return arrival.refused->code;
  }
  std::string changed(const Json::json_pointer& where, const Json& to) {
    Json event = Json::parse(*birth().value);
    if (to.is_null()) {
      event.at(where.parent_pointer()).erase(where.back());
    } else {
      event[where] = to;
    }
    return event.dump();
  }
};

using Pointer = Json::json_pointer;

TEST_F(Arriving, finds_the_service_and_the_keys) {
  const Arrival arrival = understood(birth());
  ASSERT_FALSE(arrival.refused);
  EXPECT_EQ(arrival.key.id, "birth");
  EXPECT_EQ(arrival.position, 0);
  ASSERT_EQ(arrival.routes.size(), 1u);
  const auto identity = arrival.routes.front().identity();
  ASSERT_EQ(identity.size(), 1u);
  EXPECT_EQ(identity.front().name, "child");
  EXPECT_EQ(identity.front().value, test::child);
  EXPECT_TRUE(arrival.routes.front().claims_keys());
}

TEST_F(Arriving, says_why_what_it_cannot_read_is_parked) {
  SourceRecord nothing = birth();
  nothing.value.reset();
  EXPECT_EQ(refused(nothing), "tombstone");
  EXPECT_EQ(refused(raw("{")), "not-json");
  EXPECT_EQ(refused(raw("\xff")), "invalid-utf8");
  EXPECT_EQ(refused(raw(R"({"a":"\u0000"})")), "nul-character");
  EXPECT_EQ(refused(raw(changed(Pointer("/id"), nullptr))), "missing-attribute");
  EXPECT_EQ(refused(raw(changed(Pointer("/time"), "yesterday"))), "bad-time");
}

TEST_F(Arriving, says_why_what_it_can_read_fits_nothing) {
  EXPECT_EQ(refused(raw(changed(Pointer("/type"), "ee.elukaar.unknown.v1"))), "unknown-type");
  EXPECT_EQ(refused(raw(changed(Pointer("/data/child/bornOn"), "in spring"))), "schema-violation");
  EXPECT_EQ(refused(raw(changed(Pointer("/municipality"), "0999"))), "not-served");
  EXPECT_EQ(refused(raw(changed(Pointer("/type"), "ee.elukaar.round.started.v1"))),
            "schema-violation");
}

TEST_F(Arriving, keeps_what_it_read_of_a_refused_record_for_whoever_looks) {
  const Arrival arrival = understood(raw(changed(Pointer("/municipality"), "0999")));
  EXPECT_EQ(arrival.municipality, Municipality{"0999"});
  EXPECT_EQ(arrival.key.id, "birth");
  EXPECT_EQ(arrival.type, "ee.elukaar.birth.registered.v1");
  EXPECT_EQ(arrival.refused->sentence.find(test::child), std::string::npos);
}

TEST_F(Arriving, packs_a_record_into_one_piece_and_back) {
  SourceRecord record = birth();
  record.key = "k\xc3\xb5";
  record.value = std::string{"\x00\xff{", 3};
  const auto again = unpack(pack(record));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->key, record.key);
  EXPECT_EQ(again->value, record.value);
  EXPECT_EQ(again->headers, record.headers);
  record.value.reset();
  EXPECT_FALSE(unpack(pack(record))->value);
  EXPECT_FALSE(unpack("no CBOR"));
}

}  // namespace
}  // namespace elukaar::engine
