#pragma once

#include <map>
#include <string>

#include "cel/type.hpp"
#include "workflow/reader.hpp"

namespace elukaar::workflow {

// What a municipality may set: the base's `parameters`, with the values that stand in its file.
struct Parameters {
  std::map<std::string, cel::Type> types;
  std::map<std::string, SourcePosition> declared;
  Json values = Json::object();  // set ones and defaults

  cel::Type type() const;  // of `parameters` in expressions
};

// Reads declarations (`{ type, required, default, values, about, legalBasis, notAbove, atLeast,
// atMost }`) and checks each value, defaults too, against its declaration. Types: term, period, date,
// enum, text, integer, boolean, list (of texts), choices, places and reasons (lists of
// `{ value, label: {et, en, ru} }`), rounds. `values` maps names to values; `municipality` is false
// while a base is looked at by itself: then nothing is required.
//
// Rules: unknown-key, unknown-word, wrong-type, unknown-parameter, missing-parameter, bad-parameter.
Parameters read_parameters(const Node* declarations, const Node* values, bool municipality,
                           const SourcePosition& file, Reader& reader);

}  // namespace elukaar::workflow
