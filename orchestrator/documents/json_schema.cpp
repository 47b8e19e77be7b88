#include "documents/json_schema.hpp"

#include "documents/schema_node.hpp"

namespace elukaar::documents {
namespace {

std::vector<Violation> violations_of(const SchemaNode& node, const Json& data) {
  if (node.check(data, Path{}, nullptr)) return {};  // the ordinary way builds no text and no path
  std::vector<Violation> found;
  node.check(data, Path{}, &found);
  return found;
}

}  // namespace

struct Schema::Compiled {
  Json json;
  std::unique_ptr<const SchemaNode> node;
};

Result<Schema, std::string> Schema::compile(Json json) {
  auto node = SchemaNode::compile(json);
  if (!node) return failure(node.error());
  Schema schema;
  schema.compiled_ =
      std::make_shared<const Compiled>(Compiled{std::move(json), std::move(*node)});
  return schema;
}

const Json& Schema::json() const { return compiled_->json; }

std::vector<Violation> Schema::violations(const Json& data) const {
  return violations_of(*compiled_->node, data);
}

}  // namespace elukaar::documents
