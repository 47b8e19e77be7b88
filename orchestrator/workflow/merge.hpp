#pragma once

#include "status/catalogue.hpp"
#include "workflow/reader.hpp"

namespace elukaar::workflow {

// JSON Merge Patch (RFC 7396) on trees that keep order and places: null removes, mappings merge, all
// else replaces. One addition: lists of mappings that all have an `id` merge by it.
void merge_patch(Node& target, const Node& patch);

// A municipality's file taken apart.
struct MunicipalityFile {
  Node merged;  // the base after the overlay, and `municipality`, `proactive`, `systems`, `values`
  std::vector<status::Override> texts;
};

// Lays a municipality's file over the base that it extends. Words that are no structure of the file
// are settings; `terms.X` or `terms.X.length` sets the parameter X, `terms.X.from` XFrom,
// `terms.X.outsideRound` XOutsideRound, `terms.X.appliesTo` XAppliesTo. Whether the settings fit is
// read_parameters' affair.
//
// Rules: unknown-key, wrong-type, missing-key, wrong-base, bad-municipality, bad-overlay, bad-text.
MunicipalityFile merge(const Node& base, const Node& file, Reader& reader);

}  // namespace elukaar::workflow
