#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/sensitive.hpp"
#include "privacy/keyring.hpp"

namespace elukaar::privacy {

// `x-personal` of a schema.
enum class FieldClass { identity, contact, special };
std::string_view to_text(FieldClass field_class);
// Nothing for any other word.
std::optional<FieldClass> parse_field_class(std::string_view word);

// One classed value taken out of a document: it belongs into the vault and nowhere else. A text is
// kept as it is, any other value as its JSON text.
struct PersonalValue {
  Pseudonym person;
  std::string field;  // kebab-case: "first-name"
  FieldClass field_class = FieldClass::identity;
  Sensitive<std::string> value;
};

// Two names of one person: the code was changed, or the municipality's key was.
struct FormerName {
  Pseudonym former;
  Pseudonym current;

  auto operator<=>(const FormerName&) const = default;
};

struct Separated {
  Json safe;  // what may go on
  std::vector<PersonalValue> values;
  std::vector<FormerName> former_names;
  // Members that the schema does not declare, left out of `safe`: where (JSON pointers of the objects
  // that held them; a member's own name might be personal).
  std::vector<std::string> undeclared_in;
};

// Why a document could not be separated: a JSON pointer and a sentence without any value of it.
struct SeparationFlaw {
  std::string where;
  std::string what;
};

// How persons of one document are named.
struct Naming {
  const Keyring& keyring;
  Municipality municipality;
  // Names persons without a code, the same way each time.
  EventKey event;
  // Persons that the document does not hold but its schema names with `x-owner` (a connector's
  // answer about the person it was asked for).
  std::map<std::string, Pseudonym> owners{};
};

// Takes the classed fields out of the documents of one JSON Schema (draft 7 and our keywords):
//
//   "x-personal": "identity" | "contact" | "special"   this property must not leave the edge
//   "x-field": "first-name"     its name in the vault; default: the property's, in kebab-case
//   "x-becomes": "key"          beside "identity": a personal code, replaced by a property of this
//                               name that holds the pseudonym. The code itself is kept as field
//                               `personal-code`. In an object with several codes the one that
//                               becomes `key` is the person; one that becomes `formerKey` is a
//                               former code of the same person.
//   "x-owner": "/child"         on a property or its object, where that object holds no code: whose
//                               it is. A JSON pointer to an object of the same document that holds a
//                               code or a `key`, or (without /) a name that `Naming` gives.
//   "x-hoist": true             on an object property: what remains of it moves up into the
//                               enclosing object
//
// The schema is walked once; separating then visits only what the schema declares. Immutable and
// safe to share between threads.
//
// An unserved municipality (no key in the ring): persons become `x_…`, and no value is handed out.
class Separator {
 public:
  static constexpr std::size_t max_depth = 32;

  // One sentence for each thing in the schema that would let a personal field slip through or leave
  // it without an owner.
  static Result<Separator, std::vector<std::string>> build(const Json& schema);

  // The schema of what `separate` leaves: classed properties gone, codes replaced by keys.
  const Json& safe_schema() const { return safe_schema_; }
  // Whether the schema classes anything at all.
  bool classes_anything() const { return classes_anything_; }

  // `document` must be valid under the schema; what the schema forbids may be lost or refused here,
  // but is never let through.
  Result<Separated, SeparationFlaw> separate(Json document, const Naming& naming) const;

  struct Node;  // the compiled schema, private to separator.cpp

 private:
  Separator() = default;

  std::shared_ptr<const Node> root_;
  Json safe_schema_;
  bool classes_anything_ = false;
};

}  // namespace elukaar::privacy
