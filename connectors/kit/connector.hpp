#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/sensitive.hpp"
#include "kit/http.hpp"
#include "kit/operation.hpp"

namespace elukaar::kit {

// One call of an operation. Every attempt of a call has the same id: it is the idempotency key.
struct Call {
  CallId id;
  Municipality municipality;
  std::string case_reference;  // X-Road-Issue; process fact, no personal data
  std::string operation;
  Json input;            // as the workflow made it: persons are pseudonyms
  int attempt = 1;       // 1 for the first
  std::string traceparent;  // W3C trace context, empty where there is none
};

// What became of one attempt. Texts in all of them are written by us: what a foreign system says in
// words may name a person, and these texts reach journals and logs.
struct Answered {
  Json output;  // fits the operation's output schema
};
// The system understood and said no: a fact of the case. Never retried.
struct Refused {
  std::string code;  // [A-Za-z0-9._-], at most 80 characters: "person-unknown", "round-running"
  std::string message;
};
// One side broke the contract (an answer that does not fit, a request that the other side cannot
// read): nothing that waiting would heal. Never retried.
struct Invalid {
  std::string detail;
};
// No answer, or none yet. Says nothing about whether the call took effect: repeated with the same id.
struct Unavailable {
  std::string detail;
  std::optional<std::chrono::seconds> retry_after;
};
// Nothing is sent: an official carries it out, and his answer is the call's. The call rests until then.
struct Entrusted {};
using Outcome = std::variant<Answered, Refused, Invalid, Unavailable, Entrusted>;

// The way from a pseudonym to the person, for one call: each reading is recorded with the call's case
// and purpose (Andmejälgija), so a connector asks for no more than the request needs.
class PersonalData {
 public:
  virtual ~PersonalData() = default;
  // Fails, with the reason, where the person has no personal code (yet) or it has been erased. A
  // vault that cannot be reached is a fault: an exception.
  virtual Result<Sensitive<std::string>, std::string> personal_code(const Pseudonym& person) = 0;
};

// For connectors' own use. Whether the call's operation is one of these and its input fits; otherwise
// the Invalid to answer with.
Result<void, Outcome> check_input(const std::vector<Operation>& operations, const Call& call);
// `output` as an answer, or Invalid where it does not fit the operation's output schema (a discarded
// JSON value, so an unparseable body, never does).
Outcome read_output(const std::vector<Operation>& operations, const Call& call, Json output);

// The translator between one role's operations and one kind of system. Pure: no I/O, no clock, no
// state that changes, so that the same call makes the same request; may be used from any thread.
// The dispatcher does the talking, the retries and the separation of personal fields.
//
// Contract, checked for every connector by kit/conformance.hpp: the call's id is the request's
// Idempotency-Key; both timeouts are set; no personal code in the URL or in describe(request); an
// unavailable system is Unavailable, never Refused; an answer is checked against the output schema.
class Connector {
 public:
  virtual ~Connector() = default;

  // "population-register": the word that workflow files use.
  virtual std::string_view role() const = 0;
  virtual const std::vector<Operation>& operations() const = 0;

  // The exchange that performs `call`, or why there can be none (Refused, Invalid or Entrusted).
  virtual Result<HttpRequest, Outcome> request(const Call& call, PersonalData& persons) const = 0;

  // What a response to the request of `call` means. Timeouts and broken connections never get here:
  // they are Unavailable by themselves.
  virtual Outcome read(const Call& call, const HttpResponse& response) const = 0;

  // What keeps `output` from being an official's answer to an entrusted call of `operation`; nothing: it
  // can be one.
  virtual std::vector<documents::Violation> flaws(const Operation& operation,
                                                  const Json& output) const {
    return operation.output.violations(output);
  }
};

}  // namespace elukaar::kit
