#include "adapters/postgres/stored_case.hpp"

#include <algorithm>

#include "adapters/postgres/fields.hpp"
#include "base/json_writing.hpp"

namespace elukaar::adapters::postgres {
namespace {

class CaseRow final : public engine::StoredCase {
 public:
  // The rest of the row is read when the case is.
  CaseRow(pqxx::row row, std::string service_name, int release_number, bool is_pinned)
      : row_(std::move(row)) {
    ref = {Municipality{row_["municipality"].as<std::string>()}, CaseId{uuid_of(row_["id"])}};
    service = std::move(service_name);
    release = release_number;
    pinned = is_pinned;
  }

  Result<std::shared_ptr<const core::Case>, std::string> read(
      const workflow::Workflow& workflow) override {
    if (!is_read_) read_columns();
    auto value = std::make_shared<core::Case>(plain_);
    if (auto read = core::read_state_document(state_, workflow, *value); !read) {
      return failure(read.error());
    }
    return std::shared_ptr<const core::Case>(std::move(value));
  }

 private:
  void read_columns() {
    plain_.municipality = ref.municipality;
    plain_.id = ref.id;
    plain_.service = service;
    plain_.pinned = pinned;
    plain_.lifecycle = lifecycle::case_state_from(row_["lifecycle"].c_str()).value();
    plain_.incident = text_of(row_["incident"]);
    plain_.context = read_json(row_["context"].c_str());
    plain_.status = row_["status"].is_null() ? Json{} : read_json(row_["status"].c_str());
    plain_.revision = row_["revision"].as<std::uint64_t>();
    plain_.sequence = row_["sequence"].as<std::uint64_t>();
    plain_.deferred = row_["deferred"].as<std::uint32_t>();
    const pqxx::binarystring hash(row_["hash"]);
    std::copy_n(hash.data(), std::min(hash.size(), plain_.hash.size()), plain_.hash.begin());
    plain_.decided_at = time_of(row_["decided_at_us"]);
    plain_.created_at = time_of(row_["created_at_us"]);
    state_ = read_json(row_["state"].c_str());
    is_read_ = true;
  }

  pqxx::row row_;
  bool is_read_ = false;
  core::Case plain_;  // without what `state_` holds
  Json state_;
};

std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

std::vector<std::unique_ptr<engine::StoredCase>> read_cases(const pqxx::result& rows) {
  std::vector<std::unique_ptr<engine::StoredCase>> cases;
  for (const pqxx::row& row : rows) {
    cases.push_back(std::make_unique<CaseRow>(row, row["service"].as<std::string>(),
                                              row["release"].as<int>(), row["pinned"].as<bool>()));
  }
  return cases;
}

CaseColumns written(const std::vector<engine::DecidedCase>& cases) {
  CaseColumns columns;
  for (const engine::DecidedCase& each : cases) {
    const core::Case& value = *each.value;
    columns.add(value.municipality, value.id, value.service, each.release, value.pinned,
                lifecycle::to_string(value.lifecycle),
                value.incident.empty() ? std::nullopt : std::optional{std::string_view{value.incident}},
                write_json(core::state_document(value, *each.workflow)), write_json(*value.context),
                value.status->is_null() ? std::nullopt : std::optional{write_json(*value.status)},
                value.revision, value.sequence, value.deferred, bytes_of(value.hash), value.decided_at,
                value.created_at);
  }
  return columns;
}

}  // namespace elukaar::adapters::postgres
