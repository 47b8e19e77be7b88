#include "adapters/postgres/stored_case.hpp"

#include <optional>
#include <type_traits>

#include "adapters/postgres/columns.hpp"
#include "adapters/postgres/fields.hpp"
#include "base/json_writing.hpp"

namespace elukaar::adapters::postgres {
namespace {

using engine::DecidedCase;

// A case as its columns hold it.
struct CaseRow {
  core::Case value;  // without what `state` holds
  int release = 0;
  Json state;
};

// Columns that stay as the case was created with them, and those that each decision writes anew.
enum class Written { once, always };

// A column of a case: what is written of a decided one, and where it goes when it is read.
template <class Type, Written when, class Get>
struct CaseColumn {
  using ElementType = Type;
  static constexpr Written written = when;
  const char* name;
  Get get;
  void (*read)(CaseRow& row, Field field);
};
template <class Type, Written when = Written::always, class Get>
constexpr CaseColumn<Type, when, Get> stored(const char* name, Get get,
                                             void (*read)(CaseRow&, Field)) {
  return {name, get, read};
}

std::optional<std::string> status_text(const Json& status) {
  return status.is_null() ? std::nullopt : std::optional{write_json(status)};
}

// All columns of a case, in no special order.
constexpr WriteColumns stored_columns{
    stored<sql::Text, Written::once>(
        "municipality", [](const DecidedCase& of) -> auto& { return of.value->municipality; },
        [](CaseRow& row, Field field) { row.value.municipality = Municipality{text_of(field)}; }),
    stored<sql::Id, Written::once>(
        "id", [](const DecidedCase& of) -> auto& { return of.value->id; },
        [](CaseRow& row, Field field) { row.value.id = CaseId{uuid_of(field)}; }),
    stored<sql::Text, Written::once>(
        "service", [](const DecidedCase& of) -> auto& { return of.value->service; },
        [](CaseRow& row, Field field) { row.value.service = text_of(field); }),
    stored<sql::Integer>(
        "release", [](const DecidedCase& of) { return of.release; },
        [](CaseRow& row, Field field) { row.release = field.as<int>(); }),
    stored<sql::Boolean>(
        "pinned", [](const DecidedCase& of) { return of.value->pinned; },
        [](CaseRow& row, Field field) { row.value.pinned = field.as<bool>(); }),
    stored<sql::Text>(
        "lifecycle", [](const DecidedCase& of) { return lifecycle::to_string(of.value->lifecycle); },
        [](CaseRow& row, Field field) {
          row.value.lifecycle = lifecycle::case_state_from(field.c_str()).value();
        }),
    stored<sql::Text>(
        "incident", [](const DecidedCase& of) { return unless_empty(of.value->incident); },
        [](CaseRow& row, Field field) { row.value.incident = text_of(field); }),
    stored<sql::Text>(
        "state",
        [](const DecidedCase& of) { return write_json(core::state_document(*of.value, *of.workflow)); },
        [](CaseRow& row, Field field) { row.state = read_json(field.c_str()); }),
    stored<sql::Text>(
        "context", [](const DecidedCase& of) { return write_json(*of.value->context); },
        [](CaseRow& row, Field field) { row.value.context = read_json(field.c_str()); }),
    stored<sql::Text>(
        "status", [](const DecidedCase& of) { return status_text(*of.value->status); },
        [](CaseRow& row, Field field) {
          row.value.status = field.is_null() ? Json{} : read_json(field.c_str());
        }),
    stored<sql::Bigint>(
        "revision", [](const DecidedCase& of) { return of.value->revision; },
        [](CaseRow& row, Field field) { row.value.revision = field.as<std::uint64_t>(); }),
    stored<sql::Bigint>(
        "sequence", [](const DecidedCase& of) { return of.value->sequence; },
        [](CaseRow& row, Field field) { row.value.sequence = field.as<std::uint64_t>(); }),
    stored<sql::Integer>(
        "deferred", [](const DecidedCase& of) { return of.value->deferred; },
        [](CaseRow& row, Field field) { row.value.deferred = field.as<std::uint32_t>(); }),
    stored<sql::Bytes>(
        "hash", [](const DecidedCase& of) { return bytes_of(of.value->hash); },
        [](CaseRow& row, Field field) { row.value.hash = digest_of(field); }),
    stored<sql::Time>(
        "decided_at", [](const DecidedCase& of) { return of.value->decided_at; },
        [](CaseRow& row, Field field) { row.value.decided_at = time_of(field); }),
    stored<sql::Time, Written::once>(
        "created_at", [](const DecidedCase& of) { return of.value->created_at; },
        [](CaseRow& row, Field field) { row.value.created_at = time_of(field); }),
};

class LockedCase final : public engine::StoredCase {
 public:
  explicit LockedCase(const pqxx::row& columns) {
    stored_columns.each([&](const auto& column, int place) { column.read(row_, columns[place]); });
    ref = {row_.value.municipality, row_.value.id};
    service = row_.value.service;
    release = row_.release;
    pinned = row_.value.pinned;
  }

  Result<std::shared_ptr<const core::Case>, std::string> read(
      const workflow::Workflow& workflow) override {
    auto value = std::make_shared<core::Case>(row_.value);
    if (auto read = core::read_state_document(row_.state, workflow, *value); !read) {
      return failure(read.error());
    }
    return std::shared_ptr<const core::Case>(std::move(value));
  }

 private:
  CaseRow row_;
};

}  // namespace

std::string lock_cases_sql() {
  std::string list;
  stored_columns.each([&](const auto& column, int place) {
    using Type = typename std::decay_t<decltype(column)>::ElementType;
    const std::string name = std::string{"c."} + column.name;
    list += place == 0 ? "" : ", ";
    list += std::is_same_v<Type, sql::Time> ? micros_of(name) : name;
  });
  return "select " + list + R"sql(
from unnest($1::text[], $2::uuid[]) as k(municipality, id)
join elukaar.cases c on c.municipality = k.municipality and c.id = k.id
order by c.municipality, c.id
for update of c)sql";
}

std::vector<std::unique_ptr<engine::StoredCase>> read_cases(const pqxx::result& rows) {
  std::vector<std::unique_ptr<engine::StoredCase>> cases;
  for (const pqxx::row& row : rows) cases.push_back(std::make_unique<LockedCase>(row));
  return cases;
}

// A case's public id is drawn here.
std::string create_cases_sql() {
  const std::string names = stored_columns.names();
  return "insert into elukaar.cases (public_id, " + names + R"sql()
select encode(sha256(uuid_send(gen_random_uuid()) ||
         uuid_send(gen_random_uuid())), 'hex')::varchar(32)::uuid, )sql" +
         names + " from (" + stored_columns.rows() + ") n";
}

std::string update_cases_sql() {
  std::string changes;
  stored_columns.each([&](const auto& column, int) {
    if (std::decay_t<decltype(column)>::written == Written::once) return;
    if (!changes.empty()) changes += ", ";
    changes.append(column.name).append(" = n.").append(column.name);
  });
  return "update elukaar.cases c set " + changes + " from (" + stored_columns.rows() +
         ") n where c.municipality = n.municipality and c.id = n.id";
}

void write_cases(pqxx::transaction_base& work, const char* statement,
                 const std::vector<DecidedCase>& cases) {
  exec_prepared(work, statement, stored_columns.parameters(cases));
}

}  // namespace elukaar::adapters::postgres
