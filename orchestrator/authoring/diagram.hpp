#pragma once

#include <string>

#include "workflow/model/workflow.hpp"

namespace elukaar::authoring {

// What the diagram is drawn for.
struct DiagramOptions {
  bool links = false;  // each state links to "#state-<path>" of the page around the diagram
};

// The style class of a status by whose turn it is: the word itself, "party" for those whom the service
// declares.
std::string look_of_turn(const workflow::Workflow& workflow, const std::string& turn);

// The diagram as SVG, laid out here: no other program is needed (ADR 0013). States stand in
// layers in the order of the file, each with what leads on from it; lines show where to.
std::string to_svg(const workflow::Workflow& workflow, const DiagramOptions& options = {});

}  // namespace elukaar::authoring
