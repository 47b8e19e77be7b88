#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <vector>

#include "engine/ports/http_client.hpp"
#include "engine/ports/vault.hpp"
#include "support/memory_call_store.hpp"

namespace elukaar::engine {

using FakeCallStore = test::MemoryCallStore;

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
