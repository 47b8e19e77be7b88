#include "privacy/separator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>
#include <unordered_map>

#include "base/assert.hpp"
#include "base/json_members.hpp"
#include "privacy/personal_code.hpp"
#include "privacy/pseudonym.hpp"

namespace elukaar::privacy {
namespace {

using Node = Separator::Node;
using Sentences = std::vector<std::string>;

constexpr const char* personal_code_field = "personal-code";
constexpr const char* person_key = "key";
constexpr const char* former_person_key = "formerKey";
constexpr std::size_t max_references = 16;  // of one schema to the next

// How one property is classed.
struct Classed {
  FieldClass field_class = FieldClass::identity;
  std::string field;
  std::string becomes;  // empty: not a personal code
  std::string owner;    // `x-owner`, or empty: the person of the same object
};

struct Property {
  std::string name;
  const Node* node = nullptr;
  bool hoist = false;
  std::optional<Classed> classed;
};

}  // namespace

struct Separator::Node {
  enum class Kind { leaf, object, array };

  Kind kind = Kind::leaf;
  bool scalar = false;                // a leaf that may hold no object and no array
  std::vector<Property> properties{};   // of an object: all that may pass or must be taken out
  const Node* items = nullptr;        // of an array
  int person = -1;                    // index of the property that is the person's code
};

namespace {

// "firstName" -> "first-name"
std::string kebab(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      if (!text.empty()) text += '-';
      text += static_cast<char>(c - 'A' + 'a');
    } else {
      text += c == '_' ? '-' : c;
    }
  }
  return text;
}

std::string escaped(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c == '~') text += "~0";
    else if (c == '/') text += "~1";
    else text += c;
  }
  return text;
}

bool has_type(const Json& schema, std::string_view type) {
  const auto found = schema.find("type");
  if (found == schema.end()) return false;
  if (found->is_string()) return found->get_ref<const std::string&>() == type;
  return found->is_array() && std::find(found->begin(), found->end(), type) != found->end();
}

constexpr const char* combinators[] = {"allOf", "anyOf", "oneOf", "not", "if", "then", "else"};

// ---- Walking the schema -----------------------------------------------------------------------

struct Compiled {
  std::deque<Node> nodes;
};

class Compiler {
 public:
  explicit Compiler(const Json& schema) : document_(schema) {}

  const Node* compile(const Json& schema, const std::string& at);
  // Every `x-personal` that compile() did not come by would be let through: an error each.
  void report_unreached(const Json& part, const std::string& at);
  Json safe(const Json& schema, const std::string& at);

  std::shared_ptr<Compiled> compiled = std::make_shared<Compiled>();
  Sentences problems;
  bool classes_anything = false;

 private:
  // The schema behind `$ref`s within the document; null, and a problem, where there is none.
  const Json* resolve(const Json& schema, const std::string& at);
  std::optional<Classed> classed(const std::string& name, const Json& schema,
                                 const std::string& at);
  void compile_object(Node& node, const Json& schema, const std::string& at);
  void find_person(Node& node, const Json& schema, const std::string& at);
  void check_owner(const std::string& owner, const std::string& at);
  void declare_combined(Node& node, const Json& schema);
  void problem(const std::string& at, std::string_view what) {
    problems.push_back(fmt::format("#{}: {}", at, what));
  }
  void safe_properties(const Json& schema, const std::string& at, Json& result);

  const Json& document_;
  std::unordered_map<const Json*, const Node*> seen_;
  std::set<const Json*> reached_;
};

const Json* Compiler::resolve(const Json& schema, const std::string& at) {
  const Json* found = &schema;
  for (std::size_t i = 0; i < max_references; ++i) {
    if (!found->is_object() || !found->contains("$ref")) return found;
    const std::string reference = text_member(*found, "$ref");
    if (!reference.starts_with('#')) {
      problem(at, "expected a $ref within the same document");
      return nullptr;
    }
    try {
      found = &document_.at(Json::json_pointer(reference.substr(1)));
    } catch (const Json::exception&) {
      problem(at, fmt::format("the $ref {} leads nowhere", reference));
      return nullptr;
    }
  }
  problem(at, "the $ref goes in a circle");
  return nullptr;
}

std::optional<Classed> Compiler::classed(const std::string& name, const Json& schema,
                                         const std::string& at) {
  const Json* target = resolve(schema, at);
  if (target == nullptr || !target->is_object()) return {};
  const Json* holder = schema.contains("x-personal") ? &schema : target;
  if (!holder->contains("x-personal")) return {};
  reached_.insert(&schema);
  reached_.insert(target);
  const auto word = [&](const char* keyword) {
    return schema.contains(keyword) ? text_member(schema, keyword) : text_member(*target, keyword);
  };
  Classed result;
  const auto field_class = parse_field_class(word("x-personal"));
  if (!field_class) {
    problem(at, "expected x-personal to be identity, contact or special");
    return result;
  }
  result.field_class = *field_class;
  result.field = word("x-field").empty() ? kebab(name) : word("x-field");
  result.becomes = word("x-becomes");
  result.owner = word("x-owner");
  if (!result.becomes.empty() && *field_class != FieldClass::identity) {
    problem(at, "x-becomes is for personal codes, which are of the class identity");
  }
  if (!result.becomes.empty()) result.field = personal_code_field;
  classes_anything = true;
  return result;
}

const Node* Compiler::compile(const Json& schema, const std::string& at) {
  const Json* target = resolve(schema, at);
  if (target == nullptr) return nullptr;
  if (const auto known = seen_.find(target); known != seen_.end()) return known->second;
  Node& node = compiled->nodes.emplace_back();
  seen_.emplace(target, &node);
  if (!target->is_object()) return &node;
  const auto items = target->find("items");
  if (target->contains("properties")) {
    node.kind = Node::Kind::object;
    compile_object(node, *target, at);
  } else if (items != target->end() && items->is_object()) {
    node.kind = Node::Kind::array;
    node.items = compile(*items, at + "/items");
  } else {
    node.scalar = target->contains("type") && !has_type(*target, "object") &&
                  !has_type(*target, "array");
  }
  return &node;
}

void Compiler::compile_object(Node& node, const Json& schema, const std::string& at) {
  for (const auto& [name, property] : schema.at("properties").items()) {
    const std::string here = at + "/properties/" + escaped(name);
    Property made{name, nullptr, false, classed(name, property, here)};
    if (made.classed) {
      if (made.classed->owner.empty()) made.classed->owner = text_member(schema, "x-owner");
    } else {
      made.node = compile(property, here);
      made.hoist = property.is_object() && property.value("x-hoist", false);
      if (made.hoist && made.node != nullptr && made.node->kind != Node::Kind::object) {
        problem(here, "x-hoist is for an object with properties");
        made.hoist = false;
      }
    }
    node.properties.push_back(std::move(made));
  }
  find_person(node, schema, at);
  declare_combined(node, schema);
}

void Compiler::find_person(Node& node, const Json& schema, const std::string& at) {
  int codes = 0;
  int only = -1;
  int key = -1;
  bool former = false;
  for (std::size_t i = 0; i < node.properties.size(); ++i) {
    const auto& field = node.properties[i].classed;
    if (!field || field->becomes.empty()) continue;
    if (field->becomes == former_person_key) {
      former = true;
      continue;
    }
    ++codes;
    only = static_cast<int>(i);
    if (field->becomes == person_key) key = only;
    if (schema.at("properties").contains(field->becomes) &&
        field->becomes != node.properties[i].name) {
      problem(at, fmt::format("a code becomes {}, which is declared as well", field->becomes));
    }
  }
  node.person = key >= 0 ? key : codes == 1 ? only : -1;
  if (former && key < 0) problem(at, "a code becomes formerKey, but no code becomes key");
  for (const Property& property : node.properties) {
    const auto& field = property.classed;
    if (!field || !field->becomes.empty()) continue;
    if (!field->owner.empty()) {
      check_owner(field->owner, at);
    } else if (node.person < 0) {
      problem(at, fmt::format("{} is personal, but the object holds no personal code; say whose it "
                              "is with x-owner", property.name));
    }
  }
}

void Compiler::check_owner(const std::string& owner, const std::string& at) {
  if (!owner.starts_with('/')) return;  // a name that the caller gives
  const Json* target = &document_;
  std::string_view rest = owner;
  while (target != nullptr && !rest.empty()) {
    rest.remove_prefix(1);
    const std::string name(rest.substr(0, rest.find('/')));
    rest.remove_prefix(name.size());
    target = resolve(*target, at);
    if (target == nullptr) return;
    const auto properties = target->find("properties");
    if (properties == target->end() || !properties->contains(name)) {
      problem(at, fmt::format("x-owner {} names no object of the document", owner));
      return;
    }
    target = &properties->at(name);
  }
  target = target == nullptr ? nullptr : resolve(*target, at);
  const auto properties = target == nullptr ? Json::const_iterator{} : target->find("properties");
  if (target == nullptr || properties == target->end()) return;
  const bool person = std::any_of(
      properties->items().begin(), properties->items().end(), [&](const auto& property) {
        const Json* field = resolve(property.value(), at);
        return property.key() == person_key || property.value().contains("x-becomes") ||
               (field != nullptr && field->contains("x-becomes"));
      });
  if (!person) problem(at, fmt::format("x-owner {} holds neither a code nor a key", owner));
}

// What allOf and its like declare besides passes as it is; personal fields are not looked for there,
// and report_unreached() refuses them.
void Compiler::declare_combined(Node& node, const Json& schema) {
  static const Node as_it_is;
  const auto declare = [&](const Json& branch, const auto& again) -> void {
    if (!branch.is_object()) return;
    const Json properties = branch.value("properties", Json::object());
    for (const auto& [name, property] : properties.items()) {
      const auto same = [&, &key = name](const Property& each) { return each.name == key; };
      if (std::none_of(node.properties.begin(), node.properties.end(), same)) {
        node.properties.push_back({name, &as_it_is, false, {}});
      }
    }
    for (const char* word : combinators) {
      const auto parts = branch.find(word);
      if (parts == branch.end()) continue;
      if (!parts->is_array()) again(*parts, again);
      else for (const Json& part : *parts) again(part, again);
    }
  };
  declare(schema, declare);
}

void Compiler::report_unreached(const Json& part, const std::string& at) {
  if (part.is_object()) {
    if (part.contains("x-personal") && !reached_.contains(&part)) {
      problem(at, "x-personal is followed in properties, items of arrays and $ref only, and stands "
                  "on a property");
    }
    for (const auto& [name, member] : part.items()) {
      report_unreached(member, at + "/" + escaped(name));
    }
  } else if (part.is_array()) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      report_unreached(part[i], fmt::format("{}/{}", at, i));
    }
  }
}

// ---- The schema of what remains ---------------------------------------------------------------

Json key_schema() {
  return {{"type", "string"},
          {"pattern", "^(p[1-9][0-9]{0,8}_[a-z2-7]{26}|x_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$"},
          {"description", "Pseudonym of a person."}};
}

Json Compiler::safe(const Json& schema, const std::string& at) {
  if (!schema.is_object()) return schema;
  Json result = Json::object();
  bool takes_out = false;
  for (const auto& [word, value] : schema.items()) {
    if (word == "properties" && value.is_object()) {
      safe_properties(schema, at, result);
      takes_out = result.at("properties").size() != value.size() ||
                  std::any_of(value.items().begin(), value.items().end(), [&](const auto& each) {
                    return !result.at("properties").contains(each.key());
                  });
    } else if (word == "definitions" || word == "$defs") {
      for (const auto& [name, each] : value.items()) {
        if (!each.is_object() || !each.contains("x-personal")) result[word][name] = safe(each, at);
      }
    } else if (value.is_object() && word != "const" && word != "default") {
      result[word] = safe(value, at);
    } else if (value.is_array() && word != "enum" && word != "examples" && word != "required") {
      result[word] = Json::array();
      for (const Json& each : value) result[word].push_back(safe(each, at));
    } else if (word != "required" && word != "x-owner" && word != "x-hoist") {
      result[word] = value;
    }
  }
  if (!result.contains("required") && schema.contains("required") &&
      !schema.contains("properties")) {
    result["required"] = schema.at("required");
  }
  // They may speak of members that are gone; the form was checked before these were taken out.
  if (takes_out) {
    for (const char* word : combinators) result.erase(word);
    for (const char* word : {"dependencies", "minProperties", "maxProperties", "examples"}) {
      result.erase(word);
    }
  }
  return result;
}

void Compiler::safe_properties(const Json& schema, const std::string& at, Json& result) {
  Json properties = Json::object();
  std::set<std::string> required;
  const Json listed = schema.value("required", Json::array());
  const auto is_required = [&](const std::string& name) {
    return std::find(listed.begin(), listed.end(), name) != listed.end();
  };
  const auto declare = [&](const std::string& name, Json value) {
    if (properties.contains(name)) problem(at, fmt::format("{} would be declared twice", name));
    properties[name] = std::move(value);
  };
  for (const auto& [name, property] : schema.at("properties").items()) {
    const auto field = classed(name, property, at);
    if (field && field->becomes.empty()) continue;
    if (field) {
      declare(field->becomes, key_schema());
      // A person without a code gets a key as well; a former one is there or not.
      if (field->becomes != former_person_key || is_required(name)) required.insert(field->becomes);
    } else if (property.is_object() && property.value("x-hoist", false)) {
      const Json* target = resolve(property, at);
      const Json inner = target == nullptr ? Json::object() : safe(*target, at);
      const Json inner_properties = inner.value("properties", Json::object());
      for (const auto& [each, value] : inner_properties.items()) {
        declare(each, value);
      }
      if (is_required(name)) {
        const Json inner_required = inner.value("required", Json::array());
        for (const Json& each : inner_required) required.insert(each.get<std::string>());
      }
    } else {
      declare(name, safe(property, at));
      if (is_required(name)) required.insert(name);
    }
  }
  result["properties"] = std::move(properties);
  if (!required.empty()) result["required"] = required;
}

// ---- Walking a document -----------------------------------------------------------------------

class Walk {
 public:
  explicit Walk(const Naming& naming)
      : naming_(naming), kept_(naming.keyring.serves(naming.municipality)) {}

  Result<Separated, SeparationFlaw> finish(Json document, const Node& root);

 private:
  struct Owned {
    std::string owner;
    PersonalValue value;
  };

  // False, and `flaw_` says why, where the document cannot be separated.
  bool walk(Json& part, const Node& node, const std::string& at, std::size_t depth);
  bool walk_object(Json& part, const Node& node, const std::string& at, std::size_t depth);
  bool name_persons(const Json& part, const Node& node, const std::string& at, Json& safe,
                    Pseudonym& person);
  std::optional<Pseudonym> name(const Json& code, const std::string& at);
  bool give_owners(const Json& safe);
  bool fail(std::string where, std::string what) {
    flaw_ = {std::move(where), std::move(what)};
    return false;
  }

  const Naming& naming_;
  const bool kept_;
  Separated result_;
  SeparationFlaw flaw_;
  std::map<std::string, Pseudonym> persons_;  // by JSON pointer of their objects
  std::vector<Owned> owned_;                  // values whose owner stands elsewhere
};

Result<Separated, SeparationFlaw> Walk::finish(Json document, const Node& root) {
  if (!walk(document, root, "", 0) || !give_owners(document)) return failure(std::move(flaw_));
  result_.safe = std::move(document);
  return std::move(result_);
}

bool Walk::walk(Json& part, const Node& node, const std::string& at, std::size_t depth) {
  if (depth > Separator::max_depth) {
    return fail(at, fmt::format("expected at most {} levels", Separator::max_depth));
  }
  if (node.kind == Node::Kind::leaf) {
    if (node.scalar && part.is_structured()) return fail(at, "expected a single value");
    return true;
  }
  if (part.is_null()) return true;
  if (node.kind == Node::Kind::object) {
    if (!part.is_object()) return fail(at, "expected an object");
    return walk_object(part, node, at, depth);
  }
  if (!part.is_array()) return fail(at, "expected an array");
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (!walk(part[i], *node.items, at + "/" + std::to_string(i), depth + 1)) return false;
  }
  return true;
}

bool Walk::walk_object(Json& part, const Node& node, const std::string& at, std::size_t depth) {
  Json safe = Json::object();
  Pseudonym person;
  if (!name_persons(part, node, at, safe, person)) return false;
  std::size_t declared = 0;
  for (const Property& property : node.properties) {
    const auto found = part.find(property.name);
    if (found == part.end()) continue;
    ++declared;
    if (!property.classed) {
      if (!walk(*found, *property.node, at + "/" + escaped(property.name), depth + 1)) return false;
      if (property.hoist && found->is_object()) safe.update(*found);
      else safe[property.name] = std::move(*found);
      continue;
    }
    if (!property.classed->becomes.empty() || found->is_null() || !kept_) continue;
    PersonalValue value{person, property.classed->field, property.classed->field_class,
                        Sensitive<std::string>(found->is_string() ? found->get<std::string>()
                                                                  : found->dump())};
    if (property.classed->owner.empty()) result_.values.push_back(std::move(value));
    else owned_.push_back({property.classed->owner, std::move(value)});
  }
  if (declared != part.size()) result_.undeclared_in.push_back(at);
  part = std::move(safe);
  return true;
}

std::optional<Pseudonym> Walk::name(const Json& code, const std::string& at) {
  if (!code.is_string()) {
    fail(at, "expected a personal code as a text");
    return {};
  }
  const auto parsed = PersonalCode::parse(code.get_ref<const std::string&>());
  if (!parsed) {
    fail(at, fmt::format("expected a personal code; what stands here {}", to_text(parsed.error())));
    return {};
  }
  if (!kept_) return nameless(naming_.event, at);
  Pseudonym key = *pseudonym(naming_.keyring, naming_.municipality, *parsed);
  for (auto& former : former_pseudonyms(naming_.keyring, naming_.municipality, *parsed)) {
    result_.former_names.push_back({std::move(former), key});
  }
  result_.values.push_back({key, personal_code_field, FieldClass::identity,
                            Sensitive<std::string>(parsed->reveal())});
  return key;
}

// Puts keys in the place of codes. `person` is the one whom the object is about.
bool Walk::name_persons(const Json& part, const Node& node, const std::string& at, Json& safe,
                        Pseudonym& person) {
  std::optional<Pseudonym> former;
  for (std::size_t i = 0; i < node.properties.size(); ++i) {
    const auto& field = node.properties[i].classed;
    if (!field || field->becomes.empty()) continue;
    const std::string here = at + "/" + escaped(node.properties[i].name);
    const auto found = part.find(node.properties[i].name);
    const bool given = found != part.end() && !found->is_null();
    if (!given && field->becomes == former_person_key) continue;
    std::optional<Pseudonym> key = given ? name(*found, here) : nameless(naming_.event, here);
    if (!key) return false;
    safe[field->becomes] = key->str();
    if (static_cast<int>(i) == node.person) {
      persons_[at] = *key;
      person = *key;
    }
    if (field->becomes == former_person_key) former = std::move(key);
  }
  if (former && kept_ && *former != person) result_.former_names.push_back({*former, person});
  return true;
}

bool Walk::give_owners(const Json& safe) {
  for (Owned& each : owned_) {
    if (!each.owner.starts_with('/')) {
      const auto given = naming_.owners.find(each.owner);
      if (given == naming_.owners.end()) {
        return fail("", fmt::format("expected to be told who {} is", each.owner));
      }
      each.value.person = given->second;
    } else if (const auto person = persons_.find(each.owner); person != persons_.end()) {
      each.value.person = person->second;
    } else {
      const Json::json_pointer key(each.owner + "/" + person_key);
      if (!safe.contains(key) || !safe.at(key).is_string() ||
          !is_pseudonym(safe.at(key).get_ref<const std::string&>())) {
        return fail(each.owner, "expected a person, to whom other fields of the document belong");
      }
      each.value.person = Pseudonym(safe.at(key).get<std::string>());
    }
    result_.values.push_back(std::move(each.value));
  }
  return true;
}

}  // namespace

std::string_view to_text(FieldClass field_class) {
  switch (field_class) {
    case FieldClass::identity: return "identity";
    case FieldClass::contact: return "contact";
    case FieldClass::special: return "special";
  }
  ELUKAAR_ASSERT(false, "expected a class that a schema can give a field");
}

std::optional<FieldClass> parse_field_class(std::string_view word) {
  for (const auto each : {FieldClass::identity, FieldClass::contact, FieldClass::special}) {
    if (word == to_text(each)) return each;
  }
  return {};
}

Result<Separator, std::vector<std::string>> Separator::build(const Json& schema) {
  Compiler compiler(schema);
  const Node* root = compiler.compile(schema, "");
  if (compiler.problems.empty()) compiler.report_unreached(schema, "");
  Separator separator;
  if (compiler.problems.empty()) separator.safe_schema_ = compiler.safe(schema, "");
  if (!compiler.problems.empty()) return failure(std::move(compiler.problems));
  separator.root_ = std::shared_ptr<const Node>(compiler.compiled, root);
  separator.classes_anything_ = compiler.classes_anything;
  return separator;
}

Result<Separated, SeparationFlaw> Separator::separate(Json document, const Naming& naming) const {
  return Walk(naming).finish(std::move(document), *root_);
}

}  // namespace elukaar::privacy
