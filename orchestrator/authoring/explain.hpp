#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "texts/catalogue.hpp"
#include "workflow/model/workflow.hpp"

namespace elukaar::authoring {

// What one service does in one municipality, in sentences for its owner. All of it comes from the
// compiled workflow and the service's texts; nothing here knows any service.
struct Explanation {
  struct Section {
    std::string id;     // "silence"
    std::string title;  // in the language asked for
    std::vector<std::string> sentences;
  };
  std::string title;
  std::vector<Section> sections;  // those without sentences are left out
};

// Sections, in this order: writing (to families by ourselves), settings, way (who reads what, when),
// silence (what time does where the family is to act), officials, systems, clocks, always (what is
// heard in every state). The failure is a sentence: a text that cannot be made.
Result<Explanation, std::string> explain(const workflow::Workflow& workflow, const texts::Catalogue& texts,
                                         texts::Language language);

std::string to_text(const Explanation& explanation);
Json to_json(const Explanation& explanation);

}  // namespace elukaar::authoring
