#include "adapters/postgres/case_store.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <pqxx/pqxx>

#include "adapters/postgres/array.hpp"
#include "adapters/postgres/case_statements.hpp"
#include "adapters/postgres/connection.hpp"
#include "adapters/postgres/due_inputs.hpp"
#include "adapters/postgres/fields.hpp"
#include "adapters/postgres/stored_case.hpp"
#include "base/digest.hpp"
#include "base/json_writing.hpp"
#include "workflow/model/workflow.hpp"

namespace elukaar::adapters::postgres {
namespace {

using engine::CaseRef;
using engine::CorrelationKey;
using engine::DueInput;
using engine::Lane;
using engine::LaneId;
using engine::StoreFault;

// Those of case_statements.hpp, and those that are made of the columns of a case.
std::span<const Statement> worker_statements() {
  static const std::string lock = lock_cases_sql();
  static const std::string create = create_cases_sql();
  static const std::string update = update_cases_sql();
  static const std::vector<Statement> statements = [] {
    std::vector<Statement> all(std::begin(case_statements), std::end(case_statements));
    all.push_back({"lock_cases", lock.c_str()});
    all.push_back({"create_cases", create.c_str()});
    all.push_back({"update_cases", update.c_str()});
    return all;
  }();
  return statements;
}

// A worker that is stopped in the middle of a transaction must not hold its locks for ever. Its statements
// go by key, a few rows of tables that grow from nothing: a plan kept from when a table was small would read
// the whole of it. A plan that must do what is off looks dear enough to be compiled: that is off as well, whatever
// the connection says.
const SessionKind worker_sessions{.name = "elukaar worker",
                                  .settings = R"sql(
  set idle_in_transaction_session_timeout = '15s';
  set lock_timeout = '30s';
  set plan_cache_mode = force_generic_plan;
  set enable_seqscan = off;
  set enable_hashjoin = off;
  set enable_mergejoin = off;
  set jit = off;
)sql",
                                  .statements = worker_statements(),
                                  .quotes_postgres = true};

// What is to be published, as the journal keeps it: JSON [{"key","topic","value"}]; empty: nothing.
std::string write_records(const std::vector<engine::OutgoingRecord>& records) {
  if (records.empty()) return {};
  std::string text = "[";
  for (const engine::OutgoingRecord& record : records) {
    if (text.size() > 1) text += ',';
    text += R"({"key":)" + Json(record.key).dump() + R"(,"topic":)" + Json(record.topic).dump() +
            R"(,"value":)" + record.value + "}";
  }
  return text + "]";
}

std::vector<engine::OutgoingRecord> read_records(const char* text) {
  std::vector<engine::OutgoingRecord> records;
  // The order of members is part of the bytes that were published first; keep it.
  for (const auto& record : OrderedJson::parse(text)) {
    records.push_back({record.at("topic"), record.at("key"), record.at("value").dump()});
  }
  return records;
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
  Connection connection;
};

namespace {

class Transaction final : public engine::BatchTransaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection), work_(connection.session()) {}

  std::vector<DueInput> due_inputs(const std::vector<int>& lanes, std::size_t most) override {
    Array<sql::Smallint> numbers;
    for (const int lane : lanes) numbers.add(lane);
    return read_due_inputs(run("due_inputs", numbers, static_cast<int>(most)));
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

  std::vector<std::unique_ptr<engine::StoredCase>> lock_cases(std::vector<CaseRef> refs) override {
    return read_cases(run("lock_cases", rows_of(refs)));
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

  std::vector<bool> known_broadcasts(const std::vector<engine::BroadcastRef>& refs) override {
    Rows<sql::Text, sql::Text, sql::Id> asked;
    for (const engine::BroadcastRef& ref : refs) {
      asked.add(ref.municipality, ref.service, ref.receipt);
    }
    std::vector<bool> known(refs.size(), false);
    for (const pqxx::row& row : run("known_broadcasts", asked)) {
      known[row[0].as<std::size_t>()] = true;
    }
    return known;
  }

  std::optional<engine::BroadcastPage> broadcast_page(const engine::BroadcastRef& ref,
                                                      std::size_t most) override {
    const pqxx::result found =
        run("broadcast", ref.municipality.str(), ref.service, ref.receipt.str());
    if (found.empty()) return std::nullopt;
    const pqxx::row row = found[0];
    engine::BroadcastPage page;
    page.event = {ref,
                  {row["source"].as<std::string>(), row["event_id"].as<std::string>()},
                  row["type"].c_str(),
                  Json::parse(row["event"].c_str()),
                  time_of(row["happened_at_us"]),
                  time_of(row["received_at_us"]),
                  row["lane"].as<int>()};
    const std::string after = row["reached"].is_null() ? Uuid{}.str() : row["reached"].c_str();
    for (const pqxx::row& each :
         run("broadcast_cases", ref.municipality.str(), ref.service, after,
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
    return as_store_fault([&] { return exec_prepared(work_, statement, arguments...); });
  }
  // Where PostgreSQL fails in the step, a StoreFault comes of it.
  template <class Step>
  auto as_store_fault(const Step& step) {
    try {
      return step();
    } catch (const pqxx::failure&) {
      connection_.fail();
    }
  }

  bool move_lanes(const std::vector<Lane>& lanes, const std::string& owner,
                  std::chrono::seconds lease);
  void write_cases(const char* statement, const std::vector<engine::DecidedCase>& cases);
  void write_journal(const std::vector<engine::JournalRow>& rows);
  void write_keys(const char* statement,
                  const std::vector<std::pair<CorrelationKey, CaseId>>& keys);
  void write_timers(const engine::Writes& writes);
  void write_calls(const engine::Writes& writes);
  void write_parties(const engine::Writes& writes);
  void write_outcomes(const engine::Writes& writes);
  void write_deferred(const engine::Writes& writes);
  void write_parked(const engine::Writes& writes);
  void write_broadcasts(const engine::Writes& writes);

  Connection& connection_;
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
  write_broadcasts(writes);
  return true;
}

void Transaction::commit() {
  as_store_fault([&] { work_.commit(); });
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

void Transaction::write_cases(const char* statement, const std::vector<engine::DecidedCase>& cases) {
  if (cases.empty()) return;
  as_store_fault([&] { postgres::write_cases(work_, statement, cases); });
}

void Transaction::write_journal(const std::vector<engine::JournalRow>& rows) {
  if (rows.empty()) return;
  Rows<sql::Text, sql::Id, sql::Bigint, sql::Smallint, sql::Bigint, sql::Id, sql::Text, sql::Text,
       sql::Text, sql::Text, sql::Text, sql::Bigint, sql::Time, sql::Integer, sql::Text, sql::Text,
       sql::Bytes>
      written;
  for (const engine::JournalRow& row : rows) {
    const core::JournalEntry& entry = *row.entry;
    written.add(row.ref.municipality, row.ref.id, entry.sequence, row.lane, row.lane_sequence, row.receipt,
                entry.key.source, entry.key.id, entry.kind, entry.name, core::to_string(entry.disposition),
                entry.cause == 0 ? std::nullopt : std::optional{entry.cause}, entry.at, row.release,
                entry.written_trace, unless_empty(write_records(row.outgoing)), bytes_of(entry.hash));
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
  if (writes.call_updates_read.empty()) return;
  Rows<sql::Text, sql::Id, sql::Id, sql::Text> rows;
  for (const engine::CallUpdateRead& read : writes.call_updates_read) {
    rows.add(read.ref.municipality, read.ref.id, read.id, core::to_string(read.kind));
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

void Transaction::write_broadcasts(const engine::Writes& writes) {
  if (!writes.broadcasts_received.empty()) {
    Rows<sql::Text, sql::Text, sql::Id, sql::Text, sql::Text, sql::Text, sql::Text, sql::Time,
         sql::Time, sql::Smallint>
        rows;
    for (const engine::BroadcastEvent& event : writes.broadcasts_received) {
      rows.add(event.ref.municipality, event.ref.service, event.ref.receipt, event.key.source,
               event.key.id, event.type, write_json(event.event), event.happened_at, event.received_at,
               event.lane);
    }
    run("receive_broadcasts", rows);
  }
  if (!writes.broadcasts_reached.empty()) {
    Rows<sql::Text, sql::Text, sql::Id, sql::Id, sql::Boolean> rows;
    for (const engine::BroadcastProgress& progress : writes.broadcasts_reached) {
      rows.add(progress.ref.municipality, progress.ref.service, progress.ref.receipt,
               progress.reached, progress.done);
    }
    run("reach_broadcasts", rows);
  }
}

}  // namespace

CaseStore::CaseStore(std::string connection)
    : implementation_(new Implementation{{std::move(connection), worker_sessions}}) {}

CaseStore::~CaseStore() = default;

std::unique_ptr<engine::BatchTransaction> CaseStore::begin() {
  try {
    return std::make_unique<Transaction>(implementation_->connection);
  } catch (const pqxx::failure&) {
    implementation_->connection.fail();
  }
}

std::vector<Lane> CaseStore::take_lanes(const std::vector<std::string>& names,
                                        const std::string& owner, std::chrono::seconds lease) {
  if (names.empty()) return {};
  const auto array = array_of(names);
  return implementation_->connection.transaction([&](pqxx::work& work) {
    exec_prepared(work, "make_lanes", array);
    return read_lanes(
        exec_prepared(work, "take_lanes", array, owner, static_cast<int>(lease.count())));
  });
}

std::vector<Lane> CaseStore::retake_lanes(const std::vector<std::string>& names,
                                          const std::string& owner, std::chrono::seconds lease) {
  if (names.empty()) return {};
  return implementation_->connection.transaction([&](pqxx::work& work) {
    return read_lanes(exec_prepared(work, "retake_lanes", array_of(names), owner,
                                    static_cast<int>(lease.count())));
  });
}

std::vector<Lane> CaseStore::take_internal_lanes(const std::string& owner, std::size_t most,
                                                 std::chrono::seconds lease) {
  return implementation_->connection.transaction([&](pqxx::work& work) {
    return read_lanes(work.exec_prepared("take_internal", owner, static_cast<int>(most),
                                         static_cast<int>(lease.count())));
  });
}

std::vector<LaneId> CaseStore::keep_lanes(const std::vector<Lane>& lanes, const std::string& owner,
                                          std::chrono::seconds lease) {
  if (lanes.empty()) return {};
  Rows<sql::Smallint, sql::Bigint, sql::Bigint> rows;
  for (const Lane& lane : lanes) rows.add(lane.id, lane.epoch, lane.published_sequence);
  return implementation_->connection.transaction([&](pqxx::work& work) {
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
  implementation_->connection.transaction([&](pqxx::work& work) {
    return exec_prepared(work, "release_lanes", rows, owner);
  });
}

std::size_t CaseStore::fair_share(const std::string& owner) {
  return implementation_->connection.transaction([&](pqxx::work& work) {
    const auto others = work.exec_prepared1("owners", owner)[0].as<std::size_t>();
    return (engine::internal_lanes + others) / (others + 1);  // rounded up
  });
}

std::vector<engine::OutboxRow> CaseStore::unpublished(LaneId lane, std::int64_t after,
                                                      std::size_t most) {
  return implementation_->connection.transaction([&](pqxx::work& work) {
    std::vector<engine::OutboxRow> rows;
    for (const pqxx::row& row : work.exec_prepared("unpublished", number(lane), after,
                                                   static_cast<int>(most))) {
      rows.push_back({row[0].as<long long>(), read_records(row[1].c_str())});
    }
    return rows;
  });
}

int CaseStore::release_number(const workflow::Workflow& workflow) {
  return implementation_->connection.transaction([&](pqxx::work& work) {
    const pqxx::result known = work.exec_prepared("find_release", workflow.digest);
    if (!known.empty()) return known[0][0].as<int>();
    return work
        .exec_prepared1("add_release", workflow.digest, workflow.municipality.ehak.str(),
                        workflow.service, workflow.release, workflow.canonical)[0]
        .as<int>();
  });
}

std::optional<std::string> CaseStore::release_source(int release) {
  return implementation_->connection.transaction([&](pqxx::work& work) -> std::optional<std::string> {
    const pqxx::result found = work.exec_prepared("release_source", release);
    if (found.empty()) return std::nullopt;
    return std::string{found[0][0].c_str()};
  });
}

void CaseStore::mark_incident(const CaseRef& ref, const std::string& why) {
  implementation_->connection.transaction([&](pqxx::work& work) {
    return work.exec_prepared("mark_incident", ref.municipality.str(), ref.id.str(), why);
  });
}

}  // namespace elukaar::adapters::postgres
