#include "adapters/postgres/case_store.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include <fmt/format.h>
#include <pqxx/pqxx>

#include "adapters/postgres/array.hpp"
#include "adapters/postgres/case_statements.hpp"
#include "adapters/postgres/fields.hpp"
#include "base/digest.hpp"
#include "workflow/workflow.hpp"

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

std::string bytea(const std::uint8_t* bytes, std::size_t size) {
  return "\\x" + to_hex(bytes, size);
}
std::string bytea(std::string_view bytes) {
  return bytea(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}
std::string bytea(const Digest& digest) { return bytea(digest.data(), digest.size()); }

template <std::size_t n>
using Columns = std::array<Array, n>;

void add_key(Columns<4>& columns, const CorrelationKey& key) {
  columns[0].add(key.municipality.str());
  columns[1].add(key.service);
  columns[2].add(key.name);
  columns[3].add(key.value);
}

Columns<4> key_columns(const std::vector<CorrelationKey>& keys) {
  Columns<4> columns;
  for (const CorrelationKey& key : keys) add_key(columns, key);
  return columns;
}

Columns<2> ref_columns(const std::vector<CaseRef>& refs) {
  Columns<2> columns;
  for (const CaseRef& ref : refs) {
    columns[0].add(ref.municipality.str());
    columns[1].add_plain(ref.id.str());
  }
  return columns;
}

Columns<3> mass_columns(const std::vector<engine::MassRef>& refs) {
  Columns<3> columns;
  for (const engine::MassRef& ref : refs) {
    columns[0].add(ref.municipality.str());
    columns[1].add(ref.service);
    columns[2].add_plain(ref.receipt.str());
  }
  return columns;
}

std::string lane_numbers(const std::vector<Lane>& lanes) {
  Array ids;
  for (const Lane& lane : lanes) ids.add_plain(std::to_string(number(lane.id)));
  return ids.str();
}

std::string lane_epochs(const std::vector<Lane>& lanes) {
  Array epochs;
  for (const Lane& lane : lanes) epochs.add_plain(std::to_string(lane.epoch));
  return epochs.str();
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
    Array numbers;
    for (const int lane : lanes) numbers.add_plain(std::to_string(lane));
    std::vector<DueInput> inputs;
    for (const pqxx::row& row : run("due_inputs", numbers.str(), static_cast<int>(most))) {
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
    auto columns = key_columns(keys);
    std::vector<engine::FoundKey> found;
    for (const pqxx::row& row : run("find", columns[0].str(), columns[1].str(), columns[2].str(),
                                    columns[3].str())) {
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
    Array array;
    for (const std::int64_t hash : hashes) array.add_plain(std::to_string(hash));
    run("lock_keys", array.str());
  }

  std::vector<engine::CaseRow> lock_cases(std::vector<CaseRef> refs) override {
    auto columns = ref_columns(refs);
    std::vector<engine::CaseRow> rows;
    for (const pqxx::row& row : run("lock_cases", columns[0].str(), columns[1].str())) {
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
    Columns<3> columns;
    for (const auto& question : questions) {
      columns[0].add(question.ref.municipality.str());
      columns[1].add_plain(question.ref.id.str());
      columns[2].add_plain(question.receipt.str());
    }
    std::vector<bool> answers(questions.size(), false);
    for (const pqxx::row& row :
         run("receipts", columns[0].str(), columns[1].str(), columns[2].str())) {
      answers[row[0].as<std::size_t>()] = true;
    }
    return answers;
  }

  std::vector<engine::DeferredRow> deferred_of(const std::vector<CaseRef>& refs) override {
    auto columns = ref_columns(refs);
    std::vector<engine::DeferredRow> rows;
    for (const pqxx::row& row : run("deferred_of", columns[0].str(), columns[1].str())) {
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
    auto columns = key_columns(keys);
    std::vector<engine::EarlyEvent> events;
    for (const pqxx::row& row : run("early_events", columns[0].str(), columns[1].str(),
                                    columns[2].str(), columns[3].str())) {
      events.push_back({uuid_of(row[0]), keys[row[1].as<std::size_t>()],
                        pqxx::binarystring(row[2]).str()});
    }
    return events;
  }

  std::vector<bool> mass_known(const std::vector<engine::MassRef>& refs) override {
    auto columns = mass_columns(refs);
    std::vector<bool> known(refs.size(), false);
    for (const pqxx::row& row :
         run("mass_known", columns[0].str(), columns[1].str(), columns[2].str())) {
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
  pqxx::result run(const char* statement, Arguments&&... arguments) {
    try {
      return work_.exec_prepared(statement, std::forward<Arguments>(arguments)...);
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
  Columns<6> columns;
  for (const Lane& lane : lanes) {
    if (lane.position) {
      columns[0].add_plain(std::to_string(*lane.position));
    } else {
      columns[0].add_null();
    }
    columns[1].add_plain(std::to_string(lane.next_sequence));
    columns[2].add_plain(std::to_string(lane.published_sequence));
    columns[3].add_plain(std::to_string(lane.applied));
    columns[4].add_plain(std::to_string(lane.duplicates));
    columns[5].add_plain(std::to_string(lane.parked));
  }
  const pqxx::result moved =
      run("move_lanes", lane_numbers(lanes), lane_epochs(lanes), columns[0].str(),
          columns[1].str(), columns[2].str(), columns[3].str(), columns[4].str(),
          columns[5].str(), static_cast<int>(lease.count()), owner);
  return static_cast<std::size_t>(moved.affected_rows()) == lanes.size();
}

void Transaction::write_cases(const char* statement, const std::vector<engine::CaseRow>& rows) {
  if (rows.empty()) return;
  Columns<16> c;
  for (const engine::CaseRow& row : rows) {
    c[0].add(row.ref.municipality.str());
    c[1].add_plain(row.ref.id.str());
    c[2].add(row.service);
    c[3].add_plain(std::to_string(row.release));
    c[4].add_plain(row.pinned ? "t" : "f");
    c[5].add(row.lifecycle);
    row.incident.empty() ? c[6].add_null() : c[6].add(row.incident);
    c[7].add(row.state);
    c[8].add(row.context);
    row.status ? c[9].add(*row.status) : c[9].add_null();
    c[10].add_plain(std::to_string(row.revision));
    c[11].add_plain(std::to_string(row.sequence));
    c[12].add_plain(std::to_string(row.deferred));
    c[13].add(bytea(row.hash));
    c[14].add(to_rfc3339(row.decided_at));
    c[15].add(to_rfc3339(row.created_at));
  }
  run(statement, c[0].str(), c[1].str(), c[2].str(), c[3].str(), c[4].str(), c[5].str(),
      c[6].str(), c[7].str(), c[8].str(), c[9].str(), c[10].str(), c[11].str(), c[12].str(),
      c[13].str(), c[14].str(), c[15].str());
}

void Transaction::write_journal(const std::vector<engine::JournalRow>& rows) {
  if (rows.empty()) return;
  Columns<17> c;
  for (const engine::JournalRow& row : rows) {
    c[0].add(row.ref.municipality.str());
    c[1].add_plain(row.ref.id.str());
    c[2].add_plain(std::to_string(row.sequence));
    c[3].add_plain(std::to_string(number(row.lane)));
    c[4].add_plain(std::to_string(row.lane_sequence));
    c[5].add_plain(row.receipt.str());
    c[6].add(row.key.source);
    c[7].add(row.key.id);
    c[8].add(row.kind);
    c[9].add(row.name);
    c[10].add(row.disposition);
    row.cause == 0 ? c[11].add_null() : c[11].add_plain(std::to_string(row.cause));
    c[12].add(to_rfc3339(row.at));
    c[13].add_plain(std::to_string(row.release));
    c[14].add(row.trace);
    row.records.empty() ? c[15].add_null() : c[15].add(row.records);
    c[16].add(bytea(row.hash));
  }
  run("write_journal", c[0].str(), c[1].str(), c[2].str(), c[3].str(), c[4].str(), c[5].str(),
      c[6].str(), c[7].str(), c[8].str(), c[9].str(), c[10].str(), c[11].str(), c[12].str(),
      c[13].str(), c[14].str(), c[15].str(), c[16].str());
}

void Transaction::write_keys(const char* statement,
                             const std::vector<std::pair<CorrelationKey, CaseId>>& keys) {
  if (keys.empty()) return;
  Columns<4> columns;
  Array ids;
  for (const auto& [key, id] : keys) {
    add_key(columns, key);
    ids.add_plain(id.str());
  }
  run(statement, columns[0].str(), columns[1].str(), columns[2].str(), columns[3].str(),
      ids.str());
}

void Transaction::write_timers(const engine::Writes& writes) {
  const auto place = [](const std::vector<engine::TimerRow>& rows) {
    Columns<5> c;
    for (const engine::TimerRow& row : rows) {
      c[0].add(row.ref.municipality.str());
      c[1].add_plain(row.ref.id.str());
      c[2].add(row.timer.state);
      c[3].add(row.timer.key);
      c[4].add_plain(std::to_string(row.timer.entry));
    }
    return c;
  };
  if (!writes.timers_cleared.empty()) {
    auto c = place(writes.timers_cleared);
    run("clear_timers", c[0].str(), c[1].str(), c[2].str(), c[3].str(), c[4].str());
  }
  if (!writes.timers_set.empty()) {
    auto c = place(writes.timers_set);
    Columns<2> more;
    for (const engine::TimerRow& row : writes.timers_set) {
      more[0].add_plain(std::to_string(row.lane));
      more[1].add(to_rfc3339(row.timer.due));
    }
    run("set_timers", c[0].str(), c[1].str(), c[2].str(), c[3].str(), c[4].str(), more[0].str(),
        more[1].str());
  }
}

void Transaction::write_calls(const engine::Writes& writes) {
  if (!writes.calls_requested.empty()) {
    Columns<12> c;
    for (const engine::CallRow& row : writes.calls_requested) {
      c[0].add(row.ref.municipality.str());
      c[1].add_plain(row.ref.id.str());
      c[2].add_plain(row.request.id.str());
      c[3].add_plain(std::to_string(row.lane));
      c[4].add(row.request.state);
      c[5].add_plain(std::to_string(row.request.entry));
      c[6].add(row.request.invoke);
      c[7].add(row.request.role);
      c[8].add(row.request.operation);
      c[9].add(row.request.input.dump());
      c[10].add_plain(std::to_string(row.request.timeout.count()));
      row.request.by ? c[11].add_plain(to_iso_date(*row.request.by)) : c[11].add_null();
    }
    run("request_calls", c[0].str(), c[1].str(), c[2].str(), c[3].str(), c[4].str(), c[5].str(),
        c[6].str(), c[7].str(), c[8].str(), c[9].str(), c[10].str(), c[11].str());
  }
  if (!writes.calls_abandoned.empty()) {
    Columns<3> c;
    for (const auto& [ref, id] : writes.calls_abandoned) {
      c[0].add(ref.municipality.str());
      c[1].add_plain(ref.id.str());
      c[2].add_plain(id.str());
    }
    run("abandon_calls", c[0].str(), c[1].str(), c[2].str());
  }
  if (writes.call_news_read.empty()) return;
  Columns<4> c;
  for (const engine::CallNewsRead& read : writes.call_news_read) {
    c[0].add(read.ref.municipality.str());
    c[1].add_plain(read.ref.id.str());
    c[2].add_plain(read.id.str());
    c[3].add(read.news);
  }
  run("news_read", c[0].str(), c[1].str(), c[2].str(), c[3].str());
}

void Transaction::write_parties(const engine::Writes& writes) {
  if (writes.parties.empty()) return;
  std::map<CaseRef, const std::vector<core::Party>*> last;  // a case may have changed twice
  for (const auto& [ref, parties] : writes.parties) last[ref] = &parties;
  std::vector<CaseRef> refs;
  Columns<4> c;
  for (const auto& [ref, parties] : last) {
    refs.push_back(ref);
    for (const core::Party& party : *parties) {
      c[0].add(ref.municipality.str());
      c[1].add_plain(ref.id.str());
      c[2].add(party.person.str());
      c[3].add(party.role);
    }
  }
  auto cases = ref_columns(refs);
  run("end_parties", cases[0].str(), cases[1].str(), c[0].str(), c[1].str(), c[2].str(),
      c[3].str());
  run("add_parties", c[0].str(), c[1].str(), c[2].str(), c[3].str());
}

void Transaction::write_outcomes(const engine::Writes& writes) {
  if (!writes.actions_done.empty()) {
    Columns<4> c;
    for (const engine::ActionDone& done : writes.actions_done) {
      c[0].add(done.municipality.str());
      c[1].add_plain(done.id.str());
      c[2].add(done.accepted ? "accepted" : "refused");
      done.reason.empty() ? c[3].add_null() : c[3].add(done.reason);
    }
    run("finish_actions", c[0].str(), c[1].str(), c[2].str(), c[3].str());
  }
  if (!writes.commands_done.empty()) {
    Columns<3> c;
    for (const engine::CommandDone& done : writes.commands_done) {
      c[0].add_plain(done.id.str());
      c[1].add(done.accepted ? "accepted" : "refused");
      c[2].add(done.detail);
    }
    run("finish_commands", c[0].str(), c[1].str(), c[2].str());
  }
}

void Transaction::write_deferred(const engine::Writes& writes) {
  if (!writes.deferred_added.empty()) {
    Columns<6> c;
    for (const engine::DeferredRow& row : writes.deferred_added) {
      c[0].add(row.ref.municipality.str());
      c[1].add_plain(row.ref.id.str());
      c[2].add_plain(std::to_string(row.ordinal));
      c[3].add_plain(std::to_string(row.lane));
      c[4].add(row.input);
      row.until ? c[5].add(to_rfc3339(*row.until)) : c[5].add_null();
    }
    run("add_deferred", c[0].str(), c[1].str(), c[2].str(), c[3].str(), c[4].str(), c[5].str());
  }
  if (!writes.deferred_removed.empty()) {
    Columns<3> c;
    for (const auto& [ref, ordinal] : writes.deferred_removed) {
      c[0].add(ref.municipality.str());
      c[1].add_plain(ref.id.str());
      c[2].add_plain(std::to_string(ordinal));
    }
    run("remove_deferred", c[0].str(), c[1].str(), c[2].str());
  }
}

void Transaction::write_parked(const engine::Writes& writes) {
  if (!writes.parked.empty()) {
    Columns<10> c;
    Columns<4> keys;
    Array key_ids;
    for (const engine::ParkedRow& row : writes.parked) {
      c[0].add_plain(row.id.str());
      c[1].add(row.municipality.str());
      c[2].add(row.origin);
      c[3].add_plain(std::to_string(row.position));
      c[4].add(row.source);
      c[5].add(row.event_id);
      c[6].add(row.type);
      c[7].add(row.reason);
      c[8].add(row.detail);
      c[9].add(bytea(row.bytes));
      for (const CorrelationKey& key : row.keys) {
        add_key(keys, key);
        key_ids.add_plain(row.id.str());
      }
    }
    run("park", c[0].str(), c[1].str(), c[2].str(), c[3].str(), c[4].str(), c[5].str(),
        c[6].str(), c[7].str(), c[8].str(), c[9].str());
    run("park_keys", keys[0].str(), keys[1].str(), keys[2].str(), keys[3].str(), key_ids.str());
  }
  if (!writes.parked_applied.empty()) {
    Array ids;
    for (const Uuid& id : writes.parked_applied) ids.add_plain(id.str());
    run("parked_applied", ids.str());
    run("parked_unkey", ids.str());
  }
}

void Transaction::write_mass(const engine::Writes& writes) {
  if (!writes.mass_received.empty()) {
    std::vector<engine::MassRef> refs;
    Columns<7> c;
    for (const engine::MassEvent& event : writes.mass_received) {
      refs.push_back(event.ref);
      c[0].add(event.key.source);
      c[1].add(event.key.id);
      c[2].add(event.type);
      c[3].add(event.event);
      c[4].add(to_rfc3339(event.happened_at));
      c[5].add(to_rfc3339(event.received_at));
      c[6].add_plain(std::to_string(event.lane));
    }
    auto names = mass_columns(refs);
    run("receive_mass", names[0].str(), names[1].str(), names[2].str(), c[0].str(), c[1].str(),
        c[2].str(), c[3].str(), c[4].str(), c[5].str(), c[6].str());
  }
  if (!writes.mass_reached.empty()) {
    std::vector<engine::MassRef> refs;
    Columns<2> c;
    for (const engine::MassProgress& progress : writes.mass_reached) {
      refs.push_back(progress.ref);
      progress.reached ? c[0].add_plain(progress.reached->str()) : c[0].add_null();
      c[1].add_plain(progress.done ? "t" : "f");
    }
    auto names = mass_columns(refs);
    run("reach_mass", names[0].str(), names[1].str(), names[2].str(), c[0].str(), c[1].str());
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
  Array array;
  for (const std::string& name : names) array.add(name);
  return implementation_->in_transaction([&](pqxx::work& work) {
    work.exec_prepared("make_lanes", array.str());
    return read_lanes(work.exec_prepared("take_lanes", array.str(), owner,
                                         static_cast<int>(lease.count())));
  });
}

std::vector<Lane> CaseStore::retake_lanes(const std::vector<std::string>& names,
                                          const std::string& owner, std::chrono::seconds lease) {
  if (names.empty()) return {};
  Array array;
  for (const std::string& name : names) array.add(name);
  return implementation_->in_transaction([&](pqxx::work& work) {
    return read_lanes(work.exec_prepared("retake_lanes", array.str(), owner,
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
  Array published;
  for (const Lane& lane : lanes) published.add_plain(std::to_string(lane.published_sequence));
  return implementation_->in_transaction([&](pqxx::work& work) {
    std::vector<LaneId> lost;
    for (const Lane& lane : lanes) lost.push_back(lane.id);
    for (const pqxx::row& row :
         work.exec_prepared("keep_lanes", lane_numbers(lanes), lane_epochs(lanes),
                            published.str(), static_cast<int>(lease.count()), owner)) {
      std::erase(lost, static_cast<LaneId>(row[0].as<int>()));
    }
    return lost;
  });
}

void CaseStore::release_lanes(const std::vector<Lane>& lanes, const std::string& owner) {
  if (lanes.empty()) return;
  implementation_->in_transaction([&](pqxx::work& work) {
    return work.exec_prepared("release_lanes", lane_numbers(lanes), lane_epochs(lanes), owner);
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

std::size_t CaseStore::discard_expired(std::size_t most) {
  return implementation_->in_transaction([&](pqxx::work& work) {
    return static_cast<std::size_t>(
        work.exec_prepared("discard_expired", static_cast<int>(most)).affected_rows());
  });
}

void CaseStore::mark_incident(const CaseRef& ref, const std::string& why) {
  implementation_->in_transaction([&](pqxx::work& work) {
    return work.exec_prepared("mark_incident", ref.municipality.str(), ref.id.str(), why);
  });
}

}  // namespace elukaar::adapters::postgres
