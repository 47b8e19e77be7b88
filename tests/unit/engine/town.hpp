#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cloudevents/encode.hpp"
#include "engine/batch/batch.hpp"
#include "simulate/world/memory_store.hpp"
#include "simulate/scenario/play.hpp"

namespace elukaar::test {

using engine::SourceRecord;

inline constexpr std::chrono::seconds lease{10};
inline const std::string partition = "kafka/events/0";
inline const std::string child = "p1_childchildchildchildchildc";

// Rae's service with everything that the engine's batch needs, in memory, on a clock that stands.
class Town : public ::testing::Test {
 protected:
  Town()
      : library(simulate::Library::open(ELUKAAR_SOURCE_DIR).value()),
        of_library(library->parts(
            library
                ->stage(std::string{ELUKAAR_SOURCE_DIR} +
                            "/workflows/municipalities/rae/kindergarten-place.yaml",
                        {})
                ->workflow)),
        workflow(of_library.workflows.front()),
        store(*parse_rfc3339("2026-06-01T00:00:00Z")),
        workflows(of_library.workflows, of_library.compile),
        parts{workflows, library->events(), calendar, keyring, {}} {
    workflows.register_with(store);
  }

  // The next record of the partition.
  SourceRecord record(const std::string& name, const std::string& id, Json data) {
    cloudevents::CloudEvent event;
    event.id = id;
    event.source = "/test";
    event.type = workflow->events.at(name).type;
    event.time = *parse_rfc3339("2026-05-20T06:00:00Z");
    event.municipality = Municipality{"0653"};
    event.partition_key = id;
    event.data = std::move(data);
    return raw(cloudevents::encode(event));
  }
  SourceRecord raw(std::string value) {
    SourceRecord made;
    made.lane = partition;
    made.offset = next_offset++;
    made.key = "k";
    made.value = std::move(value);
    made.headers = {{"content-type", std::string{cloudevents::structured_content_type}}};
    return made;
  }
  SourceRecord birth(const std::string& id = "birth", const std::string& of = child) {
    return record("birth-registered", id,
                  {{"child", {{"key", of}, {"bornOn", "2026-05-01"}}}, {"residenceKov", "0653"}});
  }
  SourceRecord application() {
    return record("application-submitted", "applied",
                  {{"child", {{"key", child}}},
                   {"application",
                    {{"id", "a1"}, {"applicant", "p1_parentparentparentparentpa"},
                     {"submittedAt", "2026-05-21T06:00:00Z"}, {"wishedStart", "2027-11-01"},
                     {"language", "et"}, {"preferences", {"rae-aiamaa"}}}}});
  }
  SourceRecord moved(const std::string& id, int position) {
    return record("queue-position-changed", id,
                  {{"application", {{"id", "a1"}}},
                   {"queue", {{"scope", "s"}, {"position", position}, {"of", 40},
                              {"ruleRef", "application-time"}}}});
  }

  engine::Arrival understood(SourceRecord record) {
    return engine::understand(std::move(record), parts.schemas, workflows, calendar);
  }

  Json status() const {
    const Json& shown = *store.cases().begin()->second.value->status;
    return shown.is_null() ? Json::object() : shown;
  }
  std::string text_shown() const { return status().value("text", "nothing"); }

  std::unique_ptr<simulate::Library> library;
  simulate::World::Parts of_library;
  workflow::WorkflowPtr workflow;
  calendar::Calendar calendar;
  privacy::Keyring keyring = privacy::Keyring::passing();
  simulate::MemoryCaseStore store;
  engine::Workflows workflows;
  engine::EngineParts parts;
  std::int64_t next_offset = 0;
};

}  // namespace elukaar::test
