#pragma once

#include <tl/expected.hpp>

namespace elukaar {

// An expected outcome as a value. Exceptions are kept for faults that nobody at the call site can
// answer (a lost connection, a broken invariant).
template <class T, class E>
using Result = tl::expected<T, E>;

template <class E>
auto failure(E&& error) {
  return tl::make_unexpected(std::forward<E>(error));
}

}  // namespace elukaar
