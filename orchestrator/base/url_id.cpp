#include "base/url_id.hpp"

#include "base/digest.hpp"

namespace elukaar {

std::string to_url_id(const Uuid& id) { return to_hex(id.bytes().data(), id.bytes().size()); }

std::optional<Uuid> parse_url_id(std::string_view text) {
  if (text.size() != 32) return std::nullopt;
  std::string dashed{text};
  for (const std::size_t at : {8, 13, 18, 23}) dashed.insert(at, 1, '-');
  return Uuid::parse(dashed);
}

}  // namespace elukaar
