#include "authoring/picture.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace elukaar::authoring {
namespace {

using chart::StateIndex;
using chart::StateType;
namespace trigger = workflow::trigger;

constexpr std::size_t most_guard_characters = 60;  // of a condition in a diagram

// The actions of persons that bring an event.
std::vector<std::string> actions_for(const workflow::Workflow& workflow, const std::string& event) {
  std::vector<std::string> names;
  for (const auto& [name, action] : workflow.person_actions) {
    if (action.event == event) names.push_back(name);
  }
  return names;
}

// The call of this state that answers or fails; null where the trigger is another.
const workflow::Invoke* call_of(const workflow::StateRule& state, const workflow::Trigger& trigger) {
  const auto* answer = std::get_if<trigger::Answer>(&trigger);
  const auto* failure = std::get_if<trigger::Failure>(&trigger);
  if (answer == nullptr && failure == nullptr) return nullptr;
  const std::string& id = answer != nullptr ? answer->call : failure->call;
  const auto found = std::find_if(state.invokes.begin(), state.invokes.end(),
                                  [&](const workflow::Invoke& invoke) { return invoke.id == id; });
  return found == state.invokes.end() ? nullptr : &*found;
}

}  // namespace

std::vector<Arrow> arrows_of(const workflow::Workflow& workflow) {
  std::vector<Arrow> arrows;
  for (std::size_t i = 0; i < workflow.chart.state_count(); ++i) {
    const auto state = static_cast<StateIndex>(i);
    for (const chart::Transition& transition : workflow.chart.transitions_of(state)) {
      Arrow arrow;
      arrow.from = state;
      arrow.to = transition.target;
      if (transition.guard >= 0) {
        arrow.guard = workflow.guards[static_cast<std::size_t>(transition.guard)].source();
      }
      const auto tag = static_cast<std::size_t>(transition.tag);
      arrow.rule = workflow.rules[tag];
      arrow.trigger = workflow.triggers[tag];
      if (const auto* event = std::get_if<trigger::Event>(&arrow.trigger)) {
        arrow.actions = actions_for(workflow, event->name);
      }
      if (const workflow::Invoke* call = call_of(workflow.states[i], arrow.trigger)) {
        arrow.operation = call->role + "." + call->operation;
      }
      arrows.push_back(std::move(arrow));
    }
  }
  return arrows;
}

std::string cause_in_words(const Arrow& arrow) {
  struct {
    const std::string& operation;

    std::string operator()(const trigger::Event& event) const { return event.name; }
    std::string operator()(const trigger::AnyEvent& event) const { return event.pattern; }
    std::string operator()(const trigger::Raised& raised) const { return raised.event; }
    std::string operator()(const trigger::Clock& clock) const { return clock.name + " " + clock.what; }
    std::string operator()(const trigger::Timer& timer) const { return "after " + timer.delay; }
    std::string operator()(const trigger::Answer&) const { return operation + " answers"; }
    std::string operator()(const trigger::Failure&) const { return operation + " fails"; }
    std::string operator()(const trigger::AtOnce&) const { return "at once"; }
    std::string operator()(const trigger::Done&) const { return "when done"; }
  } const words{arrow.operation};
  return std::visit(words, arrow.trigger);
}

std::string shortened(std::string_view text, std::size_t most) {
  std::string result;
  std::size_t characters = 0;
  bool blank = false;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = 1;
    while (i + length < text.size() && (static_cast<unsigned char>(text[i + length]) & 0xC0) == 0x80) {
      ++length;
    }
    const bool space = text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r';
    if (!(space && blank)) {
      if (characters == most) return result + "…";
      result += space ? std::string_view{" "} : text.substr(i, length);
      ++characters;
    }
    blank = space;
    i += length;
  }
  return result;
}

std::string in_words(const Arrow& arrow, std::size_t most) {
  const std::string cause = cause_in_words(arrow);
  if (arrow.guard.empty()) return cause;
  return fmt::format("{} [{}]", cause, shortened(arrow.guard, most));
}

// ---- Mermaid -----------------------------------------------------------------------------------

namespace {

std::string identifier(const std::string& path) {
  std::string id = "s_";
  for (const char c : path) id += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return id;
}

// Everything that Mermaid could take for its own becomes an entity of Mermaid's.
std::string mermaid_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte >= 0x80 || std::isalnum(byte) != 0 ||
                       std::string_view{" _.,-()'?!/+"}.find(c) != std::string_view::npos;
    if (plain) {
      result += c;
    } else {
      result += fmt::format("#{};", static_cast<int>(byte));
    }
  }
  return result;
}

class Mermaid {
 public:
  explicit Mermaid(const workflow::Workflow& workflow) : workflow_(workflow), chart_(workflow.chart) {}

  std::string draw() {
    out_ = "stateDiagram-v2\n";
    inside(chart::root_state, 1);
    std::string everywhere;
    for (const Arrow& arrow : arrows_of(workflow_)) {
      const std::string words = mermaid_text(in_words(arrow, most_guard_characters));
      if (arrow.from == chart::root_state) {
        everywhere += fmt::format("      {}{}\n", words,
                                  arrow.to ? " → " + chart_.state(*arrow.to).path : "");
        continue;
      }
      const StateIndex to = arrow.to.value_or(arrow.from);
      out_ += fmt::format("  {} --> {} : {}\n", identifier(chart_.state(arrow.from).path),
                          identifier(chart_.state(to).path), words);
    }
    if (!everywhere.empty()) {
      out_ += fmt::format("  note right of {}\n      in every state:\n{}  end note\n",
                          identifier(chart_.state(first()).path), everywhere);
    }
    return std::move(out_);
  }

 private:
  StateIndex first() const {
    return chart_.initial_of(chart::root_state)
        .value_or(chart_.state(chart::root_state).children.front());
  }

  void inside(StateIndex state, int depth) {
    const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
    if (const auto initial = chart_.initial_of(state)) {
      out_ += fmt::format("{}[*] --> {}\n", indent, identifier(chart_.state(*initial).path));
    }
    bool separate = false;
    for (const StateIndex child : chart_.state(state).children) {
      if (separate && chart_.state(state).type == StateType::parallel) out_ += indent + "--\n";
      separate = true;
      const chart::State& shown = chart_.state(child);
      const std::string id = identifier(shown.path);
      out_ += fmt::format("{}state \"{}\" as {}\n", indent, mermaid_text(shown.key), id);
      if (!shown.children.empty()) {
        out_ += fmt::format("{}state {} {{\n", indent, id);
        inside(child, depth + 1);
        out_ += indent + "}\n";
      }
      if (shown.type == StateType::final) out_ += fmt::format("{}{} --> [*]\n", indent, id);
    }
  }

  const workflow::Workflow& workflow_;
  const chart::Chart& chart_;
  std::string out_;
};

// ---- Dot ---------------------------------------------------------------------------------------

std::string dot_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

class Dot {
 public:
  explicit Dot(const workflow::Workflow& workflow) : workflow_(workflow), chart_(workflow.chart) {}

  std::string draw() {
    out_ = fmt::format(
        "digraph \"{}\" {{\n"
        "  graph [compound=true, rankdir=TB, fontname=\"sans-serif\"]\n"
        "  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11]\n"
        "  edge [fontname=\"sans-serif\", fontsize=9]\n",
        dot_text(workflow_.service));
    inside(chart::root_state, 1);
    std::string everywhere;
    for (const Arrow& arrow : arrows_of(workflow_)) {
      const std::string words = dot_text(in_words(arrow, most_guard_characters));
      if (arrow.from == chart::root_state) {
        everywhere += fmt::format("{}{}\\l", words,
                                  arrow.to ? " → " + chart_.state(*arrow.to).path : "");
      } else {
        edge(arrow, words);
      }
    }
    if (!everywhere.empty()) {
      out_ += fmt::format("  \"*\" [shape=note, style=solid, label=\"in every state:\\l{}\"]\n",
                          everywhere);
    }
    return out_ + "}\n";
  }

 private:
  void edge(const Arrow& arrow, const std::string& words) {
    const StateIndex to = arrow.to.value_or(arrow.from);
    std::string clip;
    if (to != arrow.from) {
      if (!chart_.state(arrow.from).children.empty()) {
        clip += fmt::format(", ltail=\"cluster_{}\"", chart_.state(arrow.from).path);
      }
      if (!chart_.state(to).children.empty()) {
        clip += fmt::format(", lhead=\"cluster_{}\"", chart_.state(to).path);
      }
    }
    out_ += fmt::format("  \"{}\" -> \"{}\" [label=\"{}\"{}]\n", leaf(arrow.from), leaf(to), words,
                        clip);
  }

  // Graphviz draws edges between nodes only: a cluster is meant by a node in it.
  std::string leaf(StateIndex state) const {
    while (!chart_.state(state).children.empty()) {
      state = chart_.initial_of(state).value_or(chart_.state(state).children.front());
    }
    return chart_.state(state).path;
  }

  void inside(StateIndex state, int depth) {
    const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
    if (const auto initial = chart_.initial_of(state)) {
      const std::string start = fmt::format(">{}", chart_.state(state).path);
      out_ += fmt::format("{0}\"{1}\" [shape=point, width=0.12]\n{0}\"{1}\" -> \"{2}\"\n", indent,
                          start, leaf(*initial));
    }
    for (const StateIndex child : chart_.state(state).children) {
      const chart::State& shown = chart_.state(child);
      if (shown.children.empty()) {
        out_ += fmt::format("{}\"{}\" [label=\"{}\"{}]\n", indent, shown.path, dot_text(shown.key),
                            shown.type == StateType::final ? ", peripheries=2" : "");
        continue;
      }
      const bool region = chart_.state(state).type == StateType::parallel;
      out_ += fmt::format("{0}subgraph \"cluster_{1}\" {{\n{0}  label=\"{2}\"; style=\"{3}\"\n", indent,
                          shown.path, dot_text(shown.key), region ? "rounded,dashed" : "rounded");
      inside(child, depth + 1);
      out_ += indent + "}\n";
    }
  }

  const workflow::Workflow& workflow_;
  const chart::Chart& chart_;
  std::string out_;
};

}  // namespace

std::string to_mermaid(const workflow::Workflow& workflow) { return Mermaid(workflow).draw(); }

std::string to_dot(const workflow::Workflow& workflow) { return Dot(workflow).draw(); }

}  // namespace elukaar::authoring
