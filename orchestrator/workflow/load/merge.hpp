#pragma once

#include "texts/catalogue.hpp"
#include "documents/reader.hpp"

namespace elukaar::workflow {

// JSON Merge Patch (RFC 7396) on trees that keep order and places: null removes, mappings merge, all
// else replaces. One addition: lists of mappings that all have an `id` merge by it.
void merge_patch(documents::Node& target, const documents::Node& patch);

// A municipality's file taken apart.
struct MunicipalityFile {
  documents::Node merged;  // the base after the overlay, and `municipality`, `proactive`, `systems`, `values`
  std::vector<texts::Override> texts;
};

// Lays a municipality's file over the base that it extends. Words that are no structure of the file
// are settings; `terms.X` or `terms.X.length` sets the parameter X, `terms.X.from` XFrom,
// `terms.X.outsideRound` XOutsideRound, `terms.X.appliesTo` XAppliesTo. Whether the settings fit is
// read_parameters' affair.
//
// Rules: unknown-key, wrong-type, missing-key, wrong-base, bad-municipality, bad-overlay, bad-text.
MunicipalityFile merge(const documents::Node& base, const documents::Node& file, documents::Reader& reader);

}  // namespace elukaar::workflow
