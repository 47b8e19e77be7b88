#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace elukaar::cel {

// Class of a personal field, the schemas' `x-personal`.
enum class Personal { none, identity, contact, special };

// What an expression may yield or a variable may hold. Immutable, cheap to copy, safe to share.
class Type {
 public:
  enum class Kind {
    dyn,  // known at run time only
    null, boolean, integer, unsigned_integer, floating, string, bytes, timestamp, duration,
    date,    // ours: a day; in JSON the string "2026-04-20"
    list, map,
    object,  // declared fields
    type     // what type(x) yields
  };
  struct Field;

  Type() : Type(Kind::dyn) {}
  explicit Type(Kind scalar);  // any kind but list, map, object
  static Type list(Type element);
  static Type map(Type key, Type value);
  // `name` is how messages call it. Fields not declared are errors, or dyn where `open`.
  static Type object(std::string name, std::vector<Field> fields, bool open = false);
  // A text out of a closed set; comparing it with any other literal is an error.
  static Type enumeration(std::vector<std::string> values);

  static Type dyn() { return Type(Kind::dyn); }
  static Type boolean() { return Type(Kind::boolean); }
  static Type integer() { return Type(Kind::integer); }
  static Type floating() { return Type(Kind::floating); }
  static Type string() { return Type(Kind::string); }
  static Type timestamp() { return Type(Kind::timestamp); }
  static Type duration() { return Type(Kind::duration); }
  static Type date() { return Type(Kind::date); }

  Kind kind() const;
  bool is(Kind kind) const { return this->kind() == kind; }
  // The element of a list, the value of a map; dyn for anything else.
  Type element() const;
  Type key() const;                           // of a map; dyn for anything else
  const std::vector<Field>& fields() const;   // of an object; else empty
  const Field* field(std::string_view name) const;  // owned by this type
  bool open() const;                          // an object that may have more fields than declared
  const std::vector<std::string>& values() const;   // of an enumeration; else empty
  Personal personal() const;
  bool nullable() const;                      // the value may also be null

  Type with_personal(Personal personal) const;
  Type with_nullable() const;

  // Whether a value of type `other` may stand where this type is expected. dyn goes both ways.
  bool accepts(const Type& other) const;
  // The path of the first personal field in it (".name", "[].code", "" for itself); nothing: none.
  // Copying a whole object is a leak if one of its parts is.
  bool contains_personal(std::string* path = nullptr) const;
  // As messages name it: "int", "list(date)", "map(string, dyn)", an object's name.
  std::string str() const;

 private:
  struct Data;
  explicit Type(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

struct Type::Field {
  std::string name;
  Type type;
  bool required = false;
};

// The type that a JSON Schema (draft 7) describes: type, properties, required, items, enum, const,
// format date-time/date/duration, additionalProperties, allOf/anyOf/oneOf, $ref within the document,
// x-personal. Fields that a schema with `properties` does not declare cannot be read, unless it says
// `additionalProperties: true`. A reference that leads nowhere or back to itself a second time
// becomes an object without fields. `name` is how messages call it.
Type type_from_schema(const Json& schema, std::string_view name = "object");

}  // namespace elukaar::cel
