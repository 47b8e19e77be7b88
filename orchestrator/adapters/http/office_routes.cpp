// The officials' routes.
#include <charconv>

#include "adapters/http/routes.hpp"

namespace elukaar::adapters::http {
namespace {

using office::Office;
using caseview::Answer;

constexpr std::string_view office_cookie = "elukaar_office";

Response respond_json(const Answer<Json>& answer, int status = 200) {
  return answer ? json_response(status, answer->dump()) : refusal_response(answer.error());
}

Response with_cookie(std::string_view token, bool secure) {
  Response response;
  response.status = 204;
  response.headers = {{"Set-Cookie", cookie_header(office_cookie, token, secure)}};
  return response;
}

int reader_of(const Request& request) {
  int reader = 0;
  const std::string_view text = request.parameter("reader");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), reader);
  return text.empty() ? 0 : error == std::errc{} && end == text.data() + text.size() ? reader : -1;
}

Response task_file(const Request& request, const office::Session& session, Office& office) {
  const auto format = office::parse_file_format(request.parameter("format"));
  if (!format) return problem(400, "expected `format`, csv or jsonl");
  auto file = office.tasks().file(session, *format, language_of(request));
  if (!file) return refusal_response(file.error());
  Response response;
  response.status = 200;
  response.content_type = std::move(file->content_type);
  response.body = std::move(file->content);
  response.headers = {{"Content-Disposition", "attachment; filename=\"" + file->name + "\""}};
  return response;
}

// Which of the formats a body is in, by its media type.
std::optional<office::FileFormat> file_format(const Request& request) {
  const std::string_view type = request.header("content-type");
  if (type.starts_with("text/csv")) return office::FileFormat::csv;
  if (type.starts_with("application/jsonl")) return office::FileFormat::json_lines;
  return std::nullopt;
}

Response take_task_file(const Request& request, const office::Session& session, Office& office) {
  return respond_json(office.tasks().take_file(session, *file_format(request), request.body,
                                               language_of(request)));
}

Response answer_official(const Match& match, const Request& request,
                         const office::Session& session, Office& office, bool secure) {
  const auto language = language_of(request);
  switch (match.route) {
    case Route::office_logout: office.log_out(session); return with_cookie("", secure);
    case Route::office_me: return respond_json(office.me(session));
    case Route::office_cases: return respond_json(office.cases(session, language));
    case Route::office_case:
      return respond_json(
          office.case_view(session, match.parts[0], reader_of(request), language));
    case Route::office_enter:
      return respond_json(office.enter(session, match.parts[0], match.parts[1], request.body), 202);
    case Route::office_answer:
      return respond_json(
          office.answer_for_family(session, match.parts[0], match.parts[1],
                                   std::string{request.header("idempotency-key")}, request.body,
                                   language),
          202);
    case Route::office_tasks: return respond_json(office.tasks().list(session, language));
    case Route::office_task:
      return respond_json(office.tasks().view(session, match.parts[0], language));
    case Route::office_task_answer:
      return respond_json(
          office.tasks().answer(session, match.parts[0], request.body, language));
    case Route::office_task_file: return task_file(request, session, office);
    case Route::office_take_task_file: return take_task_file(request, session, office);
    default: return problem(404);
  }
}

}  // namespace

bool is_office(Route route) {
  return route >= Route::office_municipalities && route <= Route::office_take_task_file;
}

Response answer_at_office(const Match& match, const Request& request, Office& office,
                          bool secure_cookie) {
  if (match.route == Route::office_municipalities) {
    return respond_json(office.development_municipalities());
  }
  if (match.route == Route::office_take_task_file) {
    if (!file_format(request)) return problem(415, "expected text/csv or application/jsonl");
  } else if (request.method != "GET" && match.route != Route::office_logout && !is_json(request)) {
    return problem(415, "expected application/json");
  }
  if (match.route == Route::office_login) {
    const auto login = office.log_in_for_development(request.body, request.cookie(office_cookie));
    if (!login) return refusal_response(login.error());
    return with_cookie(login->token, secure_cookie);
  }
  const auto session = office.session(request.cookie(office_cookie));
  if (!session) return refusal_response(session.error());
  if (request.method != "GET" && !same(request.header("x-csrf-token"), session->csrf)) {
    return problem(403, "expected the header X-CSRF-Token");
  }
  return answer_official(match, request, *session, office, secure_cookie);
}

}  // namespace elukaar::adapters::http
