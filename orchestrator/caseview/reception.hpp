#pragma once

#include <optional>
#include <string>

#include "caseview/answer.hpp"
#include "caseview/page.hpp"
#include "cloudevents/schema_catalogue.hpp"

// How an act of a person is taken in: checked, composed, kept as a row with its receipt time. Used by
// the residents' desk and by the office.
namespace elukaar::caseview {

// Limits of what somebody sends.
inline constexpr std::size_t max_idempotency_key_bytes = 100;
inline constexpr std::size_t max_form_fields = 50;

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

// Where it is taken in: the case and who acts. Everything must outlive the call.
struct Reception {
  const CaseRecord& record;
  const workflow::Service& service;
  const workflow::Workflow& rules;
  const Reader& reader;
  const cloudevents::SchemaCatalogue& events;
  ViewStore& store;
  engine::Vault& vault;
};

// An act that came another way than through the page, and who entered it.
struct Entered {
  Timestamp received_at{};  // case time; not after now
  Json office;              // kept with the act: {official, identifiedBy}
};

// The right to the act is checked here; that the reader may see the case is the caller's to know.
// The same key with the same body is answered with the first receipt.
Answer<Received> receive(const Reception& at, const Submission& submission,
                         const std::optional<Entered>& entered);

// {action, receivedAt, outcome}
Json receipt_of(const ActionRecord& record);

}  // namespace elukaar::caseview
