#include "transport/xroad_rest/rest.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/json_members.hpp"

namespace elukaar::xroad_rest {
namespace {

using kit::HttpResponse;
using kit::Invalid;
using kit::Outcome;
using kit::Refused;
using kit::Unavailable;

constexpr std::size_t max_code_length = 80;
// Longer than this we ask on our own schedule, whatever the other side hopes for.
constexpr std::chrono::seconds longest_retry_after{3600};

bool is_letter_or_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_identifier(std::string_view part) {
  static constexpr std::string_view also = "'()+,-.=?";  // PR-REST 4.1
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
    return is_letter_or_digit(c) || also.find(c) != std::string_view::npos;
  });
}

std::string joined(const Subsystem& id, bool encoded) {
  std::string text;
  for (const std::string* part : {&id.instance, &id.member_class, &id.member, &id.subsystem}) {
    if (!text.empty()) text += '/';
    text += encoded ? kit::percent_encode(*part) : *part;
  }
  return text;
}

// A word that may stand in journals: letters, digits and joints. Digits alone might be a person's
// code, so a letter must come first.
bool is_decent_code(std::string_view word) {
  const auto is_joint = [](char c) { return c == '.' || c == '_' || c == '-'; };
  if (word.empty() || word.size() > max_code_length) return false;
  const auto run_of_digits = [&] {
    std::size_t run = 0;
    for (const char c : word) {
      run = c >= '0' && c <= '9' ? run + 1 : 0;
      if (run > 6) return true;
    }
    return false;
  };
  return !(word[0] >= '0' && word[0] <= '9') && !run_of_digits() &&
         std::all_of(word.begin(), word.end(),
                     [&](char c) { return is_letter_or_digit(c) || is_joint(c); });
}

std::string problem_code(const HttpResponse& response) {
  const Json body = Json::parse(response.body, nullptr, false);
  std::string code = text_member(body, "code");
  if (code.empty()) {
    code = text_member(body, "type");
    if (code == "about:blank") return "";  // RFC 9457: no more than the status says
    code.erase(0, code.find_last_of("/:#") + 1);
  }
  return is_decent_code(code) ? code : "";
}

std::optional<std::chrono::seconds> retry_after(const HttpResponse& response) {
  // Seconds only; a date would need a clock, and our own back-off serves as well.
  const std::string_view value = kit::header(response.headers, "Retry-After");
  long seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (value.empty() || error != std::errc{} || end != value.data() + value.size()) return {};
  return std::clamp(std::chrono::seconds{seconds}, std::chrono::seconds{0}, longest_retry_after);
}

bool ends_with_part(std::string_view code, std::string_view part) {
  return code == part || (code.size() > part.size() && code.ends_with(part) &&
                          code[code.size() - part.size() - 1] == '.');
}

// PR-REST 4.7: Client.* is our fault, Server.* mostly the road's; the two named ones don't pass.
Outcome read_road_error(std::string_view code, const HttpResponse& response) {
  const std::string shown = is_decent_code(code) ? std::string(code) : "unreadable";
  if (ends_with_part(code, "AccessDenied")) {
    return Refused{shown, "the provider's security server does not let us use the service"};
  }
  if (code.starts_with("Client.") || code == "Client" || ends_with_part(code, "UnknownService")) {
    return Invalid{"the security server cannot use the request: " + shown};
  }
  return Unavailable{"X-Road: " + shown, retry_after(response)};
}

Result<void, std::string> check_address(const std::string& text) {
  const bool has_scheme = text.starts_with("https://") || text.starts_with("http://");
  if (has_scheme && text.find(' ') == std::string::npos && !text.ends_with('/')) return {};
  return failure("expected https:// and a server, without a slash at the end, found `" + text + "`");
}

Result<void, std::string> check_service(const std::string& text) {
  // More than the recommended characters are in use; these end an identifier (PR-REST 4.1).
  const bool is_code = !text.empty() && text.find_first_of(":;/\\% ") == std::string::npos;
  if (is_code) return {};
  return failure("expected a service code of X-Road, found `" + text + "`");
}

}  // namespace

Result<Subsystem, std::string> parse_subsystem(std::string_view text) {
  std::array<std::string, 4> parts;
  std::size_t count = 0;
  std::string_view rest = text;
  while (count < parts.size()) {
    const std::size_t slash = rest.find('/');
    parts[count++] = std::string(rest.substr(0, slash));
    if (slash == std::string_view::npos) {
      rest = {};
      break;
    }
    rest.remove_prefix(slash + 1);
    if (count == parts.size()) count = parts.size() + 1;  // a fifth part
  }
  if (count != parts.size() || !std::all_of(parts.begin(), parts.end(), is_identifier)) {
    return failure("expected INSTANCE/CLASS/MEMBER/SUBSYSTEM, found `" + std::string(text) + "`");
  }
  return Subsystem{parts[0], parts[1], parts[2], parts[3]};
}

std::vector<kit::Setting> settings() {
  const auto subsystem = [](const std::string& text) -> Result<void, std::string> {
    const auto parsed = parse_subsystem(text);
    if (!parsed) return failure(parsed.error());
    return {};
  };
  return {{.key = "security_server",
           .about = "the address of our security server",
           .example = "https://server.example:8443",
           .otherwise = {},
           .check = check_address},
          {.key = "client",
           .about = "our subsystem",
           .example = "EE/GOV/70000001/elukaar",
           .otherwise = {},
           .check = subsystem},
          {.key = "provider",
           .about = "the asked system's subsystem",
           .example = "EE/GOV/70008440/rr",
           .otherwise = {},
           .check = subsystem},
          {.key = "service",
           .about = "the code of the asked service",
           .example = "elukaar-koht",
           .otherwise = {},
           .check = check_service}};
}

Route route_of(const kit::Values& values) {
  return {.security_server = values.text("security_server"),
          .client = parse_subsystem(values.text("client")).value(),
          .provider = parse_subsystem(values.text("provider")).value(),
          .service = values.text("service"),
          .user_id = {},
          .connect_timeout = values.milliseconds("connect_timeout_ms"),
          .total_timeout = values.milliseconds("total_timeout_ms")};
}

kit::HttpRequest make_request(const Route& route, const kit::Call& call, std::string method,
                              const std::vector<std::string>& path, const Json& body) {
  kit::HttpRequest request;
  request.method = std::move(method);
  request.url = route.security_server + "/r1/" + joined(route.provider, true) + "/" +
                kit::percent_encode(route.service);
  for (const std::string& segment : path) request.url += "/" + kit::percent_encode(segment);
  request.headers = {
      {"X-Road-Client", joined(route.client, false)},
      {"X-Road-Id", call.id.str()},
      {"X-Road-Issue", call.case_reference},
      {"Idempotency-Key", "\"" + call.id.str() + "\""},
      {"Accept", "application/json"},
  };
  if (route.user_id) request.headers.push_back({"X-Road-UserId", route.user_id->reveal()});
  if (!call.traceparent.empty()) request.headers.push_back({"traceparent", call.traceparent});
  if (!body.is_null()) {
    request.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
    request.body = Sensitive<std::string>(body.dump());
  }
  request.connect_timeout = route.connect_timeout;
  request.total_timeout = route.total_timeout;
  return request;
}

std::optional<Outcome> read_failure(const kit::Call& call, const HttpResponse& response) {
  if (const auto code = kit::header(response.headers, "X-Road-Error"); !code.empty()) {
    return read_road_error(code, response);
  }
  const std::string_view id = kit::header(response.headers, "X-Road-Id");
  if (!id.empty() && id != call.id.str()) {
    return Invalid{"the response belongs to another request: X-Road-Id differs"};
  }
  const int status = response.status;
  if (status >= 200 && status < 300) return std::nullopt;
  const std::string shown = "HTTP " + std::to_string(status);
  if (status == 409 && problem_code(response) == "request-in-progress") {
    return Unavailable{"the provider still works on this request", retry_after(response)};
  }
  if (status == 404 || status == 409 || status == 410 || status == 422) return std::nullopt;
  const bool may_pass = status == 408 || status == 425 || status == 429 || status == 500 ||
                        (status >= 502 && status <= 504);
  if (may_pass) return Unavailable{"the provider answered " + shown, retry_after(response)};
  return Invalid{"the provider answered " + shown + ", which the contract does not know"};
}

Outcome read_refusal(const HttpResponse& response, std::string_view otherwise) {
  const std::string code = problem_code(response);
  if (code.empty() && response.status == 404) {
    return Invalid{"the provider does not know the address (HTTP 404 without a code)"};
  }
  return Refused{code.empty() ? std::string(otherwise) : code,
                 "the provider refused with HTTP " + std::to_string(response.status)};
}

}  // namespace elukaar::xroad_rest
