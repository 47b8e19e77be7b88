#include "adapters/postgres/vault.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <pqxx/pqxx>

#include "adapters/postgres/columns.hpp"
#include "adapters/postgres/connection.hpp"
#include "adapters/postgres/fields.hpp"
#include "privacy/envelope.hpp"

namespace elukaar::adapters::postgres {
namespace {

using engine::StoreFault;
using engine::VaultAlias;
using engine::VaultBatch;
using engine::VaultEntry;
using engine::VaultError;
using engine::VaultQuery;
using engine::VaultUsage;
using engine::VaultUse;
using engine::VaultValue;
using privacy::Holder;
using privacy::SecretKey;
using privacy::WrappedKey;

constexpr SessionKind vault_sessions{.name = "elukaar vault"};

// Two alias writers of one municipality wait for each other; the number is ours alone.
constexpr int alias_lock_class = 0x766c;  // "vl"

// ---- Statements: one function each -----------------------------------------------------------

std::map<Holder, WrappedKey> select_keys(pqxx::work& work, const std::set<Holder>& holders) {
  using Kept = std::pair<Holder, WrappedKey>;
  static constexpr ReadColumn<Kept> columns[] = {
      {"k.municipality",
       [](Kept& kept, Field field) { kept.first.municipality = Municipality{text_of(field)}; }},
      {"k.person", [](Kept& kept, Field field) { kept.first.person = Pseudonym{text_of(field)}; }},
      {"k.owner", [](Kept& kept, Field field) { kept.first.owner = text_of(field); }},
      {"k.key_number",
       [](Kept& kept, Field field) { kept.second.key_number = field.as<std::uint32_t>(); }},
      {"k.wrapped", [](Kept& kept, Field field) { kept.second.bytes = bytes_of(field); }},
  };
  Rows<sql::Text, sql::Text, sql::Text> asked;
  for (const Holder& holder : holders) asked.add(holder.municipality, holder.person, holder.owner);
  const auto rows = exec_params(work, "select " + list_of(columns) + R"sql(
from unnest($1::text[], $2::text[], $3::text[]) as h(municipality, person, owner)
join elukaar.vault_key k using (municipality, person, owner))sql",
                                asked);
  std::map<Holder, WrappedKey> keys;
  for (const auto& row : rows) keys.insert(read(row, columns));
  return keys;
}

// Those that another transaction has made meanwhile are left as they are.
void insert_keys(pqxx::work& work, const std::map<Holder, WrappedKey>& keys) {
  static constexpr WriteColumns columns{
      column<sql::Text>("municipality", [](const auto& key) -> auto& { return key.first.municipality; }),
      column<sql::Text>("person", [](const auto& key) -> auto& { return key.first.person; }),
      column<sql::Text>("owner", [](const auto& key) -> auto& { return key.first.owner; }),
      column<sql::Bigint>("key_number", [](const auto& key) { return key.second.key_number; }),
      column<sql::Bytes>("wrapped", [](const auto& key) -> auto& { return key.second.bytes; }),
  };
  exec_params(work,
              "insert into elukaar.vault_key (" + columns.names() + ", created_at) select n.*, now() from (" +
                  columns.rows() + ") n on conflict do nothing",
              columns.parameters(keys));
}

// A value as it is written: sealed.
struct SealedEntry {
  const VaultEntry* entry;
  std::string sealed;
};

void upsert_values(pqxx::work& work, const std::vector<SealedEntry>& values) {
  using Value = const SealedEntry&;
  static constexpr WriteColumns columns{
      column<sql::Text>("municipality", [](Value value) -> auto& { return value.entry->municipality; }),
      column<sql::Text>("person", [](Value value) -> auto& { return value.entry->person; }),
      column<sql::Text>("owner", [](Value value) -> auto& { return value.entry->owner; }),
      column<sql::Text>("field", [](Value value) -> auto& { return value.entry->field; }),
      column<sql::Text>("class", [](Value value) { return to_text(value.entry->field_class); }),
      column<sql::Bytes>("sealed", [](Value value) -> auto& { return value.sealed; }),
      column<sql::Text>("source", [](Value value) -> auto& { return value.entry->origin.source; }),
      column<sql::Day>("as_of", [](Value value) { return value.entry->origin.as_of; }),
      column<sql::Time>("recorded_at", [](Value value) { return value.entry->recorded_at; }),
      column<sql::Time>("keep_until", [](Value value) { return value.entry->keep_until; }),
  };
  exec_params(work,
              "insert into elukaar.vault_value as v (" + columns.names() + ") " + columns.rows() + R"sql(
on conflict (municipality, person, owner, field) do update
  set class = excluded.class, sealed = excluded.sealed, source = excluded.source,
      as_of = excluded.as_of, recorded_at = excluded.recorded_at, keep_until = excluded.keep_until
  where (excluded.as_of, excluded.recorded_at) >= (v.as_of, v.recorded_at))sql",
              columns.parameters(values));
}

void lock_aliases(pqxx::work& work, const Municipality& municipality) {
  work.exec_params("select pg_advisory_xact_lock($1, hashtext($2))", alias_lock_class,
                   municipality.str());
}

// The current name of each person asked for, in order; a person without aliases is his own.
std::vector<Pseudonym> current_names(pqxx::work& work, const Municipality& municipality,
                                     const std::vector<Pseudonym>& persons) {
  const auto rows = exec_params(work, R"sql(
select coalesce(a.person, n.name)
from unnest($2::text[]) with ordinality as n(name, place)
left join elukaar.pseudonym_alias a on a.municipality = $1 and a.alias = n.name
order by n.place)sql",
                                municipality.str(), array_of<sql::Text>(persons));
  std::vector<Pseudonym> names;
  for (const auto& row : rows) names.emplace_back(text_of(row[0]));
  return names;
}

void add_alias(pqxx::work& work, const Municipality& municipality, const Pseudonym& former,
               const Pseudonym& current, Timestamp recorded_at) {
  work.exec_params(R"sql(
with moved as (
  update elukaar.pseudonym_alias set person = $3 where municipality = $1 and person = $2)
insert into elukaar.pseudonym_alias (municipality, alias, person, recorded_at)
values ($1, $2, $3, $4))sql",
                   municipality.str(), former.str(), current.str(), to_rfc3339(recorded_at));
}

std::vector<Pseudonym> select_names(pqxx::work& work, const Municipality& municipality,
                                    const Pseudonym& person) {
  const Pseudonym current = current_names(work, municipality, {person}).front();
  std::vector<Pseudonym> names{current};
  for (const auto& row : work.exec_params(R"sql(
select alias from elukaar.pseudonym_alias where municipality = $1 and person = $2
order by recorded_at desc, alias)sql",
                                          municipality.str(), current.str())) {
    names.emplace_back(text_of(row[0]));
  }
  return names;
}

struct SealedValue {
  std::size_t query = 0;
  Holder holder;
  WrappedKey key;
  VaultValue value;  // without the value itself
  std::string sealed;
};

constexpr ReadColumn<SealedValue> value_columns[] = {
    {"n.place", [](SealedValue& kept, Field field) { kept.query = field.as<std::size_t>(); }},
    {"v.municipality",
     [](SealedValue& kept, Field field) { kept.holder.municipality = Municipality{text_of(field)}; }},
    {"v.person", [](SealedValue& kept, Field field) { kept.holder.person = Pseudonym{text_of(field)}; }},
    {"v.owner", [](SealedValue& kept, Field field) { kept.holder.owner = text_of(field); }},
    {"v.field", [](SealedValue& kept, Field field) { kept.value.field = text_of(field); }},
    {"v.class",
     [](SealedValue& kept, Field field) {
       kept.value.field_class = privacy::parse_field_class(field.c_str()).value();
     }},
    {"v.sealed", [](SealedValue& kept, Field field) { kept.sealed = bytes_of(field); }},
    {"v.source", [](SealedValue& kept, Field field) { kept.value.origin.source = text_of(field); }},
    {"v.as_of",
     [](SealedValue& kept, Field field) {
       kept.value.origin.as_of = parse_iso_date(field.c_str()).value();
     }},
    {MICROS("v.recorded_at"),
     [](SealedValue& kept, Field field) { kept.value.recorded_at = time_of(field); }},
    {"k.key_number",
     [](SealedValue& kept, Field field) { kept.key.key_number = field.as<std::uint32_t>(); }},
    {"k.wrapped", [](SealedValue& kept, Field field) { kept.key.bytes = bytes_of(field); }},
};

// Everything that the persons' names hold, newest first within a query.
std::vector<SealedValue> select_values(pqxx::work& work, const Municipality& municipality,
                                       const std::vector<VaultQuery>& queries, Timestamp at) {
  Rows<sql::Bigint, sql::Text, sql::Text> asked;
  std::int64_t place = 0;
  for (const VaultQuery& query : queries) asked.add(place++, query.person, query.owner);
  const auto rows = exec_params(work, R"sql(
with q as (
  select n.place, n.owner, coalesce(a.person, n.person) as current
  from unnest($2::bigint[], $3::text[], $4::text[]) as n(place, person, owner)
  left join elukaar.pseudonym_alias a on a.municipality = $1 and a.alias = n.person),
names as (
  select place, owner, current, current as name from q
  union all
  select q.place, q.owner, q.current, a.alias
  from q join elukaar.pseudonym_alias a on a.municipality = $1 and a.person = q.current)
select )sql" + list_of(value_columns) + R"sql(
from names n
join elukaar.vault_value v on v.municipality = $1 and v.person = n.name and v.owner = n.owner
  and (v.keep_until is null or v.keep_until > $5)
join elukaar.vault_key k
  on k.municipality = v.municipality and k.person = v.person and k.owner = v.owner
order by n.place, v.field, v.as_of desc, (v.person = n.current) desc, v.recorded_at desc, v.person)sql",
                                municipality.str(), asked, to_rfc3339(at));
  std::vector<SealedValue> values;
  for (const auto& row : rows) values.push_back(read(row, value_columns));
  return values;
}

void shorten_values(pqxx::work& work, const Municipality& municipality, const VaultQuery& query,
                    Timestamp until) {
  exec_params(work, R"sql(
update elukaar.vault_value set keep_until = $5
where municipality = $1 and person = any ($2::text[]) and owner = $3
  and (field = any ($4::text[]) or cardinality($4::text[]) = 0) and keep_until > $5)sql",
              municipality.str(), array_of<sql::Text>(select_names(work, municipality, query.person)),
              query.owner, array_of<sql::Text>(query.fields), to_rfc3339(until));
}

void insert_usage(pqxx::work& work, const Municipality& municipality, const Pseudonym& person,
                  const VaultUse& use, const std::vector<std::string>& fields) {
  exec_params(work, R"sql(
insert into elukaar.usage_record (municipality, person, case_id, who, purpose, fields, used_at)
values ($1, $2, nullif($3, '')::uuid, $4, $5, $6::text[], $7))sql",
              municipality.str(), person.str(), use.for_case ? use.for_case->str() : "", use.who,
              use.purpose, array_of<sql::Text>(fields), to_rfc3339(use.at));
}

constexpr ReadColumn<VaultUsage> usage_columns[] = {
    {"person", [](VaultUsage& usage, Field field) { usage.person = Pseudonym{text_of(field)}; }},
    {"case_id",
     [](VaultUsage& usage, Field field) {
       if (!field.is_null()) usage.use.for_case = CaseId{uuid_of(field)};
     }},
    {"who", [](VaultUsage& usage, Field field) { usage.use.who = text_of(field); }},
    {"purpose", [](VaultUsage& usage, Field field) { usage.use.purpose = text_of(field); }},
    {"array_to_string(fields, ',')",
     [](VaultUsage& usage, Field field) {
       std::string_view fields = field.c_str();
       while (!fields.empty()) {
         usage.fields.emplace_back(fields.substr(0, fields.find(',')));
         fields.remove_prefix(std::min(fields.size(), usage.fields.back().size() + 1));
       }
     }},
    {MICROS("used_at"), [](VaultUsage& usage, Field field) { usage.use.at = time_of(field); }},
};

std::vector<VaultUsage> usages(const pqxx::result& rows) {
  std::vector<VaultUsage> result;
  for (const auto& row : rows) result.push_back(read(row, usage_columns));
  return result;
}

std::vector<VaultUsage> select_usage_of_person(pqxx::work& work, const Municipality& municipality,
                                               const Pseudonym& person) {
  return usages(exec_params(work, "select " + list_of(usage_columns) + R"sql(
from elukaar.usage_record where municipality = $1 and person = any ($2::text[])
order by used_at desc, id desc limit $3)sql",
                            municipality.str(),
                            array_of<sql::Text>(select_names(work, municipality, person)),
                            engine::Vault::max_usages));
}

std::vector<VaultUsage> select_usage_of_case(pqxx::work& work, const Municipality& municipality,
                                             const CaseId& for_case) {
  return usages(work.exec_params("select " + list_of(usage_columns) + R"sql(
from elukaar.usage_record where municipality = $1 and case_id = $2::uuid
order by used_at desc, id desc limit $3)sql",
                                 municipality.str(), for_case.str(), engine::Vault::max_usages));
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
  std::vector<SealedEntry> values;
  for (const VaultEntry* entry : entries) {
    const Holder holder = holder_of(*entry);
    values.push_back(
        {entry, privacy::seal(keys->at(holder), holder, entry->field, entry->value)});
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
    std::vector<SealedValue> rows) {
  std::vector<std::vector<VaultValue>> result(queries.size());
  std::map<Holder, SecretKey> keys;
  for (SealedValue& row : rows) {
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

}  // namespace

struct PgVault::Implementation {
  Connection connection;
  const privacy::Keyring& keyring;
  const bool serves_people;

  // Runs `steps` in a transaction that is, where this serves people, bound to the municipality;
  // `commits` says of their result whether it counts.
  template <class Steps, class Commits>
  auto transaction(const Municipality& municipality, const Steps& steps, const Commits& commits) {
    if (serves_people) return connection.transaction_for(municipality, steps, commits);
    return connection.transaction(steps, commits);
  }
  template <class Steps>
  auto transaction(const Municipality& municipality, const Steps& steps) {
    return transaction(municipality, steps, [](const auto&) { return true; });
  }
};

PgVault::PgVault(std::string connection, const privacy::Keyring& keyring, Serving serving)
    : implementation_(new Implementation{Connection{std::move(connection), vault_sessions}, keyring,
                                         serving == Serving::people}) {}

PgVault::~PgVault() = default;

Result<void, VaultError> PgVault::store(const VaultBatch& batch) {
  if (batch.empty()) return {};
  if (batch.entries.size() + batch.aliases.size() > max_batch) {
    throw StoreFault(StoreFault::Kind::refused, "",
                     fmt::format("vault: expected at most {} entries in a batch", max_batch));
  }
  const Municipality& first =
      batch.entries.empty() ? batch.aliases.front().municipality : batch.entries.front().municipality;
  return implementation_->transaction(
      first, [&](pqxx::work& work) -> Result<void, VaultError> {
        if (!batch.entries.empty()) {
          auto written = write_entries(work, implementation_->keyring, batch);
          if (!written) return written;
        }
        if (!batch.aliases.empty()) write_aliases(work, batch);
        return {};
      },
      [](const auto& result) { return result.has_value(); });
}

void PgVault::keep_no_longer(const Municipality& municipality, const VaultQuery& query,
                                Timestamp until) {
  implementation_->transaction(municipality, [&](pqxx::work& work) {
    shorten_values(work, municipality, query, until);
    return true;
  });
}

Result<std::vector<std::vector<VaultValue>>, VaultError> PgVault::read(
    const Municipality& municipality, const std::vector<VaultQuery>& queries, const VaultUse& use) {
  using Values = Result<std::vector<std::vector<VaultValue>>, VaultError>;
  if (queries.size() > max_queries) {
    throw StoreFault(StoreFault::Kind::refused, "",
                     fmt::format("vault: expected at most {} persons in a read", max_queries));
  }
  if (!implementation_->keyring.serves(municipality)) return failure(VaultError::not_served);
  return implementation_->transaction(municipality, [&](pqxx::work& work) -> Values {
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

std::vector<Pseudonym> PgVault::names_of(const Municipality& municipality,
                                            const Pseudonym& person) {
  return implementation_->transaction(municipality, [&](pqxx::work& work) {
    return select_names(work, municipality, person);
  });
}

std::vector<VaultUsage> PgVault::usage_of_person(const Municipality& municipality,
                                                    const Pseudonym& person) {
  return implementation_->transaction(municipality, [&](pqxx::work& work) {
    return select_usage_of_person(work, municipality, person);
  });
}

std::vector<VaultUsage> PgVault::usage_of_case(const Municipality& municipality,
                                                  const CaseId& for_case) {
  return implementation_->transaction(municipality, [&](pqxx::work& work) {
    return select_usage_of_case(work, municipality, for_case);
  });
}

}  // namespace elukaar::adapters::postgres
