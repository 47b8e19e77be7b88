#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "caseview/answer.hpp"
#include "caseview/reception.hpp"
#include "caseview/services.hpp"
#include "cloudevents/schema_catalogue.hpp"
#include "engine/ports/vault.hpp"
#include "identity/sessions.hpp"
#include "privacy/keyring.hpp"
#include "resident/resident_store.hpp"
#include "texts/catalogue.hpp"

namespace elukaar::resident {

using caseview::Answer;
using caseview::Received;
using caseview::Submission;
using identity::LoggedIn;
using identity::Session;

// The use cases behind the residents' routes. Every answer is made at reading, for this person and
// this language, and every right is checked at that moment (authorisation.md); documents are those of
// adapters/http/openapi.yaml. One object for each thread: it has its own store and vault. The references
// must outlive it. Functions block; engine::StoreFault passes through.
class Desk {
 public:
  Desk(identity::Sessions sessions, const caseview::Services& services,
       const cloudevents::SchemaCatalogue& events, const privacy::Keyring& keyring,
       std::unique_ptr<ResidentStore> store, std::unique_ptr<engine::Vault> vault);
  ~Desk();

  // Development only; not_found in production. `document`: {"person": …} or {"personalCode": …}.
  // The session behind `former_token` ends: a login always gives a new one.
  Answer<Json> development_persons(texts::Language language);
  Answer<LoggedIn> log_in_for_development(const std::string& document,
                                          std::string_view former_token);
  void log_out(const Session& session);
  // Nobody for a token that is unknown, idle for too long or too old.
  Answer<Session> session(std::string_view token);

  Answer<Json> me(const Session& session);
  Answer<Json> cases(const Session& session, texts::Language language);
  Answer<Json> case_view(const Session& session, const std::string& case_id,
                         texts::Language language);
  Answer<Json> form(const Session& session, const std::string& case_id, const std::string& form,
                    texts::Language language);
  // Keeps answers of a form that is still being filled in, for this person alone; `body`: {form}.
  // conflict where nothing of this form is kept now: it was sent, or somebody else has sent one.
  Answer<Json> save_draft(const Session& session, const std::string& case_id,
                          const std::string& form, const std::string& body,
                          texts::Language language);
  Answer<Received> submit(const Session& session, const Submission& submission,
                          texts::Language language);
  Answer<Json> action(const Session& session, const std::string& action_id,
                      texts::Language language);

 private:
  struct Found;
  Answer<Found> find(const Session& session, const std::string& case_id);
  std::string clause_of(const ActionRecord& record, const Found& found) const;

  identity::Sessions sessions_;
  const caseview::Services& services_;
  const cloudevents::SchemaCatalogue& events_;
  const privacy::Keyring& keyring_;
  std::unique_ptr<ResidentStore> store_;
  std::unique_ptr<engine::Vault> vault_;
};

}  // namespace elukaar::resident
