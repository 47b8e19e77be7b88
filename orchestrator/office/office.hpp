#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "caseview/answer.hpp"
#include "caseview/services.hpp"
#include "cloudevents/schema_catalogue.hpp"
#include "engine/intake/intake.hpp"
#include "engine/ports/vault.hpp"
#include "identity/sessions.hpp"
#include "office/office_store.hpp"
#include "office/tasks.hpp"
#include "privacy/keyring.hpp"

namespace elukaar::office {

using identity::LoggedIn;

inline constexpr std::size_t max_official_name_bytes = 80;
// How far back an answer that came by telephone or on paper may be entered.
inline constexpr std::chrono::days enter_within{30};

// Sends an event as this municipality's office does: through the intake, to the topic. Blocks until
// the broker has it; `body` is a structured CloudEvent.
using Send = std::function<Result<void, engine::IntakeRefusal>(const Municipality&,
                                                              const std::string& body)>;

// The use cases behind the officials' routes (adapters/http/openapi.yaml). An official sees the cases of
// the municipality that he logged in for; what is another's and what is not there are the same
// answer. One object for each thread. The references must outlive it. Functions block;
// engine::StoreFault passes through.
class Office {
 public:
  // `events`: the data of events on topics; `forms`: what the intake takes; `connectors`: who plays
  // which role, for the tasks of those that officials play.
  Office(identity::Sessions sessions, const caseview::Services& services,
         const cloudevents::SchemaCatalogue& events, const cloudevents::SchemaCatalogue& forms,
         const kit::Registry& connectors, const privacy::Keyring& keyring,
         std::unique_ptr<OfficeStore> store, std::unique_ptr<caseview::ViewStore> views,
         std::unique_ptr<engine::Vault> vault, Send send);
  ~Office();

  // Development only; not_found in production. `document`: {"municipality": …, "name": …}.
  Answer<Json> development_municipalities();
  Answer<LoggedIn> log_in_for_development(const std::string& document,
                                          std::string_view former_token);
  void log_out(const Session& session);
  Answer<Session> session(std::string_view token);

  Answer<Json> me(const Session& session);
  Answer<Json> cases(const Session& session, texts::Language language);
  // `reader`: as which of the guardians the page is read, counted from 0.
  Answer<Json> case_view(const Session& session, const std::string& case_id, int reader,
                         texts::Language language);
  // An event that a register would have sent. `document`: {"data": {…}}.
  Answer<Json> enter(const Session& session, const std::string& case_id, const std::string& event,
                     const std::string& document);
  // What a guardian said by telephone or on paper. `document`: {"guardian", "receivedAt",
  // "identifiedBy", "subject", "revision", "reason"?, "form"?}. It counts from its receipt.
  Answer<Json> answer_for_family(const Session& session, const std::string& case_id,
                                 const std::string& action, const std::string& idempotency_key,
                                 const std::string& document, texts::Language language);

  // What officials do in place of a register.
  Tasks& tasks() { return tasks_; }

 private:
  struct Found;
  bool know(const Municipality& municipality, const Pseudonym& official, const std::string& name,
            Timestamp now);
  Answer<Found> find(const Session& session, const std::string& case_id);

  identity::Sessions sessions_;
  const caseview::Services& services_;
  const cloudevents::SchemaCatalogue& events_;
  const cloudevents::SchemaCatalogue& forms_;
  const privacy::Keyring& keyring_;
  std::unique_ptr<OfficeStore> store_;
  std::unique_ptr<caseview::ViewStore> views_;
  std::unique_ptr<engine::Vault> vault_;
  Send send_;
  Tasks tasks_;
};

}  // namespace elukaar::office
