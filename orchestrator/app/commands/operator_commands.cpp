#include "app/commands/operator_commands.hpp"

#include <ostream>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "adapters/kafka/topics.hpp"
#include "adapters/postgres/operations.hpp"
#include "adapters/postgres/schema.hpp"
#include "operations/cases.hpp"
#include "operations/parked.hpp"
#include "privacy/keyring.hpp"

namespace elukaar::app {
namespace {

using adapters::postgres::PgCaseClock;
using adapters::postgres::PgOperations;

constexpr std::chrono::milliseconds broker_patience{15'000};

bool refuse_in_production(const Settings& settings, const char* what, std::ostream& err) {
  if (settings.is_development()) return false;
  err << fmt::format("elukaar: {} is allowed only where `environment: development` stands in {}\n",
                     what, settings.file.string());
  return true;
}

std::string joined(const Json& list) {
  std::string text;
  for (const Json& item : list) {
    if (!text.empty()) text += ", ";
    text += item.is_string() ? item.get<std::string>() : item.dump();
  }
  return text;
}

int no_case(const std::string& id, std::ostream& err) {
  err << fmt::format("elukaar: there is no case {}\n", id);
  return 2;
}

// A line for each thing that happened, with the rule that made it.
void print_journal(const Json& journal, std::ostream& out) {
  for (const Json& row : journal) {
    const Json& trace = row.at("trace");
    out << fmt::format("  {:>3}  {:<26} {:<8} {:<28} {}\n", row.at("sequence").get<long>(),
                       row.at("at").get<std::string>().substr(0, 26),
                       row.at("kind").get<std::string>(), row.at("name").get<std::string>(),
                       row.at("disposition").get<std::string>());
    if (trace.contains("to") && trace.value("from", Json{}) != trace["to"]) {
      out << fmt::format("       {} → {}\n", joined(trace.value("from", Json::array())),
                         joined(trace["to"]));
    }
    for (const Json& rule : trace.value("rules", Json::array())) {
      out << fmt::format("       rule {}\n", rule.get<std::string>());
    }
    if (trace.contains("reason")) {
      out << fmt::format("       because {}\n", trace["reason"].get<std::string>());
    }
    if (row.at("records").is_array()) {
      for (const Json& record : row.at("records")) {
        const Json& value = record.at("value");
        const Json status = value.at("data").value("status", Json{});
        out << fmt::format("       published {} {}\n", value.at("id").get<std::string>(),
                           status.is_object() ? "shows `" + status.value("text", "") + "`"
                                              : "shows nothing");
      }
    }
  }
}

// Each once, whatever number of services it has.
std::set<Municipality> municipalities_of(const Settings& settings) {
  std::set<Municipality> municipalities;
  for (const auto& served : settings.municipalities) municipalities.insert(served.ehak);
  return municipalities;
}

}  // namespace

int keys_init(const Settings& settings, std::ostream& out, std::ostream& err) {
  if (refuse_in_production(settings, "making keys", err)) return 2;
  const std::set<Municipality> each = municipalities_of(settings);
  const std::vector<Municipality> municipalities(each.begin(), each.end());
  if (auto made = privacy::create_development_keys(settings.keys_dir, municipalities); !made) {
    err << "elukaar: " << made.error() << '\n';
    return 2;
  }
  out << fmt::format("keys for {} municipalities are in {}\n", municipalities.size(),
                     settings.keys_dir.string());
  return 0;
}

int setup(const Settings& settings, std::ostream& out) {
  adapters::postgres::bring_schema_up(settings.connection_string(), [&](const std::string& name) {
    out << "schema: applied " << name << '\n';
  });
  std::vector<adapters::kafka::TopicPlan> plans;
  const auto retention = std::chrono::duration_cast<std::chrono::hours>(settings.kafka.retention);
  const auto plan = [&](const std::string& name, int partitions) {
    plans.push_back({name, partitions, retention});
  };
  for (const engine::TopicRow& row : engine::topic_rows) {
    const engine::Topic& topic = settings.kafka.topics.*row.topic;
    const int partitions = row.way == engine::TopicRow::Way::in ? settings.kafka.partitions
                                                                : settings.kafka.status_partitions;
    if (!topic.is_municipal()) {
      plan(topic.text(), partitions);
      continue;
    }
    for (const Municipality& served : municipalities_of(settings)) plan(topic.of(served), partitions);
  }
  adapters::kafka::create_topics(settings.kafka.brokers, plans, broker_patience,
                                 [&](const std::string& name) {
                                   out << "topic: created " << name << '\n';
                                 });
  out << "schema and topics are up to date\n";
  return 0;
}

int clock_set(const Settings& settings, double offset_seconds, double factor, std::ostream& out,
              std::ostream& err) {
  if (refuse_in_production(settings, "moving the clock", err)) return 2;
  PgCaseClock clock(settings.connection_string());
  clock.set(offset_seconds, factor);
  out << "the case clock shows " << clock.shown() << '\n';
  return 0;
}

int clock_reset(const Settings& settings, std::ostream& out, std::ostream& err) {
  if (refuse_in_production(settings, "moving the clock", err)) return 2;
  PgCaseClock clock(settings.connection_string());
  clock.reset();
  out << "the case clock shows real time: " << clock.shown() << '\n';
  return 0;
}

int clock_show(const Settings& settings, std::ostream& out) {
  PgCaseClock clock(settings.connection_string());
  out << clock.shown() << (clock.is_shifted() ? " (moved)" : " (real time)") << '\n';
  return 0;
}

int counts(const Settings& settings, const std::string& format, std::ostream& out) {
  const auto counts =
      PgOperations(settings.connection_string()).counts(settings.kafka.topics.life_events.text() + "/");
  if (format == "json") {
    Json reasons = Json::array();
    for (const auto& reason : counts.reasons) {
      reasons.push_back({{"code", reason.reason}, {"reason", reason.detail}, {"count", reason.count}});
    }
    out << Json{{"applied", counts.applied}, {"duplicates", counts.duplicates},
                {"parked", counts.parked}, {"reasons", reasons}}.dump() << '\n';
    return 0;
  }
  out << fmt::format("applied {}, duplicates {}, parked {}\n", counts.applied, counts.duplicates,
                     counts.parked);
  for (const auto& reason : counts.reasons) {
    out << fmt::format("  {:>6}  {}: {}\n", reason.count, reason.reason, reason.detail);
  }
  return 0;
}

int parked_list(const Settings& settings, int most, const std::string& format, std::ostream& out) {
  const auto rows = PgOperations(settings.connection_string()).parked(
      static_cast<std::size_t>(most));
  if (format == "json") {
    Json list = Json::array();
    for (const auto& row : rows) {
      list.push_back({{"id", row.id.str()}, {"municipality", row.municipality},
                      {"origin", row.origin}, {"type", row.type}, {"eventId", row.event_id},
                      {"reason", row.reason}, {"detail", row.detail}, {"parkedAt", row.parked_at}});
    }
    out << list.dump() << '\n';
    return 0;
  }
  if (rows.empty()) out << "nothing is parked\n";
  for (const auto& row : rows) {
    out << fmt::format("{}  {}  {:<18} {} {}\n    {}\n    {}\n", row.id.str(), row.parked_at,
                       row.reason, row.type.empty() ? "(type unknown)" : row.type, row.event_id,
                       row.origin, row.detail);
  }
  return 0;
}

int parked_retry(const Settings& settings, const operations::ParkedChoice& choice, std::ostream& out,
                 std::ostream& err) {
  PgOperations store(settings.connection_string());
  const auto ordered = operations::retry(store, choice);
  if (!ordered) {
    err << fmt::format("elukaar: {}\n", ordered.error());
    return 2;
  }
  out << fmt::format("{} parked records are tried again\n", *ordered);
  return *ordered == 0 ? 1 : 0;
}

int case_show(const Settings& settings, const std::string& id, const std::string& format,
              std::ostream& out, std::ostream& err) {
  PgOperations store(settings.connection_string());
  const Json history = operations::history(store, id);
  if (history.is_null()) return no_case(id, err);
  if (format == "json") {
    out << history.dump(2) << '\n';
    return 0;
  }
  const Json& row = history.at("case");
  out << fmt::format("case {}\n  {} of municipality {}, {}{}\n",
                     row.at("id").get<std::string>(), row.at("workflow").get<std::string>(),
                     row.at("municipality").get<std::string>(),
                     row.at("lifecycle").get<std::string>(),
                     row.at("pinned").get<bool>() ? ", keeps this release" : "");
  if (row.at("incident").is_string()) {
    out << fmt::format("  incident: {}\n", row.at("incident").get<std::string>());
  }
  out << fmt::format("  state: {}\n", joined(row.at("state").at("active")));
  for (const Json& party : history.at("parties")) {
    out << fmt::format("  party: {} {}{}\n", party.at("role").get<std::string>(),
                       party.at("person").get<std::string>(),
                       party.at("until").is_null() ? "" : " (ended)");
  }
  for (const Json& timer : history.at("timers")) {
    out << fmt::format("  timer: {} of {} due {}\n", timer.at("key").get<std::string>(),
                       timer.at("state").get<std::string>(), timer.at("due").get<std::string>());
  }
  for (const Json& call : history.at("calls")) {
    out << fmt::format("  call: {} {} after {} attempts\n", call.at("operation").get<std::string>(),
                       call.at("status").get<std::string>(), call.at("attempts").get<int>());
  }
  out << "history\n";
  print_journal(history.at("journal"), out);
  return 0;
}

int case_verify(const Settings& settings, const std::string& id, std::ostream& out,
                std::ostream& err) {
  PgOperations store(settings.connection_string());
  const auto verified = operations::verify(store, id);
  if (!verified) return no_case(id, err);
  if (verified->broken_at) {
    out << fmt::format("case {}: row {} does not follow from the one before\n", id, *verified->broken_at);
    return 1;
  }
  out << fmt::format("case {}: {} rows, the chain holds\n", id, verified->rows);
  return 0;
}

int case_order(const Settings& settings, const std::string& id, operations::Order order,
               const std::string& operator_name, const std::string& reason, std::ostream& out,
               std::ostream& err) {
  PgOperations store(settings.connection_string());
  const auto given = operations::give_order(store, id, order, operator_name, reason);
  if (!given) return no_case(id, err);
  out << fmt::format("ordered: {} of case {} ({})\n", to_text(order), id, given->str());
  return 0;
}

}  // namespace elukaar::app
