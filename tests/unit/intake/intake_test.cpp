#include "engine/intake/intake.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "base/digest.hpp"
#include "privacy/pseudonym.hpp"
#include "support/keys.hpp"
#include "support/memory_vault.hpp"

namespace elukaar::engine {
namespace {

const Municipality rae("0653");
const Timestamp noon = *parse_rfc3339("2026-05-04T12:00:00Z");
const std::string birth_type = "ee.elukaar.birth.registered.v1";
const std::string code = "52503150198";

constexpr const char* birth_form = R"({"type": "object", "required": ["child"],
  "additionalProperties": false, "properties": {
    "child": {"type": "object", "required": ["personalCode"], "properties": {
      "personalCode": {"type": "string", "x-personal": "identity", "x-becomes": "key"},
      "firstName": {"type": "string", "x-personal": "identity"}}},
    "residenceKov": {"type": "string"}}})";
constexpr const char* changed_form = R"({"type": "object", "required": ["person"], "properties": {
    "person": {"type": "object", "x-hoist": true, "properties": {
      "formerPersonalCode": {"type": "string", "x-personal": "identity", "x-becomes": "formerKey"},
      "personalCode": {"type": "string", "x-personal": "identity", "x-becomes": "key"}}}}})";
constexpr const char* round_form = R"({"type": "object", "properties": {
    "round": {"type": "object", "properties": {"id": {"type": "string"}}}}})";
constexpr const char* queue_form = R"({"type": "object", "properties": {
    "application": {"type": "object", "properties": {"id": {"type": "string"}}}}})";

// A broker that answers when it is told to.
struct Broker : EventPublisher {
  void publish(OutgoingRecord record, Done done) override {
    const std::lock_guard lock(mutex);
    records.push_back(std::move(record));
    if (holds) waiting.push_back(std::move(done));
    else done(answer);
    arrived.notify_all();
  }
  void wait_for(std::size_t count) {
    std::unique_lock lock(mutex);
    arrived.wait(lock, [&] { return records.size() >= count; });
  }
  std::mutex mutex;
  std::condition_variable arrived;
  std::vector<OutgoingRecord> records;
  std::vector<Done> waiting;
  bool holds = false;
  Result<void, PublishError> answer;
};

class IntakeDoor : public testing::Test {
 protected:
  void SetUp() override {
    const auto forms_folder = folder.path() / "intake";
    std::filesystem::create_directory(forms_folder);
    std::ofstream(forms_folder / (birth_type + ".schema.json")) << birth_form;
    std::ofstream(forms_folder / "ee.elukaar.person.key-changed.v1.schema.json") << changed_form;
    std::ofstream(forms_folder / "ee.elukaar.queue.position-changed.v1.schema.json") << queue_form;
    std::ofstream(forms_folder / "ee.elukaar.round.started.v1.schema.json") << round_form;
    auto catalogue = cloudevents::SchemaCatalogue::load(forms_folder);
    ASSERT_TRUE(catalogue) << to_text(catalogue.error().front());
    auto built = IntakeForms::build(*catalogue, events());
    ASSERT_TRUE(built) << to_text(built.error().front());
    forms = std::make_unique<IntakeForms>(std::move(*built));
    open();
  }
  void TearDown() override { intake.reset(); }

  static cloudevents::SchemaCatalogue events() {
    return cloudevents::SchemaCatalogue::load_events(std::filesystem::path{ELUKAAR_SOURCE_DIR} / "events")
        .value();
  }

  void open() {
    IntakeSettings settings;
    settings.credentials = {{"register", to_hex(sha256("secret")), rae, "/kov/0653/rr",
                             {birth_type, "ee.elukaar.person.key-changed.v1",
                              "ee.elukaar.queue.position-changed.v1", "ee.elukaar.round.started.v1"}}};
    settings.max_in_flight = most;
    intake.reset();
    intake = std::make_unique<Intake>(
        settings, *forms, ring, [this](const Municipality&) { return standing; }, vault, broker);
  }
  static Json event(Json data, std::string type = birth_type) {
    return {{"specversion", "1.0"}, {"id", "rr-1"}, {"source", "/kov/0653/rr"}, {"type", type},
            {"time", "2026-05-04T06:00:00Z"}, {"data", std::move(data)}};
  }
  static Json birth() {
    return event({{"child", {{"personalCode", code}, {"firstName", "Unmistakable"}}}});
  }
  std::future<Intake::Outcome> sent(const std::string& body, std::string token = "secret",
                                    std::string type = "application/cloudevents+json") {
    auto promise = std::make_shared<std::promise<Intake::Outcome>>();
    auto future = promise->get_future();
    intake->accept(token, type, body, noon,
                   [promise](Intake::Outcome outcome) { promise->set_value(std::move(outcome)); });
    return future;
  }
  std::string refused(const std::string& body, std::string token = "secret",
                      std::string type = "application/cloudevents+json") {
    const auto outcome = sent(body, token, type).get();
    if (outcome) return "accepted";
    EXPECT_EQ(outcome.error().sentence.find(code), std::string::npos);
    EXPECT_FALSE(outcome.error().sentence.empty());
    return std::to_string(outcome.error().status) + " " + outcome.error().code;
  }

  test::TemporaryFolder folder;
  privacy::Keyring ring = test::keyring_for({"0653"});
  test::MemoryVault vault{ring};
  Broker broker;
  MunicipalityStanding standing{true, true};
  std::size_t most = 100;
  std::unique_ptr<IntakeForms> forms;
  std::unique_ptr<Intake> intake;
};

TEST_F(IntakeDoor, holds_a_sender_of_this_program_to_its_source_and_types_and_asks_it_for_no_token) {
  const auto said = [&](const std::string& source, const std::string& type) {
    const auto promise = std::make_shared<std::promise<Intake::Outcome>>();
    auto outcome = promise->get_future();
    intake->accept_from(
        {"office", {}, rae, source, {type}}, "application/cloudevents+json", birth().dump(), noon,
        [promise](Intake::Outcome came) { promise->set_value(std::move(came)); });
    return outcome.get();
  };
  EXPECT_TRUE(said("/kov/0653/rr", birth_type));
  EXPECT_EQ(said("/kov/0653/office", birth_type).error().code, "source");
  EXPECT_EQ(said("/kov/0653/rr", "another").error().code, "type");
}

TEST_F(IntakeDoor, stores_what_is_personal_and_passes_the_rest_on) {
  const auto outcome = sent(birth().dump()).get();
  ASSERT_TRUE(outcome) << outcome.error().sentence;
  EXPECT_EQ(*outcome, (IntakeAccepted{"rr-1", "/kov/0653/rr", rae, false}));
  const auto key = *privacy::pseudonym(ring, rae, *privacy::PersonalCode::parse(code));
  ASSERT_EQ(broker.records.size(), 1u);
  EXPECT_EQ(broker.records[0].topic, "elukaar.life-events");
  EXPECT_EQ(broker.records[0].key, key.str());
  const Json published = Json::parse(broker.records[0].value);
  EXPECT_EQ(published.at("municipality"), "0653");
  EXPECT_EQ(published.at("partitionkey"), key.str());
  EXPECT_EQ(published.at("subject"), key.str());
  EXPECT_EQ(published.at("data"), (Json{{"child", {{"key", key.str()}}}}));
  const auto read = vault.read(rae, {{key, {"first-name", "personal-code"}, ""}}, {});
  EXPECT_EQ(read->at(0).at(0).value.reveal(), "Unmistakable");
  EXPECT_EQ(read->at(0).at(0).origin.source, "/kov/0653/rr");
  EXPECT_EQ(read->at(0).at(1).value.reveal(), code);
}

TEST_F(IntakeDoor, orders_a_round_of_the_whole_municipality_by_the_round) {
  const std::string type = "ee.elukaar.round.started.v1";
  ASSERT_TRUE(sent(event({{"round", {{"id", "rae-2027-1"}}}}, type).dump()).get());
  EXPECT_EQ(broker.records.at(0).key, "rae-2027-1");
  EXPECT_EQ(broker.records.at(0).topic, "elukaar.0653.service-events");
  EXPECT_EQ(refused(event({{"round", Json::object()}}, type).dump()), "422 form");
}

TEST_F(IntakeDoor, takes_no_form_whose_event_nobody_has_described) {
  std::ofstream(folder.path() / "intake" / "ee.elukaar.unheard-of.v1.schema.json") << R"({"type": "object"})";
  const auto built = IntakeForms::build(
      cloudevents::SchemaCatalogue::load(folder.path() / "intake").value(), events());
  ASSERT_FALSE(built);
  ASSERT_EQ(built.error().size(), 1u);
  EXPECT_EQ(built.error()[0].what, "expected a schema of the event that this form becomes, in "
                                   "events/registers or events/services; found none");
  EXPECT_EQ(built.error()[0].where.file, "ee.elukaar.unheard-of.v1.schema.json");
}

TEST_F(IntakeDoor, refuses_with_a_reason) {
  EXPECT_EQ(refused(birth().dump(), ""), "401 credential");
  EXPECT_EQ(refused(birth().dump(), "other"), "401 credential");
  EXPECT_EQ(refused(birth().dump(), "secret", "application/json"), "415 media-type");
  EXPECT_EQ(refused(std::string(70'000, ' ')), "413 too-large");
  EXPECT_EQ(refused("{").substr(0, 3), "400");
  EXPECT_EQ(refused(std::string(2000, '[')).substr(0, 3), "400");
  Json nul = birth();
  nul["data"]["residenceKov"] = std::string("a\0b", 3);
  EXPECT_EQ(refused(nul.dump()), "400 nul-character");
  Json other = birth();
  other["source"] = "/kov/0890/rr";
  EXPECT_EQ(refused(other.dump()), "403 source");
  other = birth();
  other["type"] = "ee.elukaar.review.decided.v1";
  EXPECT_EQ(refused(other.dump()), "403 type");
  other = birth();
  other["municipality"] = "0890";
  EXPECT_EQ(refused(other.dump()), "400 bad-attribute");
  other = birth();
  other["id"] = "rr-" + code;
  EXPECT_EQ(refused(other.dump()), "422 personal-code-in-attribute");
  EXPECT_EQ(refused(event(Json::object()).dump()), "422 schema-violation");
  EXPECT_EQ(refused(event({{"child", {{"personalCode", "52503150199"}}}}).dump()), "422 form");
  other = birth();
  other["data"]["child"]["nickname"] = "Uku";
  EXPECT_EQ(refused(other.dump()), "422 undeclared-member");
  other = birth();
  other["data"]["residenceKov"] = code;
  EXPECT_EQ(refused(other.dump()), "422 stray-personal-code");
  EXPECT_EQ(vault.stores(), 0u);
  EXPECT_TRUE(broker.records.empty());
  EXPECT_EQ(intake->counts().refused, 15u);
}

TEST_F(IntakeDoor, keeps_nothing_of_a_municipality_that_is_not_served) {
  standing.served = false;
  ASSERT_TRUE(sent(birth().dump()).get());
  EXPECT_EQ(vault.size(), 0u);
  EXPECT_TRUE(broker.records.at(0).key.starts_with("x_"));
  EXPECT_EQ(broker.records.at(0).value.find("Unmistakable"), std::string::npos);
  EXPECT_EQ(intake->counts().not_served, 1u);
}

TEST_F(IntakeDoor, counts_and_forgets_births_where_nothing_is_proactive) {
  standing.proactive = false;
  EXPECT_TRUE(sent(birth().dump()).get()->forgotten);
  EXPECT_TRUE(broker.records.empty());
  EXPECT_EQ(vault.stores(), 0u);
  EXPECT_EQ(intake->counts().forgotten, 1u);
  ASSERT_TRUE(sent(event({{"application", {{"id", "a-1"}}}},
                         "ee.elukaar.queue.position-changed.v1").dump()).get());
  EXPECT_EQ(broker.records.at(0).topic, "elukaar.0653.service-events");
  EXPECT_EQ(broker.records.at(0).key, "a-1");
}

TEST_F(IntakeDoor, writes_the_alias_of_a_changed_code) {
  ASSERT_TRUE(sent(event({{"person", {{"formerPersonalCode", "38206084915"},
                                      {"personalCode", "39901012239"}}}},
                         "ee.elukaar.person.key-changed.v1").dump()).get());
  const Json data = Json::parse(broker.records.at(0).value).at("data");
  const Pseudonym former(data.at("formerKey").get<std::string>());
  const Pseudonym current(data.at("key").get<std::string>());
  EXPECT_EQ(vault.names_of(rae, former), (std::vector{current, former}));
  EXPECT_EQ(broker.records.at(0).key, former.str());
}

TEST_F(IntakeDoor, answers_only_after_the_broker_and_limits_what_is_on_its_way) {
  most = 2;
  open();
  broker.holds = true;
  auto first = sent(birth().dump());
  auto second = sent(birth().dump());
  EXPECT_EQ(refused(birth().dump()), "503 unavailable");
  broker.wait_for(2);
  EXPECT_EQ(first.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  for (auto& done : broker.waiting) done({});
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  EXPECT_EQ(broker.records[0].value, broker.records[1].value);
  EXPECT_EQ(vault.size(), 2u);
}

TEST_F(IntakeDoor, asks_to_come_again_where_the_broker_did_not_take_it) {
  broker.answer = failure(PublishError{"broker down", false});
  EXPECT_EQ(refused(birth().dump()), "503 unavailable");
}

}  // namespace
}  // namespace elukaar::engine
