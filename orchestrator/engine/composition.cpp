#include "engine/composition.hpp"

#include <algorithm>

#include "calendar/calendar.hpp"

namespace elukaar::engine {
namespace {

// The members that a schema names; none where it names none.
const Json& members_of(const Json& schema) {
  static const Json none = Json::object();
  if (!schema.is_object()) return none;
  const auto members = schema.find("properties");
  return members == schema.end() ? none : *members;
}

class Composition {
 public:
  Composition(const Act& act, Timestamp received_at) : act_(act), received_at_(received_at) {}

  Composed make() {
    const std::string at = to_rfc3339(received_at_);
    Json data = Json::object();
    static const Json no_schema;
    const Json& members = members_of(act_.schema != nullptr ? *act_.schema : no_schema);
    for (const auto& [name, schema] : members.items()) {
      Json value = member(name, schema, at);
      if (!value.is_null()) data[name] = std::move(value);
    }
    made_.event = {{"id", act_.id.str()},
                   {"source", portal_source(act_.municipality)},
                   {"type", act_.type},
                   {"time", at},
                   {"data", std::move(data)}};
    return std::move(made_);
  }

 private:
  // Null: the act has nothing to say about it.
  Json member(const std::string& name, const Json& schema, const std::string& at) {
    const Json& inner = members_of(schema);
    if (name == "by") return act_.person.str();
    if (name == "receivedAt") return at;
    if (name == "reason") return act_.reason.empty() ? Json() : Json(act_.reason);
    if (name == act_.rule.form && inner.contains("applicant")) {
      Json whole = {{"id", act_.id.str()}, {"applicant", act_.person.str()}, {"submittedAt", at}};
      for (const std::string& field : act_.asked) {
        Json value = answer(field, inner);
        if (!value.is_null()) whole[field] = std::move(value);
      }
      return whole;
    }
    if (std::find(act_.asked.begin(), act_.asked.end(), name) != act_.asked.end()) {
      return answer(name, members_of(*act_.schema));
    }
    if (inner.contains("revision")) {
      if (act_.subject_version == 0) return {};  // the act is about the case itself
      return {{"id", act_.subject}, {"revision", act_.subject_version}};
    }
    return of_the_case(name, inner);
  }

  // {key} of a person, {id} of what is asked for: what the case itself has under this name.
  Json of_the_case(const std::string& name, const Json& inner) const {
    const Json own = act_.context.value(name, Json());
    if (!own.is_object()) return {};
    for (const char* reference : {"key", "id"}) {
      if (inner.contains(reference) && own.contains(reference)) {
        return {{reference, own.at(reference)}};
      }
    }
    return {};
  }

  Json answer(const std::string& field, const Json& members) {
    if (!act_.answers.contains(field)) return {};
    const Json& given = act_.answers.at(field);
    const Json schema = members.value(field, Json());
    if (!schema.is_object() || !schema.contains("x-personal")) return given;
    made_.entries.push_back(
        {act_.municipality, act_.case_id.str(), act_.person, field,
         Sensitive<std::string>(given.is_string() ? given.get<std::string>() : given.dump()),
         privacy::FieldClass::special,
         {portal_source(act_.municipality), calendar::day_in_tallinn(received_at_)},
         received_at_});
    return {};
  }

  const Act& act_;
  const Timestamp received_at_;
  Composed made_;
};

}  // namespace

std::string portal_source(const Municipality& municipality) {
  return "/kov/" + municipality.str() + "/portal";
}

Composed compose(const Act& act, Timestamp received_at) {
  return Composition(act, received_at).make();
}

}  // namespace elukaar::engine
