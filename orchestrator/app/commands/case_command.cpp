#include "app/commands/operator_commands.hpp"

#include <unistd.h>

#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "adapters/postgres/operations.hpp"
#include "app/commands/command_line.hpp"
#include "base/json.hpp"
#include "operations/cases.hpp"

namespace elukaar::app {
namespace {

using adapters::postgres::PgOperations;

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

// Whether every journal row of the case follows from the one before: the hash chain.
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


struct CaseOptions {
  std::string settings;
  std::string format = "text";
  std::string id;
  std::string operator_name = ::getlogin() ? ::getlogin() : "operator";
  std::string why;
};
using CaseOptionsPtr = std::shared_ptr<CaseOptions>;

void id_option(CLI::App* of, CaseOptions& options) {
  settings_option(of, options.settings);
  of->add_option("id", options.id, "the case's id, or the one in its address")->required();
}

void add_order(CLI::App& cases, const CaseOptionsPtr& options, operations::Order order, int& exit_code) {
  const std::string kind{to_text(order)};
  CLI::App* command = add_command(cases, kind, "Orders it; the case's history says who and why",
                                  "elukaar case " + kind +
                                      " ID --because \"register repaired\" --settings elukaar.yaml");
  id_option(command, *options);
  command->add_option("--because", options->why, "the reason")->required();
  command->add_option("--operator", options->operator_name, "who orders it")->capture_default_str();
  command->callback([options, order, &exit_code] {
    exit_code = with_settings(options->settings, [&](const Settings& settings) {
      return case_order(settings, options->id, order, options->operator_name, options->why, std::cout,
                        std::cerr);
    });
  });
}

}  // namespace

void add_case(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<CaseOptions>();
  CLI::App* cases = add_command(app, "case", "One case", "elukaar case show ID --settings elukaar.yaml");
  cases->require_subcommand(1);
  CLI::App* show =
      add_command(*cases, "show", "Its history, with the rule that made each step",
                  "elukaar case show 019df2a1-7c3b-7d00-8a01-0123456789ab --settings e.yaml");
  id_option(show, *options);
  format_option(show, options->format);
  show->callback([options, &exit_code] {
    exit_code = with_settings(options->settings, [&](const Settings& settings) {
      return case_show(settings, options->id, options->format, std::cout, std::cerr);
    });
  });
  CLI::App* verify = add_command(*cases, "verify", "Whether its journal's chain of hashes holds",
                                 "elukaar case verify ID --settings elukaar.yaml");
  id_option(verify, *options);
  verify->callback([options, &exit_code] {
    exit_code = with_settings(options->settings, [&](const Settings& settings) {
      return case_verify(settings, options->id, std::cout, std::cerr);
    });
  });
  using operations::Order;
  for (const Order order : {Order::retry, Order::suspend, Order::resume, Order::cancel}) {
    add_order(*cases, options, order, exit_code);
  }
}

}  // namespace elukaar::app
