#pragma once

#include <compare>
#include <string>
#include <tuple>

#include "base/ids.hpp"

namespace elukaar::engine {

struct CaseRef {
  Municipality municipality;
  CaseId id;

  auto operator<=>(const CaseRef&) const = default;
};

// A key under which cases of a service are found.
struct CorrelationKey {
  Municipality municipality;
  std::string service;
  std::string name;
  std::string value;

  bool operator==(const CorrelationKey&) const = default;
  // What tells keys apart comes first: the rest is the same for nearly all keys of a batch.
  std::strong_ordering operator<=>(const CorrelationKey& other) const {
    return std::tie(value, name, service, municipality) <=>
           std::tie(other.value, other.name, other.service, other.municipality);
  }
};

// Names a broadcast event: one for all cases of a service in a municipality.
struct BroadcastRef {
  Municipality municipality;
  std::string service;
  Uuid receipt;  // of its source and id

  auto operator<=>(const BroadcastRef&) const = default;
};

}  // namespace elukaar::engine
