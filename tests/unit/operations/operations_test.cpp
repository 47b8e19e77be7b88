// What operators order, and what the program erases by itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <thread>

#include "core/decide.hpp"
#include "operations/cases.hpp"
#include "operations/parked.hpp"
#include "operations/retention.hpp"

namespace elukaar::operations {
namespace {

using namespace std::chrono_literals;

// What it answers is laid ready; what it was asked is noted.
class ScriptedStore final : public OperationsStore {
 public:
  Counts counts(const std::string&) override { return {}; }
  std::vector<ParkedRecord> parked(std::size_t) override { return {}; }
  std::size_t retry_parked(const std::vector<Uuid>& ids, const std::string& reason) override {
    retried.emplace_back(ids, reason);
    return 3;
  }
  Json case_history(const Uuid& id) override {
    asked = id;
    return history;
  }
  std::optional<Uuid> order(const Uuid& id, Order, const std::string&, const std::string&) override {
    asked = id;
    return id;
  }
  std::size_t discard_parked(const ParkedLimits& limits, std::size_t most) override {
    looked();
    periods.push_back(limits.kept);
    return taken(discards, most);
  }
  std::size_t erase_ended_values(std::size_t most) override { return taken(ended, most); }

  std::size_t discards = 0;
  std::size_t ended = 0;
  std::function<void()> looked = [] {};
  std::vector<std::chrono::days> periods;
  std::vector<std::pair<std::vector<Uuid>, std::string>> retried;
  std::optional<Uuid> asked;
  Json history;

 private:
  static std::size_t taken(std::size_t& left, std::size_t most) {
    const std::size_t now = std::min(left, most);
    left -= now;
    return now;
  }
};

class Keeping : public testing::Test {
 protected:
  Retention retention(RetentionPeriods periods = {}) {
    return {store, {[this](const std::string& what) { news.push_back(what); },
                    [this](const std::string& what) { faults.push_back(what); }}, periods};
  }
  ScriptedStore store;
  std::vector<std::string> news;
  std::vector<std::string> faults;
};

TEST_F(Keeping, erases_page_by_page_until_nothing_is_due) {
  store.discards = 25;
  store.ended = 10;
  retention({.parked = {.kept = std::chrono::days{7}}, .page = 10}).erase_due();
  EXPECT_EQ(store.periods, std::vector(3, std::chrono::days{7}));
  EXPECT_EQ(store.discards, 0u);
  EXPECT_EQ(store.ended, 0u);
}

TEST_F(Keeping, is_done_once_by_whoever_asks_with_the_figures_of_what_was_due) {
  store.discards = 25;
  store.ended = 10;
  EXPECT_EQ(discard_parked(store, {.page = 10}), 25u);
  EXPECT_EQ(erase_ended_values(store, {.page = 10}), 10u) << "a full page may not be the last";
  EXPECT_EQ(discard_parked(store, {}), 0u);
  EXPECT_EQ(erase_ended_values(store, {}), 0u);
}

TEST_F(Keeping, tells_what_it_has_erased_as_news_and_not_as_a_fault) {
  store.discards = 2;
  store.ended = 1;
  retention().erase_due();
  EXPECT_EQ(news, (std::vector<std::string>{
                      "2 parked records were discarded: not applied within 30 days",
                      "1 personal values were erased: their end has come"}));
  retention().erase_due();
  EXPECT_EQ(news.size(), 2u) << "nothing was due, so nothing is said";
  EXPECT_TRUE(faults.empty());
}

TEST_F(Keeping, looks_again_after_a_fault_until_it_is_stopped) {
  std::stop_source stop;
  int looks = 0;
  store.looked = [&] {
    if (++looks == 1) {
      throw engine::StoreFault(engine::StoreFault::Kind::connection_lost, "", "the store is away");
    }
    stop.request_stop();
  };
  store.discards = 1;
  auto keeping = retention({.look_every = 0ms});
  keeping.run(stop.get_token());
  EXPECT_EQ(faults, std::vector<std::string>{"the store is away"});
  EXPECT_EQ(news.size(), 1u);
}

TEST_F(Keeping, stops_at_once_while_it_waits) {
  auto keeping = retention({.look_every = std::chrono::hours{24}});
  std::promise<void> looked;
  store.looked = [&] { looked.set_value(); };
  std::jthread thread([&](std::stop_token stop) { keeping.run(std::move(stop)); });
  looked.get_future().wait();
  thread.request_stop();
  thread.join();  // a day later otherwise
}

// ---- Parked records -----------------------------------------------------------------------------

TEST(Parked, are_retried_by_id_by_reason_or_all_and_never_by_no_choice) {
  ScriptedStore store;
  const Uuid id = Uuid::derived({}, "parked", "1", 0);
  EXPECT_EQ(retry(store, {{id.str()}, "", false}).value(), 3u);
  EXPECT_EQ(retry(store, {{}, "faulted", false}).value(), 3u);
  EXPECT_EQ(retry(store, {{}, "", true}).value(), 3u);
  ASSERT_EQ(store.retried.size(), 3u);
  EXPECT_EQ(store.retried[0].first, std::vector<Uuid>{id});
  EXPECT_EQ(store.retried[1].second, "faulted");
  EXPECT_FALSE(retry(store, {}));
  EXPECT_FALSE(retry(store, {{"no-id"}, "", false}));
  EXPECT_EQ(store.retried.size(), 3u);
}

// ---- Cases --------------------------------------------------------------------------------------

const Uuid a_case = *Uuid::parse("018f3c5e-0000-7000-8000-000000000001");

// A case whose journal has three rows, each with the hash that follows from the one before.
Json a_history() {
  core::Case value;
  value.municipality = Municipality{"0653"};
  value.id = CaseId{a_case};
  Json journal = Json::array();
  Digest former{};
  for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
    core::JournalEntry entry;
    entry.sequence = sequence;
    entry.key = {"/test", "e" + std::to_string(sequence)};
    entry.kind = "event";
    entry.name = "born";
    entry.at = *parse_rfc3339("2026-06-01T09:00:00Z");
    entry.written_trace = R"({"to":["waiting"]})";
    entry.disposition = core::Disposition::applied;
    former = core::chained_hash(former, value, entry, "digest");
    journal.push_back({{"sequence", sequence}, {"source", "/test"}, {"eventId", entry.key.id},
                       {"kind", "event"}, {"name", "born"}, {"cause", nullptr},
                       {"at", "2026-06-01T09:00:00Z"}, {"trace", {{"to", {"waiting"}}}},
                       {"disposition", "applied"}, {"records", nullptr},
                       {"hash", to_hex(former)}, {"digest", "digest"}});
  }
  return {{"case", {{"municipality", "0653"}, {"id", a_case.str()}}}, {"journal", std::move(journal)}};
}

TEST(Case, is_found_by_its_id_with_or_without_dashes) {
  ScriptedStore store;
  store.history = a_history();
  EXPECT_FALSE(history(store, a_case.str()).is_null());
  EXPECT_EQ(store.asked, a_case);
  store.asked.reset();
  EXPECT_TRUE(give_order(store, "018f3c5e000070008000000000000001", Order::suspend, "mari", "a test"));
  EXPECT_EQ(store.asked, a_case);
  store.asked.reset();
  EXPECT_TRUE(history(store, "nobody").is_null());
  EXPECT_FALSE(give_order(store, "nobody", Order::suspend, "mari", "a test"));
  EXPECT_FALSE(store.asked) << "what is no id is not asked for";
}

TEST(Case, is_verified_row_by_row) {
  ScriptedStore store;
  store.history = a_history();
  const auto whole = verify(store, a_case.str());
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->rows, 3u);
  EXPECT_FALSE(whole->broken_at);

  store.history["journal"][1]["name"] = "changed";
  EXPECT_EQ(verify(store, a_case.str())->broken_at, 2u);

  store.history = a_history();
  store.history["journal"].erase(1);
  EXPECT_EQ(verify(store, a_case.str())->broken_at, 3u) << "a row is missing before it";

  store.history = nullptr;
  EXPECT_FALSE(verify(store, a_case.str()));
}

}  // namespace
}  // namespace elukaar::operations
