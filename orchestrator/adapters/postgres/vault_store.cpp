#include "adapters/postgres/vault_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <pqxx/pqxx>
#include <set>

#include "adapters/postgres/array.hpp"
#include "base/digest.hpp"
#include "privacy/envelope.hpp"

namespace elukaar::adapters::postgres {
namespace {

using engine::VaultAlias;
using engine::VaultBatch;
using engine::VaultEntry;
using engine::VaultError;
using engine::VaultFault;
using engine::VaultQuery;
using engine::VaultUsage;
using engine::VaultUse;
using engine::VaultValue;
using privacy::Holder;
using privacy::SecretKey;
using privacy::WrappedKey;

std::string bytes_of(const pqxx::field& field) { return pqxx::binarystring(field).str(); }

// Two alias writers of one municipality wait for each other; the number is ours alone.
constexpr int alias_lock_class = 0x766c;  // "vl"

// What we ask PostgreSQL for times: RFC 3339, whatever the session's settings.
#define ELUKAAR_UTC(column) \
  "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"

// ---- Statements: one function each -----------------------------------------------------------

std::map<Holder, WrappedKey> select_keys(pqxx::work& work, const std::set<Holder>& holders) {
  Rows<sql::Text, sql::Text, sql::Text> asked;
  for (const Holder& holder : holders) {
    asked.add(holder.municipality, holder.person, holder.owner);
  }
  const auto rows = exec_params(
      work,
      "SELECT k.municipality, k.person, k.owner, k.key_number, k.wrapped"
      " FROM unnest($1::text[], $2::text[], $3::text[]) AS h(municipality, person, owner)"
      " JOIN elukaar.vault_key k USING (municipality, person, owner)",
      asked);
  std::map<Holder, WrappedKey> keys;
  for (const auto& row : rows) {
    keys[{Municipality(row[0].c_str()), row[2].c_str(), Pseudonym(row[1].c_str())}] = {
        row[3].as<std::uint32_t>(), bytes_of(row[4])};
  }
  return keys;
}

// Those that another transaction has made meanwhile are left as they are.
void insert_keys(pqxx::work& work, const std::map<Holder, WrappedKey>& keys) {
  Rows<sql::Text, sql::Text, sql::Text, sql::Bigint, sql::Bytes> rows;
  for (const auto& [holder, key] : keys) {
    rows.add(holder.municipality, holder.person, holder.owner,
             key.key_number, key.bytes);
  }
  exec_params(
      work,
      "INSERT INTO elukaar.vault_key (municipality, person, owner, key_number, wrapped, created_at)"
      " SELECT municipality, person, owner, number, wrapped, now()"
      " FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bytea[])"
      "   AS n(municipality, person, owner, number, wrapped)"
      " ON CONFLICT DO NOTHING",
      rows);
}

using ValueRows = Rows<sql::Text, sql::Text, sql::Text, sql::Text, sql::Text, sql::Bytes, sql::Text,
                       sql::Day, sql::Time, sql::Time>;

void upsert_values(pqxx::work& work, const ValueRows& values) {
  exec_params(
      work,
      "INSERT INTO elukaar.vault_value AS v"
      " (municipality, person, owner, field, class, sealed, source, as_of, recorded_at, keep_until)"
      " SELECT municipality, person, owner, field, class, sealed, source, as_of,"
      "   recorded_at, keep_until"
      " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[],"
      "   $7::text[], $8::date[], $9::timestamptz[], $10::timestamptz[])"
      "   AS n(municipality, person, owner, field, class, sealed, source, as_of, recorded_at,"
      "     keep_until)"
      " ON CONFLICT (municipality, person, owner, field) DO UPDATE SET"
      "   class = excluded.class, sealed = excluded.sealed, source = excluded.source,"
      "   as_of = excluded.as_of, recorded_at = excluded.recorded_at,"
      "   keep_until = excluded.keep_until"
      " WHERE (excluded.as_of, excluded.recorded_at) >= (v.as_of, v.recorded_at)",
      values);
}

void lock_aliases(pqxx::work& work, const Municipality& municipality) {
  work.exec_params("SELECT pg_advisory_xact_lock($1, hashtext($2))", alias_lock_class,
                   municipality.str());
}

// The current name of each person asked for, in order; a person without aliases is his own.
std::vector<Pseudonym> current_names(pqxx::work& work, const Municipality& municipality,
                                     const std::vector<Pseudonym>& persons) {
  Array<sql::Text> asked;
  for (const auto& person : persons) asked.add(person);
  const auto rows = exec_params(
      work,
      "SELECT coalesce(a.person, n.name)"
      " FROM unnest($2::text[]) WITH ORDINALITY AS n(name, place)"
      " LEFT JOIN elukaar.pseudonym_alias a ON a.municipality = $1 AND a.alias = n.name"
      " ORDER BY n.place",
      municipality.str(), asked);
  std::vector<Pseudonym> names;
  for (const auto& row : rows) names.emplace_back(row[0].c_str());
  return names;
}

void add_alias(pqxx::work& work, const Municipality& municipality, const Pseudonym& former,
               const Pseudonym& current, Timestamp recorded_at) {
  work.exec_params(
      "WITH moved AS (UPDATE elukaar.pseudonym_alias SET person = $3"
      "   WHERE municipality = $1 AND person = $2)"
      " INSERT INTO elukaar.pseudonym_alias (municipality, alias, person, recorded_at)"
      " VALUES ($1, $2, $3, $4)",
      municipality.str(), former.str(), current.str(), to_rfc3339(recorded_at));
}

std::vector<Pseudonym> select_names(pqxx::work& work, const Municipality& municipality,
                                    const Pseudonym& person) {
  const Pseudonym current = current_names(work, municipality, {person}).front();
  std::vector<Pseudonym> names{current};
  for (const auto& row : work.exec_params(
           "SELECT alias FROM elukaar.pseudonym_alias WHERE municipality = $1 AND person = $2"
           " ORDER BY recorded_at DESC, alias",
           municipality.str(), current.str())) {
    names.emplace_back(row[0].c_str());
  }
  return names;
}

struct SealedRow {
  std::size_t query = 0;
  Holder holder;
  WrappedKey key;
  VaultValue value;  // without the value itself
  std::string sealed;
};

// Everything that the persons' names hold, newest first within a query.
std::vector<SealedRow> select_values(pqxx::work& work, const Municipality& municipality,
                                     const std::vector<VaultQuery>& queries, Timestamp at) {
  Rows<sql::Bigint, sql::Text, sql::Text> asked;
  std::int64_t place = 0;
  for (const VaultQuery& query : queries) asked.add(place++, query.person, query.owner);
  const auto rows = exec_params(
      work,
      "WITH q AS (SELECT n.place, n.owner, coalesce(a.person, n.person) AS current"
      "   FROM unnest($2::bigint[], $3::text[], $4::text[]) AS n(place, person, owner)"
      "   LEFT JOIN elukaar.pseudonym_alias a ON a.municipality = $1 AND a.alias = n.person),"
      " names AS (SELECT place, owner, current, current AS name FROM q"
      "   UNION ALL SELECT q.place, q.owner, q.current, a.alias FROM q"
      "   JOIN elukaar.pseudonym_alias a ON a.municipality = $1 AND a.person = q.current)"
      " SELECT n.place, v.person, v.owner, v.field, v.class, v.sealed, v.source, v.as_of,"
      "   " ELUKAAR_UTC("v.recorded_at") ", k.key_number, k.wrapped"
      " FROM names n"
      " JOIN elukaar.vault_value v"
      "   ON v.municipality = $1 AND v.person = n.name AND v.owner = n.owner"
      "   AND (v.keep_until IS NULL OR v.keep_until > $5)"
      " JOIN elukaar.vault_key k"
      "   ON k.municipality = v.municipality AND k.person = v.person AND k.owner = v.owner"
      " ORDER BY n.place, v.field, v.as_of DESC, (v.person = n.current) DESC,"
      "   v.recorded_at DESC, v.person",
      municipality.str(), asked, to_rfc3339(at));
  std::vector<SealedRow> values;
  for (const auto& row : rows) {
    SealedRow each;
    each.query = row[0].as<std::size_t>();
    each.holder = {municipality, row[2].c_str(), Pseudonym(row[1].c_str())};
    each.key = {row[9].as<std::uint32_t>(), bytes_of(row[10])};
    each.value.field = row[3].c_str();
    each.value.field_class = privacy::parse_field_class(row[4].c_str()).value();
    each.value.origin = {row[6].c_str(), parse_iso_date(row[7].c_str()).value()};
    each.value.recorded_at = parse_rfc3339(row[8].c_str()).value();
    each.sealed = bytes_of(row[5]);
    values.push_back(std::move(each));
  }
  return values;
}

void shorten_values(pqxx::work& work, const Municipality& municipality, const VaultQuery& query,
                    Timestamp until) {
  Array<sql::Text> names, fields;
  for (const auto& name : select_names(work, municipality, query.person)) names.add(name);
  for (const auto& field : query.fields) fields.add(field);
  exec_params(work,
              "UPDATE elukaar.vault_value SET keep_until = $5"
              " WHERE municipality = $1 AND person = ANY($2::text[]) AND owner = $3"
              "   AND (field = ANY($4::text[]) OR cardinality($4::text[]) = 0) AND keep_until > $5",
              municipality.str(), names, query.owner, fields, to_rfc3339(until));
}

void insert_usage(pqxx::work& work, const Municipality& municipality, const Pseudonym& person,
                  const VaultUse& use, const std::vector<std::string>& fields) {
  Array<sql::Text> names;
  for (const auto& field : fields) names.add(field);
  const std::string for_case = use.for_case ? use.for_case->str() : "";
  exec_params(
      work,
      "INSERT INTO elukaar.usage_record (municipality, person, case_id, who, purpose, fields,"
      "   used_at)"
      " VALUES ($1, $2, nullif($3, '')::uuid, $4, $5, $6::text[], $7)",
      municipality.str(), person.str(), for_case, use.who, use.purpose, names,
      to_rfc3339(use.at));
}

constexpr const char* usage_columns =
    "SELECT person, coalesce(case_id::text, ''), who, purpose, array_to_string(fields, ','),"
    "   " ELUKAAR_UTC("used_at") " FROM elukaar.usage_record";

std::vector<VaultUsage> usages(const pqxx::result& rows) {
  std::vector<VaultUsage> result;
  for (const auto& row : rows) {
    VaultUsage usage;
    usage.person = Pseudonym(row[0].c_str());
    if (const auto id = Uuid::parse(row[1].c_str())) usage.use.for_case = CaseId(*id);
    usage.use.who = row[2].c_str();
    usage.use.purpose = row[3].c_str();
    usage.use.at = parse_rfc3339(row[5].c_str()).value();
    std::string_view fields = row[4].c_str();
    while (!fields.empty()) {
      usage.fields.emplace_back(fields.substr(0, fields.find(',')));
      fields.remove_prefix(std::min(fields.size(), usage.fields.back().size() + 1));
    }
    result.push_back(std::move(usage));
  }
  return result;
}

std::vector<VaultUsage> select_usage_of_person(pqxx::work& work, const Municipality& municipality,
                                               const Pseudonym& person) {
  Array<sql::Text> names;
  for (const auto& name : select_names(work, municipality, person)) names.add(name);
  return usages(exec_params(
      work, std::string(usage_columns) +
          " WHERE municipality = $1 AND person = ANY($2::text[])"
          " ORDER BY usage_record.used_at DESC, id DESC LIMIT $3",
      municipality.str(), names, engine::Vault::max_usages));
}

std::vector<VaultUsage> select_usage_of_case(pqxx::work& work, const Municipality& municipality,
                                             const CaseId& for_case) {
  return usages(work.exec_params(
      std::string(usage_columns) + " WHERE municipality = $1 AND case_id = $2::uuid"
                                   " ORDER BY usage_record.used_at DESC, id DESC LIMIT $3",
      municipality.str(), for_case.str(), engine::Vault::max_usages));
}

void bind(pqxx::work& work, const Municipality& municipality) {
  work.exec_params("SELECT set_config('elukaar.municipality', $1, true)", municipality.str());
}

// ---- Steps -------------------------------------------------------------------------------------

Holder holder_of(const VaultEntry& entry) {
  return {entry.municipality, entry.owner, entry.person};
}

// A batch may tell of one field twice; a statement may touch a row once. The later one stays.
std::vector<const VaultEntry*> latest(const VaultBatch& batch) {
  std::map<std::pair<Holder, std::string>, const VaultEntry*> kept;
  for (const VaultEntry& entry : batch.entries) {
    const VaultEntry*& place = kept[{holder_of(entry), entry.field}];
    if (place == nullptr || std::pair(entry.origin.as_of, entry.recorded_at) >=
                                std::pair(place->origin.as_of, place->recorded_at)) {
      place = &entry;
    }
  }
  std::vector<const VaultEntry*> result;
  for (const auto& [place, entry] : kept) result.push_back(entry);
  return result;
}

Result<std::map<Holder, SecretKey>, VaultError> data_keys(pqxx::work& work,
                                                          const privacy::Keyring& keyring,
                                                          const std::set<Holder>& holders) {
  auto wrapped = select_keys(work, holders);
  std::map<Holder, WrappedKey> made;
  for (const Holder& holder : holders) {
    if (wrapped.contains(holder)) continue;
    auto key = privacy::new_data_key(keyring, holder);
    if (!key) return failure(VaultError::not_served);
    made.emplace(holder, std::move(key->wrapped));
  }
  if (!made.empty()) {
    insert_keys(work, made);
    wrapped = select_keys(work, holders);  // one of them may be another transaction's
  }
  std::map<Holder, SecretKey> keys;
  for (const auto& [holder, key] : wrapped) {
    const auto opened = privacy::unwrap(keyring, holder, key);
    if (!opened) return failure(VaultError::not_authentic);
    keys.emplace(holder, *opened);
  }
  return keys;
}

Result<void, VaultError> write_entries(pqxx::work& work, const privacy::Keyring& keyring,
                                       const VaultBatch& batch) {
  const auto entries = latest(batch);
  std::set<Holder> holders;
  for (const VaultEntry* entry : entries) holders.insert(holder_of(*entry));
  const auto keys = data_keys(work, keyring, holders);
  if (!keys) return failure(keys.error());
  ValueRows values;
  for (const VaultEntry* entry : entries) {
    const Holder holder = holder_of(*entry);
    values.add(holder.municipality, holder.person, holder.owner, entry->field,
               to_text(entry->field_class),
               privacy::seal(keys->at(holder), holder, entry->field, entry->value),
               entry->origin.source, entry->origin.as_of, entry->recorded_at, entry->keep_until);
  }
  upsert_values(work, values);
  return {};
}

void write_aliases(pqxx::work& work, const VaultBatch& batch) {
  std::set<Municipality> municipalities;
  for (const VaultAlias& alias : batch.aliases) municipalities.insert(alias.municipality);
  for (const auto& municipality : municipalities) lock_aliases(work, municipality);
  for (const VaultAlias& alias : batch.aliases) {
    const auto names = current_names(work, alias.municipality, {alias.former, alias.current});
    // Equal: already known to be one person, perhaps the other way round.
    if (names[0] == names[1]) continue;
    add_alias(work, alias.municipality, names[0], names[1], alias.recorded_at);
  }
}

bool wanted(const VaultQuery& query, const std::string& field) {
  return query.fields.empty() ||
         std::find(query.fields.begin(), query.fields.end(), field) != query.fields.end();
}

Result<std::vector<std::vector<VaultValue>>, VaultError> opened(
    const privacy::Keyring& keyring, const std::vector<VaultQuery>& queries,
    std::vector<SealedRow> rows) {
  std::vector<std::vector<VaultValue>> result(queries.size());
  std::map<Holder, SecretKey> keys;
  for (SealedRow& row : rows) {
    auto& values = result[row.query];
    // An older value of the same field, under a former name.
    if (!values.empty() && values.back().field == row.value.field) continue;
    if (!wanted(queries[row.query], row.value.field)) continue;
    if (!keys.contains(row.holder)) {
      auto key = privacy::unwrap(keyring, row.holder, row.key);
      if (!key) return failure(VaultError::not_authentic);
      keys.emplace(row.holder, *key);
    }
    auto value = privacy::open(keys.at(row.holder), row.holder, row.value.field, row.sealed);
    if (!value) return failure(VaultError::not_authentic);
    row.value.value = std::move(*value);
    values.push_back(std::move(row.value));
  }
  return result;
}

// A class of SQLSTATEs after which the same call may well succeed: 40 (rolled back for another),
// 53 (out of resources), 57 (the operator intervened), 08 (connection).
bool passes(const std::string& sqlstate) {
  for (const char* prefix : {"40", "53", "57", "08"}) {
    if (sqlstate.starts_with(prefix)) return true;
  }
  return false;
}

}  // namespace

struct VaultStore::Implementation {
  std::string connection_string;
  const privacy::Keyring& keyring;
  std::string role;
  std::unique_ptr<pqxx::connection> connection;

  pqxx::connection& connected() {
    if (!connection || !connection->is_open()) {
      connection = std::make_unique<pqxx::connection>(connection_string);
      if (!role.empty()) {
        pqxx::work work(*connection);
        work.exec("SET ROLE " + work.quote_name(role));
        work.commit();
      }
    }
    return *connection;
  }

  // Runs `steps` in a transaction; `commits` says of their result whether it counts. The driver's
  // exceptions end here: their texts may quote parameters.
  template <class Steps>
  auto in_transaction(const char* what, const Steps& steps) {
    return in_transaction(what, steps, [](const auto&) { return true; });
  }
  template <class Steps, class Commits>
  auto in_transaction(const char* what, const Steps& steps, const Commits& commits) {
    try {
      pqxx::work work(connected());
      auto result = steps(work);
      if (commits(result)) work.commit();
      return result;
    } catch (const pqxx::broken_connection&) {
      connection.reset();
      throw VaultFault(fmt::format("vault: the connection was lost while {}", what), true);
    } catch (const pqxx::sql_error& error) {
      throw VaultFault(fmt::format("vault: PostgreSQL refused {} with SQLSTATE {}", what,
                                   error.sqlstate()),
                       passes(error.sqlstate()));
    } catch (const pqxx::failure&) {
      connection.reset();
      throw VaultFault(fmt::format("vault: {} failed", what), true);
    }
  }
};

VaultStore::VaultStore(std::string connection, const privacy::Keyring& keyring, std::string role)
    : implementation_(std::make_unique<Implementation>(
          Implementation{std::move(connection), keyring, std::move(role), nullptr})) {}

VaultStore::~VaultStore() = default;

Result<void, VaultError> VaultStore::store(const VaultBatch& batch) {
  if (batch.empty()) return {};
  if (batch.entries.size() + batch.aliases.size() > max_batch) {
    throw VaultFault(fmt::format("vault: expected at most {} entries in a batch", max_batch), false);
  }
  return implementation_->in_transaction(
      "storing", [&](pqxx::work& work) -> Result<void, VaultError> {
        if (!implementation_->role.empty() && !batch.entries.empty()) {
          bind(work, batch.entries.front().municipality);
        }
        if (!batch.entries.empty()) {
          auto written = write_entries(work, implementation_->keyring, batch);
          if (!written) return written;
        }
        if (!batch.aliases.empty()) write_aliases(work, batch);
        return {};
      },
      [](const auto& result) { return result.has_value(); });
}

void VaultStore::keep_no_longer(const Municipality& municipality, const VaultQuery& query,
                                Timestamp until) {
  implementation_->in_transaction("ending", [&](pqxx::work& work) {
    bind(work, municipality);
    shorten_values(work, municipality, query, until);
    return true;
  });
}

Result<std::vector<std::vector<VaultValue>>, VaultError> VaultStore::read(
    const Municipality& municipality, const std::vector<VaultQuery>& queries, const VaultUse& use) {
  using Values = Result<std::vector<std::vector<VaultValue>>, VaultError>;
  if (queries.size() > max_queries) {
    throw VaultFault(fmt::format("vault: expected at most {} persons in a read", max_queries), false);
  }
  if (!implementation_->keyring.serves(municipality)) return failure(VaultError::not_served);
  return implementation_->in_transaction("reading", [&](pqxx::work& work) -> Values {
    bind(work, municipality);
    auto values = opened(implementation_->keyring, queries,
                         select_values(work, municipality, queries, use.at));
    for (std::size_t i = 0; i < queries.size(); ++i) {
      std::vector<std::string> fields;
      if (values) {
        for (const VaultValue& value : (*values)[i]) fields.push_back(value.field);
      }
      insert_usage(work, municipality, queries[i].person, use, fields);
    }
    return values;
  });
}

std::vector<Pseudonym> VaultStore::names_of(const Municipality& municipality,
                                            const Pseudonym& person) {
  return implementation_->in_transaction("naming", [&](pqxx::work& work) {
    bind(work, municipality);
    return select_names(work, municipality, person);
  });
}

std::vector<VaultUsage> VaultStore::usage_of_person(const Municipality& municipality,
                                                    const Pseudonym& person) {
  return implementation_->in_transaction("listing uses", [&](pqxx::work& work) {
    bind(work, municipality);
    return select_usage_of_person(work, municipality, person);
  });
}

std::vector<VaultUsage> VaultStore::usage_of_case(const Municipality& municipality,
                                                  const CaseId& for_case) {
  return implementation_->in_transaction("listing uses", [&](pqxx::work& work) {
    bind(work, municipality);
    return select_usage_of_case(work, municipality, for_case);
  });
}

}  // namespace elukaar::adapters::postgres
