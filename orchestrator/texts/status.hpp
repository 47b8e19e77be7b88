#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"

namespace elukaar::texts {

// A system that does not answer, and since when: told to the resident beside the status.
struct Delayed {
  std::string system;  // connector role: "population-register"
  Timestamp since{};

  bool operator==(const Delayed&) const = default;
};

// What is said about a case: keys and typed process facts, never sentences or personal data
// (resident-page.md, section 1). Sentences are made from it at reading: Catalogue::render.
struct Status {
  std::string text;                       // key in the text catalogue
  std::string turn;                       // resident | municipality | register | none, or a word of the service
  std::string push;                       // A | N | none
  std::optional<Date> by;                 // date of the next news or of the end of the term
  // A legal clock, null: none. {name, state: running|paused|warned|breached|decided, startedOn, due,
  // pausedSince?, ground?, decisionBy?}, or {name, state: waiting, startsOn}; days as ISO text.
  Json clock;
  std::vector<std::string> legal_basis;   // citation ids
  std::vector<std::string> actions;       // names from the workflow file
  std::vector<std::string> visible_to;    // applicant | guardians | official
  Json args = Json::object();             // dates as ISO text, numbers, codes, yes/no texts
  bool final = false;
  std::optional<Delayed> delayed;

  bool operator==(const Status&) const = default;
};

// The published form: cases.status, the status topic and snapshots. No status: null.
Json published(const Status& status);
Json published(const std::optional<Status>& status);

// Reads the published form; the failure is a sentence that names the member. Unknown members are
// ignored, so that an older reader survives a newer writer.
Result<Status, std::string> from_published(const Json& json);

}  // namespace elukaar::texts
