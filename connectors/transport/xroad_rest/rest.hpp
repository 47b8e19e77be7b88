#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/sensitive.hpp"
#include "kit/connector.hpp"
#include "kit/settings.hpp"

// X-Road's REST protocol (PR-REST 1.0.4) as a consumer speaks it to its own security server. All
// connectors whose systems stand behind X-Road build their requests and read their errors here.
namespace elukaar::xroad_rest {

// INSTANCE/CLASS/MEMBER/SUBSYSTEM, each one part: "EE", "GOV", "70008440", "rr".
struct Subsystem {
  std::string instance;
  std::string member_class;
  std::string member;
  std::string subsystem;
};

// Reads "EE/GOV/70008440/rr"; fails on anything but four parts of X-Road's characters.
Result<Subsystem, std::string> parse_subsystem(std::string_view text);

// How one service of one provider is reached.
struct Route {
  std::string security_server;  // "https://server.example:8443", no slash at the end
  Subsystem client;             // us
  Subsystem provider;
  std::string service;          // service code: "elukaar-koht"
  // X-Road-UserId where the agreement with the provider asks for one ("EE" and a code): the official
  // in charge, not the resident.
  std::optional<Sensitive<std::string>> user_id;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds total_timeout{30'000};
};

inline constexpr std::string_view transport = "X-Road REST";

// The keys of the settings that this transport reads; the timeouts are every connector's.
std::vector<kit::Setting> settings();
// The route of settings that were read by these declarations.
Route route_of(const kit::Values& values);

// The request for `path` (segments, not yet encoded) of the route's service. X-Road-Id and
// Idempotency-Key are the call's id, so every attempt is recognisable as the same call at both ends;
// X-Road-Issue is its case. `body` null: none.
kit::HttpRequest make_request(const Route& route, const kit::Call& call, std::string method,
                              const std::vector<std::string>& path, const Json& body);

// What a response means before anyone looks at its body's meaning: an outcome where the security
// server made the error (told by X-Road-Error, not by the status: the provider's own errors pass
// unchanged), where the answer belongs to another call, or where the provider's status says that it
// is unavailable or that one side broke the contract. Nothing: a 2xx, or a business error (404, 409,
// 410, 422) that the connector reads itself.
std::optional<kit::Outcome> read_failure(const kit::Call& call, const kit::HttpResponse& response);

// The provider's business error as a refusal. Its code is the body's `code`, or the last part of its
// `type` (problem+json), if that is a decent word; otherwise `otherwise`, but a 404 without a code is
// a wrong address: Invalid. Its words stay unread.
kit::Outcome read_refusal(const kit::HttpResponse& response, std::string_view otherwise);

}  // namespace elukaar::xroad_rest
