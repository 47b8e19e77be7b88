#include "cel/syntax.hpp"

namespace elukaar::cel {

SourcePosition position_in(std::string_view source, const SourcePosition& start,
                           std::size_t offset) {
  SourcePosition position = start;
  for (std::size_t i = 0; i < offset && i < source.size(); ++i) {
    if (source[i] == '\n') {
      ++position.line;
      position.column = 1;
    } else if ((static_cast<unsigned char>(source[i]) & 0xC0) != 0x80) {
      ++position.column;  // a character, not a byte
    }
  }
  return position;
}

SourcePosition Expression::position(std::size_t offset) const {
  return position_in(source, where, offset);
}

std::string path_of(const Node& node) {
  switch (node.operation) {
    case Operation::identifier: return node.name;
    case Operation::select: case Operation::has: {
      const std::string operand = path_of(*node.children[0]);
      return operand.empty() ? operand : operand + "." + node.name;
    }
    case Operation::index: {
      const std::string operand = path_of(*node.children[0]);
      if (operand.empty()) return operand;
      const Node& index = *node.children[1];
      const bool text = index.operation == Operation::literal && index.literal.is(Value::Kind::string);
      return operand + (text ? "['" + index.name + "']" : "[…]");
    }
    default: return {};
  }
}

}  // namespace elukaar::cel
