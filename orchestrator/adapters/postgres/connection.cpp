#include "adapters/postgres/connection.hpp"

#include <utility>

#include <fmt/format.h>

namespace elukaar::adapters::postgres {

using engine::StoreFault;

Connection::Connection(std::string address, const SessionKind& kind)
    : address_(std::move(address)), kind_(kind) {}

pqxx::connection& Connection::session() {
  if (connection_ && connection_->is_open() && !lost_) return *connection_;
  connection_.reset();
  lost_ = false;
  connection_.emplace(address_);
  {
    pqxx::nontransaction work(*connection_);
    work.exec(fmt::format("set application_name = '{}'; {}", kind_.name, kind_.settings));
  }
  for (const Statement& statement : kind_.statements) {
    connection_->prepare(statement.name, statement.sql);
  }
  return *connection_;
}

void Connection::serve(pqxx::work& work, const Municipality& municipality) {
  work.exec_params(R"sql(
select set_config('role', 'elukaar_resident', true), set_config('elukaar.municipality', $1, true))sql",
                   municipality.str());
}

void Connection::fail() {
  const StoreFault fault = current_fault();
  if (fault.kind() == StoreFault::Kind::connection_lost) lost_ = true;
  throw fault;
}

StoreFault Connection::fault(StoreFault::Kind kind, const std::string& sqlstate, const std::string& what,
                             const std::string& postgres) const {
  return {kind, sqlstate, kind_.quotes_postgres ? postgres : fmt::format("{}: {}", kind_.name, what)};
}

// What the exception that is being handled means for whoever asked.
StoreFault Connection::current_fault() const {
  using Kind = StoreFault::Kind;
  try {
    throw;
  } catch (const pqxx::broken_connection& error) {
    return fault(Kind::connection_lost, "08000", "the connection to PostgreSQL was lost", error.what());
  } catch (const pqxx::in_doubt_error& error) {
    return fault(Kind::connection_lost, "08007", "the connection to PostgreSQL was lost during a commit",
                 error.what());
  } catch (const pqxx::sql_error& error) {
    const std::string state = error.sqlstate();
    const std::string group = state.substr(0, 2);
    Kind kind = Kind::refused;
    // 08 connection, 53 no resources, 57 stopped by an operator or a timeout, 58 and XX the server's own
    // trouble, 25P03 idle too long: none of it is the fault of what was asked.
    if (group == "08" || group == "53" || group == "57" || group == "58" || group == "XX" ||
        state == "25P03" || state.empty()) {
      kind = Kind::connection_lost;
    } else if (group == "40" || state == "55P03") {
      kind = Kind::conflict;
    }
    return fault(kind, state, fmt::format("PostgreSQL refused with SQLSTATE {}", state), error.what());
  } catch (const pqxx::failure& error) {
    return fault(Kind::connection_lost, "", "PostgreSQL failed", error.what());
  } catch (const Json::exception&) {
    const std::string what = "a stored document cannot be read";
    return fault(Kind::refused, "", what, fmt::format("{}: {}", kind_.name, what));
  }
}

bool Connection::is_undone(const StoreFault& fault) {
  const std::string& state = fault.sqlstate();
  return fault.kind() == StoreFault::Kind::conflict || state == "08000" || state.starts_with("57P");
}

}  // namespace elukaar::adapters::postgres
