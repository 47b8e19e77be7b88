#include "engine/batch/batch.hpp"

#include <algorithm>
#include <list>
#include <set>

#include <fmt/format.h>

#include "base/json_writing.hpp"
#include "base/overloaded.hpp"
#include "core/decide.hpp"
#include "core/questions.hpp"
#include "engine/batch/input_codec.hpp"
#include "privacy/envelope.hpp"

namespace elukaar::engine {
namespace {

// Deferred inputs offered again after one change; a chart that keeps changing ends here, and the
// rest waits for the next change.
constexpr int max_offers = 1'000;

// A case while the batch works on it.
struct Working {
  CaseRow row;
  workflow::WorkflowPtr workflow;
  core::Case value;
  bool created = false;
  bool changed = false;
  std::vector<DeferredRow> deferred;  // oldest first

  bool is_open() const { return core::is_open(current().lifecycle); }
  // The case as it is: as the store keeps it until the batch changes it.
  const core::Case& current() const { return row.value ? *row.value : value; }
  // To be changed.
  core::Case& change() {
    if (row.value) {
      value = *row.value;
      row.value = nullptr;
    }
    changed = true;
    return value;
  }
  void become(core::Case next) {
    row.value = nullptr;
    value = std::move(next);
    changed = true;
  }
};

enum class Fate { applied, duplicate, parked };

// A parked input that an operator has ordered to be tried again.
struct RetriedInput {
  DueInput due;
  CaseRef ref;
  core::Input input;
};

// The batch as it is folded: one input after the other over cases in memory, everything that is to be
// written gathered on the way.
class Fold {
 public:
  Fold(CaseStore& store, BatchTransaction& transaction, EngineParts& parts,
       const std::map<std::string, Lane>& lanes)
      : store_(store), transaction_(transaction), parts_(parts), lanes_(lanes) {}

  // From now on nothing follows from an input but that its case stands still, for this reason.
  void stop_at_once(std::string why) { stop_ = std::move(why); }

  // All reading and locking, in the order that keeps two batches from waiting for each other: keys
  // before cases, each sorted.
  void prepare(std::initializer_list<const std::vector<Arrival>*> groups,
               const std::vector<DueInput>& due) {
    std::vector<const Route*> routes;
    std::vector<const Arrival*> arrivals;
    for (const auto* group : groups) {
      for (const Arrival& arrival : *group) {
        if (arrival.refused) continue;
        arrivals.push_back(&arrival);
        for (const Route& route : arrival.routes) routes.push_back(&route);
      }
    }
    std::vector<CorrelationKey> all;
    std::vector<CorrelationKey> claimed;
    for (const Route* route : routes) {
      const auto identity = route->identity();
      all.insert(all.end(), identity.begin(), identity.end());
      if (route->claims_keys()) {
        claimed.insert(claimed.end(), identity.begin(), identity.end());
        claimed.insert(claimed.end(), route->adds.begin(), route->adds.end());
      }
    }
    for (const DueInput& input : due) {
      if (input.kind == DueInput::Kind::action) add_keys_of_action(input, claimed);
    }
    sort_unique(all);
    find(all);
    // What nobody was found for may have to wait as early; that, too, is decided under the lock.
    for (const CorrelationKey& key : all) {
      if (!found_.contains(key)) claimed.push_back(key);
    }
    sort_unique(claimed);
    if (!claimed.empty()) {
      transaction_.lock_keys(claimed);
      find(claimed);
      load_early(claimed);
    }
    load_cases(due);
    load_receipts(arrivals);
    load_mass_known(arrivals);
    now_ = transaction_.now();
  }

  void apply(const Arrival& arrival) {
    current_lane_ = &lane(arrival.lane);
    Fate fate = Fate::duplicate;
    if (arrival.refused) {
      park(arrival, *arrival.refused, {});
      fate = Fate::parked;
    } else {
      for (const Route& route : arrival.routes) {
        const Fate here = apply(arrival, route);
        if (here == Fate::applied || fate == Fate::duplicate) fate = here;
      }
    }
    if (arrival.parked_id) {
      if (fate != Fate::parked) writes_.parked_applied.push_back(*arrival.parked_id);
      return;  // the lane has counted it when it first came
    }
    current_lane_->position = arrival.position + 1;
    switch (fate) {
      case Fate::applied: ++current_lane_->applied; break;
      case Fate::duplicate: ++current_lane_->duplicates; break;
      case Fate::parked: ++current_lane_->parked; break;
    }
    if (fate == Fate::duplicate) ++result_.dispositions["duplicate"];
  }

  // The first mass event that is due, if one is: before prepare(), which reads its cases.
  void take_mass(const std::vector<DueInput>& due, std::size_t most) {
    const auto mass = std::find_if(due.begin(), due.end(), [](const DueInput& input) {
      return input.kind == DueInput::Kind::mass;
    });
    if (mass == due.end()) return;
    mass_page_ = transaction_.mass_page({mass->ref.municipality, mass->text_a, mass->id},
                                        std::min(most, max_mass_page));
  }

  // Brings it to its next cases, each as it is now and by the rules of its own release.
  void apply_mass() {
    if (!mass_page_) return;
    const MassEvent& event = mass_page_->event;
    current_lane_ = &lane(fmt::format("internal/{:02}", event.lane));
    core::Input input;
    input.key = event.key;
    input.received_at = event.happened_at;
    auto& arrived = input.body.emplace<core::EventArrived>();
    arrived.event = Json::parse(event.event);
    for (const CaseRef& ref : mass_page_->cases) {
      const auto found = cases_.find(ref);
      if (found == cases_.end()) continue;
      Working& working = *found->second;
      const std::string* name = concerned(working, event, arrived.event);
      if (name == nullptr) continue;
      arrived.name = *name;
      settle(working, input, decide(working, input));
    }
    MassProgress progress{event.ref, std::nullopt, mass_page_->last};
    if (!mass_page_->cases.empty()) progress.reached = mass_page_->cases.back().id;
    writes_.mass_reached.push_back(std::move(progress));
  }

  void apply(const DueInput& due) {
    current_lane_ = &lane(fmt::format("internal/{:02}", due.lane));
    if (due.kind == DueInput::Kind::parked_retry) return retry_parked(due);
    const auto found = cases_.find(due.ref);
    if (found == cases_.end()) return;
    Working& working = *found->second;
    switch (due.kind) {
      case DueInput::Kind::timer: return apply_timer(working, due);
      case DueInput::Kind::call: return apply_call(working, due);
      case DueInput::Kind::action: return apply_action(working, due);
      case DueInput::Kind::command: return apply_command(working, due);
      case DueInput::Kind::deferred_expired: return expire_deferred(working, due);
      case DueInput::Kind::parked_retry: return;
      case DueInput::Kind::mass: return;  // concerns no case by itself: apply_mass()
    }
  }

  Writes& finish() {
    for (auto& [ref, working] : cases_) {
      if (!working->changed) continue;
      encode(*working);
      (working->created ? writes_.created : writes_.updated).push_back(std::move(working->row));
    }
    for (auto& [where, timer] : timers_) {
      (timer.second ? writes_.timers_set : writes_.timers_cleared).push_back(timer.first);
    }
    return writes_;
  }

  BatchResult take_result() { return std::move(result_); }

  // The lanes that the batch has moved, as they are after it.
  std::vector<Lane> moved() const {
    std::vector<Lane> lanes;
    for (const auto& [name, lane] : touched_) {
      const Lane& old = lanes_.at(name);
      if (lane.position != old.position || lane.next_sequence != old.next_sequence) {
        lanes.push_back(lane);
      }
    }
    return lanes;
  }

 private:
  using TimerPlace = std::tuple<CaseRef, std::string, std::string, std::uint32_t>;

  // The batch's own copy; it counts from nothing.
  Lane& lane(const std::string& name) {
    const auto [place, first] = touched_.try_emplace(name);
    if (first) {
      place->second = lanes_.at(name);
      place->second.applied = place->second.duplicates = place->second.parked = 0;
    }
    return place->second;
  }

  static void sort_unique(std::vector<CorrelationKey>& keys) {
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  }

  // ---- Reading ----------------------------------------------------------------------------------

  void find(const std::vector<CorrelationKey>& keys) {
    if (keys.empty()) return;
    for (const CorrelationKey& key : keys) found_.erase(key);
    for (const FoundKey& hit : transaction_.find(keys)) {
      const CorrelationKey& key = keys[hit.key];
      found_[key].push_back({key.municipality, hit.id});
    }
  }

  // A person's action may give its case keys (the application's): they are locked as well.
  void add_keys_of_action(const DueInput& input, std::vector<CorrelationKey>& claimed) {
    const Json event = read_json(input.json);
    const std::string type = event.value("type", "");
    for (const auto& workflow : parts_.workflows.reacting_to(input.ref.municipality, type)) {
      const auto& rule = workflow->events.at(workflow->event_names.at(type));
      static const core::Case nobody;
      if (auto keys = core::keys_of(*workflow, rule.adds, event, nobody, parts_.calendar)) {
        for (core::Key& key : *keys) {
          claimed.push_back({input.ref.municipality, workflow->service, key.name, key.value});
        }
      }
    }
  }

  void load_early(const std::vector<CorrelationKey>& keys) {
    for (EarlyEvent& event : transaction_.early_events(keys)) {
      early_[event.key].push_back(std::move(event));
    }
  }

  void load_cases(const std::vector<DueInput>& due) {
    std::vector<CaseRef> refs;
    for (const auto& [key, cases] : found_) refs.insert(refs.end(), cases.begin(), cases.end());
    for (const DueInput& input : due) {
      if (!input.ref.id.is_nil()) refs.push_back(input.ref);
    }
    for (const RetriedInput& retried : retried_inputs_) refs.push_back(retried.ref);
    if (mass_page_) refs.insert(refs.end(), mass_page_->cases.begin(), mass_page_->cases.end());
    std::sort(refs.begin(), refs.end());
    refs.erase(std::unique(refs.begin(), refs.end()), refs.end());
    if (refs.empty()) return;
    std::vector<CaseRef> with_deferred;
    for (CaseRow& row : transaction_.lock_cases(refs)) {
      auto working = decode(std::move(row));
      if (working->current().deferred > 0) with_deferred.push_back(working->row.ref);
      cases_.emplace(working->row.ref, std::move(working));
    }
    if (with_deferred.empty()) return;
    for (DeferredRow& row : transaction_.deferred_of(with_deferred)) {
      cases_.at(row.ref)->deferred.push_back(std::move(row));
    }
  }

  void load_receipts(const std::vector<const Arrival*>& arrivals) {
    std::vector<ReceiptQuestion> questions;
    for (const RetriedInput& retried : retried_inputs_) {
      questions.push_back({retried.ref, receipt_of(retried.input.key)});
    }
    if (mass_page_) {
      for (const CaseRef& ref : mass_page_->cases) {
        questions.push_back({ref, mass_page_->event.ref.receipt});
      }
    }
    for (const Arrival* arrival : arrivals) {
      const Uuid receipt = receipt_of(arrival->key);
      std::set<CaseRef> asked;
      for (const Route& route : arrival->routes) {
        for (const CorrelationKey& key : route.identity()) {
          const auto found = found_.find(key);
          if (found == found_.end()) continue;
          for (const CaseRef& ref : found->second) {
            if (asked.insert(ref).second) questions.push_back({ref, receipt});
          }
        }
      }
    }
    if (questions.empty()) return;
    const auto answers = transaction_.receipts(questions);
    for (std::size_t i = 0; i < questions.size(); ++i) {
      if (answers[i]) receipts_.insert({questions[i].ref, questions[i].receipt});
    }
  }

  void load_mass_known(const std::vector<const Arrival*>& arrivals) {
    std::vector<MassRef> refs;
    for (const Arrival* arrival : arrivals) {
      for (const Route& route : arrival->routes) {
        if (route.rule->mass) refs.push_back(mass_ref(*arrival, route));
      }
    }
    if (refs.empty()) return;
    const auto known = transaction_.mass_known(refs);
    for (std::size_t i = 0; i < refs.size(); ++i) {
      if (known[i]) mass_known_.insert(refs[i]);
    }
  }

  std::unique_ptr<Working> decode(CaseRow row) {
    auto working = std::make_unique<Working>();
    if (row.value) {
      working->workflow = parts_.workflows.newest(row.ref.municipality, row.service);
      if (!working->workflow || parts_.workflows.number_of(working->workflow) != row.release) {
        throw std::logic_error("a store that keeps values serves one release of a service");
      }
      working->row = std::move(row);
      return working;
    }
    core::Case& value = working->value = case_of(row);
    const Json document = read_json(row.state);
    // An unpinned case follows the newest release as long as its states still exist there.
    if (!row.pinned) {
      working->workflow = parts_.workflows.newest(row.ref.municipality, row.service);
      if (working->workflow &&
          core::read_state_document(document, *working->workflow, value)) {
        working->row = std::move(row);
        return working;
      }
    }
    auto own = parts_.workflows.by_number(row.release, store_);
    if (!own) throw StoreFault(StoreFault::Kind::refused, "", own.error());
    working->workflow = *own;
    clear_state(value);
    if (auto read = core::read_state_document(document, *working->workflow, value); !read) {
      throw StoreFault(StoreFault::Kind::refused, "", read.error());
    }
    working->row = std::move(row);
    return working;
  }

  static void clear_state(core::Case& value) {
    value.configuration = {};
    value.entered.clear();
    value.timers.clear();
    value.calls.clear();
    value.clocks.clear();
    value.held.clear();
    value.parties.clear();
  }

  // ---- Events -----------------------------------------------------------------------------------

  static MassRef mass_ref(const Arrival& arrival, const Route& route) {
    return {arrival.municipality, route.workflow->service, receipt_of(arrival.key)};
  }

  // For all cases: written down once, and carried to them by batches to come.
  Fate receive_mass(const Arrival& arrival, const Route& route) {
    const MassRef ref = mass_ref(arrival, route);
    if (!mass_known_.insert(ref).second) return Fate::duplicate;
    writes_.mass_received.push_back({ref, arrival.key, arrival.type, arrival.event.dump(),
                                     arrival.time, now_,
                                     ref.receipt.bytes()[15] % internal_lanes});
    return Fate::applied;
  }

  // The name under which a case's release knows a mass event, if it concerns the case and has not
  // reached it yet; else null.
  const std::string* concerned(const Working& working, const MassEvent& event, const Json& body) {
    if (!working.is_open() || receipts_.contains({working.row.ref, event.ref.receipt})) {
      return nullptr;
    }
    const auto name = working.workflow->event_names.find(event.type);
    if (name == working.workflow->event_names.end()) return nullptr;
    const auto& mass = working.workflow->events.at(name->second).mass;
    if (!mass) return nullptr;
    const bool holds = !mass->where || core::holds(*working.workflow, working.current(),
                                                         *mass->where, body, parts_.calendar);
    return holds ? &name->second : nullptr;
  }

  Fate apply(const Arrival& arrival, const Route& route) {
    if (route.rule->mass) return receive_mass(arrival, route);
    const Uuid receipt = receipt_of(arrival.key);
    std::vector<Working*> all;
    for (const CorrelationKey& key : route.identity()) {
      for (Working* working : cases_under(key)) {
        if (std::find(all.begin(), all.end(), working) == all.end()) all.push_back(working);
      }
    }
    for (const Working* working : all) {
      if (receipts_.contains({working->row.ref, receipt})) return Fate::duplicate;
    }
    const std::vector<Working*> concerned = open_cases(arrival, route);
    if (concerned.empty() || route.rule->starts == workflow::Starts::always) {
      if (starts(arrival, route)) {
        if (!too_old(arrival, *route.rule)) return start(arrival, route);
        park(arrival,
             ParkReason{"too-old", fmt::format("it happened on {}, longer ago than `{}` may start a "
                                               "case (`maxAge`)",
                                               to_iso_date(calendar::day_in_tallinn(arrival.time)),
                                               route.rule->name)},
             {});
        return Fate::parked;
      }
      if (concerned.empty()) {
        const bool closed = !all.empty();
        park(arrival,
             closed ? ParkReason{"case-closed", "the case that it concerns is closed"}
                    : ParkReason{"early", "no case has these keys yet; it is applied as soon as "
                                          "one has"},
             closed ? std::vector<CorrelationKey>{} : route.identity());
        return Fate::parked;
      }
    }
    Fate fate = Fate::parked;
    for (Working* working : concerned) {
      core::Input input;
      input.key = arrival.key;
      input.received_at = arrival.time;
      input.body = core::EventArrived{route.rule->name, arrival.event};
      core::Decision decision = decide(*working, input);
      if (decision.disposition == core::Disposition::parked) {
        park(arrival, {"unexpected", decision.reason}, {});
        continue;
      }
      fate = Fate::applied;
      settle(*working, input, std::move(decision));
    }
    return fate;
  }

  std::vector<Working*> cases_under(const CorrelationKey& key) {
    std::vector<Working*> result;
    const auto found = found_.find(key);
    if (found == found_.end()) return result;
    for (const CaseRef& ref : found->second) {
      if (const auto working = cases_.find(ref); working != cases_.end()) {
        result.push_back(working->second.get());
      }
    }
    return result;
  }

  // The open cases of the first alternative that finds any.
  std::vector<Working*> open_cases(const Arrival& arrival, const Route& route) {
    for (std::size_t i = 0; i < route.alternatives.size(); ++i) {
      std::vector<Working*> found;
      const auto& keys = route.alternatives[i];
      if (keys.empty()) continue;
      for (Working* working : cases_under(keys.front())) {
        const bool under_all =
            std::all_of(keys.begin() + 1, keys.end(), [&](const CorrelationKey& key) {
              const auto others = cases_under(key);
              return std::find(others.begin(), others.end(), working) != others.end();
            });
        if (!working->is_open() || !under_all) continue;
        const auto& where = route.rule->correlate[i].where;
        if (where && !core::holds(*working->workflow, working->current(), *where, arrival.event,
                                        parts_.calendar)) {
          continue;
        }
        found.push_back(working);
      }
      if (!found.empty()) return found;
    }
    return {};
  }

  // Before what duplicates are remembered by, nobody can tell whether it was a case once.
  bool too_old(const Arrival& arrival, const workflow::EventRule& rule) const {
    return rule.max_age && arrival.time + *rule.max_age < now_;
  }

  bool starts(const Arrival& arrival, const Route& route) {
    switch (route.rule->starts) {
      case workflow::Starts::never: return false;
      case workflow::Starts::if_no_open_case:
      case workflow::Starts::always: return true;
      case workflow::Starts::when: break;
    }
    static const core::Case nobody;
    return route.rule->starts_when &&
           core::holds(*route.workflow, nobody, *route.rule->starts_when, arrival.event,
                             parts_.calendar);
  }

  Fate start(const Arrival& arrival, const Route& route) {
    auto working = std::make_unique<Working>();
    working->workflow = route.workflow;
    working->created = true;
    core::Case& value = working->value;
    value.municipality = arrival.municipality;
    value.service = route.workflow->service;
    value.id = CaseId{Uuid::derived(arrival.time, arrival.key.source,
                                    value.service + "/" + arrival.key.id, 0)};
    // After a mass event of the same batch, so that it is none of its cases.
    value.created_at =
        writes_.mass_received.empty() ? now_ : now_ + std::chrono::microseconds{1};
    working->row.ref = {value.municipality, value.id};

    core::Input input;
    input.key = arrival.key;
    input.received_at = arrival.time;
    input.body = core::EventArrived{route.rule->name, arrival.event};
    core::Decision decision = decide(*working, input);
    if (decision.disposition == core::Disposition::parked) {
      park(arrival, {"unexpected", decision.reason}, {});
      return Fate::parked;
    }
    for (const CorrelationKey& key : route.identity()) {
      decision.effects.push_back(core::AddKey{{key.name, key.value}});
    }
    Working& placed = *cases_.emplace(working->row.ref, std::move(working)).first->second;
    settle(placed, input, std::move(decision));
    return Fate::applied;
  }

  void park(const Arrival& arrival, const ParkReason& reason, std::vector<CorrelationKey> keys) {
    ParkedRow row = parked_row(arrival, reason);
    row.bytes = privacy::seal_bytes(parts_.keyring, row.id.str(), pack(arrival.record));
    row.keys = std::move(keys);
    if (reason.code == "early") {
      for (const CorrelationKey& key : row.keys) {
        early_[key].push_back({row.id, key, row.bytes});
      }
    }
    writes_.parked.push_back(std::move(row));
  }

  // Without its bytes; counted and noted.
  ParkedRow parked_row(const Arrival& arrival, const ParkReason& reason) {
    ParkedRow row;
    row.id = arrival.parked_id.value_or(Uuid::derived(
        now_, arrival.lane, std::to_string(arrival.position), static_cast<std::uint32_t>(parks_++)));
    row.municipality = arrival.municipality;
    row.origin = arrival.lane;
    row.position = arrival.position;
    row.source = arrival.key.source;
    row.event_id = arrival.key.id;
    row.type = arrival.type;
    row.reason = reason.code;
    row.detail = reason.sentence;
    note(BatchNote::Kind::parked, {arrival.municipality, {}}, arrival.key, reason.code,
         reason.sentence);
    ++result_.dispositions["parked"];
    return row;
  }

  // ---- Internal inputs ----------------------------------------------------------------------------

  void apply_timer(Working& working, const DueInput& due) {
    core::Input input;
    input.key = {"elukaar/timer",
                 fmt::format("{}/{}/{}/{}/{}", due.ref.id.str(), due.text_a, due.text_b, due.n,
                             due.at.time_since_epoch().count())};
    input.received_at = due.at;
    input.body = core::TimerFired{due.text_a, due.text_b, static_cast<std::uint32_t>(due.n)};
    core::Decision decision = decide(working, input);
    // The row is done with, whatever became of it; unless its date has been moved since it was read as due:
    // then it is the row of the new date. The case may say otherwise in this decision.
    const core::Timer timer{due.text_a, due.text_b, static_cast<std::uint32_t>(due.n), due.at, true};
    const auto& armed = decision.next.timers;
    const bool moved = std::any_of(armed.begin(), armed.end(), [&](const core::Timer& each) {
      return each.same_wait(timer) && !each.fired && each.due != timer.due;
    });
    if (!moved) {
      timers_[{due.ref, timer.state, timer.key, timer.entry}] = {TimerRow{due.ref, due.lane, timer}, false};
    }
    settle(working, input, std::move(decision));
  }

  void apply_call(Working& working, const DueInput& due) {
    core::Input input;
    input.key = {"elukaar/call", fmt::format("{}/{}", due.id.str(), due.text_a)};
    input.received_at = due.at;
    using Kind = core::CallUpdate::Kind;
    core::CallUpdate news{CallId{due.id}, Kind::done, Json{}};
    if (due.text_a == "delayed") {
      news.kind = Kind::delayed;
      news.payload = {{"system", due.text_c}, {"since", to_rfc3339(due.at)}};
    } else {
      news.kind = due.text_a == "done" ? Kind::done : Kind::error;
      news.payload = read_json(due.text_b);
    }
    input.body = std::move(news);
    input.official = due.json;
    writes_.call_news_read.push_back({due.ref, CallId{due.id}, due.text_a});
    settle(working, input, decide(working, input));
  }

  void apply_action(Working& working, const DueInput& due) {
    core::Input input;
    input.key = {"elukaar/action", due.id.str()};
    input.received_at = due.at;
    Json event = read_json(due.json);
    if (const auto office = event.find("office"); office != event.end()) {
      input.official = office->value("official", "");
    }
    input.body = core::ActionTaken{due.text_a, Pseudonym{due.text_c}, due.text_b, due.n,
                                   std::move(event)};
    settle(working, input, decide(working, input));
  }

  void apply_command(Working& working, const DueInput& due) {
    static const std::map<std::string, core::Command::Kind> kinds = {
        {"suspend", core::Command::Kind::suspend},
        {"resume", core::Command::Kind::resume},
        {"cancel", core::Command::Kind::cancel},
        {"retry", core::Command::Kind::retry}};
    core::Input input;
    input.key = {"elukaar/command", due.id.str()};
    input.received_at = due.at;
    input.body = core::Command{kinds.at(due.text_a), due.text_b, due.text_c};
    if (stop_) {  // the operator reads why; the case has nothing to wait for
      writes_.commands_done.push_back({due.id, false, *stop_});
      return;
    }
    core::Decision decision = decide(working, input);
    writes_.commands_done.push_back(
        {due.id, decision.disposition == core::Disposition::applied, decision.reason});
    settle(working, input, std::move(decision));
  }

  void expire_deferred(Working& working, const DueInput& due) {
    const auto ordinal = static_cast<std::uint64_t>(due.n);
    std::erase_if(working.deferred,
                  [&](const DeferredRow& row) { return row.ordinal == ordinal; });
    writes_.deferred_removed.push_back({due.ref, ordinal});
    --working.change().deferred;
    if (const auto input = decode_input(due.json)) {
      park_input(working, *input, "deferred-too-long",
                 "no state of the case took it within the time that its workflow allows");
    }
  }

  void retry_parked(const DueInput& due) {
    const auto opened = privacy::open_bytes(parts_.keyring, due.id.str(), due.bytes);
    auto record = opened ? unpack(*opened) : std::nullopt;
    if (!record) return retry_parked_input(due);
    record->lane = current_lane_->name;
    Arrival arrival =
        understand(std::move(*record), parts_.schemas, parts_.workflows, parts_.calendar);
    arrival.parked_id = due.id;
    retried_.push_back(std::move(arrival));
  }

  // What has been a case's input already (park_input): it concerns that case alone.
  void retry_parked_input(const DueInput& due) {
    const auto opened = privacy::open_bytes(parts_.keyring, input_seal(due.id), due.bytes);
    const Json parked = opened ? Json::parse(*opened) : Json();
    const auto id = opened ? Uuid::parse(parked.at("case").get<std::string>()) : std::nullopt;
    auto input = id ? decode_input(parked.at("input").get<std::string>()) : failure(std::string{});
    if (!input) {
      return keep_parked(due, "unreadable", "its bytes can no longer be opened: they are past their "
                                            "time, or their key is gone");
    }
    retried_inputs_.push_back({due, {due.ref.municipality, CaseId{*id}}, std::move(*input)});
  }

  void apply(RetriedInput& retried) {
    current_lane_ = &lane(fmt::format("internal/{:02}", retried.due.lane));
    const auto found = cases_.find(retried.ref);
    if (found == cases_.end() || !found->second->is_open()) {
      return keep_parked(retried.due, "case-closed", "the case that it concerns is closed");
    }
    Working& working = *found->second;
    // The journal may have its receipt already, from when it began to wait.
    if (receipts_.contains({retried.ref, receipt_of(retried.input.key)})) {
      retried.input.cause = working.current().sequence;
    }
    core::Decision decision = decide(working, retried.input);
    using core::Disposition;
    if (decision.disposition == Disposition::parked ||
        decision.disposition == Disposition::deferred) {
      return keep_parked(retried.due, "unexpected", "no state of the case takes it now");
    }
    if (decision.disposition == Disposition::incident) {
      take_over(working, retried.input, decision);
      return keep_parked(retried.due, "incident", "the case stands still since it was tried again");
    }
    writes_.parked_applied.push_back(retried.due.id);
    settle(working, retried.input, std::move(decision));
  }

  // It must not come due for ever.
  void keep_parked(const DueInput& due, std::string reason, std::string detail) {
    ParkedRow row;  // the rest of the stored row stays
    row.id = due.id;
    row.municipality = due.ref.municipality;
    row.origin = current_lane_->name;
    row.reason = std::move(reason);
    row.detail = std::move(detail);
    note(BatchNote::Kind::parked, {row.municipality, {}}, {}, row.reason, row.detail);
    writes_.parked.push_back(std::move(row));
  }

 public:
  // Parked records that an operator has ordered to be tried again: like arrivals, but they must be
  // prepared first.
  std::vector<Arrival> take_retried(const std::vector<DueInput>& due) {
    for (const DueInput& input : due) {
      if (input.kind == DueInput::Kind::parked_retry) apply(input);
    }
    return std::move(retried_);
  }

  void apply_retried_inputs() {
    for (RetriedInput& retried : retried_inputs_) apply(retried);
  }

 private:
  // ---- One decision -------------------------------------------------------------------------------

  core::Decision decide(const Working& working, const core::Input& input) {
    if (stop_) {
      return core::stop(*working.workflow, working.current(), input, now_, parts_.calendar, *stop_);
    }
    return core::decide(*working.workflow, working.current(), input, now_, parts_.calendar);
  }

  // Takes a decision over into the batch, and everything that follows from it at once: early events
  // under keys just gained, deferred ones for which there may now be a state.
  void settle(Working& working, const core::Input& input, core::Decision decision) {
    if (decision.disposition == core::Disposition::parked) {
      park_input(working, input, "unexpected", decision.reason);
      return;
    }
    take_over(working, input, decision);
    if (decision.configuration_changed) offer_deferred(working);
    offer_early(working, decision.effects);
  }

  // Moves the case out of the decision; the rest of it stays.
  void take_over(Working& working, const core::Input& input, core::Decision& decision) {
    using core::Disposition;
    decision.next.deferred = working.current().deferred;
    working.become(std::move(decision.next));
    ++result_.dispositions[std::string{core::to_string(decision.disposition)}];
    journal(working, input, decision);
    effects(working, input, decision.effects);
    if (decision.disposition == Disposition::incident) {
      note(BatchNote::Kind::incident, working.row.ref, input.key, "incident", decision.reason);
    }
    const bool waits = decision.disposition == Disposition::deferred ||
                       decision.disposition == Disposition::incident;
    if (waits && input.cause == 0) {
      DeferredRow row{working.row.ref, internal_lane_of(working.row.ref.id),
                      decision.entry.sequence, encode_input(input), std::nullopt};
      if (decision.defer_for.count() > 0) row.until = now_ + decision.defer_for;
      ++working.change().deferred;
      working.deferred.push_back(row);
      writes_.deferred_added.push_back(std::move(row));
    }
  }

  void journal(Working& working, const core::Input& input, core::Decision& decision) {
    JournalRow row;
    row.ref = working.row.ref;
    row.sequence = decision.entry.sequence;
    row.lane = current_lane_->id;
    row.lane_sequence = current_lane_->next_sequence++;
    row.receipt = receipt_of(decision.entry.key);
    row.key = decision.entry.key;
    row.kind = decision.entry.kind;
    row.name = decision.entry.name;
    row.disposition = core::to_string(decision.entry.disposition);
    row.cause = decision.entry.cause;
    row.at = decision.entry.at;
    row.release = parts_.workflows.number_of(working.workflow);
    row.hash = decision.entry.hash;
    if (store_.keeps() == Keeps::values) {
      Told told{std::move(decision.entry.trace), std::move(decision.entry.records), {}};
      const bool shows = std::any_of(
          told.records.begin(), told.records.end(),
          [](const core::Record& record) { return record.kind == core::Record::Kind::status; });
      if (shows) told.status = working.current().status;
      row.told = std::make_shared<const Told>(std::move(told));
    } else {
      row.trace = std::move(decision.entry.written_trace);
      std::vector<OutgoingRecord> outgoing;
      row.records = encode_records(decision.entry.records, parts_.topics, outgoing);
      if (!outgoing.empty()) {
        result_.published.push_back({row.lane, row.lane_sequence, std::move(outgoing)});
      }
    }
    if (input.cause == 0) receipts_.insert({row.ref, row.receipt});
    writes_.journal.push_back(std::move(row));
  }

  void effects(Working& working, const core::Input& input,
               const std::vector<core::Effect>& effects) {
    const CaseRef& ref = working.row.ref;
    const int lane = internal_lane_of(ref.id);
    const auto change_timer = [&](const core::Timer& timer, bool set) {
      timers_[{ref, timer.state, timer.key, timer.entry}] = {TimerRow{ref, lane, timer}, set};
    };
    const overloaded collect{
        [&](const core::SetTimer& set) { change_timer(set.timer, true); },
        [&](const core::ClearTimer& clear) { change_timer(clear.timer, false); },
        [&](const core::RequestCall& call) {
          writes_.calls_requested.push_back({ref, lane, call.request});
        },
        [&](const core::AbandonCall& call) { writes_.calls_abandoned.push_back({ref, call.call}); },
        [&](const core::AddKey& add) { add_key(working, add.key); },
        [&](const core::DropKey& drop) { drop_key(working, drop.key); },
        [&](const core::ReplaceParties& present) {
          writes_.parties.push_back({ref, present.parties});
        },
        [&](const core::AnswerAction& answer) {
          if (const auto id = Uuid::parse(input.key.id)) {
            writes_.actions_done.push_back(
                {ref.municipality, ActionId{*id}, answer.accepted, answer.reason});
          }
        }};
    for (const core::Effect& effect : effects) std::visit(collect, effect);
  }

  void add_key(const Working& working, const core::Key& key) {
    const CaseRef& ref = working.row.ref;
    CorrelationKey full{ref.municipality, working.current().service, key.name, key.value};
    auto& found = found_[full];
    if (std::find(found.begin(), found.end(), ref) != found.end()) return;
    found.push_back(ref);
    writes_.keys_added.push_back({std::move(full), ref.id});
  }

  void drop_key(const Working& working, const core::Key& key) {
    const CaseRef& ref = working.row.ref;
    CorrelationKey full{ref.municipality, working.current().service, key.name, key.value};
    std::erase(found_[full], ref);
    writes_.keys_dropped.push_back({std::move(full), ref.id});
  }

  // Events that came before their case had its key: applied now, in order of arrival.
  void offer_early(Working& working, const std::vector<core::Effect>& effects) {
    for (const core::Effect& effect : effects) {
      const auto* gained = std::get_if<core::AddKey>(&effect);
      if (gained == nullptr) continue;
      const CorrelationKey full{working.row.ref.municipality, working.current().service,
                                gained->key.name, gained->key.value};
      const auto waiting = early_.find(full);
      if (waiting == early_.end()) continue;
      const std::vector<EarlyEvent> events = std::move(waiting->second);
      early_.erase(waiting);
      for (const EarlyEvent& event : events) {
        if (early_done_.insert(event.id).second) apply_early(working, event);
      }
    }
  }

  void apply_early(Working& working, const EarlyEvent& event) {
    const auto opened = privacy::open_bytes(parts_.keyring, event.id.str(), event.bytes);
    auto record = opened ? unpack(*opened) : std::nullopt;
    if (!record) return;  // sealed under a key that is gone: it stays parked
    const Arrival arrival =
        understand(std::move(*record), parts_.schemas, parts_.workflows, parts_.calendar);
    const auto name = working.workflow->event_names.find(arrival.type);
    if (arrival.refused || name == working.workflow->event_names.end()) return;
    if (receipts_.contains({working.row.ref, receipt_of(arrival.key)})) {
      writes_.parked_applied.push_back(event.id);
      return;
    }
    core::Input input;
    input.key = arrival.key;
    input.received_at = arrival.time;
    input.body = core::EventArrived{name->second, arrival.event};
    core::Decision decision = decide(working, input);
    if (decision.disposition == core::Disposition::parked) return;  // stays parked, as unexpected
    writes_.parked_applied.push_back(event.id);
    settle(working, input, std::move(decision));
  }

  // Oldest first, from the beginning again after each change, as long as one is taken.
  void offer_deferred(Working& working) {
    int offers = 0;
    for (std::size_t i = 0; i < working.deferred.size() && offers < max_offers; ++offers) {
      const DeferredRow row = working.deferred[i];
      auto input = decode_input(row.input);
      if (!input) throw StoreFault(StoreFault::Kind::refused, "", input.error());
      input->cause = working.current().sequence;
      core::Decision decision = decide(working, *input);
      if (decision.disposition == core::Disposition::deferred) {
        ++i;
        continue;
      }
      if (decision.disposition == core::Disposition::incident) {
        take_over(working, *input, decision);  // it stays the first of those that wait
        return;
      }
      working.deferred.erase(working.deferred.begin() + static_cast<std::ptrdiff_t>(i));
      writes_.deferred_removed.push_back({row.ref, row.ordinal});
      --working.change().deferred;
      if (decision.disposition == core::Disposition::parked) {
        park_input(working, *input, "unexpected", decision.reason);
        continue;
      }
      take_over(working, *input, decision);
      offer_early(working, decision.effects);
      if (decision.configuration_changed) i = 0;
    }
  }

  // An input that has waited, or came from inside, and that no state takes.
  void park_input(Working& working, const core::Input& input, const std::string& code,
                  const std::string& sentence) {
    Arrival arrival;
    arrival.lane = current_lane_->name;
    arrival.municipality = working.row.ref.municipality;
    arrival.key = input.key;
    if (const auto* event = std::get_if<core::EventArrived>(&input.body)) {
      arrival.type = event->event.value("type", event->name);
    }
    ParkedRow row = parked_row(arrival, {code, sentence});
    const Json kept = {{"case", working.row.ref.id.str()}, {"input", encode_input(input)}};
    row.bytes = privacy::seal_bytes(parts_.keyring, input_seal(row.id), kept.dump());
    writes_.parked.push_back(std::move(row));
  }

  // What seals a parked input apart from a parked record: nobody who writes to a topic can make one.
  static std::string input_seal(const Uuid& id) { return "input/" + id.str(); }

  void encode(Working& working) {
    const core::Case& value = working.value;
    CaseRow& row = working.row;
    row.service = value.service;
    row.release = parts_.workflows.number_of(working.workflow);
    row.pinned = value.pinned;
    row.lifecycle = lifecycle::to_string(value.lifecycle);
    row.incident = value.incident;
    if (store_.keeps() == Keeps::texts) {
      row.state = write_json(core::state_document(value, *working.workflow));
      row.context = write_json(*value.context);
      row.status = value.status->is_null() ? std::nullopt : std::optional{write_json(*value.status)};
    }
    row.revision = value.revision;
    row.sequence = value.sequence;
    row.deferred = value.deferred;
    row.hash = value.hash;
    row.decided_at = value.decided_at;
    row.created_at = value.created_at;
    if (store_.keeps() == Keeps::values) {
      row.value = std::make_shared<const core::Case>(std::move(working.value));
    }
  }

  void note(BatchNote::Kind kind, CaseRef ref, EventKey key, std::string reason,
            std::string sentence) {
    result_.notes.push_back(
        {kind, std::move(ref), std::move(key), std::move(reason), std::move(sentence)});
  }

  CaseStore& store_;
  BatchTransaction& transaction_;
  EngineParts& parts_;
  const std::map<std::string, Lane>& lanes_;  // as they were before the batch
  std::map<std::string, Lane> touched_;
  Lane* current_lane_ = nullptr;
  std::optional<std::string> stop_;
  Timestamp now_{};
  std::size_t parks_ = 0;

  std::map<CorrelationKey, std::vector<CaseRef>> found_;
  std::map<CaseRef, std::unique_ptr<Working>> cases_;
  std::set<std::pair<CaseRef, Uuid>> receipts_;
  std::map<CorrelationKey, std::vector<EarlyEvent>> early_;
  std::set<Uuid> early_done_;
  std::vector<Arrival> retried_;
  std::vector<RetriedInput> retried_inputs_;
  std::optional<MassPage> mass_page_;
  std::set<MassRef> mass_known_;
  // What becomes of each timer row: set (true) or cleared; the last word counts.
  std::map<TimerPlace, std::pair<TimerRow, bool>> timers_;

  Writes writes_;
  BatchResult result_;
};

// `stop`: nothing follows from the due inputs but that their cases stand still.
BatchResult carry_through(CaseStore& store, EngineParts& parts, std::map<std::string, Lane>& lanes,
                          const std::string& owner, std::chrono::seconds lease,
                          const std::vector<Arrival>& arrivals, std::size_t most_internal,
                          const std::optional<std::string>& stop) {
  auto transaction = store.begin();
  std::vector<int> internal;
  for (const auto& [name, lane] : lanes) {
    if (lane.kind == LaneKind::internal) internal.push_back(lane.internal_number);
  }
  std::vector<DueInput> due;
  if (!internal.empty() && most_internal > 0) due = transaction->due_inputs(internal, most_internal);
  if (arrivals.empty() && due.empty()) return {};

  Fold fold(store, *transaction, parts, lanes);
  if (stop) fold.stop_at_once(*stop);
  const std::vector<Arrival> retried = fold.take_retried(due);
  fold.take_mass(due, most_internal);
  fold.prepare({&arrivals, &retried}, due);
  for (const DueInput& input : due) {
    if (input.kind != DueInput::Kind::parked_retry) fold.apply(input);
  }
  fold.apply_retried_inputs();
  fold.apply_mass();
  for (const Arrival& arrival : retried) fold.apply(arrival);
  for (const Arrival& arrival : arrivals) fold.apply(arrival);
  Writes& writes = fold.finish();

  std::vector<Lane> moved = fold.moved();
  if (!transaction->write(moved, owner, lease, writes)) {
    BatchResult lost;
    lost.lost_lanes = true;
    return lost;
  }
  transaction->commit();
  for (Lane& lane : moved) lanes[lane.name] = std::move(lane);
  BatchResult result = fold.take_result();
  result.internal_inputs = due.size();
  return result;
}

}  // namespace

core::Case case_of(const CaseRow& row) {
  core::Case value;
  value.municipality = row.ref.municipality;
  value.id = row.ref.id;
  value.service = row.service;
  value.pinned = row.pinned;
  value.lifecycle = lifecycle::case_state_from(row.lifecycle).value();
  value.incident = row.incident;
  value.context = read_json(row.context);
  value.status = row.status ? read_json(*row.status) : Json{};
  value.sequence = row.sequence;
  value.revision = row.revision;
  value.hash = row.hash;
  value.decided_at = row.decided_at;
  value.created_at = row.created_at;
  value.deferred = row.deferred;
  return value;
}

BatchResult run_batch(CaseStore& store, EngineParts& parts, std::map<std::string, Lane>& lanes,
                      const std::string& owner, std::chrono::seconds lease,
                      const std::vector<Arrival>& arrivals, std::size_t most_internal) {
  return carry_through(store, parts, lanes, owner, lease, arrivals, most_internal, {});
}

BatchResult stop_offender(CaseStore& store, EngineParts& parts, std::map<std::string, Lane>& lanes,
                          const std::string& owner, std::chrono::seconds lease,
                          const std::string& sqlstate) {
  return carry_through(store, parts, lanes, owner, lease, {}, 1,
                       fmt::format("the database refused what follows from it (SQLSTATE {})",
                                   sqlstate.empty() ? "none" : sqlstate));
}

std::optional<CaseRef> pass_case(CaseStore& store, const std::string& owner,
                                 std::chrono::seconds lease, const DueInput& due) {
  if (due.kind != DueInput::Kind::mass) return std::nullopt;
  auto transaction = store.begin();
  const auto page = transaction->mass_page({due.ref.municipality, due.text_a, due.id}, 1);
  if (!page || page->cases.empty()) return std::nullopt;
  Writes writes;
  writes.mass_reached.push_back({page->event.ref, page->cases.front().id, page->last});
  transaction->write({}, owner, lease, writes);
  transaction->commit();
  return page->cases.front();
}

BatchResult park_offender(CaseStore& store, EngineParts& parts, std::map<std::string, Lane>& lanes,
                          const std::string& owner, std::chrono::seconds lease, Arrival arrival,
                          const std::string& sqlstate) {
  arrival.refused = ParkReason{
      "faulted", fmt::format("the database refused what follows from it (SQLSTATE {}); nothing of "
                             "it has been applied", sqlstate.empty() ? "none" : sqlstate)};
  std::vector<Arrival> alone;
  alone.push_back(std::move(arrival));
  return run_batch(store, parts, lanes, owner, lease, alone, 0);
}

}  // namespace elukaar::engine
