#include "privacy/envelope.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>

#include "base/assert.hpp"

namespace elukaar::privacy {
namespace {

// A sealed text: one byte for the format, nonce, ciphertext, tag. The nonce is random: NIST SP
// 800-38D allows 2^32 of them for a key, and a data key seals one person's few fields.
constexpr char format_1 = 1;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
constexpr std::size_t overhead = 1 + nonce_size + tag_size;
constexpr std::size_t key_number_size = 4;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

void demand(bool done) {
  if (!done) throw std::runtime_error("AES-256-GCM failed in the cryptographic library");
}

unsigned char* raw(std::string& bytes, std::size_t offset = 0) {
  return reinterpret_cast<unsigned char*>(bytes.data()) + offset;
}
const unsigned char* raw(std::string_view bytes, std::size_t offset = 0) {
  return reinterpret_cast<const unsigned char*>(bytes.data()) + offset;
}

// Lengths before parts, so that no two places read the same.
std::string bound_to(std::string_view kind, const Holder& holder, std::string_view field) {
  std::string text(kind);
  for (const std::string_view part : {std::string_view(holder.municipality.str()),
                                      std::string_view(holder.owner),
                                      std::string_view(holder.person.str()), field}) {
    text += '|';
    text += std::to_string(part.size());
    text += ':';
    text += part;
  }
  return text;
}

std::string encrypt(const SecretKey& key, std::string_view place, std::string_view plain) {
  std::string sealed(overhead + plain.size(), '\0');
  sealed[0] = format_1;
  demand(RAND_bytes(raw(sealed, 1), nonce_size) == 1);
  const Cipher cipher(EVP_CIPHER_CTX_new());
  demand(cipher != nullptr);
  int written = 0;
  demand(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.reveal().data(),
                            raw(sealed, 1)) == 1);
  demand(EVP_EncryptUpdate(cipher.get(), nullptr, &written, raw(place),
                           static_cast<int>(place.size())) == 1);
  demand(EVP_EncryptUpdate(cipher.get(), raw(sealed, 1 + nonce_size), &written, raw(plain),
                           static_cast<int>(plain.size())) == 1);
  demand(EVP_EncryptFinal_ex(cipher.get(), raw(sealed, 1 + nonce_size + plain.size()),
                             &written) == 1);
  demand(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_size,
                             raw(sealed, sealed.size() - tag_size)) == 1);
  return sealed;
}

Result<std::string, SealFlaw> decrypt(const SecretKey& key, std::string_view place,
                                      std::string_view sealed) {
  if (sealed.size() < overhead || sealed[0] != format_1) return failure(SealFlaw::malformed);
  std::string plain(sealed.size() - overhead, '\0');
  std::string tag(sealed.substr(sealed.size() - tag_size));
  const Cipher cipher(EVP_CIPHER_CTX_new());
  demand(cipher != nullptr);
  int written = 0;
  demand(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.reveal().data(),
                            raw(sealed, 1)) == 1);
  demand(EVP_DecryptUpdate(cipher.get(), nullptr, &written, raw(place),
                           static_cast<int>(place.size())) == 1);
  demand(EVP_DecryptUpdate(cipher.get(), raw(plain), &written, raw(sealed, 1 + nonce_size),
                           static_cast<int>(plain.size())) == 1);
  demand(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, tag_size, raw(tag)) == 1);
  unsigned char rest[16];
  if (EVP_DecryptFinal_ex(cipher.get(), rest, &written) != 1) {
    OPENSSL_cleanse(plain.data(), plain.size());
    return failure(SealFlaw::not_authentic);
  }
  return plain;
}

std::string number_bytes(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift));
  return bytes;
}

std::uint32_t read_number(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char byte : bytes.substr(0, key_number_size)) {
    number = (number << 8) | static_cast<unsigned char>(byte);
  }
  return number;
}

std::string parked_place(std::string_view context) {
  return bound_to("parked", {Keyring::system(), {}, {}}, context);
}

}  // namespace

std::string_view to_text(SealFlaw flaw) {
  switch (flaw) {
    case SealFlaw::no_key: return "the key it was sealed with is not in the ring";
    case SealFlaw::malformed: return "not a sealed value";
    case SealFlaw::not_authentic: return "sealed for another place or under another key, or changed";
  }
  ELUKAAR_ASSERT(false, "expected a flaw that a sealed value can have");
}

Result<NewDataKey, SealFlaw> new_data_key(const Keyring& keyring, const Holder& holder) {
  if (!keyring.serves(holder.municipality)) return failure(SealFlaw::no_key);
  const KeyGeneration* master = keyring.newest(holder.municipality);
  SecretKey::Bytes bytes{};
  demand(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  NewDataKey made{SecretKey(bytes),
                  {master->number,
                   encrypt(master->vault_wrap, bound_to("data-key", holder, ""), text)}};
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return made;
}

Result<SecretKey, SealFlaw> unwrap(const Keyring& keyring, const Holder& holder,
                                   const WrappedKey& wrapped) {
  const KeyGeneration* master = keyring.serves(holder.municipality)
                                    ? keyring.generation(holder.municipality, wrapped.key_number)
                                    : nullptr;
  if (master == nullptr) return failure(SealFlaw::no_key);
  auto text = decrypt(master->vault_wrap, bound_to("data-key", holder, ""), wrapped.bytes);
  if (!text) return failure(text.error());
  SecretKey::Bytes bytes{};
  if (text->size() != bytes.size()) return failure(SealFlaw::malformed);
  std::copy(text->begin(), text->end(), bytes.begin());
  OPENSSL_cleanse(text->data(), text->size());
  SecretKey key(bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return key;
}

std::string seal(const SecretKey& data_key, const Holder& holder, std::string_view field,
                 const Sensitive<std::string>& value) {
  return encrypt(data_key, bound_to("value", holder, field), value.reveal());
}

Result<Sensitive<std::string>, SealFlaw> open(const SecretKey& data_key, const Holder& holder,
                                              std::string_view field, std::string_view sealed) {
  auto plain = decrypt(data_key, bound_to("value", holder, field), sealed);
  if (!plain) return failure(plain.error());
  return Sensitive<std::string>(std::move(*plain));
}

std::string seal_bytes(const Keyring& keyring, std::string_view context, std::string_view bytes) {
  const KeyGeneration* master = keyring.newest(Keyring::system());
  if (master == nullptr) throw std::runtime_error("expected a system key in the ring");
  return number_bytes(master->number) + encrypt(master->vault_wrap, parked_place(context), bytes);
}

Result<std::string, SealFlaw> open_bytes(const Keyring& keyring, std::string_view context,
                                         std::string_view sealed) {
  if (sealed.size() < key_number_size + overhead) return failure(SealFlaw::malformed);
  const KeyGeneration* master = keyring.generation(Keyring::system(), read_number(sealed));
  if (master == nullptr) return failure(SealFlaw::no_key);
  return decrypt(master->vault_wrap, parked_place(context), sealed.substr(key_number_size));
}

}  // namespace elukaar::privacy
