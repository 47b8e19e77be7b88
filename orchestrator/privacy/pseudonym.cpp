#include "privacy/pseudonym.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>

#include "base/digest.hpp"

namespace elukaar::privacy {
namespace {

constexpr std::size_t pseudonym_bytes = 16;
constexpr std::size_t base32_length = 26;  // 128 bits in groups of five
constexpr char base32_alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

// RFC 4648 section 6, lower case, no padding.
std::string base32(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve((bytes.size() * 8 + 4) / 5);
  std::uint32_t bits = 0;
  int held = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8) | byte;
    held += 8;
    while (held >= 5) {
      text.push_back(base32_alphabet[(bits >> (held - 5)) & 31]);
      held -= 5;
    }
  }
  if (held > 0) text.push_back(base32_alphabet[(bits << (5 - held)) & 31]);
  return text;
}

Pseudonym named_by(const KeyGeneration& generation, std::string_view name) {
  const auto& key = generation.pseudonym.reveal();
  std::array<std::uint8_t, 32> mac{};
  unsigned size = mac.size();
  const auto* text = reinterpret_cast<const unsigned char*>(name.data());
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), text, name.size(), mac.data(),
           &size) == nullptr) {
    throw std::runtime_error("HMAC failed in the cryptographic library");
  }
  return Pseudonym(fmt::format("p{}_{}", generation.number,
                               base32(std::span(mac).first<pseudonym_bytes>())));
}

// RFC 9562: version and variant bits over 122 bits of our own.
Pseudonym from_bits(std::array<std::uint8_t, 16> bytes, std::uint8_t version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  return Pseudonym("x_" + Uuid(bytes).str());
}

}  // namespace

std::optional<Pseudonym> pseudonym(const Keyring& keyring, const Municipality& municipality,
                                   const PersonalCode& code) {
  if (!keyring.serves(municipality)) return {};
  return named_by(*keyring.newest(municipality), code.reveal());
}

std::optional<Pseudonym> pseudonym_of_official(const Keyring& keyring,
                                               const Municipality& municipality,
                                               std::string_view name) {
  if (!keyring.serves(municipality)) return {};
  return named_by(*keyring.newest(municipality), "official:" + std::string{name});
}

std::vector<Pseudonym> former_pseudonyms(const Keyring& keyring, const Municipality& municipality,
                                         const PersonalCode& code) {
  std::vector<Pseudonym> former;
  if (!keyring.serves(municipality)) return former;
  const auto& generations = *keyring.generations(municipality);
  for (std::size_t i = 0; i + 1 < generations.size(); ++i) {
    former.push_back(named_by(generations[i], code.reveal()));
  }
  return former;
}

Pseudonym nameless(const EventKey& event, std::string_view place) {
  // Lengths first, so that no two triples read the same.
  const Digest digest = sha256(fmt::format("{}:{}{}:{}{}", event.source.size(), event.source,
                                           event.id.size(), event.id, place));
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  return from_bits(bytes, 8);
}

Pseudonym new_nameless() {
  std::array<std::uint8_t, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("the cryptographic library has no random bytes");
  }
  return from_bits(bytes, 4);
}

bool is_pseudonym(std::string_view text) {
  if (text.starts_with("x_")) {
    const auto uuid = Uuid::parse(text.substr(2));
    return uuid && uuid->str() == text.substr(2);
  }
  const std::size_t line = text.find('_');
  if (!text.starts_with('p') || line == std::string_view::npos || line < 2 || line > 11 ||
      text.size() - line - 1 != base32_length || text[1] == '0') {
    return false;
  }
  const auto number = text.substr(1, line - 1);
  const auto hash = text.substr(line + 1);
  return std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         hash.find_first_not_of(base32_alphabet) == std::string_view::npos;
}

}  // namespace elukaar::privacy
