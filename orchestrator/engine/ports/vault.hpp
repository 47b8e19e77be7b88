#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/sensitive.hpp"
#include "base/timestamp.hpp"
#include "engine/ports/store_fault.hpp"
#include "privacy/separator.hpp"

namespace elukaar::engine {

// Where a value comes from: what the page shows beside it.
struct VaultOrigin {
  std::string source;  // the event's source, or the connector: "/kov/0653/population-register"
  Date as_of{};        // the day for which the source said so

  bool operator==(const VaultOrigin&) const = default;
};

// One personal value to keep. There is at most one for each (municipality, owner, person, field): a
// later one replaces an earlier one, by `origin.as_of` and then by `recorded_at`.
struct VaultEntry {
  Municipality municipality;
  std::string owner;  // the case it was given in, as text; empty: known of the person himself
  Pseudonym person;
  std::string field;  // "first-name"
  Sensitive<std::string> value;
  privacy::FieldClass field_class = privacy::FieldClass::identity;
  VaultOrigin origin;
  Timestamp recorded_at{};
  std::optional<Timestamp> keep_until{};  // nobody reads it from then on, and it is erased
};

// Two names for one person from now on: reading by either finds what was stored under both.
struct VaultAlias {
  Municipality municipality;
  Pseudonym former;
  Pseudonym current;
  Timestamp recorded_at{};
};

struct VaultBatch {
  std::vector<VaultEntry> entries;
  std::vector<VaultAlias> aliases;

  bool empty() const { return entries.empty() && aliases.empty(); }
};

// Why somebody looks: written down with every read, and shown to the person.
struct VaultUse {
  std::string who;                // a role or a system: "population-register", "official:…"
  std::string purpose;            // key of a text, "prefill-application"
  std::optional<CaseId> for_case;
  Timestamp at{};
};

struct VaultUsage {
  Pseudonym person;
  VaultUse use;
  std::vector<std::string> fields;  // names of what was read, sorted
};

struct VaultValue {
  std::string field;
  Sensitive<std::string> value;
  privacy::FieldClass field_class = privacy::FieldClass::identity;
  VaultOrigin origin;
  Timestamp recorded_at{};
};

// Whose values to read, and which; no fields: all of them.
struct VaultQuery {
  Pseudonym person;
  std::vector<std::string> fields;
  std::string owner;  // as in VaultEntry
};

enum class VaultError {
  not_served,     // no key: nothing of this municipality may be kept or read
  not_authentic,  // a row was changed, moved, or sealed under a key that is gone
};
inline std::string_view to_text(VaultError error) {
  return error == VaultError::not_served ? "no key for this municipality" : "a value is not authentic";
}

// The one home of personal data (architecture.md section 2). Contract:
// - store() writes the whole batch in one transaction, or nothing; repeating it changes nothing.
// - read() writes its usage record in the transaction that reads; no record, no value. It is written
//   also where nothing was found: somebody looked.
// - Nothing is found in another municipality than the one asked for.
// - Values come out as they went in; a row that was tampered with is an error, never a value.
// Functions block; faults are StoreFault. An object belongs to one thread at a time.
class Vault {
 public:
  static constexpr std::size_t max_batch = 5000;    // entries and aliases together
  static constexpr std::size_t max_queries = 200;   // persons in one read
  static constexpr std::size_t max_usages = 1000;   // rows of one list

  virtual ~Vault() = default;

  virtual Result<void, VaultError> store(const VaultBatch& batch) = 0;

  // Of the values that the query names, those that have an end have it at `until` at the latest; the
  // others stay as they are. Nothing found is not an error.
  virtual void keep_no_longer(const Municipality& municipality, const VaultQuery& query,
                              Timestamp until) = 0;

  // For each query, in order, the values found, sorted by field; not those whose end is before `use.at`.
  virtual Result<std::vector<std::vector<VaultValue>>, VaultError> read(
      const Municipality& municipality, const std::vector<VaultQuery>& queries,
      const VaultUse& use) = 0;

  // Every name the person is known by, the given one among them; the current one first.
  virtual std::vector<Pseudonym> names_of(const Municipality& municipality,
                                          const Pseudonym& person) = 0;

  // Who looked, newest first, at most max_usages: at a person under any of his names, or for a case.
  virtual std::vector<VaultUsage> usage_of_person(const Municipality& municipality,
                                                  const Pseudonym& person) = 0;
  virtual std::vector<VaultUsage> usage_of_case(const Municipality& municipality,
                                                const CaseId& for_case) = 0;
};

}  // namespace elukaar::engine
