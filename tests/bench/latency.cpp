#include "bench/latency.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <iostream>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <pqxx/pqxx>

#include "adapters/postgres/vault.hpp"
#include "bench/topics.hpp"
#include "privacy/pseudonym.hpp"

namespace elukaar::bench {
namespace {

using Clock = std::chrono::steady_clock;
using CaseRevision = std::pair<std::string, std::uint64_t>;
constexpr std::chrono::seconds settling{3};  // after the last event

// Valid codes of persons who do not exist: men born in January 1980.
std::string personal_code(int number) {
  std::string code = fmt::format("380{:02}{:02}{:03}", 1, 1 + number % 28, number);
  static constexpr int first[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1};
  static constexpr int second[] = {3, 4, 5, 6, 7, 8, 9, 1, 2, 3};
  const auto remainder = [&](const int (&weights)[10]) {
    int sum = 0;
    for (std::size_t i = 0; i < 10; ++i) sum += weights[i] * (code[i] - '0');
    return sum % 11;
  };
  int check = remainder(first);
  if (check == 10) check = remainder(second) % 10;
  return code + std::to_string(check);
}

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;

// One resident's open page.
struct Page {
  Easy easy{curl_easy_init()};
  std::string cookie;
  std::string buffer;
  std::map<CaseRevision, Clock::time_point> told;  // case (as in URLs) and revision → when
  bool greeted = false;
};

std::size_t take_cookie(char* data, std::size_t, std::size_t size, void* page) {
  const std::string_view line(data, size);
  constexpr std::string_view name = "elukaar_session=";
  if (const auto at = line.find(name); at != std::string_view::npos) {
    const auto end = line.find_first_of(";\r\n", at);
    static_cast<Page*>(page)->cookie = std::string{line.substr(at, end - at)};
  }
  return size;
}

void take_event(Page& page, const std::string& event, const std::string& data, Clock::time_point at) {
  if (event == "snapshot") page.greeted = true;
  if (event == "change") {
    const Json change = Json::parse(data);
    page.told.emplace(CaseRevision{change.at("case"), change.at("revision")}, at);
  } else if (event == "snapshot") {
    for (const Json& each : Json::parse(data).at("cases")) {
      page.told.emplace(CaseRevision{each.at("case"), each.at("revision")}, at);
    }
  }
}

std::size_t take_stream(char* data, std::size_t, std::size_t size, void* opaque) {
  const auto now = Clock::now();
  Page& page = *static_cast<Page*>(opaque);
  page.buffer.append(data, size);
  for (;;) {
    const auto end = page.buffer.find("\n\n");
    if (end == std::string::npos) return size;
    std::string event;
    std::string text;
    std::size_t begin = 0;
    while (begin < end) {
      const auto stop = std::min(page.buffer.find('\n', begin), end);
      const std::string line = page.buffer.substr(begin, stop - begin);
      if (line.rfind("event: ", 0) == 0) event = line.substr(7);
      if (line.rfind("data: ", 0) == 0) text += line.substr(6);
      begin = stop + 1;
    }
    page.buffer.erase(0, end + 2);
    take_event(page, event, text, now);
  }
}

std::size_t ignore(char*, std::size_t, std::size_t size, void*) { return size; }

void log_in(Page& page, const LatencyPlan& plan, int person) {
  CURL* easy = page.easy.get();
  const std::string url = plan.address + "/api/v1/login/dev";
  const std::string body = fmt::format(R"({{"personalCode":"{}"}})", personal_code(person));
  curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
  headers = curl_slist_append(headers, ("Origin: " + plan.address).c_str());
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body.c_str());
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &take_cookie);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &page);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &ignore);
  const CURLcode code = curl_easy_perform(easy);
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_slist_free_all(headers);
  if (code != CURLE_OK || status != 204 || page.cookie.empty()) {
    throw std::runtime_error(fmt::format("log-in of person {}: {}, HTTP status {}", person,
                                         curl_easy_strerror(code), status));
  }
}

// All pages on one thread, from before the first event until after the last.
class Pages {
 public:
  explicit Pages(const LatencyPlan& plan) : pages_(static_cast<std::size_t>(plan.persons)) {
    multi_ = curl_multi_init();
    const std::string url = plan.address + "/api/v1/me/stream";
    for (std::size_t i = 0; i < pages_.size(); ++i) {
      Page& page = pages_[i];
      log_in(page, plan, static_cast<int>(i));
      CURL* easy = page.easy.get();
      curl_easy_reset(easy);
      curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
      curl_easy_setopt(easy, CURLOPT_COOKIE, page.cookie.c_str());
      curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_stream);
      curl_easy_setopt(easy, CURLOPT_WRITEDATA, &page);
      curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
      curl_multi_add_handle(multi_, easy);
    }
    thread_ = std::jthread([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        int running = 0;
        curl_multi_perform(multi_, &running);
        if (std::all_of(pages_.begin(), pages_.end(), [](const Page& page) { return page.greeted; })) {
          greeted_ = true;
        }
        curl_multi_poll(multi_, nullptr, 0, 20, nullptr);
      }
    });
    for (int i = 0; !greeted_; ++i) {
      if (i == 1'000) throw std::runtime_error("not every open page has got its snapshot");
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }
  ~Pages() {
    stop();
    for (Page& page : pages_) curl_multi_remove_handle(multi_, page.easy.get());
    curl_multi_cleanup(multi_);
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  void stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }
  // After stop().
  std::map<CaseRevision, Clock::time_point> told() const {
    std::map<CaseRevision, Clock::time_point> all;
    for (const Page& page : pages_) all.insert(page.told.begin(), page.told.end());
    return all;
  }

 private:
  CURLM* multi_ = nullptr;
  std::vector<Page> pages_;
  std::atomic<bool> greeted_{false};
  std::jthread thread_;
};

class StatusTail {
 public:
  explicit StatusTail(const LatencyPlan& plan) {
    std::atomic<bool> ready{false};
    thread_ = std::jthread([this, &ready, plan](const std::stop_token& stop) {
      follow_topic(
          plan.brokers, plan.status_topic, [&ready] { ready = true; },
          [this](const Record& record) {
            const auto now = Clock::now();
            const Json data = Json::parse(record.value).at("data");
            told.emplace(CaseRevision{data.at("case"), data.at("revision")}, now);
          },
          [&stop] { return stop.stop_requested(); });
    });
    while (!ready) std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  void stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }
  std::map<CaseRevision, Clock::time_point> told;

 private:
  std::jthread thread_;
};

Json quantiles(std::vector<double> values, std::size_t missing) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    if (values.empty()) return -1.0;
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
    return values[std::max<std::size_t>(rank, 1) - 1];
  };
  return {{"p50", at(0.5)}, {"p99", at(0.99)}, {"p999", at(0.999)}, {"max", at(1.0)},
          {"measured", values.size()}, {"missing", missing}};
}

constexpr std::chrono::seconds latency_warm_up{3};

using Sent = std::map<std::pair<int, int>, Clock::time_point>;  // item, step → when it was to be sent

// When an event's revision, or a later one of its case, was told. What came while everything was still warming
// up must arrive as well, but its time is not counted.
Json compare(const Sent& sent, const std::map<int, std::string>& names,
             const std::map<CaseRevision, Clock::time_point>& told) {
  std::vector<double> took;
  std::size_t missing = 0;
  auto begun = Clock::time_point::max();
  for (const auto& [event, intended] : sent) begun = std::min(begun, intended);
  for (const auto& [event, intended] : sent) {
    const auto name = names.find(event.first);
    if (name == names.end()) {
      ++missing;
      continue;
    }
    auto at = Clock::time_point::max();
    for (auto each = told.lower_bound({name->second, static_cast<std::uint64_t>(event.second) + 1});
         each != told.end() && each->first.first == name->second; ++each) {
      at = std::min(at, each->second);
    }
    if (at == Clock::time_point::max()) {
      ++missing;
    } else if (intended - begun >= latency_warm_up) {
      took.push_back(std::chrono::duration<double, std::milli>(at - intended).count());
    }
  }
  return quantiles(std::move(took), missing);
}

Sent send(const LatencyPlan& plan, const StreamPlan& stream) {
  Producer producer(plan.brokers, plan.input_topic, 0);
  Sent sent;
  const auto order = order_of(stream);
  const auto interval = std::chrono::nanoseconds{1'000'000'000 / plan.per_s};
  const auto begun = Clock::now() + std::chrono::milliseconds{200};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto [item, step] = order[i];
    const Event event = event_of(stream, item, step);
    const auto intended = begun + interval * static_cast<std::int64_t>(i);
    std::this_thread::sleep_until(intended);
    producer.send(event.key, event.value);
    sent[{item, step}] = intended;
  }
  producer.finish();
  return sent;
}

// Names the persons, and makes them known to the program: only whom it knows may log in.
std::vector<std::string> make_persons(const LatencyPlan& plan) {
  const auto keyring = privacy::Keyring::load(plan.keys_dir);
  if (!keyring) throw std::runtime_error(keyring.error());
  const auto now = std::chrono::time_point_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now());
  std::vector<std::string> persons;
  engine::VaultBatch known;
  for (int i = 0; i < plan.persons; ++i) {
    const auto code = privacy::PersonalCode::parse(personal_code(i));
    if (!code) throw std::logic_error("a generated personal code is no code");
    const auto name = privacy::pseudonym(*keyring, Municipality{StreamPlan{}.municipality}, *code);
    if (!name) throw std::runtime_error("the program has no key of the bench's municipality");
    persons.push_back(name->str());
    engine::VaultEntry entry;
    entry.municipality = Municipality{StreamPlan{}.municipality};
    entry.person = *name;
    entry.field = "last-name";
    entry.value = Sensitive<std::string>{fmt::format("Mõõtja{}", i)};
    entry.origin = {"/bench", std::chrono::floor<std::chrono::days>(now)};
    entry.recorded_at = now;
    known.entries.push_back(std::move(entry));
  }
  adapters::postgres::PgVault vault(plan.database, *keyring);
  if (!vault.store(known)) throw std::runtime_error("the vault does not take the bench's persons");
  return persons;
}

}  // namespace

Json measure_latency(const LatencyPlan& plan) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  StreamPlan stream;
  stream.run = plan.run;
  stream.items = plan.per_s * plan.seconds / events_of_an_item;
  stream.abreast = std::max(1, plan.per_s / 2);  // a case's next event comes about half a second later
  const bool with_pages = !plan.address.empty();
  if (with_pages) stream.persons = make_persons(plan);

  StatusTail tail(plan);
  std::unique_ptr<Pages> pages;
  if (with_pages) pages = std::make_unique<Pages>(plan);
  const Sent sent = send(plan, stream);
  std::this_thread::sleep_for(settling);
  tail.stop();
  if (pages) pages->stop();

  std::map<std::string, int> items;
  for (int item = 0; item < stream.items; ++item) items[key_of(stream, item)] = item;
  std::map<int, std::string> ids;
  std::map<int, std::string> public_ids;
  pqxx::connection connection(plan.database);
  pqxx::work work(connection);
  for (const pqxx::row& row : work.exec(
           "select c.value, c.case_id, replace(s.public_id::text, '-', '') from elukaar.correlation c "
           "join elukaar.cases s on s.municipality = c.municipality and s.id = c.case_id")) {
    const auto item = items.find(row[0].c_str());
    if (item == items.end()) continue;
    ids[item->second] = row[1].c_str();
    public_ids[item->second] = row[2].c_str();
  }
  Json report = {{"at_events_per_s", plan.per_s},
                 {"seconds", plan.seconds},
                 {"pages", with_pages ? plan.persons : 0},
                 {"event_to_status_topic_ms", compare(sent, ids, tail.told)}};
  if (pages) report["event_to_sse_ms"] = compare(sent, public_ids, pages->told());
  return report;
}

}  // namespace elukaar::bench
