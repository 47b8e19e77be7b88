#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "caseview/rights.hpp"
#include "resident/resident_store.hpp"

namespace elukaar::test {

// What lies in a MemoryResidentStore; shared by the stores of several threads.
struct ResidentData {
  std::mutex mutex;
  Timestamp now{};  // case time and real time
  std::vector<caseview::CaseRecord> cases;
  std::vector<caseview::JournalRecord> journal;
  std::vector<caseview::ActionRecord> actions;
  std::vector<std::pair<Pseudonym, std::string>> keys;  // of actions, in their order
  std::vector<std::string> events;                      // what the actions became
  std::string release_source;

  // As the database does: a number of its own for each case.
  void number_cases() {
    for (std::size_t i = 0; i < cases.size(); ++i) cases[i].number = std::to_string(482'195 + i);
  }
};

// The residents' store in memory: the same promises as PostgreSQL's.
class MemoryResidentStore final : public resident::ResidentStore {
 private:
  template <class Work>
  auto locked(const Work& work) {
    const std::lock_guard lock(data_->mutex);
    return work();
  }
  bool is_party(const caseview::CaseRecord& of, const Municipality& municipality,
                const Pseudonym& person) const {
    return of.municipality == municipality && !of.status.is_null() &&
           std::any_of(of.parties.begin(), of.parties.end(), [&](const access::Party& party) {
             return party.person == person && party.is_current(data_->now);
           });
  }

 public:
  explicit MemoryResidentStore(std::shared_ptr<ResidentData> data) : data_(std::move(data)) {}

  Timestamp case_now() override { return locked([&] { return data_->now; }); }
  Timestamp real_now() override { return case_now(); }

  std::vector<caseview::CaseRecord> cases_of(const Municipality& municipality,
                                             const Pseudonym& person) override {
    return locked([&] {
      data_->number_cases();
      std::vector<caseview::CaseRecord> found;
      for (const auto& each : data_->cases) {
        if (is_party(each, municipality, person)) found.push_back(each);
      }
      std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.created_at > b.created_at;
      });
      return found;
    });
  }
  std::optional<caseview::CaseRecord> find_case(const Municipality& municipality,
                                                const Pseudonym& person,
                                                const Uuid& public_id) override {
    for (auto& each : cases_of(municipality, person)) {
      if (each.public_id == public_id) return each;
    }
    return std::nullopt;
  }
  std::vector<caseview::JournalRecord> journal_of(const caseview::CaseRecord&) override {
    return locked([&] { return data_->journal; });
  }
  std::optional<std::string> release_source(int) override { return data_->release_source; }

  std::vector<resident::SeenCase> seen(const Municipality& municipality,
                                       const std::vector<Pseudonym>& persons,
                                       const std::vector<CaseId>& cases) override {
    return locked([&] {
      std::vector<resident::SeenCase> found;
      for (const auto& each : data_->cases) {
        if (!cases.empty() && std::find(cases.begin(), cases.end(), each.id) == cases.end()) continue;
        for (const auto& person : persons) {
          if (!is_party(each, municipality, person)) continue;
          const auto asker =
              caseview::asker_of(person, access::Assurance::substantial, data_->now);
          const auto roles = caseview::visible_to(each.status);
          if (access::may_see(each.parties, roles, asker, data_->now) != access::Refusal::none) {
            continue;
          }
          found.push_back({each.id, each.public_id, person, each.revision});
        }
      }
      return found;
    });
  }

  caseview::ActionRecord add_action(const caseview::ActionDraft& draft,
                                    const std::function<std::string(Timestamp)>& event) override {
    return locked([&] {
      const std::pair key{draft.person, draft.idempotency_key};
      for (std::size_t i = 0; i < data_->keys.size(); ++i) {
        if (data_->keys[i] == key) return data_->actions[i];
      }
      Uuid public_case;
      for (const auto& each : data_->cases) {
        if (each.id == draft.case_id) public_case = each.public_id;
      }
      const Timestamp received_at = draft.received_at.value_or(data_->now);
      data_->events.push_back(event(received_at));
      data_->keys.push_back(key);
      data_->actions.push_back({draft.municipality, draft.id, draft.case_id, public_case,
                                draft.person, draft.name, draft.subject, draft.request, received_at,
                                "pending", ""});
      return data_->actions.back();
    });
  }
  std::optional<caseview::ActionRecord> action(const Municipality& municipality,
                                               const Pseudonym& person,
                                               const ActionId& id) override {
    return locked([&]() -> std::optional<caseview::ActionRecord> {
      for (const auto& each : data_->actions) {
        if (each.id == id && each.person == person && each.municipality == municipality) return each;
      }
      return std::nullopt;
    });
  }
  std::vector<caseview::ActionRecord> actions_of(const Municipality& municipality,
                                                 const std::vector<Pseudonym>& persons,
                                                 const std::vector<ActionId>& ids) override {
    return locked([&] {
      std::vector<caseview::ActionRecord> found;
      for (const auto& each : data_->actions) {
        const bool asked = std::find(ids.begin(), ids.end(), each.id) != ids.end();
        const bool theirs =
            each.outcome == "pending" &&
            std::find(persons.begin(), persons.end(), each.person) != persons.end();
        if (each.municipality == municipality && (asked || theirs)) found.push_back(each);
      }
      return found;
    });
  }
  std::vector<Pseudonym> guardians(const Municipality& municipality, std::size_t limit) override {
    return locked([&] {
      std::vector<Pseudonym> persons;
      for (const auto& each : data_->cases) {
        for (const auto& party : each.parties) {
          if (each.municipality == municipality && party.is_current(data_->now) &&
              persons.size() < limit) {
            persons.push_back(party.person);
          }
        }
      }
      return persons;
    });
  }

 private:
  std::shared_ptr<ResidentData> data_;
};

}  // namespace elukaar::test
