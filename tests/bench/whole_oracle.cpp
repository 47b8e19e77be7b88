#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <pqxx/pqxx>

#include "bench/oracle.hpp"
#include "bench/stream.hpp"
#include "bench/topics.hpp"
#include "bench/verdict.hpp"

namespace elukaar::bench {
namespace {

struct WholeItem {
  std::vector<std::string> events;  // ids, in the order of the topic, but first the one that starts the case
  std::vector<std::int64_t> amounts;
  int cases = 0;
  // What the journal says was applied.
  std::vector<std::string> applied;
  int answers = 0;
  int delays = 0;  // the register was out of reach: told, and asked again
  int timers = 0;
  std::uint64_t revision = 0;  // of the case
  std::set<std::uint64_t> published;

  bool may_be_cancelled() const { return amounts.size() > 3 && amounts[3] % 2 == 0; }
};

class WholeOracle {
 public:
  explicit WholeOracle(const OraclePlan& plan) : plan_(plan) {}

  Json judge() {
    read_input();
    pqxx::connection connection(plan_.database);
    pqxx::work work(connection);
    read_cases(work);
    read_journal(work);
    read_parked(work);
    read_statuses();
    for (const auto& [key, item] : items_) judge(key, item);
    return verdict_.with({{"cases", items_.size()},
                          {"timers_fired", fired_},
                          {"early", early_},
                          {"repeats", repeats_},
                          {"poison", poison_},
                          {"overtaken", overtaken_}});
  }

 private:
  void read_input() {
    std::set<std::string> seen;
    read_topic(plan_.brokers, plan_.input_topic, [&](const Record& record) {
      if (is_poison(record.key)) {
        ++poison_;
        return;
      }
      const Json event = Json::parse(record.value);
      if (event.at("municipality") != "0002") return;
      if (!seen.insert(event.at("id")).second) {
        ++repeats_;
        return;
      }
      WholeItem& item = items_[std::string{record.key}];
      // What came before its case waits until there is one.
      const bool starts = event.at("type") == "ee.elukaar.bench.started.v1";
      if (starts) early_ += static_cast<std::int64_t>(item.events.size());
      item.events.insert(starts ? item.events.begin() : item.events.end(), event.at("id"));
      const std::int64_t amount = event.at("data").at("amount");
      item.amounts.insert(starts ? item.amounts.begin() : item.amounts.end(), amount);
    });
  }

  void read_cases(pqxx::work& work) {
    for (const pqxx::row& row : work.exec(
             "select c.value, c.case_id, s.lifecycle, s.context, s.revision "
             "from elukaar.correlation c join elukaar.cases s on s.municipality = c.municipality "
             "and s.id = c.case_id where c.municipality = '0002'")) {
      const auto found = items_.find(row[0].c_str());
      if (found == items_.end()) {
        verdict_.wrong(fmt::format("a case of an item that is not in the input: {}", row[0].c_str()));
        continue;
      }
      WholeItem& item = found->second;
      if (++item.cases > 1) verdict_.duplicated("a second case of item " + found->first);
      item_of_case_[row[1].c_str()] = &item;
      item.revision = row[4].as<std::uint64_t>();
      const Json context = Json::parse(row[3].c_str());
      std::int64_t sum = 0;
      for (const std::int64_t amount : item.amounts) sum += amount;
      const Json fired = context.at("fired");
      if (std::string{row[2].c_str()} != "completed" || context.at("amount") != sum ||
          context.at("steps") != events_of_an_item || context.at("answered") != 1 ||
          !(fired == 1 || (fired == 0 && item.may_be_cancelled()))) {
        verdict_.wrong(fmt::format("item {}: {}, {}", found->first, row[2].c_str(), row[3].c_str()));
      }
    }
  }

  void read_journal(pqxx::work& work) {
    for (const pqxx::row& row :
         work.exec("select case_id, kind, event_id, name, sequence, lane from elukaar.journal "
                   "where municipality = '0002' and disposition = 'applied' order by case_id, sequence")) {
      lane_of_row_[fmt::format("{}/{}", row[0].c_str(), row[4].c_str())] = row[5].as<int>();
      const auto found = item_of_case_.find(row[0].c_str());
      if (found == item_of_case_.end()) continue;
      const std::string kind = row[1].c_str();
      if (kind == "event") found->second->applied.push_back(row[2].c_str());
      if (kind == "call") {
        const bool delayed = std::string{row[3].c_str()} == "delayed";
        ++(delayed ? found->second->delays : found->second->answers);
      }
      if (kind == "timer") ++found->second->timers;
    }
  }

  // Each poison once, each with its reason; nothing else waits.
  void read_parked(pqxx::work& work) {
    std::set<std::pair<std::string, std::string>> places;
    for (const pqxx::row& row :
         work.exec("select origin, position, reason from elukaar.parked where status = 'parked'")) {
      const std::string reason = row[2].c_str();
      if (reason == "early" || reason == "faulted") {
        verdict_.lost(fmt::format("parked as {}: {} at {}", reason, row[0].c_str(), row[1].c_str()));
      } else if (!places.insert({row[0].c_str(), row[1].c_str()}).second) {
        verdict_.duplicated(fmt::format("parked twice: {} at {}", row[0].c_str(), row[1].c_str()));
      }
    }
    if (static_cast<std::int64_t>(places.size()) != poison_) {
      verdict_.wrong(fmt::format("{} records are parked, {} were poison", places.size(), poison_));
    }
  }

  // The statuses of one case that left by one lane come in their order. Those of two lanes may pass each other
  // when one of them is published after a restart: readers keep the highest (architecture, the way of one event).
  void read_statuses() {
    std::map<std::pair<std::string, int>, std::uint64_t> last;
    std::map<std::string, std::uint64_t> shown;
    read_topic(plan_.brokers, plan_.status_topic, [&](const Record& record) {
      const Json event = Json::parse(record.value);
      if (event.at("municipality") != "0002") return;
      const std::string id = event.at("id");
      if (!verdict_.is_new(id, record.value)) return;
      const std::string case_id = event.at("data").at("case");
      const auto revision = event.at("data").at("revision").get<std::uint64_t>();
      const auto found = item_of_case_.find(case_id);
      if (found == item_of_case_.end()) return verdict_.wrong("a status of an unknown case: " + id);
      if (!found->second->published.insert(revision).second) {
        verdict_.duplicated(fmt::format("revision {} under a second id: {}", revision, id));
      }
      const auto lane = lane_of_row_.find(id.substr(0, id.rfind('/')));
      if (lane == lane_of_row_.end()) return verdict_.wrong("a status without its row: " + id);
      std::uint64_t& before = last[{case_id, lane->second}];
      if (revision < before) verdict_.wrong("a status was published after a later one of its lane: " + id);
      before = std::max(before, revision);
      std::uint64_t& highest = shown[case_id];
      if (revision < highest) ++overtaken_;
      highest = std::max(highest, revision);
    });
  }

  void judge(const std::string& key, const WholeItem& item) {
    if (item.cases == 0) return verdict_.lost("no case of item " + key);
    fired_ += item.timers;
    if (item.applied.size() < item.events.size()) verdict_.lost("an event of item " + key);
    if (item.applied.size() > item.events.size()) verdict_.duplicated("an event of item " + key);
    if (item.applied.size() == item.events.size() && item.applied != item.events) {
      verdict_.wrong("events out of their order: item " + key);
    }
    if (item.answers == 0) verdict_.lost("the answer of item " + key);
    if (item.answers > 1) verdict_.duplicated("the answer of item " + key);
    if (item.timers == 0 && !item.may_be_cancelled()) verdict_.lost("the timer of item " + key);
    if (item.timers > 1) verdict_.duplicated("the timer of item " + key);
    const std::size_t transitions =
        item.applied.size() + static_cast<std::size_t>(item.answers + item.delays + item.timers);
    if (item.revision != transitions) {
      verdict_.wrong(fmt::format("item {}: revision {} after {} transitions", key, item.revision,
                               transitions));
    }
    if (item.published.size() < item.revision) verdict_.lost("a status of item " + key);
  }

  const OraclePlan plan_;
  std::map<std::string, WholeItem> items_;
  std::map<std::string, WholeItem*> item_of_case_;
  std::int64_t fired_ = 0;
  std::int64_t early_ = 0;  // events that came before their case
  std::int64_t repeats_ = 0;
  std::int64_t poison_ = 0;
  std::int64_t overtaken_ = 0;  // statuses that came when a later one of another lane stood already
  std::map<std::string, int> lane_of_row_;  // by case and sequence
  Verdict verdict_;
};

}  // namespace

Json hold_whole_against_input(const OraclePlan& plan) { return WholeOracle(plan).judge(); }

}  // namespace elukaar::bench
