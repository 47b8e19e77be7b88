#pragma once

namespace elukaar {

// One function out of several, for std::visit: overloaded{[](const A&) {…}, [](const B&) {…}}. Name each
// alternative's type, never `auto`: then whoever adds an alternative is told of every place to think about.
template <class... Functions>
struct overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
overloaded(Functions...) -> overloaded<Functions...>;

}  // namespace elukaar
