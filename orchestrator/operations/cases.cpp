#include "operations/cases.hpp"

#include <vector>

#include "core/decide.hpp"

namespace elukaar::operations {
namespace {

std::optional<Uuid> parse_id(std::string id) {
  if (id.size() == 32) {
    for (const std::size_t at : {8U, 13U, 18U, 23U}) id.insert(at, "-");
  }
  return Uuid::parse(id);
}

Digest digest_from_hex(const std::string& hex) {
  Digest digest{};
  for (std::size_t i = 0; i < digest.size() && 2 * i + 1 < hex.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  }
  return digest;
}

core::JournalEntry entry_of(const Json& row) {
  core::JournalEntry entry;
  entry.sequence = row.at("sequence");
  entry.key = {row.at("source"), row.at("eventId")};
  entry.kind = row.at("kind");
  entry.name = row.at("name");
  entry.cause = row.at("cause").is_null() ? 0 : row.at("cause").get<std::uint64_t>();
  entry.at = *parse_rfc3339(row.at("at").get<std::string>());
  entry.written_trace = row.at("trace").dump();
  for (const auto disposition :
       {core::Disposition::applied, core::Disposition::deferred, core::Disposition::ignored,
        core::Disposition::refused, core::Disposition::stale, core::Disposition::incident}) {
    if (row.at("disposition") == core::to_string(disposition)) entry.disposition = disposition;
  }
  if (!row.at("records").is_array()) return entry;
  for (const Json& record : row.at("records")) {
    core::Record each;
    each.data = record.at("value").at("data").dump();
    entry.records.push_back(std::move(each));
  }
  return entry;
}

}  // namespace

std::string_view to_text(Order order) {
  switch (order) {
    case Order::retry: return "retry";
    case Order::suspend: return "suspend";
    case Order::resume: return "resume";
    case Order::cancel: return "cancel";
  }
  return {};
}

Json history(OperationsStore& store, const std::string& id) {
  const auto parsed = parse_id(id);
  return parsed ? store.case_history(*parsed) : Json();
}

std::optional<Verification> verify(OperationsStore& store, const std::string& id) {
  const Json told = history(store, id);
  if (told.is_null()) return std::nullopt;
  core::Case value;
  value.municipality = Municipality{told.at("case").at("municipality").get<std::string>()};
  value.id = CaseId{*Uuid::parse(told.at("case").at("id").get<std::string>())};
  Verification verification;
  Digest former{};
  for (const Json& row : told.at("journal")) {
    const core::JournalEntry entry = entry_of(row);
    const Digest hash =
        core::chained_hash(former, value, entry, row.at("digest").get<std::string>());
    if (entry.sequence != verification.rows + 1 || hash != digest_from_hex(row.at("hash"))) {
      verification.broken_at = entry.sequence;
      return verification;
    }
    former = hash;
    ++verification.rows;
  }
  return verification;
}

std::optional<Uuid> give_order(OperationsStore& store, const std::string& id, Order order,
                               const std::string& operator_name, const std::string& reason) {
  const auto parsed = parse_id(id);
  return parsed ? store.order(*parsed, order, operator_name, reason) : std::nullopt;
}

}  // namespace elukaar::operations
