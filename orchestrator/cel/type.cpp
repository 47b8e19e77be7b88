#include "cel/type.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace elukaar::cel {

struct Type::Data {
  Kind kind = Kind::dyn;
  std::string name;                   // of an object
  std::vector<Type> parameters;       // list: element; map: key, value
  std::vector<Field> fields;
  bool open = false;
  std::vector<std::string> values;
  Personal personal = Personal::none;
  bool nullable = false;
};

Type::Type(Kind scalar) {
  // Scalars are shared: a type is made at each node of each expression.
  static const auto shared = [] {
    std::map<Kind, std::shared_ptr<const Data>> all;
    for (int kind = 0; kind <= static_cast<int>(Kind::type); ++kind) {
      auto data = std::make_shared<Data>();
      data->kind = static_cast<Kind>(kind);
      all[data->kind] = data;
    }
    return all;
  }();
  data_ = shared.at(scalar);
}

Type Type::list(Type element) {
  auto data = std::make_shared<Data>();
  data->kind = Kind::list;
  data->parameters = {std::move(element)};
  return Type(std::move(data));
}

Type Type::map(Type key, Type value) {
  auto data = std::make_shared<Data>();
  data->kind = Kind::map;
  data->parameters = {std::move(key), std::move(value)};
  return Type(std::move(data));
}

Type Type::object(std::string name, std::vector<Field> fields, bool open) {
  auto data = std::make_shared<Data>();
  data->kind = Kind::object;
  data->name = std::move(name);
  data->fields = std::move(fields);
  data->open = open;
  return Type(std::move(data));
}

Type Type::enumeration(std::vector<std::string> values) {
  auto data = std::make_shared<Data>();
  data->kind = Kind::string;
  data->values = std::move(values);
  return Type(std::move(data));
}

Type::Kind Type::kind() const { return data_->kind; }
Type Type::element() const {
  return data_->parameters.empty() ? Type() : data_->parameters.back();
}
Type Type::key() const { return is(Kind::map) ? data_->parameters.front() : Type(); }
const std::vector<Type::Field>& Type::fields() const { return data_->fields; }
const Type::Field* Type::field(std::string_view name) const {
  const auto found = std::find_if(data_->fields.begin(), data_->fields.end(),
                                  [&](const Field& field) { return field.name == name; });
  return found == data_->fields.end() ? nullptr : &*found;
}
bool Type::open() const { return data_->open; }
const std::vector<std::string>& Type::values() const { return data_->values; }
Personal Type::personal() const { return data_->personal; }
bool Type::nullable() const { return data_->nullable; }

Type Type::with_personal(Personal personal) const {
  auto data = std::make_shared<Data>(*data_);
  data->personal = personal;
  return Type(std::move(data));
}

Type Type::with_nullable() const {
  auto data = std::make_shared<Data>(*data_);
  data->nullable = true;
  return Type(std::move(data));
}

bool Type::accepts(const Type& other) const {
  if (is(Kind::dyn) || other.is(Kind::dyn)) return true;
  if (other.is(Kind::null)) return is(Kind::null) || nullable();
  if (is(Kind::floating) && other.is(Kind::integer)) return true;  // in JSON both are numbers
  if (is(Kind::list)) return other.is(Kind::list) && element().accepts(other.element());
  if (is(Kind::map) || is(Kind::object)) return other.is(Kind::map) || other.is(Kind::object);
  return kind() == other.kind();
}

bool Type::contains_personal(std::string* path) const {
  if (personal() != Personal::none) return true;
  const auto inside = [&](const Type& part, const std::string& step) {
    std::string rest;
    if (!part.contains_personal(&rest)) return false;
    if (path != nullptr) *path = step + rest;
    return true;
  };
  for (const Field& field : fields()) {
    if (inside(field.type, "." + field.name)) return true;
  }
  return !data_->parameters.empty() && inside(element(), "[]");
}

std::string Type::str() const {
  switch (kind()) {
    case Kind::dyn: return "dyn";
    case Kind::null: return "null";
    case Kind::boolean: return "bool";
    case Kind::integer: return "int";
    case Kind::unsigned_integer: return "uint";
    case Kind::floating: return "double";
    case Kind::string: return "string";
    case Kind::bytes: return "bytes";
    case Kind::timestamp: return "timestamp";
    case Kind::duration: return "duration";
    case Kind::date: return "date";
    case Kind::list: return fmt::format("list({})", element().str());
    case Kind::map: return fmt::format("map({}, {})", key().str(), element().str());
    case Kind::object: return data_->name.empty() ? "object" : data_->name;
    case Kind::type: return "type";
  }
  return "dyn";
}

namespace {

constexpr int max_schema_depth = 64;

// Turns a schema into a type; remembers the references that it is inside of.
class SchemaReader {
 public:
  explicit SchemaReader(const Json& document) : document_(document) {}

  Type read(const Json& schema, const std::string& name) {
    if (!schema.is_object() || depth_ >= max_schema_depth) {
      return schema.is_boolean() ? Type() : Type::object(name, {});
    }
    ++depth_;
    Type type = read_object(schema, name);
    --depth_;
    const Personal personal = personal_of(schema);
    return personal == Personal::none ? type : type.with_personal(personal);
  }

 private:
  static Personal personal_of(const Json& schema) {
    const auto found = schema.find("x-personal");
    if (found == schema.end() || (found->is_boolean() && !found->get<bool>())) return Personal::none;
    if (found->is_string() && *found == "identity") return Personal::identity;
    if (found->is_string() && *found == "contact") return Personal::contact;
    return Personal::special;  // a class that we don't know is guarded like the strictest
  }

  Type read_object(const Json& schema, const std::string& name) {
    std::vector<Type> parts;
    if (const auto reference = schema.find("$ref"); reference != schema.end()) {
      parts.push_back(resolve(*reference, name));
    }
    for (const char* keyword : {"allOf", "anyOf", "oneOf"}) {
      const auto found = schema.find(keyword);
      if (found == schema.end() || !found->is_array()) continue;
      for (const Json& part : *found) parts.push_back(read(part, name));
    }
    for (const char* keyword : {"then", "else"}) {
      const auto found = schema.find(keyword);
      if (found != schema.end()) parts.push_back(read(*found, name));
    }
    if (parts.empty()) return own(schema, name);
    if (schema.contains("type") || schema.contains("properties") || schema.contains("enum")) {
      parts.push_back(own(schema, name));
    }
    Type all = parts[0];
    for (std::size_t i = 1; i < parts.size(); ++i) all = united(all, parts[i], name);
    return all;
  }

  // What one schema or the other allows. Objects unite their fields, so that no personal field hides
  // behind an alternative; different scalars are known at run time only.
  static Type united(const Type& a, const Type& b, const std::string& name) {
    if (a.is(Type::Kind::null)) return b.with_nullable();
    if (b.is(Type::Kind::null)) return a.with_nullable();
    const Personal personal = std::max(a.personal(), b.personal());
    Type type;
    if (a.is(Type::Kind::object) && b.is(Type::Kind::object)) {
      std::vector<Type::Field> fields = a.fields();
      for (const Type::Field& field : b.fields()) {
        const auto same = std::find_if(fields.begin(), fields.end(), [&](const Type::Field& known) {
          return known.name == field.name;
        });
        if (same == fields.end()) {
          fields.push_back(field);
        } else {
          same->type = united(same->type, field.type, field.name);
          same->required = same->required || field.required;
        }
      }
      type = Type::object(name, std::move(fields), a.open() || b.open());
    } else if (a.is(Type::Kind::list) && b.is(Type::Kind::list)) {
      type = Type::list(united(a.element(), b.element(), name));
    } else if (a.kind() == b.kind()) {
      type = a;
    } else if (a.is(Type::Kind::dyn) || b.is(Type::Kind::dyn)) {
      type = a.is(Type::Kind::dyn) ? b : a;
    } else if (a.contains_personal() || b.contains_personal()) {
      return Type().with_personal(std::max(personal, Personal::identity));
    }
    if (a.nullable() || b.nullable()) type = type.with_nullable();
    return personal == Personal::none ? type : type.with_personal(personal);
  }

  Type resolve(const Json& reference, const std::string& name) {
    if (!reference.is_string()) return Type::object(name, {});
    const std::string& target = reference.get_ref<const std::string&>();
    if (target.empty() || target[0] != '#' || ++inside_[target] > 2) {
      if (!target.empty() && target[0] == '#') --inside_[target];
      return Type::object(name, {});
    }
    Type type = Type::object(name, {});
    try {
      const Json::json_pointer pointer(target.substr(1));
      if (document_.contains(pointer)) type = read(document_.at(pointer), name);
    } catch (const Json::exception&) {
      // A reference that is no JSON pointer leads nowhere.
    }
    --inside_[target];
    return type;
  }

  Type own(const Json& schema, const std::string& name) {
    if (const auto values = schema.find("enum"); values != schema.end()) return listed(*values);
    if (const auto value = schema.find("const"); value != schema.end()) {
      return listed(Json::array({*value}));
    }
    const auto kind = schema.find("type");
    if (kind == schema.end()) {
      if (schema.contains("properties")) return object(schema, name);
      if (schema.contains("items")) return list(schema, name);
      return Type();
    }
    if (kind->is_string()) return typed(kind->get<std::string>(), schema, name);
    Type all(Type::Kind::null);
    bool first = true;
    for (const Json& one : *kind) {
      if (!one.is_string()) continue;
      const Type type = typed(one.get<std::string>(), schema, name);
      all = first ? type : united(all, type, name);
      first = false;
    }
    return first ? Type() : all;
  }

  static Type listed(const Json& values) {
    std::vector<std::string> texts;
    bool nullable = false, all_texts = true;
    for (const Json& value : values) {
      if (value.is_string()) {
        texts.push_back(value.get<std::string>());
      } else if (value.is_null()) {
        nullable = true;
      } else {
        all_texts = false;
      }
    }
    if (!all_texts) {
      const bool whole = std::all_of(values.begin(), values.end(),
                                     [](const Json& value) { return value.is_number_integer(); });
      const bool truth = std::all_of(values.begin(), values.end(),
                                     [](const Json& value) { return value.is_boolean(); });
      return whole ? Type::integer() : truth ? Type::boolean() : Type();
    }
    Type type = texts.empty() ? Type(Type::Kind::null) : Type::enumeration(std::move(texts));
    return nullable ? type.with_nullable() : type;
  }

  Type typed(const std::string& kind, const Json& schema, const std::string& name) {
    if (kind == "boolean") return Type::boolean();
    if (kind == "integer") return Type::integer();
    if (kind == "number") return Type::floating();
    if (kind == "null") return Type(Type::Kind::null);
    if (kind == "array") return list(schema, name);
    if (kind == "object") return object(schema, name);
    const auto format = schema.find("format");  // perhaps no text: a file may hold anything
    if (format != schema.end() && *format == "date-time") return Type::timestamp();
    if (format != schema.end() && *format == "date") return Type::date();
    return Type::string();  // also format "duration": ISO periods are calendar texts for addPeriod()
  }

  Type list(const Json& schema, const std::string& name) {
    const auto items = schema.find("items");
    if (items == schema.end()) return Type::list(Type());
    if (!items->is_array()) return Type::list(read(*items, name));
    Type element;  // a tuple
    for (std::size_t i = 0; i < items->size(); ++i) {
      const Type one = read((*items)[i], name);
      element = i == 0 ? one : united(element, one, name);
    }
    return Type::list(element);
  }

  Type object(const Json& schema, const std::string& name) {
    const auto properties = schema.find("properties");
    const auto others = schema.find("additionalProperties");
    const bool named_others = others != schema.end() && others->is_object();
    if (properties == schema.end() || !properties->is_object() || properties->empty()) {
      if (others != schema.end() && others->is_boolean() && !others->get<bool>()) {
        return Type::object(name, {});
      }
      return Type::map(Type::string(), named_others ? read(*others, name) : Type());
    }
    std::vector<std::string> required;
    if (const auto found = schema.find("required"); found != schema.end() && found->is_array()) {
      for (const Json& field : *found) {
        if (field.is_string()) required.push_back(field.get<std::string>());
      }
    }
    std::vector<Type::Field> fields;
    for (const auto& [field, part] : properties->items()) {
      const bool needed = std::find(required.begin(), required.end(), field) != required.end();
      fields.push_back({field, read(part, field), needed});
    }
    const bool open = named_others || (others != schema.end() && others->is_boolean() && others->get<bool>());
    return Type::object(name, std::move(fields), open);
  }

  const Json& document_;
  std::map<std::string, int> inside_;  // references on the way here
  int depth_ = 0;
};

}  // namespace

Type type_from_schema(const Json& schema, std::string_view name) {
  return SchemaReader(schema).read(schema, std::string(name));
}

}  // namespace elukaar::cel
