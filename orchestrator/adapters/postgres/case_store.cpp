#include "adapters/postgres/case_store.hpp"

#include <algorithm>
#include <functional>
#include <optional>

#include <fmt/format.h>
#include <pqxx/pqxx>

#include "adapters/postgres/array.hpp"
#include "adapters/postgres/case_statements.hpp"
#include "adapters/postgres/fields.hpp"
#include "base/digest.hpp"
#include "workflow/model/workflow.hpp"

namespace elukaar::adapters::postgres {
namespace {

using engine::CaseRef;
using engine::CorrelationKey;
using engine::DueInput;
using engine::Lane;
using engine::LaneId;
using engine::StoreFault;

// A worker that is stopped in the middle of a transaction must not hold its locks for ever. Its statements
// go by key, a few rows of tables that grow from nothing: a plan kept from when a table was small would read
// the whole of it. A plan that must do what is off looks dear enough to be compiled: that is off as well, whatever
// the connection says.
constexpr const char* session_settings = R"sql(
  set idle_in_transaction_session_timeout = '15s';
  set lock_timeout = '30s';
  set plan_cache_mode = force_generic_plan;
  set enable_seqscan = off;
  set enable_hashjoin = off;
  set enable_mergejoin = off;
  set jit = off;
  set application_name = 'elukaar worker';
)sql";

// What PostgreSQL's complaint means for the batch.
[[noreturn]] void rethrow() {
  try {
    throw;
  } catch (const pqxx::broken_connection& error) {
    throw StoreFault(StoreFault::Kind::connection_lost, "08000", error.what());
  } catch (const pqxx::in_doubt_error& error) {
    throw StoreFault(StoreFault::Kind::connection_lost, "08007", error.what());
  } catch (const pqxx::sql_error& error) {
    const std::string state = error.sqlstate();
    const std::string group = state.substr(0, 2);
    // 08 connection, 53 no resources, 57 stopped by an operator or a timeout, 58 and XX the server's
    // own trouble, 25P03 idle too long: none of it is the fault of what was to be written.
    if (group == "08" || group == "53" || group == "57" || group == "58" || group == "XX" ||
        state == "25P03" || state.empty()) {
      throw StoreFault(StoreFault::Kind::connection_lost, state, error.what());
    }
    if (group == "40" || state == "55P03") {
      throw StoreFault(StoreFault::Kind::conflict, state, error.what());
    }
    throw StoreFault(StoreFault::Kind::refused, state, error.what());
  } catch (const pqxx::failure& error) {
    throw StoreFault(StoreFault::Kind::connection_lost, "", error.what());
  }
}

std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// An empty text stands for null.
std::optional<std::string_view> unless_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional{text};
}

using KeyRows = Rows<sql::Text, sql::Text, sql::Text, sql::Text>;
KeyRows rows_of(const std::vector<CorrelationKey>& keys) {
  KeyRows rows;
  for (const CorrelationKey& key : keys) {
    rows.add(key.municipality, key.service, key.name, key.value);
  }
  return rows;
}

using CaseRows = Rows<sql::Text, sql::Id>;
CaseRows rows_of(const std::vector<CaseRef>& refs) {
  CaseRows rows;
  for (const CaseRef& ref : refs) rows.add(ref.municipality, ref.id);
  return rows;
}

Array<sql::Text> array_of(const std::vector<std::string>& texts) {
  Array<sql::Text> array;
  for (const std::string& text : texts) array.add(text);
  return array;
}

std::vector<Lane> read_lanes(const pqxx::result& rows) {
  std::vector<Lane> lanes;
  for (const pqxx::row& row : rows) {
    Lane lane;
    lane.id = static_cast<LaneId>(row[0].as<int>());
    lane.name = row[1].c_str();
    lane.kind = row[2].as<std::string>() == "kafka" ? engine::LaneKind::kafka
                                                     : engine::LaneKind::internal;
    if (lane.kind == engine::LaneKind::internal) {
      lane.internal_number = std::stoi(lane.name.substr(lane.name.find('/') + 1));
    }
    lane.epoch = row[3].as<long long>();
    if (!row[4].is_null()) lane.position = row[4].as<long long>();
    lane.next_sequence = row[5].as<long long>();
    lane.published_sequence = row[6].as<long long>();
    lanes.push_back(std::move(lane));
  }
  return lanes;
}

}  // namespace

struct CaseStore::Implementation {
  std::string connection_string;
  std::optional<pqxx::connection> connection;
  bool lost = false;  // the session is not to be used again

  pqxx::connection& connected() {
    if (connection && connection->is_open() && !lost) return *connection;
    connection.reset();
    lost = false;
    connection.emplace(connection_string);
    {
      pqxx::nontransaction settings(*connection);
      settings.exec(session_settings);
    }
    for (const Statement& statement : case_statements) {
      connection->prepare(statement.name, statement.sql);
    }
    return *connection;
  }

  // To be called from a catch block: tells the failure as a StoreFault.
  [[noreturn]] void fail() {
    try {
      rethrow();
    } catch (const StoreFault& fault) {
      if (fault.kind() == StoreFault::Kind::connection_lost) lost = true;
      throw;
    }
  }

  // One transaction of one purpose.
  template <class Work>
  auto in_transaction(Work work) {
    try {
      pqxx::work transaction(connected());
      auto result = work(transaction);
      transaction.commit();
      return result;
    } catch (const pqxx::failure&) {
      fail();
    }
  }
};

namespace {

class Transaction final : public engine::BatchTransaction {
 public:
  // `failed` is called in the catch block of a failure and throws a StoreFault.
  Transaction(pqxx::connection& connection, std::function<void()> failed)
      : failed_(std::move(failed)), work_(connection) {}

  std::vector<DueInput> due_inputs(const std::vector<int>& lanes, std::size_t most) override {
    Array<sql::Smallint> numbers;
    for (const int lane : lanes) numbers.add(lane);
    std::vector<DueInput> inputs;
    for (const pqxx::row& row : run("due_inputs", numbers, static_cast<int>(most))) {
      DueInput input;
      static constexpr DueInput::Kind kinds[] = {
          DueInput::Kind::action, DueInput::Kind::command,          DueInput::Kind::call,
          DueInput::Kind::timer,  DueInput::Kind::deferred_expired, DueInput::Kind::parked_retry,
          DueInput::Kind::mass};
      input.kind = kinds[row[0].as<int>()];
      input.lane = row[1].as<int>();
      input.ref.municipality = Municipality{row[2].as<std::string>()};
      if (!row[3].is_null()) input.ref.id = CaseId{uuid_of(row[3])};
      if (!row[4].is_null()) input.id = uuid_of(row[4]);
      input.at = time_of(row[5]);
      input.text_a = row[6].is_null() ? "" : row[6].c_str();
      input.text_b = row[7].is_null() ? "" : row[7].c_str();
      input.text_c = row[8].is_null() ? "" : row[8].c_str();
      input.json = row[9].is_null() ? "" : row[9].c_str();
      input.n = row[10].as<long long>();
      if (!row[11].is_null()) input.bytes = pqxx::binarystring(row[11]).str();
      inputs.push_back(std::move(input));
    }
    return inputs;
  }

  std::vector<engine::FoundKey> find(const std::vector<CorrelationKey>& keys) override {
    std::vector<engine::FoundKey> found;
    for (const pqxx::row& row : run("find", rows_of(keys))) {
      found.push_back({row[0].as<std::size_t>(), CaseId{uuid_of(row[1])}});
    }
    return found;
  }

  void lock_keys(const std::vector<CorrelationKey>& keys) override {
    std::vector<std::int64_t> hashes;
    for (const CorrelationKey& key : keys) {
      std::string material = key.municipality.str();
      for (const std::string* part : {&key.service, &key.name, &key.value}) {
        material += '\0';
        material += *part;
      }
      const Digest digest = sha256(material);
      std::int64_t hash = 0;
      std::copy_n(digest.begin(), sizeof(hash), reinterpret_cast<std::uint8_t*>(&hash));
      hashes.push_back(hash);
    }
    std::sort(hashes.begin(), hashes.end());
    Array<sql::Bigint> array;
    for (const std::int64_t hash : hashes) array.add(hash);
    run("lock_keys", array);
  }

  std::vector<engine::CaseRow> lock_cases(std::vector<CaseRef> refs) override {
    std::vector<engine::CaseRow> rows;
    for (const pqxx::row& row : run("lock_cases", rows_of(refs))) {
      engine::CaseRow each;
      each.ref = {Municipality{row[0].as<std::string>()}, CaseId{uuid_of(row[1])}};
      each.service = row[2].c_str();
      each.release = row[3].as<int>();
      each.pinned = row[4].as<bool>();
      each.lifecycle = row[5].c_str();
      if (!row[6].is_null()) each.incident = row[6].c_str();
      each.state = row[7].c_str();
      each.context = row[8].c_str();
      if (!row[9].is_null()) each.status = row[9].c_str();
      each.revision = row[10].as<std::uint64_t>();
      each.sequence = row[11].as<std::uint64_t>();
      each.deferred = row[12].as<std::uint32_t>();
      const pqxx::binarystring hash(row[13]);
      std::copy_n(hash.data(), std::min(hash.size(), each.hash.size()), each.hash.begin());
      each.decided_at = time_of(row[14]);
      each.created_at = time_of(row[15]);
      rows.push_back(std::move(each));
    }
    return rows;
  }

  std::vector<bool> receipts(const std::vector<engine::ReceiptQuestion>& questions) override {
    Rows<sql::Text, sql::Id, sql::Id> asked;
    for (const auto& question : questions) {
      asked.add(question.ref.municipality, question.ref.id, question.receipt);
    }
    std::vector<bool> answers(questions.size(), false);
    for (const pqxx::row& row : run("receipts", asked)) {
      answers[row[0].as<std::size_t>()] = true;
    }
    return answers;
  }

  std::vector<engine::DeferredRow> deferred_of(const std::vector<CaseRef>& refs) override {
    std::vector<engine::DeferredRow> rows;
    for (const pqxx::row& row : run("deferred_of", rows_of(refs))) {
      engine::DeferredRow each;
      each.ref = {Municipality{row[0].as<std::string>()}, CaseId{uuid_of(row[1])}};
      each.lane = row[2].as<int>();
      each.ordinal = row[3].as<std::uint64_t>();
      each.input = row[4].c_str();
      if (!row[5].is_null()) each.until = time_of(row[5]);
      rows.push_back(std::move(each));
    }
    return rows;
  }

  std::vector<engine::EarlyEvent> early_events(const std::vector<CorrelationKey>& keys) override {
    std::vector<engine::EarlyEvent> events;
    for (const pqxx::row& row : run("early_events", rows_of(keys))) {
      events.push_back({uuid_of(row[0]), keys[row[1].as<std::size_t>()],
                        pqxx::binarystring(row[2]).str()});
    }
    return events;
  }

  std::vector<bool> mass_known(const std::vector<engine::MassRef>& refs) override {
    Rows<sql::Text, sql::Text, sql::Id> asked;
    for (const engine::MassRef& ref : refs) {
      asked.add(ref.municipality, ref.service, ref.receipt);
    }
    std::vector<bool> known(refs.size(), false);
    for (const pqxx::row& row : run("mass_known", asked)) {
      known[row[0].as<std::size_t>()] = true;
    }
    return known;
  }

  std::optional<engine::MassPage> mass_page(const engine::MassRef& ref, std::size_t most) override {
    const pqxx::result found =
        run("mass_event", ref.municipality.str(), ref.service, ref.receipt.str());
    if (found.empty()) return std::nullopt;
    const pqxx::row row = found[0];
    engine::MassPage page;
    page.event = {ref,
                  {row[0].as<std::string>(), row[1].as<std::string>()},
                  row[2].c_str(),
                  row[3].c_str(),
                  time_of(row[4]),
                  time_of(row[5]),
                  row[6].as<int>()};
    const std::string after = row[7].is_null() ? Uuid{}.str() : row[7].c_str();
    for (const pqxx::row& each :
         run("mass_cases", ref.municipality.str(), ref.service, after,
             to_rfc3339(page.event.received_at), static_cast<int>(most))) {
      page.cases.push_back({ref.municipality, CaseId{uuid_of(each[0])}});
    }
    page.last = page.cases.size() < most;
    return page;
  }

  Timestamp now() override { return time_of(run("now")[0][0]); }

  bool write(const std::vector<Lane>& lanes, const std::string& owner, std::chrono::seconds lease,
             const engine::Writes& writes) override;

  void commit() override;

 private:
  template <class... Arguments>
  pqxx::result run(const char* statement, const Arguments&... arguments) {
    try {
      return exec_prepared(work_, statement, arguments...);
    } catch (const pqxx::failure&) {
      failed_();
      throw;
    }
  }

  bool move_lanes(const std::vector<Lane>& lanes, const std::string& owner,
                  std::chrono::seconds lease);
  void write_cases(const char* statement, const std::vector<engine::CaseRow>& rows);
  void write_journal(const std::vector<engine::JournalRow>& rows);
  void write_keys(const char* statement,
                  const std::vector<std::pair<CorrelationKey, CaseId>>& keys);
  void write_timers(const engine::Writes& writes);
  void write_calls(const engine::Writes& writes);
  void write_parties(const engine::Writes& writes);
  void write_outcomes(const engine::Writes& writes);
  void write_deferred(const engine::Writes& writes);
  void write_parked(const engine::Writes& writes);
  void write_mass(const engine::Writes& writes);

  std::function<void()> failed_;
  pqxx::work work_;
};

bool Transaction::write(const std::vector<Lane>& lanes, const std::string& owner,
                        std::chrono::seconds lease, const engine::Writes& writes) {
  if (!move_lanes(lanes, owner, lease)) return false;
  write_cases("create_cases", writes.created);
  write_cases("update_cases", writes.updated);
  write_journal(writes.journal);
  write_keys("add_keys", writes.keys_added);
  write_keys("drop_keys", writes.keys_dropped);
  write_timers(writes);
  write_calls(writes);
  write_parties(writes);
  write_outcomes(writes);
  write_deferred(writes);
  write_parked(writes);
  write_mass(writes);
  return true;
}

void Transaction::commit() {
  try {
    work_.commit();
  } catch (const pqxx::failure&) {
    failed_();
    throw;
  }
}

bool Transaction::move_lanes(const std::vector<Lane>& lanes, const std::string& owner,
                             std::chrono::seconds lease) {
  if (lanes.empty()) return true;
  using sql::Bigint;
  Rows<sql::Smallint, Bigint, Bigint, Bigint, Bigint, Bigint, Bigint, Bigint> rows;
  for (const Lane& lane : lanes) {
    rows.add(lane.id, lane.epoch, lane.position, lane.next_sequence, lane.published_sequence,
             lane.applied, lane.duplicates, lane.parked);
  }
  const pqxx::result moved = run("move_lanes", rows, static_cast<int>(lease.count()), owner);
  return static_cast<std::size_t>(moved.affected_rows()) == lanes.size();
}

void Transaction::write_cases(const char* statement, const std::vector<engine::CaseRow>& rows) {
  if (rows.empty()) return;
  Rows<sql::Text, sql::Id, sql::Text, sql::Integer, sql::Boolean, sql::Text, sql::Text, sql::Text,
       sql::Text, sql::Text, sql::Bigint, sql::Bigint, sql::Integer, sql::Bytes, sql::Time, sql::Time>
      written;
  for (const engine::CaseRow& row : rows) {
    written.add(row.ref.municipality, row.ref.id, row.service, row.release, row.pinned, row.lifecycle,
                unless_empty(row.incident), row.state, row.context, row.status,
                row.revision, row.sequence, row.deferred, bytes_of(row.hash), row.decided_at,
                row.created_at);
  }
  run(statement, written);
}

void Transaction::write_journal(const std::vector<engine::JournalRow>& rows) {
  if (rows.empty()) return;
  Rows<sql::Text, sql::Id, sql::Bigint, sql::Smallint, sql::Bigint, sql::Id, sql::Text, sql::Text,
       sql::Text, sql::Text, sql::Text, sql::Bigint, sql::Time, sql::Integer, sql::Text, sql::Text,
       sql::Bytes>
      written;
  for (const engine::JournalRow& row : rows) {
    written.add(row.ref.municipality, row.ref.id, row.sequence, row.lane, row.lane_sequence, row.receipt,
                row.key.source, row.key.id, row.kind, row.name, row.disposition,
                row.cause == 0 ? std::nullopt : std::optional{row.cause}, row.at, row.release,
                row.trace, unless_empty(row.records), bytes_of(row.hash));
  }
  run("write_journal", written);
}

void Transaction::write_keys(const char* statement,
                             const std::vector<std::pair<CorrelationKey, CaseId>>& keys) {
  if (keys.empty()) return;
  Rows<sql::Text, sql::Text, sql::Text, sql::Text, sql::Id> rows;
  for (const auto& [key, id] : keys) {
    rows.add(key.municipality, key.service, key.name, key.value, id);
  }
  run(statement, rows);
}

void Transaction::write_timers(const engine::Writes& writes) {
  if (!writes.timers_cleared.empty()) {
    Rows<sql::Text, sql::Id, sql::Text, sql::Text, sql::Integer> rows;
    for (const engine::TimerRow& row : writes.timers_cleared) {
      rows.add(row.ref.municipality, row.ref.id, row.timer.state, row.timer.key, row.timer.entry);
    }
    run("clear_timers", rows);
  }
  if (!writes.timers_set.empty()) {
    Rows<sql::Text, sql::Id, sql::Text, sql::Text, sql::Integer, sql::Smallint, sql::Time> rows;
    for (const engine::TimerRow& row : writes.timers_set) {
      rows.add(row.ref.municipality, row.ref.id, row.timer.state, row.timer.key, row.timer.entry,
               row.lane, row.timer.due);
    }
    run("set_timers", rows);
  }
}

void Transaction::write_calls(const engine::Writes& writes) {
  if (!writes.calls_requested.empty()) {
    Rows<sql::Text, sql::Id, sql::Id, sql::Smallint, sql::Text, sql::Integer, sql::Text, sql::Text,
         sql::Text, sql::Jsonb, sql::Integer, sql::Day>
        rows;
    for (const engine::CallRow& row : writes.calls_requested) {
      const core::CallRequest& request = row.request;
      rows.add(row.ref.municipality, row.ref.id, request.id, row.lane, request.state, request.entry,
               request.invoke, request.role, request.operation, request.input.dump(),
               request.timeout.count(), request.by);
    }
    run("request_calls", rows);
  }
  if (!writes.calls_abandoned.empty()) {
    Rows<sql::Text, sql::Id, sql::Id> rows;
    for (const auto& [ref, id] : writes.calls_abandoned) {
      rows.add(ref.municipality, ref.id, id);
    }
    run("abandon_calls", rows);
  }
  if (writes.call_news_read.empty()) return;
  Rows<sql::Text, sql::Id, sql::Id, sql::Text> rows;
  for (const engine::CallNewsRead& read : writes.call_news_read) {
    rows.add(read.ref.municipality, read.ref.id, read.id, read.news);
  }
  run("news_read", rows);
}

void Transaction::write_parties(const engine::Writes& writes) {
  if (writes.parties.empty()) return;
  std::map<CaseRef, const std::vector<core::Party>*> last;  // a case may have changed twice
  for (const auto& [ref, parties] : writes.parties) last[ref] = &parties;
  std::vector<CaseRef> refs;
  Rows<sql::Text, sql::Id, sql::Text, sql::Text> rows;
  for (const auto& [ref, parties] : last) {
    refs.push_back(ref);
    for (const core::Party& party : *parties) {
      rows.add(ref.municipality, ref.id, party.person, party.role);
    }
  }
  run("end_parties", rows_of(refs), rows);
  run("add_parties", rows);
}

void Transaction::write_outcomes(const engine::Writes& writes) {
  if (!writes.actions_done.empty()) {
    Rows<sql::Text, sql::Id, sql::Text, sql::Text> rows;
    for (const engine::ActionDone& done : writes.actions_done) {
      rows.add(done.municipality, done.id, done.accepted ? "accepted" : "refused",
               unless_empty(done.reason));
    }
    run("finish_actions", rows);
  }
  if (!writes.commands_done.empty()) {
    Rows<sql::Id, sql::Text, sql::Text> rows;
    for (const engine::CommandDone& done : writes.commands_done) {
      rows.add(done.id, done.accepted ? "accepted" : "refused", done.detail);
    }
    run("finish_commands", rows);
  }
}

void Transaction::write_deferred(const engine::Writes& writes) {
  if (!writes.deferred_added.empty()) {
    Rows<sql::Text, sql::Id, sql::Bigint, sql::Smallint, sql::Text, sql::Time> rows;
    for (const engine::DeferredRow& row : writes.deferred_added) {
      rows.add(row.ref.municipality, row.ref.id, row.ordinal, row.lane, row.input, row.until);
    }
    run("add_deferred", rows);
  }
  if (!writes.deferred_removed.empty()) {
    Rows<sql::Text, sql::Id, sql::Bigint> rows;
    for (const auto& [ref, ordinal] : writes.deferred_removed) {
      rows.add(ref.municipality, ref.id, ordinal);
    }
    run("remove_deferred", rows);
  }
}

void Transaction::write_parked(const engine::Writes& writes) {
  if (!writes.parked.empty()) {
    Rows<sql::Id, sql::Text, sql::Text, sql::Bigint, sql::Text, sql::Text, sql::Text, sql::Text,
         sql::Text, sql::Bytes>
        rows;
    Rows<sql::Text, sql::Text, sql::Text, sql::Text, sql::Id> keys;
    for (const engine::ParkedRow& row : writes.parked) {
      rows.add(row.id, row.municipality, row.origin, row.position, row.source, row.event_id,
               row.type, row.reason, row.detail, row.bytes);
      for (const CorrelationKey& key : row.keys) {
        keys.add(key.municipality, key.service, key.name, key.value, row.id);
      }
    }
    run("park", rows);
    run("park_keys", keys);
  }
  if (!writes.parked_applied.empty()) {
    Array<sql::Id> ids;
    for (const Uuid& id : writes.parked_applied) ids.add(id);
    run("parked_applied", ids);
    run("parked_unkey", ids);
  }
}

void Transaction::write_mass(const engine::Writes& writes) {
  if (!writes.mass_received.empty()) {
    Rows<sql::Text, sql::Text, sql::Id, sql::Text, sql::Text, sql::Text, sql::Text, sql::Time,
         sql::Time, sql::Smallint>
        rows;
    for (const engine::MassEvent& event : writes.mass_received) {
      rows.add(event.ref.municipality, event.ref.service, event.ref.receipt, event.key.source,
               event.key.id, event.type, event.event, event.happened_at, event.received_at,
               event.lane);
    }
    run("receive_mass", rows);
  }
  if (!writes.mass_reached.empty()) {
    Rows<sql::Text, sql::Text, sql::Id, sql::Id, sql::Boolean> rows;
    for (const engine::MassProgress& progress : writes.mass_reached) {
      rows.add(progress.ref.municipality, progress.ref.service, progress.ref.receipt,
               progress.reached, progress.done);
    }
    run("reach_mass", rows);
  }
}

}  // namespace

CaseStore::CaseStore(std::string connection)
    : implementation_(new Implementation{std::move(connection), std::nullopt, false}) {}

CaseStore::~CaseStore() = default;

std::unique_ptr<engine::BatchTransaction> CaseStore::begin() {
  try {
    return std::make_unique<Transaction>(implementation_->connected(),
                                         [this] { implementation_->fail(); });
  } catch (const pqxx::failure&) {
    implementation_->fail();
  }
}

std::vector<Lane> CaseStore::take_lanes(const std::vector<std::string>& names,
                                        const std::string& owner, std::chrono::seconds lease) {
  if (names.empty()) return {};
  const auto array = array_of(names);
  return implementation_->in_transaction([&](pqxx::work& work) {
    exec_prepared(work, "make_lanes", array);
    return read_lanes(
        exec_prepared(work, "take_lanes", array, owner, static_cast<int>(lease.count())));
  });
}

std::vector<Lane> CaseStore::retake_lanes(const std::vector<std::string>& names,
                                          const std::string& owner, std::chrono::seconds lease) {
  if (names.empty()) return {};
  return implementation_->in_transaction([&](pqxx::work& work) {
    return read_lanes(exec_prepared(work, "retake_lanes", array_of(names), owner,
                                    static_cast<int>(lease.count())));
  });
}

std::vector<Lane> CaseStore::take_internal_lanes(const std::string& owner, std::size_t most,
                                                 std::chrono::seconds lease) {
  return implementation_->in_transaction([&](pqxx::work& work) {
    return read_lanes(work.exec_prepared("take_internal", owner, static_cast<int>(most),
                                         static_cast<int>(lease.count())));
  });
}

std::vector<LaneId> CaseStore::keep_lanes(const std::vector<Lane>& lanes, const std::string& owner,
                                          std::chrono::seconds lease) {
  if (lanes.empty()) return {};
  Rows<sql::Smallint, sql::Bigint, sql::Bigint> rows;
  for (const Lane& lane : lanes) rows.add(lane.id, lane.epoch, lane.published_sequence);
  return implementation_->in_transaction([&](pqxx::work& work) {
    std::vector<LaneId> lost;
    for (const Lane& lane : lanes) lost.push_back(lane.id);
    for (const pqxx::row& row :
         exec_prepared(work, "keep_lanes", rows, static_cast<int>(lease.count()), owner)) {
      std::erase(lost, static_cast<LaneId>(row[0].as<int>()));
    }
    return lost;
  });
}

void CaseStore::release_lanes(const std::vector<Lane>& lanes, const std::string& owner) {
  if (lanes.empty()) return;
  Rows<sql::Smallint, sql::Bigint> rows;
  for (const Lane& lane : lanes) rows.add(lane.id, lane.epoch);
  implementation_->in_transaction([&](pqxx::work& work) {
    return exec_prepared(work, "release_lanes", rows, owner);
  });
}

std::size_t CaseStore::fair_share(const std::string& owner) {
  return implementation_->in_transaction([&](pqxx::work& work) {
    const auto others = work.exec_prepared1("owners", owner)[0].as<std::size_t>();
    return (engine::internal_lanes + others) / (others + 1);  // rounded up
  });
}

std::vector<engine::OutboxRow> CaseStore::unpublished(LaneId lane, std::int64_t after,
                                                      std::size_t most) {
  return implementation_->in_transaction([&](pqxx::work& work) {
    std::vector<engine::OutboxRow> rows;
    for (const pqxx::row& row : work.exec_prepared("unpublished", number(lane), after,
                                                   static_cast<int>(most))) {
      rows.push_back({row[0].as<long long>(), row[1].c_str()});
    }
    return rows;
  });
}

int CaseStore::release_number(const workflow::Workflow& workflow) {
  return implementation_->in_transaction([&](pqxx::work& work) {
    const pqxx::result known = work.exec_prepared("find_release", workflow.digest);
    if (!known.empty()) return known[0][0].as<int>();
    return work
        .exec_prepared1("add_release", workflow.digest, workflow.municipality.ehak.str(),
                        workflow.service, workflow.release, workflow.canonical)[0]
        .as<int>();
  });
}

std::optional<std::string> CaseStore::release_source(int release) {
  return implementation_->in_transaction([&](pqxx::work& work) -> std::optional<std::string> {
    const pqxx::result found = work.exec_prepared("release_source", release);
    if (found.empty()) return std::nullopt;
    return std::string{found[0][0].c_str()};
  });
}

void CaseStore::mark_incident(const CaseRef& ref, const std::string& why) {
  implementation_->in_transaction([&](pqxx::work& work) {
    return work.exec_prepared("mark_incident", ref.municipality.str(), ref.id.str(), why);
  });
}

}  // namespace elukaar::adapters::postgres
