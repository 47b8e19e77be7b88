// The officials' routes.
#include <charconv>

#include "adapters/http/routes.hpp"

namespace elukaar::adapters::http {

std::optional<office::FileFormat> file_format(const Request& request) {
  const std::string_view type = request.header("content-type");
  if (type.starts_with("text/csv")) return office::FileFormat::csv;
  if (type.starts_with("application/jsonl")) return office::FileFormat::json_lines;
  return std::nullopt;
}

namespace officials {
namespace {

// Which guardian's reading; -1 for what is no number.
int reader_of(const Request& request) {
  int reader = 0;
  const std::string_view text = request.parameter("reader");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), reader);
  return text.empty() ? 0 : error == std::errc{} && end == text.data() + text.size() ? reader : -1;
}

}  // namespace

Response municipalities(const Asked& asked) {
  if (!asked.desks.officials) return problem(404);
  return respond(asked.desks.officials->development_municipalities());
}

Response log_in(const Asked& asked) {
  if (!asked.desks.officials) return problem(404);
  const auto login = asked.desks.officials->log_in_for_development(
      asked.request.body, asked.request.cookie(official_cookie));
  if (!login) return refusal_response(login.error());
  return with_cookie(official_cookie, login->token, asked.secure_cookie);
}

Response log_out(const Asked& asked) {
  asked.desks.officials->log_out(asked.session);
  return with_cookie(official_cookie, "", asked.secure_cookie);
}

Response me(const Asked& asked) { return respond(asked.desks.officials->me(asked.session)); }

Response cases(const Asked& asked) {
  return respond(asked.desks.officials->cases(asked.session, language_of(asked.request)));
}

Response case_view(const Asked& asked) {
  return respond(asked.desks.officials->case_view(
      asked.session, asked.parts[0], reader_of(asked.request), language_of(asked.request)));
}

Response enter(const Asked& asked) {
  return respond(asked.desks.officials->enter(asked.session, asked.parts[0], asked.parts[1],
                                              asked.request.body),
                 202);
}

Response answer_for_family(const Asked& asked) {
  return respond(asked.desks.officials->answer_for_family(
                     asked.session, asked.parts[0], asked.parts[1],
                     std::string{asked.request.header("idempotency-key")}, asked.request.body,
                     language_of(asked.request)),
                 202);
}

Response tasks(const Asked& asked) {
  return respond(asked.desks.officials->tasks().list(asked.session, language_of(asked.request)));
}

Response task(const Asked& asked) {
  return respond(asked.desks.officials->tasks().view(asked.session, asked.parts[0],
                                                     language_of(asked.request)));
}

Response answer_task(const Asked& asked) {
  return respond(asked.desks.officials->tasks().answer(asked.session, asked.parts[0],
                                                       asked.request.body,
                                                       language_of(asked.request)));
}

Response task_file(const Asked& asked) {
  const auto format = office::parse_file_format(asked.request.parameter("format"));
  if (!format) return problem(400, "expected `format`, csv or jsonl");
  auto file =
      asked.desks.officials->tasks().file(asked.session, *format, language_of(asked.request));
  if (!file) return refusal_response(file.error());
  Response response;
  response.status = 200;
  response.content_type = std::move(file->content_type);
  response.body = std::move(file->content);
  response.headers = {{"Content-Disposition", "attachment; filename=\"" + file->name + "\""}};
  return response;
}

Response take_task_file(const Asked& asked) {
  return respond(asked.desks.officials->tasks().take_file(
      asked.session, *file_format(asked.request), asked.request.body, language_of(asked.request)));
}

}  // namespace officials
}  // namespace elukaar::adapters::http
