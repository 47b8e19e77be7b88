#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workflow/model/workflow.hpp"

namespace elukaar::authoring {

// One alternative of the file as somebody would draw it.
struct Arrow {
  chart::StateIndex from{};
  std::optional<chart::StateIndex> to;  // nothing: the state stays
  workflow::Trigger trigger;
  std::string operation;             // that answers or fails: "population-register.family"; else empty
  std::vector<std::string> actions;  // of persons, that bring the event
  std::string guard;                 // as written; empty: always
  std::string rule;                  // "informed.on.application-submitted[0]"
};

// All arrows in the order of the file, those of the top level (which hold in every state) first.
std::vector<Arrow> arrows_of(const workflow::Workflow& workflow);

// What makes the step, in few words: "application-submitted", "after notice", "place-offer breached",
// "population-register.family answers".
std::string cause_in_words(const Arrow& arrow);
// The same with the condition, cut to about `most` characters where there is one: "… [x > 3]".
std::string in_words(const Arrow& arrow, std::size_t most);

// Text cut to `most` characters (code points) with an ellipsis; whitespace made single blanks.
std::string shortened(std::string_view text, std::size_t most);

// The diagram as text for other programs. Mermaid: a stateDiagram-v2, as code forges draw it. Dot:
// for Graphviz.
std::string to_mermaid(const workflow::Workflow& workflow);
std::string to_dot(const workflow::Workflow& workflow);

}  // namespace elukaar::authoring
