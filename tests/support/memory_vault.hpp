#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "engine/ports/vault.hpp"
#include "privacy/keyring.hpp"

namespace elukaar::test {

// The vault in memory, for tests; the contract suite holds it to the same promises as PostgreSQL's.
// Values lie open in it. May be used from any thread.
class MemoryVault final : public engine::Vault {
 public:
  explicit MemoryVault(const privacy::Keyring& keyring) : keyring_(keyring) {}

  Result<void, engine::VaultError> store(const engine::VaultBatch& batch) override {
    const std::lock_guard lock(mutex_);
    for (const auto& entry : batch.entries) {
      if (!keyring_.serves(entry.municipality)) return failure(engine::VaultError::not_served);
    }
    for (const auto& entry : batch.entries) keep(entry);
    for (const auto& alias : batch.aliases) link(alias);
    ++stores_;
    return {};
  }

  void keep_no_longer(const Municipality& municipality, const engine::VaultQuery& query,
                      Timestamp until) override {
    const std::lock_guard lock(mutex_);
    const auto known = names(municipality, query.person);
    for (auto& [key, entry] : entries_) {
      const bool meant = entry.municipality == municipality && entry.owner == query.owner &&
                         std::find(known.begin(), known.end(), entry.person) != known.end() &&
                         is_wanted(query, entry.field);
      if (meant && entry.keep_until && *entry.keep_until > until) entry.keep_until = until;
    }
  }

  Result<std::vector<std::vector<engine::VaultValue>>, engine::VaultError> read(
      const Municipality& municipality, const std::vector<engine::VaultQuery>& queries,
      const engine::VaultUse& use) override {
    const std::lock_guard lock(mutex_);
    if (!keyring_.serves(municipality)) return failure(engine::VaultError::not_served);
    std::vector<std::vector<engine::VaultValue>> result;
    for (const auto& query : queries) {
      result.push_back(values_of(municipality, query, use.at));
      std::vector<std::string> fields;
      for (const auto& value : result.back()) fields.push_back(value.field);
      usages_.push_back({municipality, {query.person, use, fields}});
    }
    return result;
  }

  std::vector<Pseudonym> names_of(const Municipality& municipality,
                                  const Pseudonym& person) override {
    const std::lock_guard lock(mutex_);
    return names(municipality, person);
  }

  std::vector<engine::VaultUsage> usage_of_person(const Municipality& municipality,
                                                  const Pseudonym& person) override {
    const std::lock_guard lock(mutex_);
    const auto known = names(municipality, person);
    return usages(municipality, [&](const engine::VaultUsage& usage) {
      return std::find(known.begin(), known.end(), usage.person) != known.end();
    });
  }

  std::vector<engine::VaultUsage> usage_of_case(const Municipality& municipality,
                                                const CaseId& for_case) override {
    const std::lock_guard lock(mutex_);
    return usages(municipality, [&](const auto& usage) { return usage.use.for_case == for_case; });
  }

  // How many transactions have been written, and how many values lie here.
  std::size_t stores() const {
    const std::lock_guard lock(mutex_);
    return stores_;
  }
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }

 private:
  using Key = std::tuple<Municipality, Pseudonym, std::string, std::string>;

  static bool is_wanted(const engine::VaultQuery& query, const std::string& field) {
    return query.fields.empty() ||
           std::find(query.fields.begin(), query.fields.end(), field) != query.fields.end();
  }

  void keep(const engine::VaultEntry& entry) {
    const Key key{entry.municipality, entry.person, entry.owner, entry.field};
    const auto found = entries_.find(key);
    if (found != entries_.end() &&
        std::pair(entry.origin.as_of, entry.recorded_at) <
            std::pair(found->second.origin.as_of, found->second.recorded_at)) {
      return;
    }
    entries_.insert_or_assign(key, entry);
  }

  Pseudonym current(const Municipality& municipality, const Pseudonym& person) const {
    const auto found = aliases_.find({municipality, person});
    return found == aliases_.end() ? person : found->second;
  }

  void link(const engine::VaultAlias& alias) {
    const Pseudonym former = current(alias.municipality, alias.former);
    const Pseudonym now = current(alias.municipality, alias.current);
    if (former == now) return;
    for (auto& [key, person] : aliases_) {
      if (key.first == alias.municipality && person == former) person = now;
    }
    aliases_[{alias.municipality, former}] = now;
  }

  std::vector<Pseudonym> names(const Municipality& municipality, const Pseudonym& person) const {
    std::vector<Pseudonym> result{current(municipality, person)};
    for (const auto& [key, now] : aliases_) {
      if (key.first == municipality && now == result.front()) result.push_back(key.second);
    }
    return result;
  }

  std::vector<engine::VaultValue> values_of(const Municipality& municipality,
                                            const engine::VaultQuery& query,
                                            Timestamp at) const {
    std::map<std::string, const engine::VaultEntry*> newest;
    for (const auto& name : names(municipality, query.person)) {
      for (const auto& [key, entry] : entries_) {
        if (entry.municipality != municipality || entry.person != name ||
            entry.owner != query.owner || !is_wanted(query, entry.field) ||
            (entry.keep_until && *entry.keep_until <= at)) {
          continue;
        }
        const auto*& place = newest[entry.field];
        if (place == nullptr || place->origin.as_of < entry.origin.as_of) place = &entry;
      }
    }
    std::vector<engine::VaultValue> values;
    for (const auto& [field, entry] : newest) {
      values.push_back(
          {field, entry->value, entry->field_class, entry->origin, entry->recorded_at});
    }
    return values;
  }

  template <class Wanted>
  std::vector<engine::VaultUsage> usages(const Municipality& municipality,
                                         const Wanted& wanted) const {
    std::vector<engine::VaultUsage> result;
    for (auto each = usages_.rbegin(); each != usages_.rend(); ++each) {
      if (each->first == municipality && wanted(each->second)) result.push_back(each->second);
    }
    std::stable_sort(result.begin(), result.end(),
                     [](const auto& a, const auto& b) { return a.use.at > b.use.at; });
    if (result.size() > max_usages) result.resize(max_usages);
    return result;
  }

  const privacy::Keyring& keyring_;
  mutable std::mutex mutex_;
  std::map<Key, engine::VaultEntry> entries_;
  std::map<std::pair<Municipality, Pseudonym>, Pseudonym> aliases_;
  std::vector<std::pair<Municipality, engine::VaultUsage>> usages_;
  std::size_t stores_ = 0;
};

}  // namespace elukaar::test
