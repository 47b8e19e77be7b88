#include "app/commands/operator_commands.hpp"

#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "adapters/kafka/topics.hpp"
#include "adapters/postgres/schema.hpp"
#include "app/commands/command_line.hpp"

namespace elukaar::app {
namespace {

constexpr std::chrono::milliseconds broker_patience{15'000};

// Topics and schema; both are left alone where they are up to date.
int set_up(const Settings& settings, std::ostream& out) {
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
    for (const Municipality& served : municipalities_of(settings)) {
      plan(topic.of(served), partitions);
    }
  }
  adapters::kafka::create_topics(settings.kafka.brokers, plans, broker_patience,
                                 [&](const std::string& name) {
                                   out << "topic: created " << name << '\n';
                                 });
  out << "schema and topics are up to date\n";
  return 0;
}

}  // namespace

void add_setup(CLI::App& app, int& exit_code) {
  const auto file = std::make_shared<std::string>();
  CLI::App* setup = add_command(app, "setup", "Creates the topics and brings the database's schema up",
                                "elukaar setup --settings elukaar.yaml");
  settings_option(setup, *file);
  setup->callback([file, &exit_code] {
    exit_code = with_settings(
        *file, [](const Settings& settings) { return set_up(settings, std::cout); });
  });
}

}  // namespace elukaar::app
