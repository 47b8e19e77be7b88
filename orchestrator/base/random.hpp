#pragma once

#include <string>

#include "base/ids.hpp"

// What nobody can guess. Any thread; std::runtime_error where the system gives no random bytes.
namespace elukaar {

std::string random_token();  // 256 bits, hexadecimal
Uuid random_id();            // RFC 9562, version 4

}  // namespace elukaar
