#include "bench/oracle.hpp"

#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <pqxx/pqxx>

#include "bench/stream.hpp"
#include "bench/topics.hpp"
#include "bench/verdict.hpp"

namespace elukaar::bench {
namespace {

// One effect as it must be.
struct Step {
  std::string event_id;
  std::string text;        // of the status
  std::int64_t total = 0;  // of the amounts up to here
};

struct Effect {
  int journalled = 0;
  std::set<std::string> published_ids;
};

struct Item {
  std::vector<Step> steps;
  std::set<std::string> cases;
  std::vector<Effect> effects;
};

class Oracle {
 public:
  explicit Oracle(const OraclePlan& plan) : plan_(plan) {}

  Json judge() {
    read_input();
    read_database();
    read_statuses();
    count();
    return verdict_.with({{"events", events_}, {"repeats", repeats_}, {"cases", items_.size()}});
  }

 private:
  void read_input() {
    std::set<std::string> seen;
    read_topic(plan_.brokers, plan_.input_topic, [&](const Record& record) {
      const Json event = Json::parse(record.value);
      const std::string id = event.at("id");
      if (!seen.insert(id).second) {
        ++repeats_;
        return;
      }
      ++events_;
      Item& item = items_[std::string{record.key}];
      const auto step = static_cast<int>(item.steps.size()) + 1;
      const std::int64_t before = item.steps.empty() ? 0 : item.steps.back().total;
      item.steps.push_back({id, step == events_of_an_item ? "done" : fmt::format("s{}", step),
                            before + event.at("data").at("amount").get<std::int64_t>()});
      item.effects.emplace_back();
    });
  }

  void read_database() {
    pqxx::connection connection(plan_.database);
    pqxx::work work(connection);
    for (const pqxx::row& row :
         work.exec("select c.value, c.case_id, s.lifecycle, s.context::json->>'amount', s.revision "
                   "from elukaar.correlation c join elukaar.cases s "
                   "on s.municipality = c.municipality and s.id = c.case_id")) {
      const std::string key = row[0].c_str();
      const auto found = items_.find(key);
      if (found == items_.end()) {
        verdict_.wrong("a case of an item that is not in the input: " + key);
        continue;
      }
      Item& item = found->second;
      if (!item.cases.insert(row[1].c_str()).second) continue;
      if (item.cases.size() > 1) verdict_.duplicated("a second case of item " + key);
      item_of_case_[row[1].c_str()] = &item;
      const bool complete = item.steps.size() == events_of_an_item;
      if (std::string{row[2].c_str()} != (complete ? "completed" : "active") ||
          row[3].as<long long>() != item.steps.back().total ||
          row[4].as<std::size_t>() != item.steps.size()) {
        verdict_.wrong(fmt::format("item {}: {}, amount {}, revision {}; expected amount {}, revision {}",
                                 key, row[2].c_str(), row[3].c_str(), row[4].c_str(),
                                 item.steps.back().total, item.steps.size()));
      }
    }
    read_journal(work);
  }

  void read_journal(pqxx::work& work) {
    std::map<std::string, std::size_t> next;
    for (const pqxx::row& row : work.exec("select case_id, event_id from elukaar.journal "
                                          "where disposition = 'applied' order by case_id, sequence")) {
      const auto found = item_of_case_.find(row[0].c_str());
      if (found == item_of_case_.end()) continue;  // its case has been counted as wrong
      Item& item = *found->second;
      std::size_t& at = next[row[0].c_str()];
      const std::string id = row[1].c_str();
      if (at < item.steps.size() && item.steps[at].event_id == id) {
        ++item.effects[at++].journalled;
        continue;
      }
      for (std::size_t i = 0; i < item.steps.size(); ++i) {
        if (item.steps[i].event_id == id) ++item.effects[i].journalled;
      }
      verdict_.wrong("out of its order in the journal: " + id);
    }
  }

  void read_statuses() {
    std::map<std::string, std::uint64_t> last;   // revision by case
    read_topic(plan_.brokers, plan_.status_topic, [&](const Record& record) {
      const Json event = Json::parse(record.value);
      const std::string id = event.at("id");
      if (!verdict_.is_new(id, record.value)) return;
      const Json& data = event.at("data");
      const std::string case_id = data.at("case");
      const auto found = item_of_case_.find(case_id);
      const auto revision = data.at("revision").get<std::uint64_t>();
      if (found == item_of_case_.end() || revision == 0 ||
          revision > found->second->steps.size()) {
        return verdict_.wrong(fmt::format("status {} of case {}, revision {}", id, case_id, revision));
      }
      const Step& step = found->second->steps[revision - 1];
      found->second->effects[revision - 1].published_ids.insert(id);
      const Json& status = data.at("status");
      if (status.at("text") != step.text || status.at("args").at("amount") != step.total) {
        verdict_.wrong(fmt::format("status {}: {} with amount {}; expected {} with {}", id,
                                 status.at("text").dump(), status.at("args").at("amount").dump(),
                                 step.text, step.total));
      }
      std::uint64_t& shown = last[case_id];
      if (revision < shown) verdict_.wrong("a status was published after a later one: " + id);
      shown = std::max(shown, revision);
    });
  }

  void count() {
    for (const auto& [key, item] : items_) {
      for (std::size_t i = 0; i < item.steps.size(); ++i) {
        const Effect& effect = item.effects[i];
        const std::string& id = item.steps[i].event_id;
        if (effect.journalled == 0) verdict_.lost("not applied: " + id);
        if (effect.journalled > 1) verdict_.duplicated("applied twice: " + id);
        if (effect.published_ids.empty()) verdict_.lost("no status published: " + id);
        if (effect.published_ids.size() > 1) verdict_.duplicated("two statuses: " + id);
      }
    }
  }

  const OraclePlan plan_;
  std::map<std::string, Item> items_;
  std::map<std::string, Item*> item_of_case_;
  std::int64_t events_ = 0;
  std::int64_t repeats_ = 0;
  Verdict verdict_;
};

}  // namespace

Json hold_against_input(const OraclePlan& plan) { return Oracle(plan).judge(); }

}  // namespace elukaar::bench
