#include "adapters/postgres/due_inputs.hpp"

#include <functional>
#include <map>
#include <stdexcept>
#include <string>

#include "adapters/postgres/fields.hpp"

namespace elukaar::adapters::postgres {
namespace {

using engine::CaseRef;
using engine::DueInput;

// The places of the columns: looked up once a result, not once a field.
struct Columns {
  explicit Columns(const pqxx::result& rows) : rows_(rows) {}
  using Place = pqxx::row::size_type;

 private:
  const pqxx::result& rows_;
  Place at(const char* column) const { return rows_.column_number(column); }

 public:
  // Of all kinds.
  const Place kind = at("kind"), lane = at("lane"), municipality = at("municipality"),
              case_id = at("case_id"), id = at("id"), time = at("at_us");
  // Of one each.
  const Place name = at("name"), subject = at("subject"), subject_version = at("subject_version"),
              person = at("person"), event = at("event");
  const Place command = at("command"), operator_name = at("operator"), reason = at("reason");
  const Place update = at("call_update"), role = at("role"), result = at("result"),
              answered_by = at("answered_by");
  const Place state = at("state"), key = at("key"), entry = at("entry");
  const Place ordinal = at("ordinal"), input = at("input");
  const Place bytes = at("bytes");
  const Place service = at("service");
};

core::Command::Kind command_kind(std::string_view word) {
  using Kind = core::Command::Kind;
  for (const Kind kind : {Kind::suspend, Kind::resume, Kind::cancel, Kind::retry}) {
    if (core::to_string(kind) == word) return kind;
  }
  throw std::runtime_error("expected a command's kind from the database, found " + std::string{word});
}

core::CallUpdate::Kind update_kind(std::string_view word) {
  using Kind = core::CallUpdate::Kind;
  for (const Kind kind : {Kind::delayed, Kind::done, Kind::error}) {
    if (core::to_string(kind) == word) return kind;
  }
  throw std::runtime_error("expected news of a call from the database, found " + std::string{word});
}

Municipality municipality_of(const Columns& columns, const pqxx::row& row) {
  return Municipality{row[columns.municipality].as<std::string>()};
}

CaseRef ref_of(const Columns& columns, const pqxx::row& row) {
  return {municipality_of(columns, row), CaseId{uuid_of(row[columns.case_id])}};
}

DueInput action(const Columns& columns, const pqxx::row& row) {
  engine::DueAction due;
  due.ref = ref_of(columns, row);
  due.id = ActionId{uuid_of(row[columns.id])};
  due.received_at = time_of(row[columns.time]);
  due.name = text_of(row[columns.name]);
  due.subject = text_of(row[columns.subject]);
  due.subject_version = row[columns.subject_version].as<long long>();
  due.person = Pseudonym{text_of(row[columns.person])};
  due.event = read_json(row[columns.event].c_str());
  return due;
}

DueInput command(const Columns& columns, const pqxx::row& row) {
  engine::DueCommand due;
  due.ref = ref_of(columns, row);
  due.id = uuid_of(row[columns.id]);
  due.given_at = time_of(row[columns.time]);
  due.command = {command_kind(row[columns.command].c_str()), text_of(row[columns.operator_name]),
                 text_of(row[columns.reason])};
  return due;
}

DueInput call_update(const Columns& columns, const pqxx::row& row) {
  engine::DueCallUpdate due;
  due.ref = ref_of(columns, row);
  due.call = CallId{uuid_of(row[columns.id])};
  due.at = time_of(row[columns.time]);
  due.kind = update_kind(row[columns.update].c_str());
  due.role = text_of(row[columns.role]);
  if (due.kind != core::CallUpdate::Kind::delayed) due.result = read_json(text_of(row[columns.result]));
  due.official = text_of(row[columns.answered_by]);
  return due;
}

DueInput timer(const Columns& columns, const pqxx::row& row) {
  engine::DueTimer due;
  due.ref = ref_of(columns, row);
  due.timer = {text_of(row[columns.state]), text_of(row[columns.key]), row[columns.entry].as<std::uint32_t>(),
               time_of(row[columns.time]), false};
  return due;
}

DueInput deferral(const Columns& columns, const pqxx::row& row) {
  engine::ExpiredDeferral due;
  due.ref = ref_of(columns, row);
  due.ordinal = row[columns.ordinal].as<std::uint64_t>();
  due.until = time_of(row[columns.time]);
  due.input = row[columns.input].c_str();
  return due;
}

DueInput parked(const Columns& columns, const pqxx::row& row) {
  engine::ParkedRetry due;
  due.municipality = municipality_of(columns, row);
  due.id = uuid_of(row[columns.id]);
  due.parked_at = time_of(row[columns.time]);
  due.bytes = pqxx::binarystring(row[columns.bytes]).str();
  return due;
}

DueInput broadcast(const Columns& columns, const pqxx::row& row) {
  engine::DueBroadcast due;
  due.ref = {municipality_of(columns, row), text_of(row[columns.service]), uuid_of(row[columns.id])};
  due.received_at = time_of(row[columns.time]);
  return due;
}

}  // namespace

std::vector<DueInput> read_due_inputs(const pqxx::result& rows) {
  using Read = DueInput (*)(const Columns&, const pqxx::row&);
  static const std::map<std::string, Read, std::less<>> readers = {
      {"action", action},     {"command", command}, {"call", call_update},   {"timer", timer},
      {"deferral", deferral}, {"parked", parked},   {"broadcast", broadcast}};
  std::vector<DueInput> inputs;
  if (rows.empty()) return inputs;
  const Columns columns(rows);
  for (const pqxx::row& row : rows) {
    const auto reader = readers.find(std::string_view{row[columns.kind].c_str()});
    if (reader == readers.end()) {
      throw std::runtime_error(std::string{"expected a kind of due input from the database, found "} +
                               row[columns.kind].c_str());
    }
    DueInput input = reader->second(columns, row);
    std::visit([&](auto& due) { due.lane = row[columns.lane].template as<int>(); }, input);
    inputs.push_back(std::move(input));
  }
  return inputs;
}

}  // namespace elukaar::adapters::postgres
