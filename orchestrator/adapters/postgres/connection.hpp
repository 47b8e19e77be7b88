#pragma once

#include <optional>
#include <span>
#include <string>
#include <type_traits>

#include <pqxx/pqxx>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "engine/ports/store_fault.hpp"

// The one way of this folder's .cpp files to PostgreSQL, and to tell its errors apart.
namespace elukaar::adapters::postgres {

// Prepared once a connection.
struct Statement {
  const char* name;
  const char* sql;
};

// What the sessions of one purpose are like. Lives as long as the program.
struct SessionKind {
  const char* name;                            // as PostgreSQL lists them, and as faults begin
  const char* settings = "";                   // SQL, once a connection
  std::span<const Statement> statements = {};
  // How often a transaction is tried that a conflict undid, or the loss of a connection before the commit.
  int attempts = 1;
  // Whether faults quote PostgreSQL. Its words may hold parameters: not where those are personal.
  bool quotes_postgres = false;
};

// One session, made at the first use and again after it was lost. Belongs to one thread at a time. All
// that goes wrong leaves it as an engine::StoreFault.
class Connection {
 public:
  // `address`: a libpq connection string. Nothing is connected yet.
  Connection(std::string address, const SessionKind& kind);

  // Runs `steps(pqxx::work&)` in one transaction, commits it and gives what they gave. Where `commits` says no
  // to that, nothing is committed.
  template <class Steps>
  auto transaction(const Steps& steps) {
    return transaction(steps, [](const auto&) { return true; });
  }
  template <class Steps, class Commits>
  auto transaction(const Steps& steps, const Commits& commits) {
    for (int attempt = 1;; ++attempt) {
      try {
        try {
          pqxx::work work(session());
          auto result = steps(work);
          if (commits(result)) work.commit();
          return result;
        } catch (const pqxx::failure&) {
          fail();
        } catch (const Json::exception&) {
          fail();
        }
      } catch (const engine::StoreFault& fault) {
        if (attempt >= kind_.attempts || !is_undone(fault)) throw;
      }
    }
  }

  // The same as the role that serves people: it sees this municipality and no other.
  template <class Steps>
  auto transaction_for(const Municipality& municipality, const Steps& steps) {
    return transaction_for(municipality, steps, [](const auto&) { return true; });
  }
  template <class Steps, class Commits>
  auto transaction_for(const Municipality& municipality, const Steps& steps, const Commits& commits) {
    return transaction(
        [&](pqxx::work& work) {
          serve(work, municipality);
          return steps(work);
        },
        commits);
  }

  // For whoever keeps a transaction of his own open: the session, and what to call in the catch block of
  // a pqxx::failure. `fail` throws the StoreFault that it amounts to.
  pqxx::connection& session();
  [[noreturn]] void fail();

 private:
  static void serve(pqxx::work& work, const Municipality& municipality);
  // Whether nothing is left of what the fault interrupted, and trying again at once may help.
  static bool is_undone(const engine::StoreFault& fault);
  engine::StoreFault fault(engine::StoreFault::Kind kind, const std::string& sqlstate,
                           const std::string& what, const std::string& postgres) const;
  engine::StoreFault current_fault() const;

  const std::string address_;
  const SessionKind& kind_;
  std::optional<pqxx::connection> connection_;
  bool lost_ = false;  // the session is not to be used again
};

}  // namespace elukaar::adapters::postgres
