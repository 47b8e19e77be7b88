#pragma once

#include <pqxx/pqxx>
#include <random>

#include "adapters/postgres/case_store.hpp"
#include "adapters/postgres/schema.hpp"
#include "simulate/world/memory_store.hpp"
#include "support/database.hpp"

// Every case store with what the outside writes into it: people's acts, operators' orders, registers' answers.
namespace elukaar::contract {

using engine::CaseRef;
using namespace std::chrono_literals;

struct Bench {
  virtual ~Bench() = default;
  virtual engine::CaseStore& store() = 0;
  // A moment that is past in the end: the n-th hour of ten. What happens in between happens in its order.
  virtual Timestamp hour(int n) = 0;
  virtual void act(int hour, const CaseRef& ref, const ActionId& id, const Json& event) = 0;
  virtual void order(int hour, const CaseRef& ref, const Uuid& id, const core::Command& command) = 0;
  virtual void update(int hour, const CallId& call, core::CallUpdate::Kind kind, const Json& result) = 0;
  virtual void retry(int hour, const Uuid& parked) = 0;
  // Whatever has its hour has had it.
  virtual void let_pass() = 0;
};

struct MemoryBench : Bench {
  engine::CaseStore& store() override { return memory; }
  Timestamp hour(int n) override { return begin + n * 1h; }
  void act(int at, const CaseRef& ref, const ActionId& id, const Json& event) override {
    memory.move_to(hour(at));
    memory.add_action(ref, id, "agree", "offer-1", 3, Pseudonym{"p1_parent"}, event);
  }
  void order(int at, const CaseRef& ref, const Uuid& id, const core::Command& command) override {
    memory.move_to(hour(at));
    memory.add_command(ref, id, command);
  }
  void update(int at, const CallId& call, core::CallUpdate::Kind kind, const Json& result) override {
    memory.add_update(call, hour(at), kind, result);
  }
  void retry(int at, const Uuid& parked) override {
    memory.move_to(hour(at));
    memory.retry_parked(parked);
  }
  void let_pass() override { memory.move_to(hour(10)); }

  const Timestamp begin = *parse_rfc3339("2026-06-01T00:00:00Z");
  simulate::MemoryCaseStore memory{begin};
};

struct PostgresBench : Bench {
  PostgresBench() : database("cases_" + std::to_string(std::random_device{}())) {
    adapters::postgres::bring_schema_up(database.address(), [](const std::string&) {});
    cases = std::make_unique<adapters::postgres::CaseStore>(database.address());
    begin = std::chrono::floor<std::chrono::seconds>(cases->begin()->now()) - 11h;
  }
  engine::CaseStore& store() override { return *cases; }
  Timestamp hour(int n) override { return begin + n * 1h; }
  void act(int at, const CaseRef& ref, const ActionId& id, const Json& event) override {
    run("insert into elukaar.action (municipality, id, case_id, lane, person, name, subject, subject_version,"
        " event, idempotency_key, request_digest, received_at)"
        " values ($1, $2::uuid, $3, $4, 'p1_parent', 'agree', 'offer-1', 3, $5, $2::uuid::text, '', $6)",
        ref.municipality.str(), id.str(), ref.id.str(), engine::internal_lane_of(ref.id), event.dump(),
        to_rfc3339(hour(at)));
  }
  void order(int at, const CaseRef& ref, const Uuid& id, const core::Command& command) override {
    run("insert into elukaar.command (id, municipality, case_id, lane, kind, operator, reason, given_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.str(), ref.municipality.str(), ref.id.str(), engine::internal_lane_of(ref.id),
        std::string{core::to_string(command.kind)}, command.operator_name, command.reason,
        to_rfc3339(hour(at)));
  }
  void update(int at, const CallId& call, core::CallUpdate::Kind kind, const Json& result) override {
    run("update elukaar.call set news = $2, result = nullif($3, 'null')::jsonb, delayed_since = $4"
        " where id = $1",
        call.str(), std::string{core::to_string(kind)}, result.dump(), to_rfc3339(hour(at)));
  }
  void retry(int, const Uuid& parked) override {
    run("update elukaar.parked set status = 'retry', lane = 0 where id = $1", parked.str());
  }
  void let_pass() override {}

  template <class... Values>
  void run(const std::string& statement, const Values&... values) {
    pqxx::connection connection(database.address());
    pqxx::work work(connection);
    work.exec_params(statement, values...);
    work.commit();
  }

  test::TestDatabase database;
  std::unique_ptr<adapters::postgres::CaseStore> cases;
  Timestamp begin{};
};

}  // namespace elukaar::contract
