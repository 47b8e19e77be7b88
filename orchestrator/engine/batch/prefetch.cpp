#include "engine/batch/prefetch.hpp"

#include <algorithm>

#include "base/overloaded.hpp"
#include "core/questions.hpp"
#include "engine/batch/input_codec.hpp"

namespace elukaar::engine {
namespace {

void sort_unique(auto& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

class Prefetching {
 public:
  Prefetching(CaseStore& store, BatchTransaction& transaction, EngineParts& parts, const BatchInputs& inputs)
      : store_(store), transaction_(transaction), parts_(parts), inputs_(inputs) {
    for (const auto* group : {&inputs.arrivals, &inputs.retried_records}) {
      for (const Arrival& arrival : *group) {
        if (!arrival.refused) arrivals_.push_back(&arrival);
      }
    }
  }

  Prefetched run(std::size_t most_internal) {
    take_broadcast(most_internal);
    find_and_lock_keys();
    load_cases();
    load_receipts();
    load_known_broadcasts();
    read_.now = transaction_.now();
    return std::move(read_);
  }

 private:
  // The first that is due, if one is.
  void take_broadcast(std::size_t most_internal) {
    for (const DueInput& input : inputs_.due) {
      const auto* broadcast = std::get_if<DueBroadcast>(&input);
      if (broadcast == nullptr) continue;
      read_.broadcast =
          transaction_.broadcast_page(broadcast->ref, std::min(most_internal, max_broadcast_page));
      return;
    }
  }

  void find_and_lock_keys() {
    std::vector<CorrelationKey> all;
    std::vector<CorrelationKey> claimed;
    for (const Arrival* arrival : arrivals_) {
      for (const Route& route : arrival->routes) {
        const auto identity = route.identity();
        all.insert(all.end(), identity.begin(), identity.end());
        if (!route.claims_keys()) continue;
        claimed.insert(claimed.end(), identity.begin(), identity.end());
        claimed.insert(claimed.end(), route.adds.begin(), route.adds.end());
      }
    }
    const overloaded claim{[&](const DueAction& action) { add_keys_of(action, claimed); },
                           [](const DueCommand&) {},      [](const DueCallUpdate&) {},
                           [](const DueTimer&) {},        [](const ExpiredDeferral&) {},
                           [](const ParkedRetry&) {},     [](const DueBroadcast&) {}};
    for (const DueInput& input : inputs_.due) std::visit(claim, input);
    sort_unique(all);
    find(all);
    // What nobody was found for may have to wait as early; that, too, is decided under the lock.
    for (const CorrelationKey& key : all) {
      if (!read_.found.contains(key)) claimed.push_back(key);
    }
    sort_unique(claimed);
    if (claimed.empty()) return;
    transaction_.lock_keys(claimed);
    find(claimed);
    for (EarlyEvent& event : transaction_.early_events(claimed)) {
      read_.early[event.key].push_back(std::move(event));
    }
  }

  void find(const std::vector<CorrelationKey>& keys) {
    if (keys.empty()) return;
    for (const CorrelationKey& key : keys) read_.found.erase(key);
    for (const FoundKey& hit : transaction_.find(keys)) {
      const CorrelationKey& key = keys[hit.key];
      read_.found[key].push_back({key.municipality, hit.id});
    }
  }

  // A person's action may give its case keys (of what it asks for): they are locked as well.
  void add_keys_of(const DueAction& action, std::vector<CorrelationKey>& claimed) const {
    static const core::Case nobody;
    const std::string type = action.event.value("type", "");
    for (const auto& workflow : parts_.workflows.reacting_to(action.ref.municipality, type)) {
      const auto& rule = workflow->events.at(workflow->event_names.at(type));
      const auto keys = core::keys_of(*workflow, rule.adds, action.event, nobody, parts_.calendar);
      if (!keys) continue;
      for (const core::Key& key : *keys) {
        claimed.push_back({action.ref.municipality, workflow->service, key.name, key.value});
      }
    }
  }

  void load_cases() {
    std::vector<CaseRef> refs;
    for (const auto& [key, cases] : read_.found) refs.insert(refs.end(), cases.begin(), cases.end());
    for (const DueInput& input : inputs_.due) {
      if (const CaseRef* ref = case_of(input)) refs.push_back(*ref);
    }
    for (const RetriedInput& retried : inputs_.retried_inputs) refs.push_back(retried.ref);
    if (read_.broadcast) {
      refs.insert(refs.end(), read_.broadcast->cases.begin(), read_.broadcast->cases.end());
    }
    sort_unique(refs);
    if (refs.empty()) return;
    std::vector<CaseRef> with_deferred;
    for (const auto& stored : transaction_.lock_cases(refs)) {
      auto working = read_case(*stored);
      if (working->current().deferred > 0) with_deferred.push_back(working->ref);
      const CaseRef ref = working->ref;
      read_.cases.emplace(ref, std::move(working));
    }
    if (with_deferred.empty()) return;
    for (DeferredRow& row : transaction_.deferred_of(with_deferred)) {
      read_.cases.at(row.ref)->deferred.push_back(std::move(row));
    }
  }

  // By the rules that hold for it: an unpinned case follows the newest release as long as its states still
  // exist there.
  std::unique_ptr<Working> read_case(StoredCase& stored) {
    auto working = std::make_unique<Working>();
    working->ref = stored.ref;
    if (!stored.pinned) {
      working->workflow = parts_.workflows.newest(stored.ref.municipality, stored.service);
      if (working->workflow) {
        if (auto value = stored.read(*working->workflow)) {
          working->stored = std::move(*value);
          return working;
        }
      }
    }
    auto own = parts_.workflows.by_number(stored.release, store_);
    if (!own) throw StoreFault(StoreFault::Kind::refused, "", own.error());
    auto value = stored.read(**own);
    if (!value) throw StoreFault(StoreFault::Kind::refused, "", value.error());
    working->workflow = std::move(*own);
    working->stored = std::move(*value);
    return working;
  }

  void load_receipts() {
    std::vector<ReceiptQuestion> questions;
    for (const RetriedInput& retried : inputs_.retried_inputs) {
      questions.push_back({retried.ref, receipt_of(retried.input.key)});
    }
    if (read_.broadcast) {
      for (const CaseRef& ref : read_.broadcast->cases) {
        questions.push_back({ref, read_.broadcast->event.ref.receipt});
      }
    }
    for (const Arrival* arrival : arrivals_) add_questions_of(*arrival, questions);
    if (questions.empty()) return;
    const auto answers = transaction_.receipts(questions);
    for (std::size_t i = 0; i < questions.size(); ++i) {
      if (answers[i]) read_.receipts.insert({questions[i].ref, questions[i].receipt});
    }
  }

  void add_questions_of(const Arrival& arrival, std::vector<ReceiptQuestion>& questions) const {
    const Uuid receipt = receipt_of(arrival.key);
    std::set<CaseRef> asked;
    for (const Route& route : arrival.routes) {
      for (const CorrelationKey& key : route.identity()) {
        const auto found = read_.found.find(key);
        if (found == read_.found.end()) continue;
        for (const CaseRef& ref : found->second) {
          if (asked.insert(ref).second) questions.push_back({ref, receipt});
        }
      }
    }
  }

  void load_known_broadcasts() {
    std::vector<BroadcastRef> refs;
    for (const Arrival* arrival : arrivals_) {
      for (const Route& route : arrival->routes) {
        if (route.rule->mass) refs.push_back(broadcast_ref(*arrival, route));
      }
    }
    if (refs.empty()) return;
    const auto known = transaction_.known_broadcasts(refs);
    for (std::size_t i = 0; i < refs.size(); ++i) {
      if (known[i]) read_.known_broadcasts.insert(refs[i]);
    }
  }

  CaseStore& store_;
  BatchTransaction& transaction_;
  EngineParts& parts_;
  const BatchInputs& inputs_;
  std::vector<const Arrival*> arrivals_;  // those that can be applied
  Prefetched read_;
};

}  // namespace

Working* Prefetched::find(const CaseRef& ref) const {
  const auto known = cases.find(ref);
  return known == cases.end() ? nullptr : known->second.get();
}

std::vector<Working*> Prefetched::cases_under(const CorrelationKey& key) const {
  std::vector<Working*> result;
  const auto refs = found.find(key);
  if (refs == found.end()) return result;
  for (const CaseRef& ref : refs->second) {
    if (Working* working = find(ref)) result.push_back(working);
  }
  return result;
}

Prefetched prefetch(CaseStore& store, BatchTransaction& transaction, EngineParts& parts,
                    const BatchInputs& inputs, std::size_t most_internal) {
  return Prefetching(store, transaction, parts, inputs).run(most_internal);
}

BroadcastRef broadcast_ref(const Arrival& arrival, const Route& route) {
  return {arrival.municipality, route.workflow->service, receipt_of(arrival.key)};
}

}  // namespace elukaar::engine
