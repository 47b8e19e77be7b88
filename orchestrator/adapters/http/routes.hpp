#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "adapters/http/message.hpp"
#include "adapters/http/server.hpp"

// Every route, and which request is whose. Internal to http.
namespace elukaar::adapters::http {

// What one desk thread works with.
struct Desks {
  std::unique_ptr<resident::Desk> residents;
  std::unique_ptr<office::Office> officials;  // null: there is no office, and its routes are 404
};

// Who may ask. A sender shows a token of the intake, which asks for it itself; a session's cookie is one's own kind's,
// and every method but GET needs its CSRF token as well.
enum class Who { anybody, resident, official, sender };

// What a request's body has to be, by its media type; else 415.
enum class Takes { nothing, json, task_file };

// Those that the server answers without a desk, and the stream, which it keeps open.
enum class Own { intake, live, ready, metrics, stream };

// A request that its route admits.
struct Asked {
  const Request& request;
  const std::vector<std::string>& parts;  // what stood for {…}
  const identity::Session& session;       // empty where the route is anybody's
  Desks& desks;
  resident::LiveHub* live;  // may be null
  bool secure_cookie;
};
// Blocks.
using Handler = Response (*)(const Asked&);

struct Route {
  const char* method;
  const char* pattern;  // "/api/v1/me/cases/{case}"
  Who who;
  Takes takes;
  std::variant<Own, Handler> answered_by;
};

// The table. Authorisation, 405s and their tests are made from it.
std::span<const Route> routes();

struct Match {
  const Route* route = nullptr;    // null: none of the table
  const char* pattern = "(none)";  // for the access log
  std::vector<std::string> parts{};
  std::string allow{};    // of a path with other methods: those that there are
  bool is_page = false;   // none of the API's paths: the portal's own
};

Match match(const Request& request);

// The session that the route demands (an empty one where it demands none), or the answer to whoever has none: 401, and
// 403 without the CSRF token. Blocks.
Result<identity::Session, Response> admit(const Route& route, const Request& request, Desks& desks);

// What the route answers to whoever asks; `match` has one with a handler. Blocks.
Response answer(const Match& match, const Request& request, Desks& desks, resident::LiveHub* live,
                bool secure_cookie);

// The handlers, by their door.
namespace residents {
Response development_persons(const Asked& asked);
Response log_in(const Asked& asked);
Response log_out(const Asked& asked);
Response me(const Asked& asked);
Response cases(const Asked& asked);
Response case_view(const Asked& asked);
Response form(const Asked& asked);
Response save_draft(const Asked& asked);
Response submit(const Asked& asked);
Response action(const Asked& asked);
}  // namespace residents

namespace officials {
Response municipalities(const Asked& asked);
Response log_in(const Asked& asked);
Response log_out(const Asked& asked);
Response me(const Asked& asked);
Response cases(const Asked& asked);
Response case_view(const Asked& asked);
Response enter(const Asked& asked);
Response answer_for_family(const Asked& asked);
Response tasks(const Asked& asked);
Response task(const Asked& asked);
Response answer_task(const Asked& asked);
Response task_file(const Asked& asked);
Response take_task_file(const Asked& asked);
}  // namespace officials

inline constexpr std::string_view resident_cookie = "elukaar_session";
inline constexpr std::string_view official_cookie = "elukaar_office";

// Which of the formats of a task file a body is in, by its media type.
std::optional<office::FileFormat> file_format(const Request& request);
texts::Language language_of(const Request& request);
// 204 with the cookie; an empty token takes it away.
Response with_cookie(std::string_view name, std::string_view token, bool secure);
Response refusal_response(const caseview::Refusal& refusal);
// The document, or what its refusal is in HTTP.
Response respond(const caseview::Answer<Json>& answer, int status = 200);

}  // namespace elukaar::adapters::http
