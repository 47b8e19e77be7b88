#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/ids.hpp"
#include "identity/session.hpp"
#include "resident/resident_store.hpp"

namespace elukaar::resident {

struct LiveSettings {
  std::size_t max_streams = 2000;
  std::size_t max_waiting_cases = 10'000;  // beyond it the pages get a snapshot instead
  std::size_t max_questions = 1000;        // cases looked up in one statement
  std::chrono::milliseconds gather{10};    // status records are looked up at most so often
  std::chrono::milliseconds action_poll{250};
  std::chrono::milliseconds comment_interval{15'000};  // also: everything is compared anew
};

// Keeps the residents' open pages up to date: which case changed, never what it says now.
//
// A stream is registered first and then gets its snapshot, so nothing falls between. Status records
// of cases that no open page can see cost a lock and a map entry; without open pages not even that.
// What is told rests on the database alone: a record is only a reason to look. Every
// `comment_interval` everything is looked at anyway, so that a lost record, or a right that has ended
// without one, is noticed all the same.
//
// One thread of its own does all reading and sending. Public functions may be called by any thread and
// don't block. The destructor closes what is open and waits for the thread.
class LiveHub {
 public:
  using StreamId = std::uint64_t;
  // Takes bytes of a text/event-stream; must not block and may be called after close(). An empty text:
  // the stream ends here.
  using Sink = std::function<void(std::string)>;

  // `fault` is told, without personal data, of a store that could not be asked; the hub tries again.
  LiveHub(LiveSettings settings, std::unique_ptr<ResidentStore> store,
          std::function<void(const std::string&)> fault);
  ~LiveHub();
  LiveHub(const LiveHub&) = delete;
  LiveHub& operator=(const LiveHub&) = delete;

  // Nothing where there are too many already: come again.
  std::optional<StreamId> open(const identity::Session& session, Sink sink);
  void close(StreamId stream);
  // Ends all streams of a session: it was logged out.
  void session_ended(const Digest& token);

  // A status record of the topic `elukaar.status`.
  void status_changed(const Municipality& municipality, const CaseId& case_id,
                      std::uint64_t revision);
  // Convenience for the topic's reader: takes the record's JSON; anything else is ignored.
  void status_record(const std::string& value);
  // A page has sent an action: its outcome will be told to this person's pages.
  void action_received(const Municipality& municipality, const Pseudonym& person,
                       const ActionId& action);

  std::size_t open_streams() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace elukaar::resident
