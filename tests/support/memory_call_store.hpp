#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/ports/call_store.hpp"

namespace elukaar::test {

// The calls' table in memory, on the test's clock: the same promises as PostgreSQL's; tests/contract/calls holds it
// to them.
class MemoryCallStore : public engine::CallStore {
 public:
  struct Row {
    engine::ClaimedCall call;
    lifecycle::CallState state = lifecycle::CallState::pending;
    Timestamp due{};  // in flight: the end of its lease
    int attempts = 0;
    std::string news;  // empty: none that the case has not read
    Json result;
    bool delayed = false;
  };

  explicit MemoryCallStore(Timestamp& now) : now_(now) {}

  std::vector<engine::ClaimedCall> claim(const engine::ClaimRequest& request) override {
    if (std::exchange(fails, false)) throw away();
    std::vector<Row*> due;
    for (Row& row : rows) {
      if (row.due <= now_ && !is_over(row.state) && row.state != lifecycle::CallState::entrusted) {
        due.push_back(&row);
      }
    }
    std::stable_sort(due.begin(), due.end(), [](const Row* a, const Row* b) { return a->due < b->due; });
    std::map<std::string, engine::RoleRoom> room = request.room;
    int others = request.room_for_others;
    std::vector<engine::ClaimedCall> claimed;
    for (Row* row : due) {
      const auto named = room.find(row->call.role);
      int& left = named == room.end() ? others : named->second.calls;
      if (left <= 0) continue;
      if (named != room.end()) {
        int& under_way = named->second.under_way[row->call.municipality];
        if (under_way >= named->second.of_one) continue;
        ++under_way;
      }
      --left;
      claimed.push_back(hand_out(*row, request));
    }
    return claimed;
  }

  std::vector<bool> record(const std::vector<engine::CallReport>& reports) override {
    if (std::exchange(fails_to_record, false)) throw away();
    std::vector<bool> accepted;
    for (const engine::CallReport& each : reports) accepted.push_back(accept(each));
    return accepted;
  }

  std::deque<Row> rows;
  bool fails = false;  // the next claim
  bool fails_to_record = false;

 private:
  static engine::StoreFault away() {
    return {engine::StoreFault::Kind::connection_lost, "", "the store is away"};
  }

  engine::ClaimedCall hand_out(Row& row, const engine::ClaimRequest& request) {
    row.call.lease_expired = row.state == lifecycle::CallState::inflight;
    row.call.attempts = row.attempts++;
    row.call.delayed = row.delayed;
    row.call.claimed_at = now_;
    auto token = row.call.lease_token.bytes();
    ++token[15];
    row.call.lease_token = Uuid{token};
    row.state = lifecycle::CallState::inflight;
    row.due = now_ + row.call.timeout + request.lease_margin;
    return row.call;
  }

  bool accept(const engine::CallReport& report) {
    using lifecycle::CallState;
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& each) {
      return each.call.id == report.id && each.call.municipality == report.municipality;
    });
    if (row == rows.end() || row->call.lease_token != report.lease_token) return false;
    const bool abandoned = row->state == CallState::abandoned;
    if (!abandoned && row->state != CallState::inflight) return false;
    // A token is good for one report.
    auto token = row->call.lease_token.bytes();
    ++token[14];
    row->call.lease_token = Uuid{token};
    if (report.state == CallState::succeeded || report.state == CallState::failed) {
      row->news = report.state == CallState::succeeded ? "done" : "error";
      row->result = report.result;
    } else if (report.state == CallState::backoff) {
      row->due = now_ + report.delay;
      if (report.tells_delay && !abandoned && !row->delayed) row->news = "delayed";
      row->delayed = row->delayed || (report.tells_delay && !abandoned);
    }
    if (!abandoned) row->state = report.state;
    return true;
  }

  Timestamp& now_;
};

}  // namespace elukaar::test
