#include "cloudevents/decode.hpp"

#include <random>

#include <gtest/gtest.h>

#include "cloudevents/encode.hpp"

namespace elukaar::cloudevents {
namespace {

const Json birth = Json::parse(R"({
  "specversion": "1.0", "id": "rr-20260504-00017", "source": "/register/population/0653",
  "type": "ee.elukaar.birth.registered.v1", "time": "2026-05-04T09:00:00+03:00",
  "municipality": "0653", "partitionkey": "p1_abc", "traceparent": "00-1-2-01", "sequence": 7,
  "data": {"child": {"key": "p1_abc", "bornOn": "2026-04-20"}, "residenceKov": "0653"}})");

Json with(const std::string& name, Json value) {
  Json json = birth;
  json[name] = std::move(value);
  return json;
}

Json without(const std::string& name) {
  Json json = birth;
  json.erase(name);
  return json;
}

std::string refusal(std::string_view bytes, Door door = Door::topic) {
  const auto event = decode_json(bytes, door);
  return event ? "" : std::string{to_text(event.error().code)};
}

Result<CloudEvent, DecodeError> binary(std::vector<Header> headers,
                                       std::optional<std::string_view> value) {
  return decode({"p1_abc", value, std::move(headers)});
}

const std::vector<Header> binary_headers = {
    {"ce_specversion", "1.0"}, {"ce_id", "1"},          {"ce_source", "/s"},
    {"ce_type", "t"},          {"ce_municipality", "0653"}, {"ce_partitionkey", "p1_abc"},
    {"ce_time", "2026-05-04T06:00:00Z"}, {"content-type", "application/json"}};

TEST(Decode, reads_a_structured_record) {
  const std::string value = birth.dump();
  const auto event = decode({"p1_abc", value,
                             {{"Content-Type", "Application/CloudEvents+json; charset=UTF-8"}}});
  ASSERT_TRUE(event) << event.error().text();
  EXPECT_EQ(event->key(), (EventKey{"/register/population/0653", "rr-20260504-00017"}));
  EXPECT_EQ(event->time, *parse_rfc3339("2026-05-04T06:00:00Z"));
  EXPECT_EQ(event->municipality.str(), "0653");
  EXPECT_EQ(event->partition_key, "p1_abc");
  EXPECT_EQ(event->trace_parent, "00-1-2-01");
  EXPECT_EQ(event->extensions.at("sequence"), "7");
  EXPECT_EQ(event->data, birth["data"]);
}

TEST(Decode, reads_a_binary_record) {
  const auto event = binary(binary_headers, R"({"application":{"id":"a"}})");
  ASSERT_TRUE(event) << event.error().text();
  EXPECT_EQ(event->id, "1");
  EXPECT_EQ(event->data["application"]["id"], "a");
}

TEST(Decode, says_what_is_wrong_with_a_record) {
  EXPECT_EQ(binary(binary_headers, std::nullopt).error().code, ErrorCode::tombstone);
  EXPECT_EQ(binary({}, "{}").error().code, ErrorCode::not_a_cloudevent);
  EXPECT_EQ(binary({{"content-type", "application/cloudevents-batch+json"}}, "[]").error().code,
            ErrorCode::not_a_cloudevent);
  auto headers = binary_headers;
  headers.emplace_back("ce_subject", "\xff");
  EXPECT_EQ(binary(headers, "{}").error().code, ErrorCode::invalid_utf8);
  headers.back().second = std::string_view{"\0", 1};
  EXPECT_EQ(binary(headers, "{}").error().code, ErrorCode::nul_character);
  headers = binary_headers;
  headers.back().second = "text/csv";
  EXPECT_EQ(binary(headers, "a;b").error().code, ErrorCode::bad_attribute);
}

TEST(Decode, refuses_what_is_no_json_or_cannot_be_stored) {
  EXPECT_EQ(refusal("{\"id\":"), "not-json");
  EXPECT_EQ(refusal(""), "not-json");
  EXPECT_EQ(refusal("[1e999]"), "not-json");
  EXPECT_EQ(refusal("[\"\\ud800\"]"), "not-json");
  EXPECT_EQ(refusal("[\"\xc3\x28\"]"), "invalid-utf8");
  EXPECT_EQ(refusal("[\"\xed\xa0\x80\"]"), "invalid-utf8");
  EXPECT_EQ(refusal("[\"\xc0\xaf\"]"), "invalid-utf8");
  EXPECT_EQ(refusal("[1]"), "not-a-cloudevent");
  EXPECT_EQ(refusal(with("data", std::string("a\0b", 3)).dump()), "nul-character");
  EXPECT_EQ(refusal(with("data", Json{{std::string("\0", 1), 1}}).dump()), "nul-character");
  EXPECT_EQ(refusal(std::string("{}\0", 3)), "nul-character");
}

TEST(Decode, does_not_take_an_escaped_backslash_for_a_nul) {
  const auto event = decode_json(with("data", "\\u0000").dump(), Door::topic);
  ASSERT_TRUE(event) << event.error().text();
  EXPECT_EQ(event->data, "\\u0000");
}

TEST(Decode, keeps_to_its_limits_exactly) {
  const auto nested = [](int levels) {
    std::string text = birth.dump();
    text.pop_back();
    return text + ",\"data\":" + std::string(static_cast<std::size_t>(levels), '[') +
           std::string(static_cast<std::size_t>(levels), ']') + "}";
  };
  EXPECT_EQ(refusal(nested(max_depth - 1)), "");
  EXPECT_EQ(refusal(nested(max_depth)), "too-deep");
  EXPECT_EQ(refusal(std::string(60'000, '[')), "too-deep");
  const std::size_t rest = with("data", "").dump().size();
  EXPECT_EQ(refusal(with("data", std::string(max_event_bytes - rest, 'a')).dump()), "");
  EXPECT_EQ(refusal(with("data", std::string(max_event_bytes - rest + 1, 'a')).dump()),
            "too-large");
  EXPECT_EQ(refusal(with("id", std::string(max_id_bytes, 'a')).dump()), "");
  EXPECT_EQ(refusal(with("id", std::string(max_id_bytes + 1, 'a')).dump()), "bad-attribute");
  EXPECT_EQ(refusal(with("source", std::string(max_source_bytes + 1, 'a')).dump()),
            "bad-attribute");
}

TEST(Decode, demands_the_attributes_that_everything_rests_on) {
  for (const char* name : {"id", "source", "type", "time", "municipality", "partitionkey"}) {
    const auto event = decode_json(without(name).dump(), Door::topic);
    ASSERT_FALSE(event) << name;
    EXPECT_EQ(event.error().code, ErrorCode::missing_attribute) << name;
    EXPECT_EQ(event.error().where, std::string{"/"} + name);
    EXPECT_NE(event.error().sentence.find(name), std::string::npos);
    EXPECT_EQ(refusal(with(name, nullptr).dump()), "missing-attribute") << name;
  }
  EXPECT_EQ(refusal(without("specversion").dump()), "not-a-cloudevent");
  EXPECT_EQ(refusal(with("specversion", "0.3").dump()), "not-a-cloudevent");
}

TEST(Decode, refuses_attributes_that_mean_nothing) {
  EXPECT_EQ(refusal(with("time", "yesterday").dump()), "bad-time");
  EXPECT_EQ(refusal(with("time", "9999-12-31T23:59:59-12:00").dump()), "bad-time");
  EXPECT_EQ(refusal(with("time", "2026-02-30T00:00:00Z").dump()), "bad-time");
  EXPECT_EQ(refusal(with("municipality", "653").dump()), "bad-attribute");
  EXPECT_EQ(refusal(with("subject", Json::array()).dump()), "bad-attribute");
  EXPECT_EQ(refusal(with("sequence", 1.5).dump()), "bad-attribute");
  EXPECT_EQ(refusal(with("Bad_Name", "x").dump()), "bad-attribute");
  EXPECT_EQ(refusal(with("datacontenttype", "text/csv").dump()), "bad-attribute");
}

TEST(Decode, lets_nobody_at_the_intake_choose_his_municipality) {
  Json sent = birth;
  EXPECT_EQ(refusal(sent.dump(), Door::intake), "bad-attribute");
  sent.erase("municipality");
  EXPECT_EQ(refusal(sent.dump(), Door::intake), "bad-attribute");
  sent.erase("partitionkey");
  EXPECT_EQ(refusal(sent.dump(), Door::intake), "");
}

TEST(Decode, reads_data_in_base64) {
  Json json = without("data");
  json["data_base64"] = "eyJhIjoxfQ==";
  const auto event = decode_json(json.dump(), Door::topic);
  ASSERT_TRUE(event) << event.error().text();
  EXPECT_EQ(event->data, Json({{"a", 1}}));
  json["data_base64"] = "eyJhIjoxfQ=";
  EXPECT_EQ(refusal(json.dump()), "not-a-cloudevent");
  json["data_base64"] = "WyIAIl0=";
  EXPECT_EQ(refusal(json.dump()), "nul-character");
}

TEST(Decode, never_quotes_what_was_sent) {
  const std::string secret = "38206084915";
  for (const std::string& bytes :
       {"{\"a\":" + secret + "x}", with("time", secret).dump(), with(secret + "_", "x").dump(),
        with("subject", Json::array({secret})).dump(), with("municipality", secret).dump()}) {
    const auto event = decode_json(bytes, Door::topic);
    ASSERT_FALSE(event);
    EXPECT_EQ(event.error().text().find(secret), std::string::npos) << event.error().text();
  }
}

class Random {
 public:
  Random() : seed_(std::random_device{}()), engine_(seed_) {
    std::cout << "seed " << seed_ << "\n";
  }

  std::size_t below(std::size_t limit) { return engine_() % limit; }

  std::string text() {
    static const std::vector<std::string> parts = {"a", "õ", "я", "\"", "\\", "\n", "😀", "/", "\x7f"};
    std::string text;
    for (std::size_t i = below(12); i > 0; --i) text += parts[below(parts.size())];
    return text;
  }

  Json json(int depth) {
    switch (below(depth > 0 ? 8 : 6)) {
      case 0: return nullptr;
      case 1: return below(2) == 0;
      case 2: return static_cast<std::int64_t>(engine_());
      case 3: return static_cast<double>(engine_()) / 7e9;
      case 4: return engine_();
      case 5: return text();
      case 6: {
        Json array = Json::array();
        for (std::size_t i = below(5); i > 0; --i) array.push_back(json(depth - 1));
        return array;
      }
      default: {
        Json object = Json::object();
        for (std::size_t i = below(5); i > 0; --i) object[text()] = json(depth - 1);
        return object;
      }
    }
  }

 private:
  std::uint32_t seed_;
  std::mt19937_64 engine_;
};

TEST(Property, an_event_comes_back_as_it_was_written_and_always_in_the_same_bytes) {
  Random random;
  for (int i = 0; i < 2000; ++i) {
    CloudEvent event;
    event.id = "i" + random.text();
    event.source = "s" + random.text();
    event.type = "t" + random.text();
    event.subject = random.text();
    event.time = Timestamp{std::chrono::microseconds{random.below(4'000'000'000'000'000)}};
    event.municipality = Municipality{"0653"};
    event.partition_key = "k" + random.text();
    event.correlation_id = random.text();
    event.causation_id = random.text();
    event.extensions["sequence"] = "x" + random.text();
    event.data = random.json(4);
    const std::string bytes = encode(event);
    const auto again = decode_json(bytes, Door::topic);
    ASSERT_TRUE(again) << again.error().text() << "\n" << bytes;
    ASSERT_EQ(*again, event) << bytes;
    ASSERT_EQ(encode(*again), bytes);
  }
}

TEST(Property, no_bytes_make_decoding_throw) {
  Random random;
  const std::string whole = birth.dump();
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = random.below(2) == 0 ? whole : std::string(random.below(200), ' ');
    for (std::size_t n = 1 + random.below(8); n > 0 && !bytes.empty(); --n) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    bytes.resize(random.below(3) == 0 ? random.below(bytes.size() + 1) : bytes.size());
    ASSERT_NO_THROW((void)decode_json(bytes, Door::topic));
    ASSERT_NO_THROW((void)binary({{bytes, bytes}, {"ce_id", bytes}, {"content-type", bytes}}, bytes));
  }
}

}  // namespace
}  // namespace elukaar::cloudevents
