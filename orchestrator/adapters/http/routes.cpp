#include "adapters/http/routes.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace elukaar::adapters::http {
namespace {

using caseview::Answer;
using caseview::Refusal;
using identity::Session;

constexpr std::size_t max_path_parts = 10;

// The intake asks for the media type itself: its refusals have codes.
constexpr Route table[] = {
    {"GET", "/api/v1/login/dev", Who::anybody, Takes::nothing, residents::development_persons},
    {"POST", "/api/v1/login/dev", Who::anybody, Takes::json, residents::log_in},
    {"POST", "/api/v1/logout", Who::resident, Takes::nothing, residents::log_out},
    {"GET", "/api/v1/me", Who::resident, Takes::nothing, residents::me},
    {"GET", "/api/v1/me/stream", Who::resident, Takes::nothing, Own::stream},
    {"GET", "/api/v1/me/cases", Who::resident, Takes::nothing, residents::cases},
    {"GET", "/api/v1/me/cases/{case}", Who::resident, Takes::nothing, residents::case_view},
    {"GET", "/api/v1/me/cases/{case}/forms/{form}", Who::resident, Takes::nothing, residents::form},
    {"PUT", "/api/v1/me/cases/{case}/forms/{form}/draft", Who::resident, Takes::json, residents::save_draft},
    {"POST", "/api/v1/me/cases/{case}/actions/{name}", Who::resident, Takes::json, residents::submit},
    {"GET", "/api/v1/me/actions/{action}", Who::resident, Takes::nothing, residents::action},
    {"GET", "/api/v1/office/login/dev", Who::anybody, Takes::nothing, officials::municipalities},
    {"POST", "/api/v1/office/login/dev", Who::anybody, Takes::json, officials::log_in},
    {"POST", "/api/v1/office/logout", Who::official, Takes::nothing, officials::log_out},
    {"GET", "/api/v1/office/me", Who::official, Takes::nothing, officials::me},
    {"GET", "/api/v1/office/cases", Who::official, Takes::nothing, officials::cases},
    {"GET", "/api/v1/office/cases/{case}", Who::official, Takes::nothing, officials::case_view},
    {"POST", "/api/v1/office/cases/{case}/entries/{event}", Who::official, Takes::json, officials::enter},
    {"POST", "/api/v1/office/cases/{case}/answers/{action}", Who::official, Takes::json, officials::answer_for_family},
    {"GET", "/api/v1/office/tasks", Who::official, Takes::nothing, officials::tasks},
    {"GET", "/api/v1/office/tasks/{task}", Who::official, Takes::nothing, officials::task},
    {"POST", "/api/v1/office/tasks/{task}/answer", Who::official, Takes::json, officials::answer_task},
    {"GET", "/api/v1/office/task-file", Who::official, Takes::nothing, officials::task_file},
    {"POST", "/api/v1/office/task-file", Who::official, Takes::task_file, officials::take_task_file},
    {"POST", "/api/v1/intake/events", Who::sender, Takes::nothing, Own::intake},
    {"GET", "/health/live", Who::anybody, Takes::nothing, Own::live},
    {"GET", "/health/ready", Who::anybody, Takes::nothing, Own::ready},
    {"GET", "/metrics", Who::anybody, Takes::nothing, Own::metrics},
};

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  std::size_t from = 1;
  while (from <= path.size() && parts.size() <= max_path_parts) {
    const std::size_t slash = std::min(path.find('/', from), path.size());
    parts.emplace_back(path.substr(from, slash - from));
    from = slash + 1;
  }
  return parts;
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& parts,
          std::vector<std::string>& values) {
  values.clear();
  if (pattern.size() != parts.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (pattern[i].starts_with('{')) {
      if (parts[i].empty()) return false;
      values.push_back(parts[i]);
    } else if (pattern[i] != parts[i]) {
      return false;
    }
  }
  return true;
}

// Takes the same time wherever the texts differ.
bool same(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

bool takes(const Route& route, const Request& request) {
  switch (route.takes) {
    case Takes::nothing: return true;
    case Takes::json: return request.header("content-type").starts_with("application/json");
    case Takes::task_file: return file_format(request).has_value();
  }
  return false;
}

}  // namespace

std::span<const Route> routes() { return table; }

Match match(const Request& request) {
  static const auto split_patterns = [] {
    std::vector<std::vector<std::string>> all;
    for (const Route& route : table) all.push_back(split(route.pattern));
    return all;
  }();
  const auto parts = split(request.path);
  Match result;
  for (std::size_t i = 0; i < std::size(table); ++i) {
    std::vector<std::string> values;
    if (!fits(split_patterns[i], parts, values)) continue;
    result.pattern = table[i].pattern;
    if (request.method == table[i].method) return {&table[i], table[i].pattern, std::move(values)};
    result.allow += (result.allow.empty() ? "" : ", ") + std::string{table[i].method};
  }
  if (!result.allow.empty()) return result;
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (!request.path.starts_with("/api/") && reads) {
    result.is_page = true;
    result.pattern = "/*";
  }
  return result;
}

Result<Session, Response> admit(const Route& route, const Request& request, Desks& desks) {
  if (route.who != Who::resident && route.who != Who::official) return Session{};
  const bool resident = route.who == Who::resident;
  if (!resident && !desks.officials) return failure(problem(404));
  auto session = resident ? desks.residents->session(request.cookie(resident_cookie))
                          : desks.officials->session(request.cookie(official_cookie));
  if (!session) return failure(refusal_response(session.error()));
  if (request.method != "GET" && !same(request.header("x-csrf-token"), session->csrf)) {
    return failure(problem(403, "expected the header X-CSRF-Token"));
  }
  return std::move(*session);
}

Response answer(const Match& match, const Request& request, Desks& desks, resident::LiveHub* live,
                bool secure_cookie) {
  const Route& route = *match.route;
  const auto session = admit(route, request, desks);
  if (!session) return session.error();
  if (!takes(route, request)) {
    return problem(415, route.takes == Takes::json ? "expected application/json"
                                                   : "expected text/csv or application/jsonl");
  }
  return std::get<Handler>(route.answered_by)(
      {request, match.parts, *session, desks, live, secure_cookie});
}

// ---- What the handlers share -------------------------------------------------------------------

texts::Language language_of(const Request& request) {
  return texts::parse_language(request.parameter("lang")).value_or(texts::Language::et);
}

Response with_cookie(std::string_view name, std::string_view token, bool secure) {
  Response response;
  response.status = 204;
  response.headers = {{"Set-Cookie",
                       fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}{}", name, token,
                                   secure ? "; Secure" : "", token.empty() ? "; Max-Age=0" : "")}};
  return response;
}

Response respond(const Answer<Json>& answer, int status) {
  return answer ? json_response(status, answer->dump()) : refusal_response(answer.error());
}

Response refusal_response(const Refusal& refusal) {
  switch (refusal.kind) {
    case Refusal::Kind::no_session: return problem(401);
    case Refusal::Kind::not_found: return problem(404);  // the same body for everything
    case Refusal::Kind::malformed: return problem(400, refusal.what);
    case Refusal::Kind::unavailable: return problem(503, refusal.what);
    case Refusal::Kind::conflict: return problem(409, refusal.what);
    case Refusal::Kind::invalid: break;
  }
  Json errors = Json::array();
  for (const auto& error : refusal.fields) {
    errors.push_back({{"field", error.field}, {"text", error.text}});
  }
  return problem(422, refusal.what, "\"errors\":" + errors.dump());
}

}  // namespace elukaar::adapters::http
