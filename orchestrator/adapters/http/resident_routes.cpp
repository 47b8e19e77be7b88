// The residents' routes.
#include "adapters/http/routes.hpp"
#include "base/url_id.hpp"

namespace elukaar::adapters::http::residents {

Response development_persons(const Asked& asked) {
  return respond(asked.desks.residents->development_persons(language_of(asked.request)));
}

// A form of another page cannot send JSON without asking us first.
Response log_in(const Asked& asked) {
  const auto login = asked.desks.residents->log_in_for_development(
      asked.request.body, asked.request.cookie(resident_cookie));
  if (!login) return refusal_response(login.error());
  return with_cookie(resident_cookie, login->token, asked.secure_cookie);
}

Response log_out(const Asked& asked) {
  asked.desks.residents->log_out(asked.session);
  if (asked.live != nullptr) asked.live->session_ended(asked.session.token);
  return with_cookie(resident_cookie, "", asked.secure_cookie);
}

Response me(const Asked& asked) { return respond(asked.desks.residents->me(asked.session)); }

Response cases(const Asked& asked) {
  return respond(asked.desks.residents->cases(asked.session, language_of(asked.request)));
}

Response case_view(const Asked& asked) {
  return respond(asked.desks.residents->case_view(asked.session, asked.parts[0],
                                                  language_of(asked.request)));
}

Response form(const Asked& asked) {
  return respond(asked.desks.residents->form(asked.session, asked.parts[0], asked.parts[1],
                                             language_of(asked.request)));
}

Response save_draft(const Asked& asked) {
  return respond(asked.desks.residents->save_draft(asked.session, asked.parts[0], asked.parts[1],
                                                   asked.request.body,
                                                   language_of(asked.request)));
}

Response submit(const Asked& asked) {
  const auto received = asked.desks.residents->submit(
      asked.session,
      {asked.parts[0], asked.parts[1], std::string{asked.request.header("idempotency-key")},
       asked.request.body},
      language_of(asked.request));
  if (!received) return refusal_response(received.error());
  if (asked.live != nullptr) {
    asked.live->action_received(received->municipality, received->person, received->action);
  }
  Response response = json_response(202, received->view.dump());
  response.headers.emplace_back("Location",
                                "/api/v1/me/actions/" + to_url_id(received->action.uuid()));
  return response;
}

Response action(const Asked& asked) {
  return respond(asked.desks.residents->action(asked.session, asked.parts[0],
                                               language_of(asked.request)));
}

}  // namespace elukaar::adapters::http::residents
