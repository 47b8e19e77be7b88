#pragma once

#include <optional>
#include <string>

#include "cloudevents/schema_catalogue.hpp"
#include "resident/desk.hpp"
#include "caseview/page.hpp"

// How an act of a person is taken in: checked, composed, kept as a row with its receipt time. Used by
// the residents' desk and by the office.
namespace elukaar::resident {

// Where it is taken in: the case and who acts. Everything must outlive the call.
struct Reception {
  const CaseRecord& record;
  const workflow::Service& service;
  const workflow::Workflow& rules;
  const Reader& reader;
  const cloudevents::SchemaCatalogue& events;
  ResidentStore& store;
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

std::string random_token();  // 256 bits, hexadecimal
Uuid random_id();            // RFC 9562, version 4

// The document, or nothing where it is no JSON object. Depth and size are bounded by the body's limit.
std::optional<Json> read_object(const std::string& text);
// Empty where there is none, or where it is no text.
std::string text_member(const Json& json, const char* name);

}  // namespace elukaar::resident
