#include "adapters/postgres/sessions.hpp"

#include <span>

#include "adapters/postgres/columns.hpp"
#include "adapters/postgres/connection.hpp"
#include "adapters/postgres/fields.hpp"
#include "base/json.hpp"

namespace elukaar::adapters::postgres {
namespace {

using identity::Kind;
using identity::Session;

constexpr SessionKind session_kind{
    .name = "elukaar sessions", .settings = "set statement_timeout = '10s'", .attempts = 2};

const char* to_text(Kind kind) { return kind == Kind::official ? "official" : "resident"; }
const char* to_text(access::Assurance assurance) {
  return assurance == access::Assurance::high ? "high" : "substantial";
}

std::string persons_text(const identity::Persons& persons) {
  Json text = Json::object();
  for (const auto& [municipality, person] : persons) text[municipality.str()] = person.str();
  return text.dump();
}

identity::Persons persons_of(const pqxx::field& field) {
  identity::Persons persons;
  const Json text = Json::parse(field.c_str());
  for (const auto& [municipality, person] : text.items()) {
    persons[Municipality{municipality}] = Pseudonym{person.get<std::string>()};
  }
  return persons;
}

// What is read of a session; its token and its kind are known to whoever asks.
constexpr ReadColumn<Session> session_columns[] = {
    {"csrf_token", [](Session& of, Field field) { of.csrf = text_of(field); }},
    {"persons", [](Session& of, Field field) { of.persons = persons_of(field); }},
    {"assurance",
     [](Session& of, Field field) {
       of.assurance =
           access::parse_assurance(field.c_str()).value_or(access::Assurance::none);
     }},
    {MICROS("created_at"), [](Session& of, Field field) { of.created_at = time_of(field); }},
    {MICROS("seen_at"), [](Session& of, Field field) { of.seen_at = time_of(field); }},
    {MICROS("expires_at"), [](Session& of, Field field) { of.expires_at = time_of(field); }},
};

// What is written of one.
constexpr WriteColumns written_columns{
    column<sql::Bytes>("token_digest", [](const Session& of) { return bytes_of(of.token); }),
    column<sql::Text>("csrf_token", [](const Session& of) -> auto& { return of.csrf; }),
    column<sql::Text>("kind", [](const Session& of) { return to_text(of.kind); }),
    column<sql::Text>("persons", [](const Session& of) { return persons_text(of.persons); }),
    column<sql::Text>("assurance", [](const Session& of) { return to_text(of.assurance); }),
    column<sql::Time>("created_at", [](const Session& of) { return of.created_at; }),
    column<sql::Time>("seen_at", [](const Session& of) { return of.seen_at; }),
    column<sql::Time>("expires_at", [](const Session& of) { return of.expires_at; }),
};

// A session of the other kind is left as it is.
pqxx::result touch(pqxx::work& work, Kind kind, const Digest& token, std::chrono::microseconds idle) {
  return work.exec_params(
      "update elukaar.session set seen_at = clock_timestamp() where token_digest = $1 and kind = $2 "
      "and clock_timestamp() < expires_at "
      "and clock_timestamp() < seen_at + $3::bigint * interval '1 microsecond' returning " +
          list_of(session_columns),
      bytea(token), to_text(kind), idle.count());
}

}  // namespace

struct PgSessions::Implementation {
  Connection connection;
};

PgSessions::PgSessions(std::string address)
    : implementation_(new Implementation{Connection{std::move(address), session_kind}}) {}

PgSessions::~PgSessions() = default;

Timestamp PgSessions::now() {
  return implementation_->connection.transaction([](pqxx::work& work) {
    return time_of(work.exec1("select " MICROS("clock_timestamp()"))[0]);
  });
}

void PgSessions::add(const Session& session) {
  implementation_->connection.transaction([&](pqxx::work& work) {
    return exec_params(
        work, "insert into elukaar.session (" + written_columns.names() + ") " + written_columns.rows(),
        written_columns.parameters(std::span{&session, 1}));
  });
}

std::optional<Session> PgSessions::find(Kind kind, const Digest& token, std::chrono::microseconds idle) {
  return implementation_->connection.transaction([&](pqxx::work& work) -> std::optional<Session> {
    const auto rows = touch(work, kind, token, idle);
    if (rows.empty()) {
      work.exec_params("delete from elukaar.session where token_digest = $1 and kind = $2", bytea(token),
                       to_text(kind));
      return std::nullopt;
    }
    Session session = read(rows[0], session_columns);
    session.token = token;
    session.kind = kind;
    return session;
  });
}

void PgSessions::end(const Digest& token) {
  implementation_->connection.transaction([&](pqxx::work& work) {
    return work.exec_params("delete from elukaar.session where token_digest = $1", bytea(token));
  });
}

}  // namespace elukaar::adapters::postgres
