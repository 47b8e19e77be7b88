#include "adapters/http/routes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/url_id.hpp"

namespace elukaar::adapters::http {
namespace {

using caseview::Answer;
using resident::Desk;
using caseview::Refusal;
using resident::Session;

constexpr std::string_view cookie_name = "elukaar_session";
constexpr std::size_t max_path_parts = 10;

struct Pattern {
  Route route;
  const char* method;
  const char* path;
};

constexpr Pattern patterns[] = {
    {Route::development_persons, "GET", "/api/v1/login/dev"},
    {Route::development_login, "POST", "/api/v1/login/dev"},
    {Route::logout, "POST", "/api/v1/logout"},
    {Route::me, "GET", "/api/v1/me"},
    {Route::stream, "GET", "/api/v1/me/stream"},
    {Route::cases, "GET", "/api/v1/me/cases"},
    {Route::case_view, "GET", "/api/v1/me/cases/{case}"},
    {Route::form, "GET", "/api/v1/me/cases/{case}/forms/{form}"},
    {Route::draft, "PUT", "/api/v1/me/cases/{case}/forms/{form}/draft"},
    {Route::submit, "POST", "/api/v1/me/cases/{case}/actions/{name}"},
    {Route::action, "GET", "/api/v1/me/actions/{action}"},
    {Route::office_municipalities, "GET", "/api/v1/office/login/dev"},
    {Route::office_login, "POST", "/api/v1/office/login/dev"},
    {Route::office_logout, "POST", "/api/v1/office/logout"},
    {Route::office_me, "GET", "/api/v1/office/me"},
    {Route::office_cases, "GET", "/api/v1/office/cases"},
    {Route::office_case, "GET", "/api/v1/office/cases/{case}"},
    {Route::office_enter, "POST", "/api/v1/office/cases/{case}/entries/{event}"},
    {Route::office_answer, "POST", "/api/v1/office/cases/{case}/answers/{action}"},
    {Route::office_tasks, "GET", "/api/v1/office/tasks"},
    {Route::office_task, "GET", "/api/v1/office/tasks/{task}"},
    {Route::office_task_answer, "POST", "/api/v1/office/tasks/{task}/answer"},
    {Route::office_task_file, "GET", "/api/v1/office/task-file"},
    {Route::office_take_task_file, "POST", "/api/v1/office/task-file"},
    {Route::intake, "POST", "/api/v1/intake/events"},
    {Route::live, "GET", "/health/live"},
    {Route::ready, "GET", "/health/ready"},
    {Route::metrics, "GET", "/metrics"},
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

template <class T>
Response respond(const Answer<T>& answer) {
  return answer ? json_response(200, answer->dump()) : refusal_response(answer.error());
}

Response log_in(const Request& request, Desk& desk, bool secure) {
  // A form of another page cannot send this type without asking us first.
  if (!is_json(request)) return problem(415, "expected application/json");
  const auto login = desk.log_in_for_development(request.body, request.cookie(cookie_name));
  if (!login) return refusal_response(login.error());
  Response response;
  response.status = 204;
  response.headers = {{"Set-Cookie", cookie_header(cookie_name, login->token, secure)}};
  return response;
}

Response log_out(const Session& session, Desk& desk, resident::LiveHub* live, bool secure) {
  desk.log_out(session);
  if (live != nullptr) live->session_ended(session.token);
  Response response;
  response.status = 204;
  response.headers = {{"Set-Cookie", cookie_header(cookie_name, "", secure)}};
  return response;
}

Response save_draft(const Match& match, const Request& request, const Session& session,
                    Desk& desk) {
  if (!is_json(request)) return problem(415, "expected application/json");
  return respond(desk.save_draft(session, match.parts[0], match.parts[1], request.body,
                                 language_of(request)));
}

Response submit(const Match& match, const Request& request, const Session& session, Desk& desk,
                resident::LiveHub* live) {
  if (!is_json(request)) return problem(415, "expected application/json");
  const auto received =
      desk.submit(session,
                  {match.parts[0], match.parts[1], std::string{request.header("idempotency-key")},
                   request.body},
                  language_of(request));
  if (!received) return refusal_response(received.error());
  if (live != nullptr) {
    live->action_received(received->municipality, received->person, received->action);
  }
  Response response = json_response(202, received->view.dump());
  response.headers.emplace_back(
      "Location", "/api/v1/me/actions/" + to_url_id(received->action.uuid()));
  return response;
}

Response answer_for(const Match& match, const Request& request, const Session& session,
                    Desk& desk, resident::LiveHub* live, bool secure) {
  const auto language = language_of(request);
  switch (match.route) {
    case Route::logout: return log_out(session, desk, live, secure);
    case Route::me: return respond(desk.me(session));
    case Route::cases: return respond(desk.cases(session, language));
    case Route::case_view: return respond(desk.case_view(session, match.parts[0], language));
    case Route::form:
      return respond(desk.form(session, match.parts[0], match.parts[1], language));
    case Route::draft: return save_draft(match, request, session, desk);
    case Route::submit: return submit(match, request, session, desk, live);
    case Route::action: return respond(desk.action(session, match.parts[0], language));
    default: return problem(404);
  }
}

}  // namespace

texts::Language language_of(const Request& request) {
  return texts::parse_language(request.parameter("lang")).value_or(texts::Language::et);
}

bool is_json(const Request& request) {
  return request.header("content-type").starts_with("application/json");
}

bool same(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

std::string cookie_header(std::string_view name, std::string_view value, bool secure) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}{}", name, value,
                     secure ? "; Secure" : "", value.empty() ? "; Max-Age=0" : "");
}

std::string_view Request::cookie(std::string_view name) const {
  std::string_view rest = header("cookie");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    std::string_view one = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.starts_with(name) && one.substr(name.size()).starts_with('=')) {
      return one.substr(name.size() + 1);
    }
  }
  return {};
}

std::string_view Request::parameter(std::string_view name) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view one = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (one.starts_with(name) && one.substr(name.size()).starts_with('=')) {
      return one.substr(name.size() + 1);
    }
  }
  return {};
}

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

Response problem(int status, std::string_view detail, std::string_view extra) {
  static const std::map<int, const char*> titles = {
      {400, "The request cannot be read"}, {401, "Log in"},
      {403, "Not allowed"},                {404, "There is nothing here"},
      {405, "Not this method"},            {409, "Done already"},
      {413, "Too large"},                  {415, "Another media type"},
      {422, "Not according to the form"},  {500, "Something went wrong here"},
      {503, "Come again"}};
  const auto title = titles.find(status);
  Json body = {{"type", "about:blank"},
               {"title", title == titles.end() ? "The request failed" : title->second},
               {"status", status}};
  if (!detail.empty()) body["detail"] = detail;
  std::string text = body.dump();
  if (!extra.empty()) text.insert(text.size() - 1, "," + std::string{extra});
  Response response = json_response(status, std::move(text));
  response.content_type = "application/problem+json";
  if (status == 503) response.headers.emplace_back("Retry-After", "5");
  return response;
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

Match match(const Request& request) {
  static const auto split_patterns = [] {
    std::vector<std::vector<std::string>> all;
    for (const Pattern& pattern : patterns) all.push_back(split(pattern.path));
    return all;
  }();
  const auto parts = split(request.path);
  Match result;
  for (std::size_t i = 0; i < std::size(patterns); ++i) {
    std::vector<std::string> values;
    if (!fits(split_patterns[i], parts, values)) continue;
    result.pattern = patterns[i].path;
    if (request.method == patterns[i].method) {
      result.route = patterns[i].route;
      result.parts = std::move(values);
      return result;
    }
    result.route = Route::wrong_method;
    result.allow += (result.allow.empty() ? "" : ", ") + std::string{patterns[i].method};
  }
  if (result.route == Route::wrong_method) return result;
  const bool page = request.method == "GET" || request.method == "HEAD";
  if (!request.path.starts_with("/api/") && page) return {Route::file, "/*", {}};
  return {Route::nothing, "(none)", {}};
}

Answer<Session> session_of(const Request& request, Desk& desk) {
  return desk.session(request.cookie(cookie_name));
}

Response answer_at_desk(const Match& match, const Request& request, Desk& desk,
                        resident::LiveHub* live, bool secure_cookie) {
  if (match.route == Route::development_persons) {
    return respond(desk.development_persons(language_of(request)));
  }
  if (match.route == Route::development_login) return log_in(request, desk, secure_cookie);
  const auto session = session_of(request, desk);
  if (!session) return refusal_response(session.error());
  if (request.method != "GET" && !same(request.header("x-csrf-token"), session->csrf)) {
    return problem(403, "expected the header X-CSRF-Token");
  }
  return answer_for(match, request, *session, desk, live, secure_cookie);
}

}  // namespace elukaar::adapters::http
