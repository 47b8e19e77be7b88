// Open pages: who is told what, and in which order. No sleeps: a page waits for what it is told.
#include <gtest/gtest.h>

#include <condition_variable>

#include "resident/live_hub.hpp"
#include "support/memory_resident_store.hpp"

namespace elukaar::resident {
namespace {

using namespace std::chrono_literals;

const Municipality rae("0653");
const Pseudonym mari("p1_aaaaaaaaaaaaaaaaaaaaaaaaaa");
constexpr auto soon = 10s;

class OpenPage {
 public:
  void take(std::string bytes) {
    const std::lock_guard lock(mutex_);
    ended_ = ended_ || bytes.empty();
    text_ += bytes;
    wake_.notify_all();
  }
  bool hears(const std::string& words) {
    std::unique_lock lock(mutex_);
    return wake_.wait_for(lock, soon, [&] { return text_.find(words) != std::string::npos; });
  }
  bool ends() {
    std::unique_lock lock(mutex_);
    return wake_.wait_for(lock, soon, [&] { return ended_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::string text_;
  bool ended_ = false;
};

class TheHub : public testing::Test {
 protected:
  TheHub() {
    data->now = *parse_rfc3339("2026-05-20T09:00:00Z");
    CaseRecord record;
    record.municipality = rae;
    record.id = CaseId{*Uuid::parse("0190a1b2-0000-7000-8000-000000000007")};
    record.public_id = *Uuid::parse("7c0f7a5b-e3a9-4d19-a1f2-f6c58e1b4d03");
    record.status = {{"text", "informed"}, {"visibleTo", {"guardians"}}};
    record.revision = 1;
    record.parties = {{mari, access::Role::guardian, data->now - 24h, std::nullopt}};
    data->cases.push_back(record);
    session.persons[rae] = mari;
    session.expires_at = std::chrono::time_point_cast<std::chrono::microseconds>(
                             std::chrono::system_clock::now()) + 1h;
  }

  template <class Work>
  void change(const Work& work) {
    const std::lock_guard lock(data->mutex);
    work(data->cases[0]);
  }
  LiveHub::StreamId open(OpenPage& at) {
    return *hub.open(session, [&at](std::string bytes) { at.take(std::move(bytes)); });
  }

  std::shared_ptr<test::ResidentData> data = std::make_shared<test::ResidentData>();
  identity::Session session;
  OpenPage page;
  LiveHub hub{{.max_streams = 1}, std::make_unique<test::MemoryResidentStore>(data),
              [](const std::string& fault) { ADD_FAILURE() << fault; }};
};

TEST_F(TheHub, begins_with_a_snapshot_and_tells_changes_after_it) {
  open(page);
  ASSERT_TRUE(page.hears("event: snapshot\ndata: {\"cases\":[{\"case\":"
                         "\"7c0f7a5be3a94d19a1f2f6c58e1b4d03\",\"revision\":1}]}"));
  change([](CaseRecord& record) { record.revision = 2; });
  hub.status_changed(rae, data->cases[0].id, 2);
  EXPECT_TRUE(page.hears("event: change"));
  EXPECT_TRUE(page.hears("\"revision\":2"));
}

TEST_F(TheHub, tells_that_a_case_is_gone_when_the_right_has_ended) {
  open(page);
  ASSERT_TRUE(page.hears("event: snapshot"));
  change([&](CaseRecord& record) { record.parties[0].to = data->now - 1s; });
  hub.status_changed(rae, data->cases[0].id, 1);
  EXPECT_TRUE(page.hears("event: gone"));
}

TEST_F(TheHub, tells_what_became_of_an_action) {
  open(page);
  ASSERT_TRUE(page.hears("event: snapshot"));
  const ActionId id{*Uuid::parse("11111111-1111-4111-8111-111111111111")};
  {
    const std::lock_guard lock(data->mutex);
    data->actions.push_back({rae, id, data->cases[0].id, data->cases[0].public_id, mari, "apply",
                             "", {}, data->now, "accepted", ""});
  }
  hub.action_received(rae, mari, id);
  EXPECT_TRUE(page.hears("event: action"));
}

TEST_F(TheHub, refuses_more_pages_than_its_limit_and_ends_those_of_an_ended_session) {
  open(page);
  EXPECT_FALSE(hub.open(session, [](std::string) {}));
  hub.session_ended(session.token);
  EXPECT_TRUE(page.ends());
  EXPECT_EQ(hub.open_streams(), 0u);
}

}  // namespace
}  // namespace elukaar::resident
