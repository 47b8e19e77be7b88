#include "resident/live_hub.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "base/json_members.hpp"
#include "base/real_time.hpp"
#include "base/url_id.hpp"

namespace elukaar::resident {
namespace {

using identity::Session;
using Clock = std::chrono::steady_clock;

std::string event_text(const char* name, const Json& data) {
  return std::string{"event: "} + name + "\ndata: " + data.dump() + "\n\n";
}

// What a page was last told of a case.
struct Told {
  Uuid public_id;
  std::uint64_t revision = 0;
};

using CaseKey = std::pair<Municipality, CaseId>;
using PersonKey = std::pair<Municipality, Pseudonym>;

}  // namespace

class LiveHub::Loop {
 public:
  Loop(LiveSettings settings, std::unique_ptr<ResidentStore> store,
       std::function<void(const std::string&)> fault)
      : settings_(settings), store_(std::move(store)), fault_(std::move(fault)) {
    thread_ = std::thread([this] { run(); });
  }

  ~Loop() {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
    for (auto& [id, stream] : streams_) stream.sink({});
  }

  std::optional<StreamId> open(const Session& session, Sink sink) {
    const std::lock_guard lock{mutex_};
    if (stopping_ || streams_.size() >= settings_.max_streams) return std::nullopt;
    const StreamId id = ++last_stream_;
    Stream& stream = streams_[id];
    stream.session = session;
    stream.sink = std::move(sink);
    for (const auto& [municipality, person] : session.persons) ++watched_[municipality][person];
    fresh_.push_back(id);
    wake_.notify_all();
    return id;
  }

  void close(StreamId id) {
    const std::lock_guard lock{mutex_};
    remove(id);
  }

  void session_ended(const Digest& token) {
    const std::lock_guard lock{mutex_};
    std::vector<StreamId> ended;
    for (auto& [id, stream] : streams_) {
      if (stream.session.token == token) ended.push_back(id);
    }
    for (const StreamId id : ended) {
      streams_[id].sink({});
      remove(id);
    }
  }

  void status_changed(const Municipality& municipality, const CaseId& case_id) {
    const std::lock_guard lock{mutex_};
    if (!watched_.contains(municipality)) return;
    if (changed_.size() >= settings_.max_waiting_cases) {
      compare_all_ = true;  // dearer than one look, cheaper than ten thousand
      changed_.clear();
    }
    if (compare_all_) return;
    if (changed_.emplace(municipality, case_id).second && changed_.size() == 1) wake_.notify_all();
  }

  void action_received(const Municipality& municipality, const Pseudonym& person,
                       const ActionId& action) {
    const std::lock_guard lock{mutex_};
    const auto found = watched_.find(municipality);
    if (found == watched_.end() || !found->second.contains(person)) return;
    pending_[municipality].insert(action);
    wake_.notify_all();
  }

  std::size_t open_streams() const {
    const std::lock_guard lock{mutex_};
    return streams_.size();
  }

 private:
  struct Stream {
    Session session;
    Sink sink;
    bool greeted = false;  // has had its snapshot
    std::map<CaseKey, Told> told;
  };

  void run() {
    auto next_comment = Clock::now() + settings_.comment_interval;
    auto next_poll = Clock::now();
    std::unique_lock lock{mutex_};
    while (!stopping_) {
      const bool polls = !pending_.empty();
      const auto until = polls ? std::min(next_poll, next_comment) : next_comment;
      wake_.wait_until(lock, until, [&] {
        return stopping_ || !fresh_.empty() || !changed_.empty() || compare_all_ ||
               (!polls && !pending_.empty());
      });
      if (stopping_) break;
      const bool comment_due = Clock::now() >= next_comment;
      if (comment_due) next_comment = Clock::now() + settings_.comment_interval;
      try {
        if (!fresh_.empty()) greet(lock);
        if (comment_due || compare_all_) {
          if (comment_due) comment();
          compare_all_ = false;
          changed_.clear();
          compare(lock, {});
          find_pending(lock);
        } else if (!changed_.empty()) {
          compare(lock, std::exchange(changed_, {}));
        }
        if (!pending_.empty() && Clock::now() >= next_poll) {
          tell_outcomes(lock);
          next_poll = Clock::now() + settings_.action_poll;
        }
      } catch (const std::exception& error) {
        if (!lock.owns_lock()) lock.lock();
        compare_all_ = true;  // whatever was lost is found again
        lock.unlock();
        fault_(error.what());
        lock.lock();
        wake_.wait_for(lock, settings_.action_poll, [this] { return stopping_; });
      }
      // Records that come close together are looked up together.
      wake_.wait_for(lock, settings_.gather, [this] { return stopping_ || !fresh_.empty(); });
    }
  }

  // Snapshots for new streams: they are registered already, so what changes meanwhile is told after.
  void greet(std::unique_lock<std::mutex>& lock) {
    const auto fresh = std::exchange(fresh_, {});
    std::map<Municipality, std::set<Pseudonym>> asked;
    for (const StreamId id : fresh) {
      const auto stream = streams_.find(id);
      if (stream == streams_.end()) continue;
      for (const auto& [municipality, person] : stream->second.session.persons) {
        asked[municipality].insert(person);
      }
    }
    std::map<PersonKey, std::vector<SeenCase>> seen;
    try {
      seen = look(lock, asked, {});
    } catch (...) {
      if (!lock.owns_lock()) lock.lock();
      fresh_.insert(fresh_.end(), fresh.begin(), fresh.end());
      throw;
    }
    for (const StreamId id : fresh) {
      const auto found = streams_.find(id);
      if (found == streams_.end()) continue;
      Stream& stream = found->second;
      Json cases = Json::array();
      for (const auto& key : stream.session.persons) {
        for (const SeenCase& each : seen[PersonKey{key}]) {
          stream.told[{key.first, each.id}] = {each.public_id, each.revision};
          cases.push_back({{"case", to_url_id(each.public_id)}, {"revision", each.revision}});
        }
      }
      stream.greeted = true;
      stream.sink("retry: 5000\n\n" + event_text("snapshot", {{"cases", std::move(cases)}}));
    }
    find_pending(lock);
  }

  // Compares what open pages were told with what is; all of it where `cases` is empty.
  void compare(std::unique_lock<std::mutex>& lock, const std::set<CaseKey>& cases) {
    std::map<Municipality, std::set<Pseudonym>> asked;
    for (const auto& [municipality, persons] : watched_) {
      const auto first = cases.lower_bound({municipality, CaseId{}});
      if (!cases.empty() && (first == cases.end() || first->first != municipality)) continue;
      for (const auto& [person, count] : persons) asked[municipality].insert(person);
    }
    // Streams that come while we look get their own snapshot, which is newer.
    std::set<StreamId> known;
    for (const auto& [id, stream] : streams_) {
      if (stream.greeted) known.insert(id);
    }
    const auto seen = look(lock, asked, cases);
    for (const StreamId id : known) {
      const auto stream = streams_.find(id);
      if (stream != streams_.end()) tell_difference(stream->second, seen, cases);
    }
  }

  void tell_difference(Stream& stream, const std::map<PersonKey, std::vector<SeenCase>>& seen,
                       const std::set<CaseKey>& cases) {
    std::set<CaseKey> still;
    for (const auto& key : stream.session.persons) {
      const auto found = seen.find(PersonKey{key});
      if (found == seen.end()) continue;
      for (const SeenCase& each : found->second) {
        const CaseKey place{key.first, each.id};
        still.insert(place);
        const auto told = stream.told.find(place);
        if (told != stream.told.end() && told->second.revision >= each.revision) continue;
        stream.told[place] = {each.public_id, each.revision};
        stream.sink(event_text("change", {{"case", to_url_id(each.public_id)},
                                          {"revision", each.revision},
                                          {"changed", {"status", "timeline", "why"}}}));
      }
    }
    for (auto told = stream.told.begin(); told != stream.told.end();) {
      const bool looked_at = cases.empty() || cases.contains(told->first);
      if (!looked_at || still.contains(told->first)) {
        ++told;
        continue;
      }
      stream.sink(event_text("gone", {{"case", to_url_id(told->second.public_id)}}));
      told = stream.told.erase(told);
    }
  }

  // Asks the store with the lock let go.
  std::map<PersonKey, std::vector<SeenCase>> look(
      std::unique_lock<std::mutex>& lock,
      const std::map<Municipality, std::set<Pseudonym>>& asked, const std::set<CaseKey>& cases) {
    lock.unlock();
    std::map<PersonKey, std::vector<SeenCase>> seen;
    for (const auto& [municipality, persons] : asked) {
      const std::vector<Pseudonym> names(persons.begin(), persons.end());
      std::vector<CaseId> ids;
      for (const CaseKey& key : cases) {
        if (key.first == municipality) ids.push_back(key.second);
      }
      for (std::size_t from = 0; from == 0 || from < ids.size(); from += settings_.max_questions) {
        const std::size_t to = std::min(ids.size(), from + settings_.max_questions);
        const std::vector<CaseId> some(ids.begin() + static_cast<std::ptrdiff_t>(from),
                                       ids.begin() + static_cast<std::ptrdiff_t>(to));
        for (SeenCase& each : store_->seen(municipality, names, some)) {
          const PersonKey key{municipality, each.person};
          seen[key].push_back(std::move(each));
        }
      }
    }
    lock.lock();
    return seen;
  }

  // Actions sent before a page was opened, or through another process.
  void find_pending(std::unique_lock<std::mutex>& lock) {
    std::map<Municipality, std::vector<Pseudonym>> asked;
    for (const auto& [municipality, persons] : watched_) {
      for (const auto& [person, count] : persons) asked[municipality].push_back(person);
    }
    lock.unlock();
    std::map<Municipality, std::set<ActionId>> found;
    for (const auto& [municipality, persons] : asked) {
      for (const ActionRecord& record : store_->actions_of(municipality, persons, {})) {
        found[municipality].insert(record.id);
      }
    }
    lock.lock();
    for (auto& [municipality, ids] : found) pending_[municipality].merge(ids);
  }

  void tell_outcomes(std::unique_lock<std::mutex>& lock) {
    const auto asked = pending_;
    lock.unlock();
    std::vector<ActionRecord> records;
    for (const auto& [municipality, ids] : asked) {
      for (ActionRecord& record :
           store_->actions_of(municipality, {}, {ids.begin(), ids.end()})) {
        records.push_back(std::move(record));
      }
    }
    lock.lock();
    for (const ActionRecord& record : records) {
      if (record.outcome == "pending") continue;
      for (auto& [id, stream] : streams_) {
        const auto person = stream.session.persons.find(record.municipality);
        if (person == stream.session.persons.end() || person->second != record.person) continue;
        stream.sink(event_text("action", {{"action", to_url_id(record.id.uuid())},
                                          {"case", to_url_id(record.public_case)},
                                          {"outcome", record.outcome}}));
      }
      forget(record);
    }
    // Whose page is closed is told nothing any more; what vanished is not waited for.
    for (auto place = pending_.begin(); place != pending_.end();) {
      place = watched_.contains(place->first) && !place->second.empty() ? std::next(place)
                                                                        : pending_.erase(place);
    }
  }

  void forget(const ActionRecord& record) {
    const auto place = pending_.find(record.municipality);
    if (place != pending_.end()) place->second.erase(record.id);
  }

  void comment() {
    const Timestamp now = real_now();
    std::vector<StreamId> ended;
    for (auto& [id, stream] : streams_) {
      if (stream.session.expires_at <= now) {
        ended.push_back(id);
      } else if (stream.greeted) {
        stream.sink(": still here\n\n");
      }
    }
    for (const StreamId id : ended) {
      streams_[id].sink({});
      remove(id);
    }
  }

  void remove(StreamId id) {
    const auto found = streams_.find(id);
    if (found == streams_.end()) return;
    for (const auto& [municipality, person] : found->second.session.persons) {
      const auto place = watched_.find(municipality);
      if (--place->second[person] == 0) place->second.erase(person);
      if (place->second.empty()) watched_.erase(place);
    }
    streams_.erase(found);
  }

  const LiveSettings settings_;
  const std::unique_ptr<ResidentStore> store_;  // used by the thread only
  const std::function<void(const std::string&)> fault_;

  mutable std::mutex mutex_;  // of what follows
  std::condition_variable wake_;
  bool stopping_ = false;
  StreamId last_stream_ = 0;
  std::map<StreamId, Stream> streams_;
  std::map<Municipality, std::map<Pseudonym, int>> watched_;  // how many streams
  std::vector<StreamId> fresh_;
  std::set<CaseKey> changed_;
  bool compare_all_ = false;
  std::map<Municipality, std::set<ActionId>> pending_;

  std::thread thread_;  // last: it uses all of the above
};

LiveHub::LiveHub(LiveSettings settings, std::unique_ptr<ResidentStore> store,
                 std::function<void(const std::string&)> fault)
    : loop_(std::make_unique<Loop>(settings, std::move(store), std::move(fault))) {}

LiveHub::~LiveHub() = default;

std::optional<LiveHub::StreamId> LiveHub::open(const Session& session, Sink sink) {
  return loop_->open(session, std::move(sink));
}

void LiveHub::close(StreamId stream) { loop_->close(stream); }

void LiveHub::session_ended(const Digest& token) { loop_->session_ended(token); }

void LiveHub::status_changed(const Municipality& municipality, const CaseId& case_id,
                             std::uint64_t) {
  loop_->status_changed(municipality, case_id);
}

void LiveHub::status_record(const std::string& value) {
  if (open_streams() == 0) return;
  const Json record = Json::parse(value, nullptr, false);
  if (!record.is_object() || !record.contains("data") || !record["data"].is_object()) return;
  const Json& data = record["data"];
  const auto id = Uuid::parse(text_member(data, "case"));
  if (!id) return;
  const auto revision = data.find("revision");
  status_changed(Municipality{text_member(data, "municipality")}, CaseId{*id},
                 revision != data.end() && revision->is_number_unsigned()
                     ? revision->get<std::uint64_t>()
                     : 0);
}

void LiveHub::action_received(const Municipality& municipality, const Pseudonym& person,
                              const ActionId& action) {
  loop_->action_received(municipality, person, action);
}

std::size_t LiveHub::open_streams() const { return loop_->open_streams(); }

}  // namespace elukaar::resident
