#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <vector>

#include "engine/ports/call_store.hpp"
#include "engine/ports/http_client.hpp"
#include "engine/ports/vault.hpp"

namespace elukaar::engine {

// The calls' table in memory, on the test's clock. As strict as the real one about leases.
class FakeCallStore : public CallStore {
 public:
  struct Row {
    ClaimedCall call;
    lifecycle::CallState state = lifecycle::CallState::pending;
    Timestamp due{};
    int attempts = 0;
    std::string news;
    Json result;
    bool delayed = false;
  };

  explicit FakeCallStore(Timestamp& now) : now_(now) {}

  std::vector<ClaimedCall> claim(const ClaimRequest& request) override {
    if (std::exchange(fails, false)) throw std::runtime_error("the store is away");
    std::map<std::string, RoleRoom> room = request.room;
    int others = request.room_for_others;
    std::vector<ClaimedCall> claimed;
    for (Row& row : rows) {
      if (row.due > now_ || is_over(row.state) ||
          row.state == lifecycle::CallState::entrusted) {
        continue;
      }
      const auto named = room.find(row.call.role);
      int& left = named == room.end() ? others : named->second.calls;
      if (left <= 0) continue;
      if (named != room.end()) {
        int& under_way = named->second.under_way[row.call.municipality];
        if (under_way >= named->second.of_one) continue;
        ++under_way;
      }
      --left;
      row.call.lease_expired = row.state == lifecycle::CallState::inflight;
      row.call.attempts = row.attempts++;
      row.call.delayed = row.delayed;
      row.call.claimed_at = now_;
      auto token = row.call.lease_token.bytes();
      ++token[15];
      row.call.lease_token = Uuid{token};
      row.state = lifecycle::CallState::inflight;
      row.due = now_ + row.call.timeout + request.lease_margin;
      claimed.push_back(row.call);
    }
    return claimed;
  }

  std::vector<bool> record(const std::vector<CallReport>& reports) override {
    if (std::exchange(fails_to_record, false)) throw std::runtime_error("the store is away");
    std::vector<bool> accepted;
    for (const CallReport& each : reports) accepted.push_back(accept(each));
    return accepted;
  }

  std::vector<Row> rows;
  bool fails = false;
  bool fails_to_record = false;

 private:
  bool accept(const CallReport& report) {
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const Row& each) { return each.call.id == report.id; });
    if (row == rows.end() || row->state != lifecycle::CallState::inflight ||
        row->call.lease_token != report.lease_token) {
      return false;
    }
    row->state = report.state;
    if (report.state == lifecycle::CallState::backoff) {
      row->due = now_ + report.delay;
      if (report.tells_delay) row->news = "delayed";
      row->delayed = row->delayed || report.tells_delay;
    } else if (report.state != lifecycle::CallState::entrusted) {
      row->news = report.state == lifecycle::CallState::succeeded ? "done" : "error";
      row->result = report.result;
    }
    return true;
  }

  Timestamp& now_;
};

// Answers what the test has laid ready, in order; without an answer an exchange stays in flight.
class FakeHttp : public HttpClient {
 public:
  using Answer = std::variant<kit::HttpResponse, HttpFailure>;

  void start(std::uint64_t ticket, kit::HttpRequest request) override {
    requests.push_back(request);
    waiting_.push_back(ticket);
  }
  std::vector<HttpCompletion> wait(std::chrono::milliseconds) override {
    std::vector<HttpCompletion> done;
    while (!waiting_.empty() && !answers.empty()) {
      done.push_back({waiting_.front(), answers.front()});
      waiting_.pop_front();
      answers.pop_front();
    }
    return done;
  }
  std::size_t in_flight() const override { return waiting_.size(); }
  void wake() override {}

  std::vector<kit::HttpRequest> requests;
  std::deque<Answer> answers;

 private:
  std::deque<std::uint64_t> waiting_;
};

class FakeVault : public Vault {
 public:
  Result<void, VaultError> store(const VaultBatch& batch) override {
    if (std::exchange(fails, false)) throw StoreFault(StoreFault::Kind::connection_lost, "", "the vault is away");
    for (const VaultEntry& each : batch.entries) stored.push_back(each);
    return {};
  }
  void keep_no_longer(const Municipality&, const VaultQuery&, Timestamp) override {}
  Result<std::vector<std::vector<VaultValue>>, VaultError> read(
      const Municipality&, const std::vector<VaultQuery>& queries, const VaultUse& use) override {
    if (std::exchange(fails, false)) throw StoreFault(StoreFault::Kind::connection_lost, "", "the vault is away");
    std::vector<std::vector<VaultValue>> found;
    for (const VaultQuery& query : queries) {
      usage.push_back({query.person, use, query.fields});
      const auto code = codes.find(query.person);
      if (code == codes.end()) {
        found.emplace_back();
      } else {
        found.push_back({VaultValue{.field = "personal-code",
                                    .value = Sensitive<std::string>{code->second},
                                    .origin = {},
                                    .recorded_at = {}}});
      }
    }
    return found;
  }
  std::vector<Pseudonym> names_of(const Municipality&, const Pseudonym& person) override {
    return {person};
  }
  std::vector<VaultUsage> usage_of_person(const Municipality&, const Pseudonym&) override {
    return usage;
  }
  std::vector<VaultUsage> usage_of_case(const Municipality&, const CaseId&) override {
    return usage;
  }

  std::map<Pseudonym, std::string> codes;
  std::vector<VaultEntry> stored;
  std::vector<VaultUsage> usage;
  bool fails = false;
};

}  // namespace elukaar::engine
