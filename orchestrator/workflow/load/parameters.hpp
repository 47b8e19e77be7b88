#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cel/type.hpp"
#include "documents/reader.hpp"

namespace elukaar::workflow {

// What a municipality may set: the base's `parameters`, with the values that stand in its file.
struct Parameters {
  struct Reference {
    std::string name;
    SourcePosition where;
  };

  std::map<std::string, cel::Type> types;
  std::map<std::string, std::string> kinds;  // "term", "reasons": the declared type
  std::map<std::string, SourcePosition> declared;
  std::map<std::string, SourcePosition> defaults;  // where there is one
  // Citations that say why a parameter has its default or its limit, by parameter.
  std::vector<std::pair<std::string, Reference>> legal_basis;
  Json values = Json::object();  // set ones and defaults

  cel::Type type() const;  // of `parameters` in expressions
};

// Reads declarations (`{ type, required, default, values, about, legalBasis, notAbove, atLeast,
// atMost }`) and checks each value, defaults too, against its declaration. Types: term, period, date,
// enum, text, integer, boolean, list (of texts), choices and places (lists of
// `{ value, label: {et, en, ru} }`), reasons (the same with `effect: {et, en, ru}`: what follows from
// giving it), stages (`{ by, steps }`; as a value `{ steps: [] }` where there are none;
// the declaration says with `by` who may run them and with `with` what else a step may say). `values`
// maps names to values; `municipality` is false while a base is looked at by itself: then nothing is
// required.
//
// Rules: unknown-key, unknown-word, wrong-type, unknown-parameter, missing-parameter, bad-parameter,
// stages-only-inform.
Parameters read_parameters(const documents::Node* declarations, const documents::Node* values, bool municipality,
                           const SourcePosition& file, documents::Reader& reader);

}  // namespace elukaar::workflow
