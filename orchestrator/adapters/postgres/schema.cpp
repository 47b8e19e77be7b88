#include "adapters/postgres/schema.hpp"

#include <map>
#include <stdexcept>

#include <fmt/format.h>
#include <pqxx/pqxx>

#include "adapters/postgres/migrations.hpp"
#include "base/digest.hpp"

namespace elukaar::adapters::postgres {
namespace {

// Any number that nothing else uses: two programs that migrate at once take turns.
constexpr long long migration_lock = 0x656c756b616172;

std::map<std::string, std::string> applied_so_far(pqxx::transaction_base& work) {
  std::map<std::string, std::string> known;
  if (work.exec1("select to_regclass('public.elukaar_migration') is not null")[0].as<bool>()) {
    for (const pqxx::row& row : work.exec("select name, digest from public.elukaar_migration")) {
      known[row[0].c_str()] = row[1].c_str();
    }
  }
  return known;
}

void check(const std::map<std::string, std::string>& known) {
  for (const auto& [name, digest] : known) {
    const auto* own = std::find_if(std::begin(migrations), std::end(migrations),
                                   [&](const Migration& each) { return name == each.name; });
    if (own == std::end(migrations)) {
      throw std::runtime_error(fmt::format(
          "the database has migration {}, which this program does not know: it was brought up by a "
          "newer release; start that release", name));
    }
    if (digest != to_hex(sha256(own->sql))) {
      throw std::runtime_error(fmt::format(
          "migration {} was edited after it had been applied to this database; undo the edit and "
          "write a new migration", name));
    }
  }
}

}  // namespace

void bring_schema_up(const std::string& connection,
                     const std::function<void(const std::string&)>& applied) {
  pqxx::connection database(connection);
  pqxx::nontransaction session(database);
  session.exec("set client_min_messages = warning");
  session.exec(fmt::format("select pg_advisory_lock({})", migration_lock));
  session.exec("create table if not exists public.elukaar_migration ("
               "name text primary key, digest text not null, "
               "applied_at timestamptz not null default clock_timestamp())");
  const auto known = applied_so_far(session);
  check(known);
  for (const Migration& migration : migrations) {
    if (known.contains(migration.name)) continue;
    session.exec("begin");
    session.exec(migration.sql);
    session.exec_params("insert into public.elukaar_migration (name, digest) values ($1, $2)",
                        migration.name, to_hex(sha256(migration.sql)));
    session.exec("commit");
    applied(migration.name);
  }
}

bool schema_is_current(const std::string& connection) {
  pqxx::connection database(connection);
  pqxx::nontransaction session(database);
  return applied_so_far(session).size() == std::size(migrations);
}

}  // namespace elukaar::adapters::postgres
