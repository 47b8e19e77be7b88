#include "kit/connector.hpp"

#include <utility>

namespace elukaar::kit {

Result<void, Outcome> check_input(const std::vector<Operation>& operations, const Call& call) {
  const Operation* operation = find_operation(operations, call.operation);
  if (operation == nullptr) {
    return failure(Outcome{Invalid{"there is no operation `" + call.operation + "`"}});
  }
  if (auto fits = check(operation->input, call.input); !fits) {
    return failure(Outcome{Invalid{"the input does not fit: " + fits.error()}});
  }
  return {};
}

Outcome read_output(const std::vector<Operation>& operations, const Call& call, Json output) {
  const Operation* operation = find_operation(operations, call.operation);
  if (operation == nullptr) return Invalid{"there is no operation `" + call.operation + "`"};
  if (output.is_discarded()) return Invalid{"the answer is not JSON"};
  if (auto fits = check(operation->output, output); !fits) {
    return Invalid{"the answer does not fit: " + fits.error()};
  }
  return Answered{std::move(output)};
}

}  // namespace elukaar::kit
