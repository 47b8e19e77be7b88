#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/commands/command_line.hpp"
#include "app/commands/exit_codes.hpp"
#include "app/commands/operator_commands.hpp"
#include "app/commands/problems.hpp"
#include "app/wiring/run.hpp"
#include "app/settings.hpp"

namespace elukaar::app {
namespace {

// What an operator wrote; one object for all commands, since one command runs.
struct Orders {
  explicit Orders(int& made) : exit_code(made) {}

  int& exit_code;  // what the program ends with
  std::string settings;
  std::string format = "text";
  std::string roles = "orchestrator,dispatcher,portal";
  double offset = 0;
  double factor = 1;
  int most = 50;
  operations::ParkedChoice parked;
  std::string case_id;
  std::string operator_name = ::getlogin() ? ::getlogin() : "operator";
  std::string why;

  // Reads the settings and does something with them; every failure becomes one line and exit code 2.
  template <class Work>
  void with_settings(Work work) {
    const auto read = read_settings(settings);
    if (!read) {
      tell_problems(read.error(), std::cerr);
      exit_code = bad_usage;
      return;
    }
    try {
      exit_code = work(*read);
    } catch (const std::exception& failed) {
      std::string line = failed.what();
      while (!line.empty() && line.back() == '\n') line.pop_back();
      std::replace(line.begin(), line.end(), '\n', ' ');
      std::cerr << "elukaar: " << line << '\n';
      exit_code = bad_usage;
    }
  }
};
using OrdersPtr = std::shared_ptr<Orders>;

void settings_option(CLI::App* app, Orders& orders) {
  app->add_option("--settings", orders.settings,
                  "settings file (deploy/elukaar.example.yaml explains it)")
      ->required()
      ->check(CLI::ExistingFile);
}

void format_option(CLI::App* app, Orders& orders) {
  app->add_option("--format", orders.format)
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

void add_program(CLI::App& app, const OrdersPtr& orders) {
  CLI::App* run = add_command(app, "run", "Runs the program until Ctrl-C or SIGTERM",
                              "elukaar run --settings elukaar.yaml --roles orchestrator,dispatcher");
  settings_option(run, *orders);
  run->add_option("--roles", orders->roles, "what this process does")->capture_default_str();
  run->callback([orders] {
    orders->with_settings([&](const Settings& read) {
      const auto parsed = Roles::parse(orders->roles);
      if (!parsed) throw std::runtime_error(parsed.error());
      return app::run(read, *parsed, std::cerr);
    });
  });

  CLI::App* setup = add_command(app, "setup", "Creates the topics and brings the database's schema up",
                                "elukaar setup --settings elukaar.yaml");
  settings_option(setup, *orders);
  setup->callback([orders] {
    orders->with_settings([](const Settings& read) { return app::setup(read, std::cout); });
  });

  CLI::App* keys = add_command(app, "keys", "Keys of municipalities", "elukaar keys init --settings dev.yaml");
  keys->require_subcommand(1);
  CLI::App* init = add_command(*keys, "init", "Makes random keys where there are none (development)",
                               "elukaar keys init --settings dev.yaml");
  settings_option(init, *orders);
  init->callback([orders] {
    orders->with_settings([](const Settings& read) { return keys_init(read, std::cout, std::cerr); });
  });
}

void add_clock(CLI::App& app, const OrdersPtr& orders) {
  CLI::App* clock = add_command(app, "clock", "The case clock (moved in development only)",
                                "elukaar clock --settings dev.yaml set --offset=1209600 --factor=1");
  clock->require_subcommand(1);
  settings_option(clock, *orders);
  CLI::App* set = add_command(*clock, "set", "Moves it away from real time",
                              "elukaar clock --settings dev.yaml set --offset=-86400 --factor=60");
  set->add_option("--offset", orders->offset, "seconds ahead of real time")->required();
  set->add_option("--factor", orders->factor, "how many times as fast")
      ->capture_default_str()
      ->check(CLI::Range(1e-6, 1e6));
  CLI::App* reset = add_command(*clock, "reset", "Back to real time",
                                "elukaar clock --settings dev.yaml reset");
  add_command(*clock, "show", "What it shows", "elukaar clock --settings dev.yaml show");
  clock->callback([orders, set, reset] {
    orders->with_settings([&](const Settings& read) {
      if (set->parsed()) return clock_set(read, orders->offset, orders->factor, std::cout, std::cerr);
      if (reset->parsed()) return clock_reset(read, std::cout, std::cerr);
      return clock_show(read, std::cout);
    });
  });
}

void add_records(CLI::App& app, const OrdersPtr& orders) {
  CLI::App* of = add_command(app, "counts", "What became of the life events read so far",
                             "elukaar counts --settings elukaar.yaml --format json");
  settings_option(of, *orders);
  format_option(of, *orders);
  of->callback([orders] {
    orders->with_settings(
        [&](const Settings& read) { return counts(read, orders->format, std::cout); });
  });

  CLI::App* parked = add_command(app, "parked", "Records that could not be applied",
                                 "elukaar parked list --settings elukaar.yaml");
  parked->require_subcommand(1);
  CLI::App* list = add_command(*parked, "list", "Lists them, newest first",
                               "elukaar parked list --settings elukaar.yaml --most 20");
  settings_option(list, *orders);
  format_option(list, *orders);
  list->add_option("--most", orders->most)->check(CLI::Range(1, 10'000))->capture_default_str();
  list->callback([orders] {
    orders->with_settings([&](const Settings& read) {
      return parked_list(read, orders->most, orders->format, std::cout);
    });
  });
  CLI::App* retry = add_command(*parked, "retry", "Tries them again",
                                "elukaar parked retry --settings elukaar.yaml --reason not-served");
  settings_option(retry, *orders);
  retry->add_option("ids", orders->parked.ids, "ids of parked records");
  retry->add_option("--reason", orders->parked.reason, "all with this reason");
  retry->add_flag("--all", orders->parked.all, "all of them");
  retry->callback([orders] {
    orders->with_settings([&](const Settings& read) {
      return parked_retry(read, orders->parked, std::cout, std::cerr);
    });
  });
}

void add_cases(CLI::App& app, const OrdersPtr& orders) {
  CLI::App* cases = add_command(app, "case", "One case", "elukaar case show ID --settings elukaar.yaml");
  cases->require_subcommand(1);
  const auto id_option = [&](CLI::App* of) {
    settings_option(of, *orders);
    of->add_option("id", orders->case_id, "the case's id, or the one in its address")->required();
  };
  CLI::App* show =
      add_command(*cases, "show", "Its history, with the rule that made each step",
                  "elukaar case show 019df2a1-7c3b-7d00-8a01-0123456789ab --settings e.yaml");
  id_option(show);
  format_option(show, *orders);
  show->callback([orders] {
    orders->with_settings([&](const Settings& read) {
      return case_show(read, orders->case_id, orders->format, std::cout, std::cerr);
    });
  });
  CLI::App* verify = add_command(*cases, "verify", "Whether its journal's chain of hashes holds",
                                 "elukaar case verify ID --settings elukaar.yaml");
  id_option(verify);
  verify->callback([orders] {
    orders->with_settings([&](const Settings& read) {
      return case_verify(read, orders->case_id, std::cout, std::cerr);
    });
  });
  using operations::Order;
  for (const Order given : {Order::retry, Order::suspend, Order::resume, Order::cancel}) {
    const std::string kind{to_text(given)};
    CLI::App* order = add_command(*cases, kind, "Orders it; the case's history says who and why",
                                  "elukaar case " + kind +
                                      " ID --because \"register repaired\" --settings elukaar.yaml");
    id_option(order);
    order->add_option("--because", orders->why, "the reason")->required();
    order->add_option("--operator", orders->operator_name, "who orders it")->capture_default_str();
    order->callback([orders, given] {
      orders->with_settings([&](const Settings& read) {
        return case_order(read, orders->case_id, given, orders->operator_name, orders->why, std::cout,
                          std::cerr);
      });
    });
  }
}

}  // namespace

void add_operator_commands(CLI::App& app, int& exit_code) {
  const auto orders = std::make_shared<Orders>(exit_code);
  add_program(app, orders);
  add_clock(app, orders);
  add_records(app, orders);
  add_cases(app, orders);
}

}  // namespace elukaar::app
