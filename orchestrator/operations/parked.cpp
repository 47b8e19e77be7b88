#include "operations/parked.hpp"

#include <fmt/format.h>

namespace elukaar::operations {

Result<std::size_t, std::string> retry(OperationsStore& store, const ParkedChoice& choice) {
  std::vector<Uuid> ids;
  for (const std::string& id : choice.ids) {
    const auto parsed = Uuid::parse(id);
    if (!parsed) {
      return failure(fmt::format("expected the id of a parked record, found `{}`; "
                                 "`elukaar parked list` shows them", id));
    }
    ids.push_back(*parsed);
  }
  if (ids.empty() && choice.reason.empty() && !choice.all) {
    return failure(std::string{"say which: ids, --reason CODE, or --all"});
  }
  return store.retry_parked(ids, choice.reason);
}

}  // namespace elukaar::operations
