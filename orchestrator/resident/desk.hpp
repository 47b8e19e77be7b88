#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "cloudevents/schema_catalogue.hpp"
#include "engine/ports/vault.hpp"
#include "privacy/keyring.hpp"
#include "resident/resident_store.hpp"
#include "caseview/services.hpp"
#include "texts/catalogue.hpp"

namespace elukaar::resident {

struct DeskSettings {
  bool development = false;  // allows log_in_for_development
  std::chrono::milliseconds session_idle{30 * 60 * 1000};
  std::chrono::milliseconds session_max{8 * 60 * 60 * 1000};
};

// Limits of what a resident sends.
inline constexpr std::size_t max_idempotency_key_bytes = 100;
inline constexpr std::size_t max_form_fields = 50;

struct FieldError {
  std::string field;
  std::string text;  // in the reader's language
};

// Why the desk says no. Nothing of it tells whether something exists that is not the asker's.
struct Refusal {
  enum class Kind {
    no_session,  // log in
    not_found,   // not there, or not yours
    malformed,   // the request itself
    invalid,     // the form, or a key used for something else
    conflict,    // done already, and otherwise
    unavailable  // come again
  };
  Kind kind = Kind::not_found;
  std::string what{};  // a sentence without any value
  std::vector<FieldError> fields{};
};

template <class T>
using Answer = Result<T, Refusal>;

// "Mari Maasikas" of what the vault knows of one person; empty: nothing of it.
std::string full_name(const std::vector<engine::VaultValue>& values);

struct LoggedIn {
  std::string token;  // for the cookie; only its digest is kept
  Session session;
};

struct Submission {
  std::string case_id;  // as in the URL
  std::string action;
  std::string idempotency_key;
  std::string body;  // JSON {subject, revision, form, reason}
};

struct Received {
  ActionId action;
  Municipality municipality;
  Pseudonym person;
  Json view;  // {action, receivedAt, outcome}
};

// The use cases behind the residents' routes. Every answer is made at reading, for this person and
// this language, and every right is checked at that moment (authorisation.md); documents are those of
// adapters/http/openapi.yaml. One object for each thread: it has its own store and vault. The references
// must outlive it. Functions block; engine::VaultFault and StoreFault pass through.
class Desk {
 public:
  Desk(DeskSettings settings, const Services& services, const cloudevents::SchemaCatalogue& events,
       const privacy::Keyring& keyring, std::unique_ptr<ResidentStore> store,
       std::unique_ptr<engine::Vault> vault);
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

  DeskSettings settings_;
  const Services& services_;
  const cloudevents::SchemaCatalogue& events_;
  const privacy::Keyring& keyring_;
  std::unique_ptr<ResidentStore> store_;
  std::unique_ptr<engine::Vault> vault_;
};

// Ids in URLs: 32 hexadecimal digits.
std::string to_url_id(const Uuid& id);
std::optional<Uuid> parse_url_id(std::string_view text);

}  // namespace elukaar::resident
