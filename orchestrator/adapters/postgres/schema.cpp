#include "adapters/postgres/schema.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <stdexcept>

#include <fmt/format.h>
#include <pqxx/pqxx>

#include "adapters/postgres/connection.hpp"
#include "adapters/postgres/fields.hpp"
#include "adapters/postgres/migrations.hpp"
#include "base/digest.hpp"

namespace elukaar::adapters::postgres {
namespace {

constexpr SessionKind schema_sessions{
    .name = "elukaar schema", .settings = "set client_min_messages = warning", .quotes_postgres = true};

// Any number that nothing else uses: two programs that migrate at once take turns.
constexpr long long migration_lock = 0x656c756b616172;

// What the database knows a migration by: "0001_cases".
std::string name_of(const EmbeddedFile& migration) {
  return std::filesystem::path{migration.name}.stem().string();
}

std::map<std::string, std::string> applied_so_far(pqxx::work& work) {
  std::map<std::string, std::string> known;
  if (work.exec1("select to_regclass('public.elukaar_migration') is not null")[0].as<bool>()) {
    for (const pqxx::row& row : work.exec("select name, digest from public.elukaar_migration")) {
      known[text_of(row[0])] = text_of(row[1]);
    }
  }
  return known;
}

void check(const std::map<std::string, std::string>& known) {
  for (const auto& [name, digest] : known) {
    const auto* own = std::find_if(std::begin(migrations), std::end(migrations),
                                   [&](const EmbeddedFile& each) { return name == name_of(each); });
    if (own == std::end(migrations)) {
      throw std::runtime_error(fmt::format(
          "the database has migration {}, which this program does not know: it was brought up by a "
          "newer release; start that release", name));
    }
    if (digest != to_hex(sha256(own->text))) {
      throw std::runtime_error(fmt::format(
          "migration {} was edited after it had been applied to this database; undo the edit and "
          "write a new migration", name));
    }
  }
}

}  // namespace

void bring_schema_up(const std::string& connection,
                     const std::function<void(const std::string&)>& applied) {
  Connection database(connection, schema_sessions);
  const auto known = database.transaction([](pqxx::work& work) {
    work.exec_params("select pg_advisory_lock($1)", migration_lock);  // until the session ends
    work.exec(R"sql(
create table if not exists public.elukaar_migration (
  name text primary key,
  digest text not null,
  applied_at timestamptz not null default clock_timestamp()))sql");
    return applied_so_far(work);
  });
  check(known);
  for (const EmbeddedFile& migration : migrations) {
    const std::string name = name_of(migration);
    if (known.contains(name)) continue;
    database.transaction([&](pqxx::work& work) {
      work.exec(std::string{migration.text});
      return work.exec_params("insert into public.elukaar_migration (name, digest) values ($1, $2)", name,
                              to_hex(sha256(migration.text)));
    });
    applied(name);
  }
}

bool schema_is_current(const std::string& connection) {
  Connection database(connection, schema_sessions);
  return database.transaction(applied_so_far).size() == std::size(migrations);
}

std::string_view schema_number() {
  const std::string_view name = std::rbegin(migrations)->name;  // "schema/0001_cases.sql"
  const std::size_t begin = name.rfind('/') + 1;
  return name.substr(begin, name.find('_') - begin);
}

}  // namespace elukaar::adapters::postgres
