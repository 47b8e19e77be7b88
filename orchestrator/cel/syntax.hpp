#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/source_position.hpp"
#include "cel/functions.hpp"
#include "cel/program.hpp"
#include "cel/type.hpp"
#include "cel/value.hpp"

namespace elukaar::cel {

enum class Operation {
  literal,      // `value`
  identifier,   // `name`; bound by the checker to `source` and `slot`
  select,       // children[0].name
  has,          // has(children[0].name)
  index,        // children[0][children[1]]
  list,         // [children …]
  map,          // {children[0]: children[1], …}
  conditional,  // children[0] ? children[1] : children[2]
  both,         // &&
  either,       // ||
  call,         // name(children …) or children[0].name(children[1] …)
  macro         // children[0].name(variable, children[1] …)
};

enum class Macro { all, exists, exists_one, map, filter };

// Where an identifier's value comes from.
enum class Source { unbound, event, context, parameters, systems, now, condition, other, local };

struct Node;
using NodePtr = std::unique_ptr<Node>;

struct Node {
  Operation operation = Operation::literal;
  std::size_t offset = 0;  // in the source, for messages
  std::string name;        // variable, field, function
  std::vector<NodePtr> children;
  Value literal;           // borrows from `name` where it is a text
  bool receiver = false;   // a call written as x.f()
  bool rooted = false;     // an identifier written with a leading dot

  Macro macro = Macro::all;
  std::string variable;    // of a macro
  bool conditional_map = false;  // map with three arguments

  // Filled in by the checker.
  Type type;
  Source source = Source::unbound;
  int slot = 0;                       // of a local variable
  std::shared_ptr<const struct Expression> condition;  // that the identifier names
  const Function* function = nullptr;  // of a call
  Type convert;                       // what JSON here must become: date, timestamp, list(date) …
  std::shared_ptr<const Pattern> pattern;  // of matches() with a literal
};

// A parsed and checked source.
struct Expression {
  std::string source;
  SourcePosition where;  // of its first character
  NodePtr root;
  std::vector<Mention> mentions;
  std::vector<Mention> states;
  std::vector<Mention> clocks;
  std::vector<Mention> conditions;
  bool of_case = false;     // asks what only a state of a case can answer
  int condition_depth = 0;  // of conditions that mention conditions

  // The file position of a byte of the source.
  SourcePosition position(std::size_t offset) const;
};

SourcePosition position_in(std::string_view source, const SourcePosition& start, std::size_t offset);

// How a node reads as a path: "context.offer.answerBy", "list[…]"; empty where it is no path.
std::string path_of(const Node& node);

}  // namespace elukaar::cel
