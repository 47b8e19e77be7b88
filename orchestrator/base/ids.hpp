#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/timestamp.hpp"

namespace elukaar {

// A text that names one kind of thing; two kinds don't mix.
template <class Tag>
class Name {
 public:
  Name() = default;
  explicit Name(std::string text) : text_(std::move(text)) {}

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const Name&) const = default;

 private:
  std::string text_;
};

// EHAK code of a municipality, four digits: "0653".
using Municipality = Name<struct MunicipalityTag>;
// `p1_…` (keyed hash of a personal code) or `x_…` (a person without a code): privacy/pseudonym.hpp.
using Pseudonym = Name<struct PseudonymTag>;

// 128 bits, written as a UUID.
class Uuid {
 public:
  Uuid() = default;
  explicit Uuid(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}

  // Reads 8-4-4-4-12 hexadecimal digits, either case. Nothing for any other text.
  static std::optional<Uuid> parse(std::string_view text);

  // The id of something that the decision about one input creates. Time-ordered (UUIDv7 layout: 48
  // bits of `received_at` in milliseconds, then bits of a hash), and the same each time the same
  // input is decided again, which makes a repeat recognisable.
  static Uuid derived(Timestamp received_at, std::string_view source, std::string_view event_id,
                      std::uint32_t ordinal);

  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  std::string str() const;
  bool is_nil() const { return bytes_ == std::array<std::uint8_t, 16>{}; }
  auto operator<=>(const Uuid&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

template <class Tag>
class UuidId {
 public:
  UuidId() = default;
  explicit UuidId(Uuid value) : value_(value) {}

  const Uuid& uuid() const { return value_; }
  std::string str() const { return value_.str(); }
  bool is_nil() const { return value_.is_nil(); }
  auto operator<=>(const UuidId&) const = default;

 private:
  Uuid value_;
};

using CaseId = UuidId<struct CaseTag>;
using CallId = UuidId<struct CallTag>;
using ActionId = UuidId<struct ActionTag>;

// What names an event once and for all: CloudEvents' (source, id).
struct EventKey {
  std::string source;
  std::string id;

  auto operator<=>(const EventKey&) const = default;
};

}  // namespace elukaar

template <class Tag>
struct std::hash<elukaar::Name<Tag>> {
  std::size_t operator()(const elukaar::Name<Tag>& name) const noexcept {
    return std::hash<std::string>{}(name.str());
  }
};
template <>
struct std::hash<elukaar::Uuid> {
  std::size_t operator()(const elukaar::Uuid& id) const noexcept;
};
template <class Tag>
struct std::hash<elukaar::UuidId<Tag>> {
  std::size_t operator()(const elukaar::UuidId<Tag>& id) const noexcept {
    return std::hash<elukaar::Uuid>{}(id.uuid());
  }
};
