#pragma once

#include <memory>
#include <string>

#include "engine/ports/vault.hpp"
#include "privacy/keyring.hpp"

namespace elukaar::adapters::postgres {

// The vault in PostgreSQL (schema/0002_vault.sql), sealed before it gets there. It has one connection
// of its own, made at the first call and again after it was lost: one object for each thread. The
// ring must outlive it.
class PgVault final : public engine::Vault {
 public:
  // Where it serves people, row-level security binds each call to its municipality.
  enum class Serving { the_program, people };

  // `connection`: a libpq connection string.
  PgVault(std::string connection, const privacy::Keyring& keyring,
          Serving serving = Serving::the_program);
  ~PgVault() override;

  Result<void, engine::VaultError> store(const engine::VaultBatch& batch) override;
  void keep_no_longer(const Municipality& municipality, const engine::VaultQuery& query,
                      Timestamp until) override;
  Result<std::vector<std::vector<engine::VaultValue>>, engine::VaultError> read(
      const Municipality& municipality, const std::vector<engine::VaultQuery>& queries,
      const engine::VaultUse& use) override;
  std::vector<Pseudonym> names_of(const Municipality& municipality,
                                  const Pseudonym& person) override;
  std::vector<engine::VaultUsage> usage_of_person(const Municipality& municipality,
                                                  const Pseudonym& person) override;
  std::vector<engine::VaultUsage> usage_of_case(const Municipality& municipality,
                                                const CaseId& for_case) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace elukaar::adapters::postgres
