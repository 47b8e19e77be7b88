#include "engine/calls/dispatcher.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <stdexcept>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/ports/vault.hpp"
#include "privacy/personal_code.hpp"
#include "privacy/pseudonym.hpp"
#include "privacy/separator.hpp"

namespace elukaar::engine {
namespace {

using lifecycle::CallEvent;
using std::chrono::milliseconds;

// Calls of a role that nothing here serves (a mistake in the settings) are looked for this seldom,
// for they need a search through the whole table, and at most so many at once.
constexpr std::chrono::seconds others_interval{10};
constexpr int room_for_others = 20;
// When stopping: how often a store that fails is asked to take the last reports. What it does not
// take is repeated by another dispatcher when the leases end.
constexpr int last_recordings = 5;

// A call's way into the vault: one read, and one usage record, per person asked for.
class CallPersonalData : public kit::PersonalData {
 public:
  CallPersonalData(Vault& vault, const ClaimedCall& call) : vault_(vault), call_(call) {}

  Result<Sensitive<std::string>, std::string> personal_code(const Pseudonym& person) override {
    const VaultUse use{.who = call_.role,
                       .purpose = call_.role + "." + call_.operation,
                       .for_case = call_.case_id,
                       .at = call_.claimed_at};
    const VaultQuery query{.person = person, .fields = {"personal-code"}, .owner = {}};
    auto found = vault_.read(call_.municipality, {query}, use);
    if (!found) return failure("the vault: " + std::string(to_text(found.error())));
    if (found->empty() || found->front().empty()) {
      return failure(std::string("no personal code of this person is known"));
    }
    return found->front().front().value;
  }

 private:
  Vault& vault_;
  const ClaimedCall& call_;
};

struct UnderWay {
  ClaimedCall claimed;
  kit::Call call;
  const kit::Connector* connector = nullptr;
};

// The members of an input that name persons: an answer's classed fields may be theirs (`x-owner`).
std::map<std::string, Pseudonym> persons_of(const Json& input) {
  std::map<std::string, Pseudonym> persons;
  if (!input.is_object()) return persons;
  for (const auto& [name, value] : input.items()) {
    if (value.is_string() && privacy::is_pseudonym(value.get_ref<const std::string&>())) {
      persons.emplace(name, Pseudonym{value.get<std::string>()});
    }
  }
  return persons;
}

// jsonb refuses U+0000, and a result that is refused would be offered to it again and again.
bool holds_nul(const Json& value) {
  const auto has = [](const std::string& text) { return text.find('\0') != std::string::npos; };
  if (value.is_string()) return has(value.get_ref<const std::string&>());
  if (value.is_array()) return std::any_of(value.begin(), value.end(), holds_nul);
  if (!value.is_object()) return false;
  return std::any_of(value.items().begin(), value.items().end(), [&](const auto& member) {
    return has(member.key()) || holds_nul(member.value());
  });
}

// Since when the answer is true: what it says itself, else the day it was asked for.
Date as_of(const Json& output, Timestamp asked) {
  if (output.is_object()) {
    const auto member = output.find("asOf");
    if (member != output.end() && member->is_string()) {
      if (const auto date = parse_iso_date(member->get_ref<const std::string&>())) return *date;
    }
  }
  return std::chrono::floor<std::chrono::days>(asked);
}

std::string to_text(HttpFailure::Kind kind) {
  switch (kind) {
    case HttpFailure::Kind::unreachable: return "unreachable";
    case HttpFailure::Kind::timeout: return "no answer in time";
    case HttpFailure::Kind::too_large: return "the answer is too large";
  }
  return "unreachable";
}

}  // namespace

struct Dispatcher::Implementation {
  DispatcherSettings settings;
  CallStore& calls;
  HttpClient& http;
  Vault& vault;
  const privacy::Keyring& keyring;
  const kit::Registry& registry;
  std::function<Timestamp()> now;
  std::function<void(const DispatchNote&)> note;

  std::mt19937_64 jitter;
  std::unordered_map<const kit::Operation*, privacy::Separator> separators;
  std::unordered_map<std::uint64_t, UnderWay> under_way;  // by ticket
  std::map<std::string, std::map<Municipality, int>> busy;  // of each role, how many are under way
  std::vector<HttpCompletion> arrived;                    // not yet read
  std::vector<CallReport> unrecorded;
  std::unordered_map<CallId, Timestamp> claimed_here;     // own clock at the claim, while in hand
  std::uint64_t next_ticket = 1;
  std::optional<Timestamp> others_looked_for;

  void build_separators();
  const RolePatience& patience(const std::string& role) const;
  Timestamp store_time(const ClaimedCall& call) const;
  void tell(DispatchNote::Kind kind, const ClaimedCall& call, std::string detail);

  void claim();
  void begin(ClaimedCall claimed);
  void settle_arrived();
  void record();

  CallReport report(const ClaimedCall& call, CallEvent event) const;
  void conclude(const UnderWay& done, kit::Outcome outcome);
  CallReport succeed(const UnderWay& done, const kit::Answered& answer);
  CallReport fail(const ClaimedCall& call, CallEvent event, std::string code, std::string message);
  CallReport put_off(const ClaimedCall& call, const std::string& detail,
                     std::optional<std::chrono::seconds> retry_after, bool is_the_systems_fault);
  milliseconds delay_after(const ClaimedCall& call);
};

void Dispatcher::Implementation::build_separators() {
  for (const kit::Connector* connector : registry.all()) {
    for (const kit::Operation& operation : connector->operations()) {
      auto separator = privacy::Separator::build(operation.output_schema);
      if (!separator) {
        std::string text = std::string(connector->role()) + "." + operation.name + ", output:";
        for (const std::string& sentence : separator.error()) text += " " + sentence;
        throw std::invalid_argument(text);
      }
      separators.emplace(&operation, std::move(*separator));
    }
  }
}

const RolePatience& Dispatcher::Implementation::patience(const std::string& role) const {
  const auto own = settings.roles.find(role);
  return own == settings.roles.end() ? settings.patience : own->second;
}

// The store's clock now, as far as ours can tell: the store's reading at the claim, and what has
// passed here since.
Timestamp Dispatcher::Implementation::store_time(const ClaimedCall& call) const {
  const auto here = claimed_here.find(call.id);
  return here == claimed_here.end() ? call.claimed_at : call.claimed_at + (now() - here->second);
}

void Dispatcher::Implementation::tell(DispatchNote::Kind kind, const ClaimedCall& call,
                                      std::string detail) {
  note({kind, call.municipality, call.case_id, call.id, call.role, call.operation,
        std::move(detail)});
}

void Dispatcher::Implementation::claim() {
  ClaimRequest request;
  request.lease_margin = settings.lease_margin;
  bool has_room = false;
  for (const std::string& role : registry.roles()) {
    // A role without room stays in the map: what is not named there counts as "others".
    RoleRoom& room = request.room[role];
    room.of_one = patience(role).most_in_flight;
    room.under_way = busy[role];
    room.calls = room.of_one * municipalities_at_once;
    for (const auto& each : room.under_way) room.calls -= each.second;
    room.calls = std::max(0, room.calls);
    has_room = has_room || room.calls > 0;
  }
  const Timestamp started = now();
  if (!others_looked_for || started - *others_looked_for >= others_interval) {
    others_looked_for = started;
    request.room_for_others = room_for_others;
  }
  if (!has_room && request.room_for_others == 0) return;
  for (ClaimedCall& call : calls.claim(request)) {
    claimed_here.emplace(call.id, started);
    begin(std::move(call));
  }
}

// From a claim to an exchange under way, or to a report at once. Never throws for one call's sake:
// the others of the same claim are in our hands too.
void Dispatcher::Implementation::begin(ClaimedCall claimed) {
  UnderWay work;
  work.claimed = std::move(claimed);
  const ClaimedCall& call = work.claimed;
  const Timestamp limit = call.give_up_at.value_or(call.created_at +
                                                   patience(call.role).give_up_after);
  if (call.attempts > 0 && call.claimed_at > limit) {
    tell(DispatchNote::Kind::gave_up, call, "the last attempt's outcome never became known");
    unrecorded.push_back(fail(call, CallEvent::gave_up, "", "no answer within the time allowed"));
    return;
  }
  const auto connector = registry.find(call.municipality, call.role);
  if (!connector) {
    tell(DispatchNote::Kind::fault, call, connector.error());
    unrecorded.push_back(put_off(call, connector.error(), std::nullopt, false));
    return;
  }
  work.connector = *connector;
  work.call = {.id = call.id,
               .municipality = call.municipality,
               .case_reference = call.case_id.str(),
               .operation = call.operation,
               .input = call.input,
               .attempt = call.attempts + 1,
               .traceparent = {}};
  try {
    CallPersonalData persons(vault, call);
    auto request = work.connector->request(work.call, persons);
    if (!request) {
      conclude(work, std::move(request.error()));
      return;
    }
    // The lease was made for the call's own timeout: nothing may outlast it.
    request->total_timeout = std::min(request->total_timeout, call.timeout);
    const std::uint64_t ticket = next_ticket++;
    ++busy[call.role][call.municipality];
    http.start(ticket, std::move(*request));
    under_way.emplace(ticket, std::move(work));
  } catch (const std::exception& fault) {
    tell(DispatchNote::Kind::fault, call, fault.what());
    unrecorded.push_back(put_off(call, fault.what(), std::nullopt, false));
  }
}

void Dispatcher::Implementation::settle_arrived() {
  while (!arrived.empty()) {
    HttpCompletion completion = std::move(arrived.back());
    arrived.pop_back();
    const auto found = under_way.find(completion.ticket);
    if (found == under_way.end()) continue;  // not of this dispatcher's making
    const UnderWay done = std::move(found->second);
    under_way.erase(found);
    auto& of_role = busy[done.claimed.role];
    if (--of_role[done.claimed.municipality] == 0) of_role.erase(done.claimed.municipality);
    if (const auto* failed = std::get_if<HttpFailure>(&completion.result)) {
      const std::string detail = to_text(failed->kind) + ": " + failed->detail;
      const bool is_contract = failed->kind == HttpFailure::Kind::too_large;
      conclude(done, is_contract ? kit::Outcome{kit::Invalid{detail}}
                                 : kit::Outcome{kit::Unavailable{detail, std::nullopt}});
      continue;
    }
    const auto& response = std::get<kit::HttpResponse>(completion.result);
    try {
      conclude(done, done.connector->read(done.call, response));
    } catch (const std::exception&) {
      // What a connector throws may quote the body: the text stays here.
      conclude(done, kit::Invalid{"the connector could not read the answer"});
    }
  }
}

void Dispatcher::Implementation::record() {
  if (unrecorded.empty()) return;
  const std::vector<bool> accepted = calls.record(unrecorded);
  for (std::size_t i = 0; i < unrecorded.size(); ++i) {
    const CallReport& each = unrecorded[i];
    claimed_here.erase(each.id);
    if (i < accepted.size() && accepted[i]) continue;
    ClaimedCall call;
    call.municipality = each.municipality;
    call.case_id = each.case_id;
    call.id = each.id;
    tell(DispatchNote::Kind::too_late, call, "the call was no longer ours, or is abandoned");
  }
  unrecorded.clear();
}

// The event moves the call out of `inflight`, by the lifecycle's table.
CallReport Dispatcher::Implementation::report(const ClaimedCall& call, CallEvent event) const {
  CallReport report;
  report.state = lifecycle::next(lifecycle::CallState::inflight, event).next;
  report.municipality = call.municipality;
  report.case_id = call.case_id;
  report.id = call.id;
  report.lease_token = call.lease_token;
  return report;
}

void Dispatcher::Implementation::conclude(const UnderWay& done, kit::Outcome outcome) {
  const ClaimedCall& call = done.claimed;
  unrecorded.push_back(std::visit(
      [&](const auto& each) -> CallReport {
        using Kind = std::decay_t<decltype(each)>;
        if constexpr (std::is_same_v<Kind, kit::Answered>) {
          return succeed(done, each);
        } else if constexpr (std::is_same_v<Kind, kit::Refused>) {
          tell(DispatchNote::Kind::refused, call, each.code);
          return fail(call, CallEvent::refused, each.code, each.message);
        } else if constexpr (std::is_same_v<Kind, kit::Invalid>) {
          tell(DispatchNote::Kind::invalid, call, each.detail);
          return fail(call, CallEvent::invalid, "", each.detail);
        } else if constexpr (std::is_same_v<Kind, kit::Entrusted>) {
          return report(call, CallEvent::entrust);
        } else {
          return put_off(call, each.detail, each.retry_after, true);
        }
      },
      outcome));
}

// Personal fields go into the vault before the call is recorded as done: a crash between the two
// repeats the call with the same id and stores the same values again.
CallReport Dispatcher::Implementation::succeed(const UnderWay& done, const kit::Answered& answer) {
  const ClaimedCall& call = done.claimed;
  const kit::Operation* operation =
      kit::find_operation(done.connector->operations(), call.operation);
  const std::string source = "/kov/" + call.municipality.str() + "/" + call.role;
  auto separated = separators.at(operation).separate(
      answer.output, privacy::Naming{.keyring = keyring,
                                     .municipality = call.municipality,
                                     .event = {source, call.id.str()},
                                     .owners = persons_of(call.input)});
  std::string flaw;
  if (!separated) {
    flaw = separated.error().where + ": " + separated.error().what;
  } else if (privacy::holds_personal_code(separated->safe.dump())) {
    flaw = "a field that is not classed as personal holds a personal code";
  } else if (holds_nul(separated->safe)) {
    flaw = "a text holds U+0000, which cannot be stored";
  }
  if (!flaw.empty()) {
    tell(DispatchNote::Kind::invalid, call, flaw);
    return fail(call, CallEvent::invalid, "", flaw);
  }
  const Timestamp at = store_time(call);
  const VaultOrigin origin{source, as_of(separated->safe, at)};
  VaultBatch batch;
  for (privacy::PersonalValue& each : separated->values) {
    batch.entries.push_back({.municipality = call.municipality,
                             .owner = {},
                             .person = each.person,
                             .field = std::move(each.field),
                             .value = std::move(each.value),
                             .field_class = each.field_class,
                             .origin = origin,
                             .recorded_at = at});
  }
  for (const privacy::FormerName& each : separated->former_names) {
    batch.aliases.push_back({call.municipality, each.former, each.current, at});
  }
  if (!batch.empty()) {
    try {
      if (auto stored = vault.store(batch); !stored) {
        const std::string detail = "the vault: " + std::string(to_text(stored.error()));
        tell(DispatchNote::Kind::fault, call, detail);
        return put_off(call, detail, std::nullopt, false);
      }
    } catch (const std::exception& fault) {
      tell(DispatchNote::Kind::fault, call, fault.what());
      return put_off(call, fault.what(), std::nullopt, false);
    }
  }
  CallReport result = report(call, CallEvent::answered);
  result.result = std::move(separated->safe);
  return result;
}

CallReport Dispatcher::Implementation::fail(const ClaimedCall& call, CallEvent event,
                                            std::string code, std::string message) {
  const char* kind = event == CallEvent::refused   ? "refused"
                     : event == CallEvent::gave_up ? "gave-up"
                                                   : "invalid";
  CallReport result = report(call, event);
  result.result = {{"kind", kind}, {"message", std::move(message)}};
  if (!code.empty()) result.result["code"] = std::move(code);
  return result;
}

CallReport Dispatcher::Implementation::put_off(const ClaimedCall& call, const std::string& detail,
                                               std::optional<std::chrono::seconds> retry_after,
                                               bool is_the_systems_fault) {
  const Timestamp at = store_time(call);
  const Timestamp limit =
      call.give_up_at.value_or(call.created_at + patience(call.role).give_up_after);
  if (at >= limit) {
    tell(DispatchNote::Kind::gave_up, call, detail);
    return fail(call, CallEvent::gave_up, "", "no answer within the time allowed");
  }
  CallReport result = report(call, CallEvent::unavailable);
  result.delay = delay_after(call);
  if (retry_after) result.delay = std::max<milliseconds>(result.delay, *retry_after);
  // The last attempt begins at the limit, not a whole pause before it.
  result.delay = std::min(result.delay, std::chrono::ceil<milliseconds>(limit - at));
  result.tells_delay = is_the_systems_fault && !call.delayed;
  if (result.tells_delay) tell(DispatchNote::Kind::delayed, call, detail);
  return result;
}

// Twice as long after each attempt, and a random half of it less, so that calls which failed together
// don't come back together.
milliseconds Dispatcher::Implementation::delay_after(const ClaimedCall& call) {
  const RolePatience& limits = patience(call.role);
  milliseconds delay = std::max(limits.first_delay, milliseconds{1});
  for (int i = 0; i < call.attempts && delay < limits.longest_delay; ++i) delay *= 2;
  delay = std::min(delay, limits.longest_delay);
  const auto half = static_cast<std::uint64_t>(delay.count() / 2);
  return delay - milliseconds{static_cast<milliseconds::rep>(jitter() % (half + 1))};
}

Dispatcher::Dispatcher(DispatcherSettings settings, CallStore& calls, HttpClient& http, Vault& vault,
                       const privacy::Keyring& keyring, const kit::Registry& registry,
                       std::function<Timestamp()> now,
                       std::function<void(const DispatchNote&)> note)
    : implementation_(new Implementation{.settings = settings,
                                         .calls = calls,
                                         .http = http,
                                         .vault = vault,
                                         .keyring = keyring,
                                         .registry = registry,
                                         .now = std::move(now),
                                         .note = std::move(note),
                                         .jitter = std::mt19937_64{settings.jitter_seed},
                                         .separators = {},
                                         .under_way = {},
                                         .busy = {},
                                         .arrived = {},
                                         .unrecorded = {},
                                         .claimed_here = {},
                                         .others_looked_for = {}}) {
  implementation_->build_separators();
}

Dispatcher::~Dispatcher() = default;

void Dispatcher::round(milliseconds at_most) {
  Implementation& self = *implementation_;
  self.record();
  self.claim();
  // Reports that needed no exchange go before the wait.
  self.record();
  auto completions = self.http.wait(at_most);
  std::move(completions.begin(), completions.end(), std::back_inserter(self.arrived));
  self.settle_arrived();
  self.record();
}

void Dispatcher::run(std::stop_token stop) {
  Implementation& self = *implementation_;
  const std::stop_callback wake_on_stop(stop, [this] { wake(); });
  const auto tell_fault = [&](const std::exception& fault) {
    self.tell(DispatchNote::Kind::fault, {}, fault.what());
  };
  while (!stop.stop_requested()) {
    try {
      round(self.settings.idle_wait);
    } catch (const std::exception& fault) {
      tell_fault(fault);
      auto completions = self.http.wait(self.settings.after_fault);
      std::move(completions.begin(), completions.end(), std::back_inserter(self.arrived));
    }
  }
  for (int failures = 0; failures < last_recordings;) {
    try {
      self.settle_arrived();
      self.record();
      if (self.under_way.empty()) return;
      self.arrived = self.http.wait(self.settings.idle_wait);
    } catch (const std::exception& fault) {
      tell_fault(fault);
      ++failures;
    }
  }
}

void Dispatcher::wake() { implementation_->http.wake(); }

std::size_t Dispatcher::in_flight() const { return implementation_->under_way.size(); }

}  // namespace elukaar::engine
