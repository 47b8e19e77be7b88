#pragma once

#include <string>
#include <vector>

#include "adapters/http/message.hpp"
#include "adapters/http/server.hpp"

// Which request is whose. Internal to http.
namespace elukaar::adapters::http {

enum class Route {
  development_persons, development_login, logout, me, cases, case_view, form, draft, submit, action,
  stream, office_municipalities, office_login, office_logout, office_me, office_cases, office_case,
  office_enter, office_answer, office_tasks, office_task, office_task_answer, office_task_file,
  office_take_task_file, intake, live, ready, metrics, file, wrong_method, nothing
};

struct Match {
  Route route = Route::nothing;
  const char* pattern = "";
  std::vector<std::string> parts;  // what stood for {…}
  std::string allow{};             // of wrong_method: the methods that there are
};

Match match(const Request& request);

// Routes that a desk answers; blocking. `live` may be null.
Response answer_at_desk(const Match& match, const Request& request, resident::Desk& desk,
                        resident::LiveHub* live, bool secure_cookie);

// Routes that the office answers; blocking.
bool is_office(Route route);
Response answer_at_office(const Match& match, const Request& request, office::Office& office,
                          bool secure_cookie);

// Takes the same time wherever the texts differ.
bool same(std::string_view a, std::string_view b);
texts::Language language_of(const Request& request);
bool is_json(const Request& request);  // by its media type
std::string cookie_header(std::string_view name, std::string_view value, bool secure);

// The session behind a request's cookie, for the stream.
caseview::Answer<resident::Session> session_of(const Request& request, resident::Desk& desk);
Response refusal_response(const caseview::Refusal& refusal);

}  // namespace elukaar::adapters::http
