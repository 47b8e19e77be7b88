// One seed drives everything that can go wrong around the engine's batch: events twice and out of order,
// workers that die before the commit, after it, or before what they committed is published, zombies that
// wake up with lanes they have lost, registers that are slow, away or refuse. On virtual time, in memory.
//
// ELUKAAR_SIMULATION_SEED=random (or a number) and ELUKAAR_SIMULATION_RUNS=n widen the search; the seed of
// a run that fails is printed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <set>

#include "cloudevents/encode.hpp"
#include "engine/batch/batch.hpp"
#include "simulate/scenario/play.hpp"
#include "support/forwarding_case_store.hpp"
#include "support/through_text.hpp"

namespace elukaar::simulate {
namespace {

using namespace std::chrono_literals;
using engine::Lane;

const std::filesystem::path tree{ELUKAAR_SOURCE_DIR};
constexpr std::chrono::seconds lease{10};
constexpr int partitions = 2;
constexpr int families = 60;
constexpr int max_turns = 20'000;

std::string partition_name(int number) { return "kafka/simulated/" + std::to_string(number); }

// Where a worker dies.
struct Crash {};

// A store whose worker dies around the commit, as often as the seed says. What it gives out was text before, as
// in a database: what is stored is part of what these runs try.
class CrashingStore : public test::ForwardingCaseStore {
 public:
  CrashingStore(MemoryCaseStore& store, std::mt19937_64& chance)
      : ForwardingCaseStore(store), chance_(chance) {}

  double before = 0;  // shares of transactions
  double after = 0;

  std::unique_ptr<engine::BatchTransaction> begin() override {
    return std::make_unique<Transaction>(*this, ForwardingCaseStore::begin());
  }

 private:
  class Transaction : public test::ForwardingTransaction {
   public:
    Transaction(CrashingStore& store, std::unique_ptr<engine::BatchTransaction> inner)
        : ForwardingTransaction(std::move(inner)), store_(store) {}
    std::vector<std::unique_ptr<engine::StoredCase>> lock_cases(
        std::vector<engine::CaseRef> refs) override {
      return test::through_text(ForwardingTransaction::lock_cases(std::move(refs)));
    }
    void commit() override {
      if (store_.strikes(store_.before)) throw Crash{};
      ForwardingTransaction::commit();
      if (store_.strikes(store_.after)) throw Crash{};
    }

   private:
    CrashingStore& store_;
  };

  bool strikes(double share) { return std::uniform_real_distribution<>(0, 1)(chance_) < share; }

  std::mt19937_64& chance_;
};

struct Worker {
  std::string name;
  std::map<std::string, Lane> lanes;
  std::vector<std::map<std::string, Lane>> zombies;  // what dead ones of this place still believe
};

// The whole of a run: the log, two workers, the registers, the broker.
class Chaos {
 public:
  Chaos(Library& library, std::uint64_t seed, bool calm)
      : calm_(calm),
        chance_(seed),
        parts_of_library_(library.parts(
            library.stage(tree / "workflows/municipalities/rae/kindergarten-place.yaml", {})
                ->workflow)),
        workflow_(parts_of_library_.workflows.front()),
        store_(*parse_rfc3339("2026-06-01T00:00:00Z")),
        crashing_(store_, chance_),
        workflows_(parts_of_library_.workflows, parts_of_library_.compile),
        parts_{workflows_, library.events(), calendar_, keyring_, {}} {
    workflows_.register_with(store_);
    write_log();
    for (int i = 0; i < 2; ++i) workers_.push_back(Worker{"w" + std::to_string(++names_), {}, {}});
    for (int i = 0; i < partitions; ++i) take(workers_[static_cast<std::size_t>(i)], {partition_name(i)});
  }

  void run() {
    crashing_.before = calm_ ? 0 : 0.05;
    crashing_.after = calm_ ? 0 : 0.05;
    for (int turn = 0; turn < max_turns && !(all_read() && turn > 500); ++turn) {
      Worker& worker = workers_[below(workers_.size())];
      turn_of(worker);
      if (!calm_ && strikes(0.03)) die(worker);
      if (!calm_ && strikes(0.05)) wake_zombie(worker);
      if (strikes(0.3)) move_on(std::chrono::seconds{1 + below(20)});
    }
    ASSERT_TRUE(all_read()) << "the log was not read to its end";
    crashing_.before = crashing_.after = 0;
    // A quiet year: everything that was due has happened.
    for (int day = 0; day < 370; ++day) {
      for (int i = 0; i < 4; ++i) {
        for (Worker& worker : workers_) turn_of(worker);
      }
      move_on(24h);
    }
    for (Worker& worker : workers_) turn_of(worker);
  }

  void check() {
    check_receipts();
    check_cases();
    check_calls();
    check_statuses();
    EXPECT_EQ(zombie_commits_, 0) << "a worker committed on lanes that it had lost";
    for (const auto& row : store_.parked()) {
      EXPECT_NE(row.reason, "early") << row.detail;
      EXPECT_FALSE(row.reason.empty());
    }
  }

  // What each child's case shows at the end.
  std::map<std::string, std::string> shown() const {
    std::map<std::string, std::string> texts;
    for (const auto& [ref, row] : store_.cases()) {
      const core::Case& value = *row.value;
      const std::string text = value.status->is_object() ? value.status->value("text", "nothing") : "nothing";
      texts[value.context->at("child").at("key")] +=
          std::string{lifecycle::to_string(value.lifecycle)} + " " + text;
    }
    return texts;
  }

  int crashes = 0;
  int repeats = 0;

 private:
  std::size_t below(std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most - 1)(chance_);
  }
  bool strikes(double share) { return std::uniform_real_distribution<>(0, 1)(chance_) < share; }

  // ---- The log ------------------------------------------------------------------------------------

  static std::string key_of(char kind, int number) {
    std::string key = std::string{"p1_"} + kind;
    key.resize(29, 'a');
    key[28] = static_cast<char>('a' + number % 26);
    key[27] = static_cast<char>('a' + number / 26);
    return key;
  }

  void add(std::vector<cloudevents::CloudEvent>& to, const std::string& name, const std::string& id,
           Json data) {
    cloudevents::CloudEvent event;
    event.id = id;
    event.source = "/test";
    event.type = workflow_->events.at(name).type;
    event.time = *parse_rfc3339("2026-05-20T06:00:00Z") + std::chrono::minutes{to.size()};
    event.municipality = Municipality{"0653"};
    event.partition_key = id;
    event.data = std::move(data);
    to.push_back(std::move(event));
  }

  // The same families in every run; order and repeats are the seed's.
  void write_log() {
    std::vector<cloudevents::CloudEvent> events;
    for (int i = 0; i < families; ++i) {
      const std::string child = key_of('c', i);
      const std::string n = std::to_string(i);
      add(events, "birth-registered", "birth-" + n,
          {{"child", {{"key", child}, {"bornOn", "2026-05-01"}}}, {"residenceKov", "0653"}});
      if (i % 7 == 3) {
        add(events, "birth-annulled", "annulled-" + n,
            {{"child", {{"key", child}}}, {"replaces", {{"source", "/test"}, {"id", "birth-" + n}}}});
      } else if (i % 2 == 0) {
        add(events, "application-submitted", "application-" + n,
            {{"child", {{"key", child}}},
             {"application",
              {{"id", "application-" + n},
               {"applicant", key_of('m', i)},
               {"submittedAt", "2026-05-21T06:00:00Z"},
               {"wishedStart", "2027-11-01"},
               {"language", "et"},
               {"preferences", {"rae-aiamaa"}}}}});
        add(events, "queue-position-changed", "queue-" + n,
            {{"application", {{"id", "application-" + n}}},
             {"queue", {{"scope", "s"}, {"position", 2}, {"of", 9}, {"ruleRef", "application-time"}}}});
      }
    }
    for (const auto& event : events) sent_.insert(event.id);
    if (!calm_) {
      const std::size_t once = events.size();
      for (std::size_t i = 0; i < once / 5; ++i) events.push_back(events[below(once)]);
      // Out of order, but for no longer than the register's patience.
      for (std::size_t i = 0; i < events.size(); ++i) {
        std::swap(events[i], events[std::min(events.size() - 1, i + below(25))]);
      }
    }
    for (const auto& event : events) {
      const int partition = calm_ ? 0 : static_cast<int>(below(partitions));
      auto& log = logs_[partition_name(partition)];
      engine::SourceRecord record;
      record.lane = partition_name(partition);
      record.offset = static_cast<std::int64_t>(log.size());
      record.key = event.partition_key;
      record.value = cloudevents::encode(event);
      record.headers = {{"content-type", std::string{cloudevents::structured_content_type}}};
      log.push_back(std::move(record));
    }
  }

  bool all_read() {
    std::int64_t read = 0;
    std::int64_t written = 0;
    for (const auto& [name, log] : logs_) written += static_cast<std::int64_t>(log.size());
    for (const Worker& worker : workers_) {
      for (const auto& [name, lane] : worker.lanes) {
        if (lane.kind == engine::LaneKind::kafka) read += lane.position.value_or(0);
      }
    }
    return read == written;
  }

  // ---- Workers ------------------------------------------------------------------------------------

  void take(Worker& worker, const std::vector<std::string>& names) {
    for (Lane& lane : store_.take_lanes(names, worker.name, lease)) adopt(worker, std::move(lane));
  }

  // Whatever the former owner may have left unsaid.
  void adopt(Worker& worker, Lane lane) {
    for (const engine::OutboxRow& row : store_.unpublished(lane.id, lane.published_sequence, 100'000)) {
      publish(row.records);
      ++repeats;
    }
    lane.published_sequence = lane.next_sequence - 1;
    worker.lanes[lane.name] = std::move(lane);
  }

  void look_after_lanes(Worker& worker) {
    std::vector<Lane> held;
    for (const auto& [name, lane] : worker.lanes) held.push_back(lane);
    for (const engine::LaneId lost : store_.keep_lanes(held, worker.name, lease)) {
      std::erase_if(worker.lanes, [&](const auto& each) { return each.second.id == lost; });
    }
    const auto internal = static_cast<std::size_t>(
        std::count_if(worker.lanes.begin(), worker.lanes.end(), [](const auto& each) {
          return each.second.kind == engine::LaneKind::internal;
        }));
    const std::size_t share = store_.fair_share(worker.name);
    if (internal >= share) return;
    for (Lane& lane : store_.take_internal_lanes(worker.name, share - internal, lease)) {
      adopt(worker, std::move(lane));
    }
  }

  std::vector<engine::Arrival> drained(const Worker& worker) {
    std::vector<engine::Arrival> arrivals;
    for (const auto& [name, lane] : worker.lanes) {
      const auto log = logs_.find(name);
      if (log == logs_.end()) continue;
      const std::size_t most = 1 + below(12);
      for (auto at = static_cast<std::size_t>(lane.position.value_or(0));
           at < log->second.size() && arrivals.size() < most; ++at) {
        arrivals.push_back(
            engine::understand(log->second[at], parts_.schemas, parts_.workflows, parts_.calendar));
      }
    }
    return arrivals;
  }

  void turn_of(Worker& worker) {
    look_after_lanes(worker);
    try {
      const auto result = engine::run_batch(crashing_, parts_, worker.lanes, worker.name, lease,
                                            drained(worker), 1 + below(40));
      if (result.lost_lanes) return;
      if (!calm_ && crashing_.before > 0 && strikes(0.04)) throw Crash{};  // before it is published
      for (const auto& row : result.published) publish(row.records);
      for (auto& [name, lane] : worker.lanes) lane.published_sequence = lane.next_sequence - 1;
    } catch (const Crash&) {
      die(worker);
    }
    keep_journal();
    for (const CallId& id : store_.take_requested()) answer(id);
  }

  // The process is gone; another takes its place, its partitions at once, the rest when leases end.
  void die(Worker& worker) {
    ++crashes;
    std::vector<std::string> topics;
    for (const auto& [name, lane] : worker.lanes) {
      if (lane.kind == engine::LaneKind::kafka) topics.push_back(name);
    }
    worker.zombies.push_back(std::exchange(worker.lanes, {}));
    zombie_names_.push_back(worker.name);
    worker.name = "w" + std::to_string(++names_);
    Worker& heir = workers_[below(workers_.size())];
    take(heir, topics);
  }

  // One that was only asleep goes on with what it believes to hold.
  void wake_zombie(Worker& worker) {
    if (worker.zombies.empty()) return;
    auto lanes = worker.zombies[below(worker.zombies.size())];
    const bool has_topic = std::any_of(lanes.begin(), lanes.end(), [](const auto& each) {
      return each.second.kind == engine::LaneKind::kafka;
    });
    if (!has_topic) return;
    Worker zombie{zombie_names_[below(zombie_names_.size())], std::move(lanes), {}};
    const auto arrivals = drained(zombie);
    if (arrivals.empty()) return;
    const auto result = engine::run_batch(store_, parts_, zombie.lanes, zombie.name, lease, arrivals, 0);
    if (!result.lost_lanes) ++zombie_commits_;
  }

  void move_on(std::chrono::seconds by) { store_.move_to(store_.now() + by); }

  // ---- Registers and broker -----------------------------------------------------------------------

  // What a register says depends on the child alone: the oracle's registers say the same.
  void answer(const CallId& id) {
    using Kind = core::CallUpdate::Kind;
    const StoredCall& call = store_.calls().at(id);
    const std::string child = call.request.input.value("child", "");
    const int number = child.size() == 29 ? (child[27] - 'a') * 26 + child[28] - 'a' : 0;
    effects_[{call.ref, call.request.state, call.request.entry, call.request.invoke}].insert(id);
    Timestamp at = store_.now() + (calm_ ? 0s : std::chrono::seconds{below(600)});
    if (!calm_ && strikes(0.2)) {
      store_.add_update(id, store_.now(), Kind::delayed, Json{});
      at += 1h;
    }
    if (call.request.operation == "register" && number % 10 == 4) {
      return store_.add_update(id, at, Kind::error, {{"kind", "refused"}, {"code", "closed"}});
    }
    store_.add_update(id, at, Kind::done, output(call.request.operation, number));
  }

  static Json output(const std::string& operation, int number) {
    if (operation == "family") {
      return {{"alive", true},
              {"livesHere", number % 2 == 0 || number % 11 != 5},
              {"protected", false},
              {"guardians", {{{"key", key_of('m', number)}}}}};
    }
    if (operation == "residence") {
      return {{"childLivesHere", true}, {"applicantLivesHere", number % 9 != 2}, {"custody", true},
              {"asOf", "2026-06-01"}};
    }
    return {{"registerId", "R"}, {"status", "queued"},
            {"queue", {{"scope", "s"}, {"position", 3}, {"of", 9}, {"ruleRef", "application-time"}}}};
  }

  void publish(const std::vector<engine::OutgoingRecord>& records) {
    for (const engine::OutgoingRecord& record : records) {
      if (record.topic != "elukaar.status") continue;
      const Json event = Json::parse(record.value);
      const auto [known, first] = published_.emplace(event.at("id"), event.at("data"));
      EXPECT_TRUE(first || known->second == event.at("data")) << "one id, two contents";
    }
  }

  void keep_journal() {
    for (engine::JournalRow& row : store_.take_journal()) journal_.push_back(std::move(row));
  }

  // ---- What must hold -----------------------------------------------------------------------------

  void check_receipts() {
    std::set<std::pair<engine::CaseRef, Uuid>> receipts;
    std::map<engine::CaseRef, std::uint64_t> sequences;
    std::set<std::string> seen;
    for (const engine::JournalRow& row : journal_) {
      const core::JournalEntry& entry = *row.entry;
      EXPECT_EQ(entry.sequence, ++sequences[row.ref]) << "a gap in a case's journal";
      if (entry.cause == 0) {
        EXPECT_TRUE(receipts.insert({row.ref, row.receipt}).second) << "taken twice: " << entry.key.id;
      }
      seen.insert(entry.key.id);
    }
    for (const auto& row : store_.parked()) seen.insert(row.event_id);
    for (const std::string& id : sent_) EXPECT_TRUE(seen.contains(id)) << "lost: " << id;
  }

  void check_cases() {
    std::set<std::string> children;
    for (const auto& [ref, row] : store_.cases()) {
      const core::Case& value = *row.value;
      EXPECT_TRUE(children.insert(value.context->at("child").at("key")).second) << "two cases of a child";
      EXPECT_EQ(value.deferred, 0u);
      EXPECT_TRUE(value.incident.empty()) << value.incident;
      if (value.lifecycle != lifecycle::CaseState::active) continue;
      const bool waits = !value.calls.empty() ||
                         std::any_of(value.timers.begin(), value.timers.end(),
                                     [](const core::Timer& timer) { return !timer.fired; });
      EXPECT_TRUE(waits) << "waits for nothing in "
                         << Json(workflow_->chart.active_paths(value.configuration)).dump();
    }
    EXPECT_EQ(children.size(), static_cast<std::size_t>(families));
  }

  void check_calls() {
    for (const auto& [what, ids] : effects_) {
      EXPECT_EQ(ids.size(), 1u) << "one stay in a state asked twice: " << std::get<1>(what);
    }
    for (const auto& [id, call] : store_.calls()) {
      EXPECT_TRUE(call.answered || call.abandoned) << "a call without an end";
    }
  }

  void check_statuses() {
    std::map<std::string, std::map<std::uint64_t, Json>> by_case;
    for (const auto& [id, data] : published_) {
      by_case[data.at("case")][data.at("revision").get<std::uint64_t>()] = data.at("status");
    }
    for (const auto& [ref, row] : store_.cases()) {
      const auto& revisions = by_case[ref.id.str()];
      EXPECT_EQ(revisions.size(), row.value->revision) << "a status was never told";
      if (revisions.empty()) continue;
      EXPECT_EQ(revisions.rbegin()->second, *row.value->status);
    }
  }

  const bool calm_;
  std::mt19937_64 chance_;
  World::Parts parts_of_library_;
  workflow::WorkflowPtr workflow_;
  calendar::Calendar calendar_;
  privacy::Keyring keyring_ = privacy::Keyring::passing();
  MemoryCaseStore store_;
  CrashingStore crashing_;
  engine::Workflows workflows_;
  engine::EngineParts parts_;
  std::map<std::string, std::vector<engine::SourceRecord>> logs_;
  std::set<std::string> sent_;
  std::vector<Worker> workers_;
  std::vector<std::string> zombie_names_;
  int names_ = 0;
  int zombie_commits_ = 0;
  std::vector<engine::JournalRow> journal_;
  std::map<std::string, Json> published_;
  std::map<std::tuple<engine::CaseRef, std::string, std::uint32_t, std::string>, std::set<CallId>>
      effects_;
};

std::uint64_t first_seed() {
  const char* given = std::getenv("ELUKAAR_SIMULATION_SEED");
  if (given == nullptr) return 20'260'501;
  return std::string{given} == "random" ? std::random_device{}() : std::stoull(given);
}

int runs() {
  const char* given = std::getenv("ELUKAAR_SIMULATION_RUNS");
  return given == nullptr ? 8 : std::stoi(given);
}

TEST(Engine, loses_and_doubles_nothing_whatever_goes_wrong_around_it) {
  const auto library = Library::open(tree).value();
  Chaos oracle(*library, 1, true);
  oracle.run();
  oracle.check();
  ASSERT_EQ(oracle.crashes, 0);
  int crashes = 0;
  int repeats = 0;
  for (int i = 0; i < runs(); ++i) {
    const std::uint64_t seed = first_seed() + static_cast<std::uint64_t>(i);
    SCOPED_TRACE("ELUKAAR_SIMULATION_SEED=" + std::to_string(seed));
    Chaos chaos(*library, seed, false);
    chaos.run();
    chaos.check();
    EXPECT_EQ(chaos.shown(), oracle.shown());
    crashes += chaos.crashes;
    repeats += chaos.repeats;
    if (::testing::Test::HasFailure()) break;
  }
  // What was to be proved has been tried.
  EXPECT_GT(crashes, 10 * runs());
  EXPECT_GT(repeats, runs());
}

TEST(Engine, does_the_same_with_the_same_seed) {
  const auto library = Library::open(tree).value();
  Chaos one(*library, 7, false);
  one.run();
  Chaos two(*library, 7, false);
  two.run();
  EXPECT_EQ(one.crashes, two.crashes);
  EXPECT_EQ(one.repeats, two.repeats);
  EXPECT_EQ(one.shown(), two.shown());
}

}  // namespace
}  // namespace elukaar::simulate
