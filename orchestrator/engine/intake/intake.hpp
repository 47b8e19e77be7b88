#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/source_position.hpp"
#include "cloudevents/cloud_event.hpp"
#include "cloudevents/schema_catalogue.hpp"
#include "engine/ports/event_publisher.hpp"
#include "engine/ports/topics.hpp"
#include "engine/ports/vault.hpp"
#include "privacy/keyring.hpp"
#include "privacy/separator.hpp"

namespace elukaar::engine {

// A sender, as the operator has entered him. What he may say is bound here, never by what he says.
struct IntakeCredential {
  std::string name;          // for logs and metrics
  std::string token_sha256;  // hexadecimal SHA-256 of the bearer token; the token itself is not kept
  Municipality municipality;
  std::string source;              // the only `source` his events may carry
  std::vector<std::string> types;  // the only `type`s
};

// What the intake accepts of each event type: the form (JSON Schema with classed fields) and the
// separator made of it. Immutable; share it.
class IntakeForms {
 public:
  // One form for each schema of `catalogue` (`events/intake/`), for an event that has a schema in
  // `events` too. All problems at once.
  static Result<IntakeForms, Problems> build(cloudevents::SchemaCatalogue catalogue,
                                             cloudevents::SchemaCatalogue events);

  const cloudevents::SchemaCatalogue& catalogue() const { return catalogue_; }
  // What the events are that the forms become, once what is personal has gone.
  const cloudevents::SchemaCatalogue& events() const { return events_; }
  // Null for a type that the intake does not take. Owned by this.
  const privacy::Separator* separator(std::string_view type) const;

 private:
  IntakeForms(cloudevents::SchemaCatalogue catalogue, cloudevents::SchemaCatalogue events)
      : catalogue_(std::move(catalogue)), events_(std::move(events)) {}

  cloudevents::SchemaCatalogue catalogue_;
  cloudevents::SchemaCatalogue events_;
  std::map<std::string, privacy::Separator, std::less<>> separators_;
};

// Whether a municipality takes part, and whether it wants events to be acted on that nobody has asked
// for (`x-proactive`).
struct MunicipalityStanding {
  bool served = false;
  bool proactive = false;
};

// As the workflow files in force say it.
class Workflows;
MunicipalityStanding standing_of(const Workflows& workflows, const Municipality& municipality);

struct IntakeSettings {
  std::vector<IntakeCredential> credentials;
  Topics topics;
  std::size_t max_body_bytes = 64 * 1024;  // protocols.md, section 4
  std::size_t max_in_flight = 10'000;      // beyond it senders are asked to come again
  std::size_t max_batch = 256;             // requests whose vault writes share a transaction
};

struct IntakeAccepted {
  std::string id;
  std::string source;
  Municipality municipality;
  bool forgotten = false;  // counted, and nothing kept: the municipality is not proactive

  bool operator==(const IntakeAccepted&) const = default;
};

// `status` is what HTTP calls it: 400 unreadable, 401 unknown sender, 403 not his to say, 413 too
// large, 415 another media type, 422 not according to the form, 503 come again (not the sender's
// fault; nothing is known to be kept). `code` is stable, kebab-case; `sentence` quotes no value.
struct IntakeRefusal {
  int status = 400;
  std::string code;
  std::string sentence;

  bool operator==(const IntakeRefusal&) const = default;
};

struct IntakeCounts {
  std::uint64_t published = 0;
  std::uint64_t forgotten = 0;
  std::uint64_t not_served = 0;  // published without anything personal
  std::uint64_t refused = 0;
};

// Takes events from systems that hold personal data: checks the sender and the form, puts what is
// personal into the vault, and passes the rest on under pseudonyms. Answers only when the broker has
// the event. A repeat of the same (source, id) ends the same way and does no harm.
//
// accept() may be called by any thread and does not block; the vault's writes are gathered on a thread
// of its own, one transaction for all that waits. The destructor answers what is queued with 503
// and waits for its thread; the publisher must not call back after that, so stop it first.
class Intake {
 public:
  using Outcome = Result<IntakeAccepted, IntakeRefusal>;
  using Done = std::function<void(Outcome)>;

  // All references must outlive the intake; the vault is used by the intake's thread only.
  // `standing` may be called by any thread.
  Intake(IntakeSettings settings, const IntakeForms& forms, const privacy::Keyring& keyring,
         std::function<MunicipalityStanding(const Municipality&)> standing, Vault& vault,
         EventPublisher& publisher);
  ~Intake();
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  // `token`: the bearer token, empty for none. `done` is called exactly once: at once for a refusal,
  // later from the intake's or the publisher's thread.
  void accept(std::string_view token, std::string_view content_type, std::string_view body,
              Timestamp now, Done done);
  // The same of a sender inside this program, who shows no token.
  void accept_from(const IntakeCredential& sender, std::string_view content_type,
                   std::string_view body, Timestamp now, Done done);

  IntakeCounts counts() const;

 private:
  struct Pending;
  struct Shared;

  Result<Pending, IntakeRefusal> prepare(const IntakeCredential& sender,
                                         std::string_view content_type, std::string_view body,
                                         Timestamp now) const;
  Result<cloudevents::CloudEvent, IntakeRefusal> read_event(const IntakeCredential& sender,
                                                            std::string_view content_type,
                                                            std::string_view body) const;
  // What may go on; what may not is added to `vault`, if anything may be kept.
  Result<Json, IntakeRefusal> separate(const cloudevents::CloudEvent& event,
                                       const IntakeCredential& sender, bool kept, Timestamp now,
                                       VaultBatch& vault) const;
  const IntakeCredential* credential_of(std::string_view token) const;
  void run();
  void write(std::vector<Pending> batch);
  void publish(Pending pending);

  const IntakeSettings settings_;
  const IntakeForms& forms_;
  const privacy::Keyring& keyring_;
  const std::function<MunicipalityStanding(const Municipality&)> standing_;
  Vault& vault_;
  EventPublisher& publisher_;
  std::map<std::string, const IntakeCredential*, std::less<>> by_token_;  // by digest

  std::shared_ptr<Shared> shared_;  // also held by callbacks that are on their way
  std::thread writer_;              // last: it uses all of the above
};

}  // namespace elukaar::engine
