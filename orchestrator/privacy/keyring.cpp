#include "privacy/keyring.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "base/digest.hpp"

namespace elukaar::privacy {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_line = 200;

SecretKey derive(const SecretKey& master, std::string_view use) {
  EVP_KDF* kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  EVP_KDF_CTX* context = EVP_KDF_CTX_new(kdf);
  EVP_KDF_free(kdf);
  char digest[] = "SHA256";
  SecretKey::Bytes key = master.reveal();
  std::string info = "elukaar/" + std::string(use);
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key.data(), key.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end()};
  SecretKey::Bytes derived{};
  const bool done =
      context != nullptr && EVP_KDF_derive(context, derived.data(), derived.size(), parameters) == 1;
  EVP_KDF_CTX_free(context);
  OPENSSL_cleanse(key.data(), key.size());
  if (!done) throw std::runtime_error("HKDF failed in the cryptographic library");
  SecretKey result(derived);
  OPENSSL_cleanse(derived.data(), derived.size());
  return result;
}

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return {};
}

// "<number> <64 hexadecimal digits>"
std::optional<std::pair<std::uint32_t, SecretKey>> parse_line(std::string_view line) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  const std::size_t used = static_cast<std::size_t>(end - line.data());
  SecretKey::Bytes bytes{};
  if (error != std::errc{} || number == 0 || line.size() != used + 1 + bytes.size() * 2 ||
      line[used] != ' ') {
    return {};
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto high = hex_digit(line[used + 1 + 2 * i]);
    const auto low = hex_digit(line[used + 2 + 2 * i]);
    if (!high || !low) return {};
    bytes[i] = static_cast<std::uint8_t>(*high * 16 + *low);
  }
  std::pair<std::uint32_t, SecretKey> key{number, SecretKey(bytes)};
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return key;
}

Result<void, std::string> check_mode(const fs::path& path, const char* what, const char* mode) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return failure(fmt::format("expected the {} {}, but {}", what, path.string(),
                               std::generic_category().message(errno)));
  }
  if ((status.st_mode & 077) != 0) {
    return failure(fmt::format(
        "{} may be read or changed by others than its owner (mode {:04o}); say: chmod {} {}",
        path.string(), status.st_mode & 07777, mode, path.string()));
  }
  return {};
}

Result<std::vector<KeyGeneration>, std::string> load_file(const fs::path& path) {
  if (auto checked = check_mode(path, "key file", "600"); !checked) return failure(checked.error());
  std::ifstream file(path);
  std::vector<KeyGeneration> generations;
  std::string line;
  for (int line_number = 1; std::getline(file, line); ++line_number) {
    if (line.empty() || line[0] == '#') continue;
    const auto key = line.size() <= max_line ? parse_line(line) : std::nullopt;
    OPENSSL_cleanse(line.data(), line.size());
    if (!key) {
      return failure(fmt::format("{}:{}: expected a number above 0, a space and 64 hexadecimal digits",
                                 path.string(), line_number));
    }
    const auto same = [&](const KeyGeneration& g) { return g.number == key->first; };
    if (std::any_of(generations.begin(), generations.end(), same)) {
      return failure(fmt::format("{}:{}: key {} is given twice", path.string(), line_number,
                                 key->first));
    }
    if (generations.size() == Keyring::max_generations) {
      return failure(fmt::format("{}: expected at most {} keys", path.string(),
                                 Keyring::max_generations));
    }
    generations.push_back(
        {key->first, derive(key->second, "pseudonym"), derive(key->second, "vault-wrap")});
  }
  if (file.bad() || generations.empty()) {
    return failure(fmt::format("{}: expected at least one key, found none", path.string()));
  }
  std::sort(generations.begin(), generations.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  return generations;
}

bool is_ring_name(const std::string& name) {
  const bool ehak = name.size() == 4 && std::all_of(name.begin(), name.end(), [](char c) {
                      return c >= '0' && c <= '9';
                    });
  return ehak || name == Keyring::system().str();
}

Result<void, std::string> create_key_file(const fs::path& path) {
  // O_EXCL: a key that exists is never replaced, also when two processes start at once.
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    if (errno == EEXIST) return {};
    return failure(fmt::format("could not make the key file {}: {}", path.string(),
                               std::generic_category().message(errno)));
  }
  SecretKey::Bytes bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    ::close(file);
    throw std::runtime_error("the cryptographic library has no random bytes");
  }
  const std::string text = "1 " + to_hex(bytes.data(), bytes.size()) + "\n";
  const bool written = ::write(file, text.data(), text.size()) == ssize_t(text.size()) &&
                       ::fsync(file) == 0;
  ::close(file);
  if (!written) {
    ::unlink(path.c_str());
    return failure(fmt::format("could not write the key file {}", path.string()));
  }
  return {};
}

}  // namespace

SecretKey::~SecretKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

const Municipality& Keyring::system() {
  static const Municipality name("system");
  return name;
}

Result<Keyring, std::string> Keyring::load(const fs::path& directory) {
  if (auto checked = check_mode(directory, "directory of keys", "700"); !checked) {
    return failure(checked.error());
  }
  Keyring keyring;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() != ".key") continue;
    const std::string name = entry.path().stem().string();
    if (!is_ring_name(name)) {
      return failure(fmt::format("expected a key file called <ehak>.key (four digits) or "
                                 "system.key, found {}", entry.path().string()));
    }
    auto generations = load_file(entry.path());
    if (!generations) return failure(generations.error());
    keyring.rings_.emplace(Municipality(name), std::move(*generations));
  }
  if (error) {
    return failure(fmt::format("could not read the directory of keys {}: {}", directory.string(),
                               error.message()));
  }
  if (!keyring.rings_.contains(system())) {
    return failure(fmt::format("expected the key file {}",
                               (directory / "system.key").string()));
  }
  return keyring;
}

Keyring Keyring::passing() {
  SecretKey::Bytes bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("the cryptographic library has no random bytes");
  }
  const SecretKey master(bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  Keyring keyring;
  keyring.rings_[system()] = {{1, derive(master, "pseudonym"), derive(master, "vault-wrap")}};
  return keyring;
}

bool Keyring::serves(const Municipality& municipality) const {
  return municipality != system() && rings_.contains(municipality);
}

std::vector<Municipality> Keyring::municipalities() const {
  std::vector<Municipality> result;
  for (const auto& [name, generations] : rings_) {
    if (name != system()) result.push_back(name);
  }
  return result;
}

const std::vector<KeyGeneration>* Keyring::generations(const Municipality& municipality) const {
  const auto found = rings_.find(municipality);
  return found == rings_.end() ? nullptr : &found->second;
}

const KeyGeneration* Keyring::newest(const Municipality& municipality) const {
  const auto* all = generations(municipality);
  return all == nullptr ? nullptr : &all->back();
}

const KeyGeneration* Keyring::generation(const Municipality& municipality,
                                         std::uint32_t number) const {
  const auto* all = generations(municipality);
  if (all == nullptr) return nullptr;
  const auto found = std::find_if(all->begin(), all->end(),
                                  [&](const KeyGeneration& g) { return g.number == number; });
  return found == all->end() ? nullptr : &*found;
}

Result<void, std::string> create_development_keys(const fs::path& directory,
                                                  const std::vector<Municipality>& municipalities) {
  std::error_code error;
  if (!directory.parent_path().empty()) fs::create_directories(directory.parent_path(), error);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return failure(fmt::format("could not make the directory of keys {}: {}", directory.string(),
                               std::generic_category().message(errno)));
  }
  std::vector<std::string> names{Keyring::system().str()};
  for (const auto& municipality : municipalities) names.push_back(municipality.str());
  for (const auto& name : names) {
    if (!is_ring_name(name)) {
      return failure(fmt::format("expected an EHAK code of four digits, found {}", name));
    }
    if (auto made = create_key_file(directory / (name + ".key")); !made) {
      return failure(made.error());
    }
  }
  return {};
}

}  // namespace elukaar::privacy
