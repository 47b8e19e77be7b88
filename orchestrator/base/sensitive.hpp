#pragma once

#include <utility>

namespace elukaar {

// A personal value on its way between the vault and the edge where it is needed. It cannot be
// formatted, compared or written to JSON by accident: whoever wants the value says `reveal()`.
template <class T>
class Sensitive {
 public:
  Sensitive() = default;
  explicit Sensitive(T value) : value_(std::move(value)) {}

  const T& reveal() const { return value_; }

 private:
  T value_{};
};

}  // namespace elukaar
