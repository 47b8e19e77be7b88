#include "adapters/postgres/sessions.hpp"

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
long long micros(Timestamp time) { return time.time_since_epoch().count(); }

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

// A session of the other kind is left as it is.
pqxx::result touch(pqxx::work& work, Kind kind, const Digest& token, std::chrono::microseconds idle) {
  return work.exec_params(
      "update elukaar.session set seen_at = clock_timestamp() where token_digest = $1 and kind = $2 "
      "and clock_timestamp() < expires_at "
      "and clock_timestamp() < seen_at + $3::bigint * interval '1 microsecond' "
      "returning csrf_token, persons, assurance, (extract(epoch from created_at) * 1000000)::bigint, "
      "(extract(epoch from seen_at) * 1000000)::bigint, (extract(epoch from expires_at) * 1000000)::bigint",
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
    return time_of(work.exec1("select (extract(epoch from clock_timestamp()) * 1000000)::bigint")[0]);
  });
}

void PgSessions::add(const Session& session) {
  const char* assurance = session.assurance == access::Assurance::high ? "high" : "substantial";
  implementation_->connection.transaction([&](pqxx::work& work) {
    return work.exec_params(
        "insert into elukaar.session (token_digest, csrf_token, kind, persons, assurance, created_at, seen_at, "
        "expires_at) values ($1, $2, $3, $4, $5, timestamptz 'epoch' + $6::bigint * interval '1 microsecond', "
        "timestamptz 'epoch' + $7::bigint * interval '1 microsecond', "
        "timestamptz 'epoch' + $8::bigint * interval '1 microsecond')",
        bytea(session.token), session.csrf, to_text(session.kind), persons_text(session.persons), assurance,
        micros(session.created_at), micros(session.seen_at), micros(session.expires_at));
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
    const auto& row = rows[0];
    return Session{.token = token,
                   .csrf = row[0].c_str(),
                   .kind = kind,
                   .persons = persons_of(row[1]),
                   .assurance = access::parse_assurance(row[2].c_str()).value_or(access::Assurance::none),
                   .created_at = time_of(row[3]),
                   .seen_at = time_of(row[4]),
                   .expires_at = time_of(row[5])};
  });
}

void PgSessions::end(const Digest& token) {
  implementation_->connection.transaction([&](pqxx::work& work) {
    return work.exec_params("delete from elukaar.session where token_digest = $1", bytea(token));
  });
}

}  // namespace elukaar::adapters::postgres
