#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cloudevents/schema_catalogue.hpp"
#include "engine/ports/case_store.hpp"
#include "engine/ports/event_source.hpp"
#include "engine/workflows.hpp"
#include "privacy/keyring.hpp"

namespace elukaar::engine {

// One service that an event concerns, and the keys by which it finds its cases there.
struct Route {
  workflow::WorkflowPtr workflow;  // the newest
  const workflow::EventRule* rule = nullptr;
  // By alternative of `correlate`; one whose keys the event lacks is empty.
  std::vector<std::vector<CorrelationKey>> alternatives;
  std::vector<CorrelationKey> adds;

  // All keys of all alternatives: what a case started by this event is found by.
  std::vector<CorrelationKey> identity() const;
  // Whether the event may start a case or give one a key, so that its keys must be locked.
  bool claims_keys() const;
};

// Why a record cannot be applied.
struct ParkReason {
  std::string code;      // "not-served", "early", "schema-violation"
  std::string sentence;  // for a person; no values of the data
};

// A record as far as it can be understood without the database.
struct Arrival {
  std::string lane;
  std::int64_t position = 0;
  std::optional<Uuid> parked_id;  // it was parked before and is tried again
  SourceRecord record;            // as it came: what is sealed if it has to be parked

  std::optional<ParkReason> refused;  // then only what could be read of the following
  Municipality municipality;
  EventKey key;
  std::string type;
  Timestamp time{};
  Json event;  // as expressions see it: {id, source, type, time, subject?, data}
  std::vector<Route> routes;
};

// A record's bytes in one piece, and back.
std::string pack(const SourceRecord& record);
std::optional<SourceRecord> unpack(const std::string& packed);

// Decodes, checks against the schema, finds the services concerned and computes the keys. Pure but
// for reading `workflows`. Never throws for anything a record may hold.
Arrival understand(SourceRecord record, const cloudevents::SchemaCatalogue& schemas,
                   const Workflows& workflows, const calendar::Calendar& calendar);

}  // namespace elukaar::engine
