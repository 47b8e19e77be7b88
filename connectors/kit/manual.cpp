#include "kit/manual.hpp"

namespace elukaar::kit {

Result<HttpRequest, Outcome> Manual::request(const Call& call, PersonalData&) const {
  if (auto fits = check_input(operations_, call); !fits) return failure(fits.error());
  return failure(Outcome{Entrusted{}});
}

Outcome Manual::read(const Call&, const HttpResponse&) const {
  return Invalid{"no system is asked where officials play its role"};
}

std::vector<documents::Violation> Manual::flaws(const Operation& operation,
                                                const Json& output) const {
  auto found = operation.output.violations(output);
  if (!found.empty() || rule_ == nullptr) return found;
  if (auto flaw = rule_(output)) found.push_back(std::move(*flaw));
  return found;
}

}  // namespace elukaar::kit
