#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

// What a use case answers whoever asks.
namespace elukaar::caseview {

struct FieldError {
  std::string field;
  std::string text;  // in the reader's language
};

// Why the answer is no. Nothing of it tells whether something exists that is not the asker's.
struct Refusal {
  enum class Kind {
    no_session,  // log in
    not_found,   // not there, or not yours
    malformed,   // the request itself
    invalid,     // the form, or a key used for something else
    conflict,    // done already, and otherwise
    unavailable  // come again
  };
  Kind kind = Kind::not_found;
  std::string what{};  // a sentence without any value
  std::vector<FieldError> fields{};
};

template <class T>
using Answer = Result<T, Refusal>;

}  // namespace elukaar::caseview
