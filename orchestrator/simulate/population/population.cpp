#include "simulate/population/population.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <queue>
#include <thread>
#include <tuple>

#include <fmt/format.h>

#include "calendar/calendar.hpp"
#include "cloudevents/decode.hpp"
#include "core/questions.hpp"
#include "engine/composition.hpp"

namespace elukaar::simulate {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t max_line_bytes = cloudevents::max_event_bytes;

// Families that share a world: its own making is paid for once, and what it keeps stays small enough for
// a processor's cache. Not a matter of threads, so that the outcome isn't either.
constexpr int families_of_a_world = 16;

std::uint64_t mixed(std::uint64_t value) {  // SplitMix64
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

// Chance without a sequence: the same question about the same thing has the same answer, whatever else
// was asked before.
class Fate {
 public:
  explicit Fate(std::uint64_t seed) : seed_(seed) {}

  // In [0, 1).
  double share(std::string_view who, std::string_view what) const {
    std::uint64_t hash = mixed(seed_);
    for (const std::string_view part : {who, what}) {
      for (const char c : part) hash = mixed(hash ^ static_cast<unsigned char>(c));
      hash = mixed(hash ^ 0x100);
    }
    return static_cast<double>(hash >> 11) * 0x1.0p-53;
  }
  // Whole, in [0, most).
  int below(std::string_view who, std::string_view what, int most) const {
    return static_cast<int>(share(who, what) * most);
  }

 private:
  std::uint64_t seed_;
};

// A pseudonym's letters from a kind of person and a number.
std::string person(char kind, int number) {
  static constexpr char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
  std::string text = "p1_";
  text += kind;
  text.resize(3 + 26, 'a');
  for (std::size_t at = text.size() - 1; number > 0; --at, number /= 32) {
    text[at] = letters[number % 32];
  }
  return text;
}

// The registers' side, the same for synthetic families and recorded events.
class Registers : public Systems {
 public:
  Registers(const workflow::Workflow& workflow, Fate fate, Behaviour behaviour)
      : workflow_(workflow), fate_(fate), behaviour_(behaviour) {}

  Reply answer(const StoredCall& call, Timestamp now) override {
    const std::string operation = call.request.role + "." + call.request.operation;
    const std::string child = call.request.input.value("child", call.ref.id.str());
    const std::string which = operation + std::to_string(++asked_[call.ref]);
    Reply reply;
    reply.takes = seconds{1 + fate_.below(child, which + "takes", 20)};
    if (fate_.share(child, which + "silent") < behaviour_.register_silent) {
      reply.unavailable = hours{1 + fate_.below(child, which + "away", 80)};
    }
    if (fate_.share(child, which + "refuses") < behaviour_.register_refuses) {
      reply.kind = Reply::Kind::refusal;
      reply.result = {{"code", "refused"}};
      return reply;
    }
    reply.result = output(operation, child, now, which);
    return reply;
  }

  // When the child's registered residence moves away; never for most.
  Timestamp moves_at(const std::string& child, Timestamp born) const {
    const double share = fate_.share(child, "moves");
    const double years = share / behaviour_.moves_within_a_year;
    return born + seconds{static_cast<std::int64_t>(std::min(years, 100.0) * 365 * 86'400)};
  }

  void live(const std::string& child, Timestamp born) { moves_[child] = moves_at(child, born); }
  void rename(const std::string& former, const std::string& now) {
    if (const auto known = moves_.find(former); known != moves_.end()) moves_[now] = known->second;
  }

 protected:
  Json output(const std::string& operation, const std::string& child, Timestamp now,
              const std::string& which) {
    const std::string today = to_iso_date(calendar::day_in_tallinn(now));
    const auto moves = moves_.find(child);
    const bool lives_here = moves == moves_.end() || now < moves->second;
    if (operation == "population-register.family") {
      return {{"alive", true},
              {"livesHere", lives_here},
              {"protected", fate_.share(child, "protected") < behaviour_.is_protected},
              {"asOf", today},
              {"guardians", guardians(child)}};
    }
    if (operation == "population-register.residence") {
      return {{"childLivesHere", lives_here},
              {"applicantLivesHere", lives_here},
              {"custody", fate_.share(child, "custody") >= behaviour_.lost_custody},
              {"asOf", today}};
    }
    if (operation == "place-register.register") {
      const int of = 20 + fate_.below(child, "of", 200);
      const int position = 1 + fate_.below(child, "position", of);
      return {{"registerId", "R-" + which},
              {"status", "queued"},
              {"queue",
               {{"scope", "simulated"},
                {"position", position},
                {"of", of},
                {"ruleRef", workflow_.parameters.value("admissionOrder", "application-time")}}}};
    }
    return {{"status", "done"}};
  }

  Json guardians(const std::string& child) const {
    Json list = Json::array();
    for (const char kind : {'m', 'f'}) {
      if (kind == 'f' && fate_.share(child, "alone") < 0.12) continue;
      std::string key = child;
      if (key.size() > 3) key[3] = kind;
      list.push_back({{"key", key}});
    }
    return list;
  }

  const workflow::Workflow& workflow_;
  const Fate fate_;
  const Behaviour behaviour_;
  std::map<std::string, Timestamp> moves_;
  std::map<engine::CaseRef, int> asked_;
};

// What a family's page says and lets it do.
struct Shown {
  std::string text;
  std::vector<std::string> actions;

  bool offers(std::string_view action) const {
    return std::find(actions.begin(), actions.end(), action) != actions.end();
  }
  bool operator==(const Shown&) const = default;
};

// Some families, officials and registers as they act by themselves, on one world's clock. One thread.
class Population : private Registers {
 public:
  Population(const Library& library, const workflow::WorkflowPtr& workflow,
             const FamilyOptions& options)
      : Registers(*workflow, Fate{options.seed}, {}),
        options_(options),
        events_(library.events()),
        world_(library.parts(workflow), *this, calendar::start_of_day(options.from)),
        journeys_(world_) {
    world_.on_decided([this](const Decided& decided) { observe(decided); });
    world_.on_parked([this](const engine::BatchNote& note) { ++run_.parked[note.reason]; });
  }

  // The families with these numbers, `end` excluded.
  PopulationRun run(int begin, int end) {
    const auto first = options_.from;
    const auto last = Date{std::chrono::year_month_day{first} + std::chrono::years{options_.years}};
    for (int i = begin; i < end; ++i) plan_birth(i, first, last);
    const Timestamp until = calendar::start_of_day(last);
    // In order of time: what falls due brings plans, and plans bring what falls due.
    for (;;) {
      const auto due = world_.next_due();
      const Timestamp planned = plans_.empty() ? until : plans_.top().at;
      if (due && *due < until && *due <= planned) {
        world_.advance_to(*due);
      } else if (planned < until) {
        const Plan plan = plans_.top();
        plans_.pop();
        world_.advance_to(plan.at);
        plan.act();
      } else {
        break;
      }
    }
    world_.advance_to(until);
    run_.until = until;
    run_.inputs = world_.inputs();
    run_.journeys = journeys_.finish();
    if (options_.keep_cases) keep_cases();
    return std::move(run_);
  }

 private:
  struct Plan {
    Timestamp at;
    std::uint64_t order;
    std::function<void()> act;
    bool operator<(const Plan& other) const {  // the earliest is on top
      return std::tie(other.at, other.order) < std::tie(at, order);
    }
  };

  void keep_cases() {
    for (const auto& [ref, row] : world_.store().cases()) {
      const core::Case& value = *row.value;
      run_.cases.push_back({{"case", ref.id.str()},
                            {"municipality", ref.municipality.str()},
                            {"service", value.service},
                            {"release", row.workflow->release},
                            {"open", value.lifecycle == lifecycle::CaseState::active},
                            {"state", core::state_document(value, workflow_)},
                            {"context", *value.context},
                            {"status", *value.status}});
    }
  }

  void plan(Timestamp at, std::function<void()> act) {
    plans_.push({std::max(at, world_.now()), ++order_, std::move(act)});
  }

  // A working hour some days on.
  Timestamp later(const std::string& who, const std::string& what, int most_days) const {
    return world_.now() + days{1 + fate_.below(who, what + "days", most_days)} +
           minutes{fate_.below(who, what + "minutes", 12 * 60)};
  }

  void plan_birth(int number, Date first, Date last) {
    const std::string child = person('c', number);
    const auto span = static_cast<int>((last - first).count());
    const Date born = first + days{fate_.below(child, "born", span)};
    // Within a month by law; most in the first two weeks.
    const double share = fate_.share(child, "registered");
    const Timestamp registered = calendar::start_of_day(born + days{1 + static_cast<int>(share * share * 29)}) +
                                 hours{9} + minutes{fate_.below(child, "minute", 8 * 60)};
    run_.born[child] = born.time_since_epoch().count();
    live(child, Timestamp{born});
    plan(registered, [this, child, born] {
      send("birth-registered", "birth-" + child,
           {{"child", {{"key", child}, {"bornOn", to_iso_date(born)}}},
            {"residenceKov", workflow_.municipality.ehak.str()},
            {"registeredOn", to_iso_date(calendar::day_in_tallinn(world_.now()))}});
    });
    if (fate_.share(child, "annulled") < behaviour_.annulled) {
      plan(registered + days{2 + fate_.below(child, "annulled on", 60)}, [this, child] {
        send("birth-annulled", "annulled-" + child,
             {{"child", {{"key", child}}},
              {"replaces", {{"source", "/simulated"}, {"id", "birth-" + child}}}});
      });
    }
    if (fate_.share(child, "new code") < behaviour_.new_code) {
      std::string renamed = child;
      renamed[3] = 'n';
      run_.born[renamed] = run_.born[child];
      plan(registered + days{5 + fate_.below(child, "new code on", 200)}, [this, child, renamed] {
        rename(child, renamed);
        send("person-key-changed", "renamed-" + child, {{"formerKey", child}, {"key", renamed}});
      });
    }
  }

  // Sends an event, if this version of the service knows it.
  void send(const std::string& name, const std::string& id, Json data) {
    const auto rule = workflow_.events.find(name);
    if (rule == workflow_.events.end()) return;
    cloudevents::CloudEvent event;
    event.id = id;
    event.source = "/simulated";
    event.type = rule->second.type;
    event.time = world_.now();
    event.municipality = workflow_.municipality.ehak;
    event.partition_key = id;
    event.data = std::move(data);
    world_.deliver(event);
  }

  bool knows(const std::string& event) const { return workflow_.events.contains(event); }

  // ---- What families and officials do with what they see ------------------------------------------

  void observe(const Decided& decided) {
    const Json* status = journeys_.decided(decided);
    if (status == nullptr || !status->is_object()) return;
    const engine::CaseRef ref = decided.ref;
    Shown now{status->at("text"), status->at("actions").get<std::vector<std::string>>()};
    Shown& shown = shown_[ref];
    if (now == shown) return;
    shown = std::move(now);
    const std::string& text = shown.text;
    const std::string child = object_in(*world_.read(ref).context, "child").value("key", ref.id.str());
    const auto offers = [&](std::string_view action) { return shown.offers(action); };
    if (offers("apply")) plan_application(ref, child, offers("not-now"));
    if (offers("accept")) plan_answer(ref, child, offers);
    if (text == "manual_review" && knows("review-decided")) plan_review(ref, child);
    if (text == "queued") plan_queue(ref, child);
    if (text == "contract_pending" && knows("contract-signed")) plan_contract(ref, child);
    if (text == "confirmed" && knows("enrolment-started")) plan_enrolment(ref, child);
  }

  void plan_application(const engine::CaseRef& ref, const std::string& child, bool may_opt_out) {
    const double share = fate_.share(child, "applies");
    if (share < behaviour_.applies) {
      // Half within three weeks, the last after most of a year.
      const double patience = fate_.share(child, "patience");
      const auto wait = days{1 + static_cast<int>(300 * patience * patience * patience * patience)};
      plan(world_.now() + wait + minutes{fate_.below(child, "evening", 14 * 60)},
           [this, ref, child] { act(ref, child, "apply", application(child)); });
    } else if (may_opt_out && share < behaviour_.applies + behaviour_.opts_out) {
      plan(later(child, "opts out", 30), [this, ref, child] { act(ref, child, "not-now", Json::object()); });
    }
  }

  Json application(const std::string& child) const {
    const auto born = run_.born.find(child);
    const Date day = born == run_.born.end() ? options_.from : Date{days{born->second}};
    const Date wished = calendar::add_period(day, {18 + fate_.below(child, "wished", 18), 0, {}});
    const auto month = std::chrono::year_month_day{wished};
    Json preferences = Json::array();
    const Json places = workflow_.parameters.value("kindergartens", Json::array());
    const int most = std::max(1, workflow_.parameters.value("preferences", 1));
    for (std::size_t i = 0; i < places.size() && preferences.size() < static_cast<std::size_t>(most); ++i) {
      preferences.push_back(places[i].at("value"));
    }
    if (preferences.empty()) preferences.push_back("simulated-house");
    return {{"wishedStart", to_iso_date(Date{month.year() / month.month() / 1})},
            {"language", "et"},
            {"preferences", preferences}};
  }

  // A person's act as the desk makes it.
  void act(const engine::CaseRef& ref, const std::string& child, const std::string& name,
           const Json& form, const std::string& reason = {}) {
    const auto rule = workflow_.person_actions.find(name);
    if (rule == workflow_.person_actions.end()) return;
    const auto event_rule = workflow_.events.find(rule->second.event);
    if (event_rule == workflow_.events.end()) return;
    if (!shown_[ref].offers(name)) return;  // what a page no longer offers, nobody presses
    const core::Case& value = world_.read(ref);
    const std::string actor = guardians(child).front().at("key");
    const ActionId id{Uuid::derived(world_.now(), child, name, static_cast<std::uint32_t>(++acts_[ref]))};
    const auto asked = [&](const std::optional<cel::Program>& program) {
      if (!program) return Json{};
      return Json(core::subject_of(workflow_, value, *program, world_.calendar()).value_or(Json{}));
    };
    const Json subject = asked(rule->second.subject);
    const Json version = asked(rule->second.subject_version);
    const std::string& type = event_rule->second.type;
    const engine::Act made{value.municipality,
                           value.id,
                           *value.context,
                           rule->second,
                           type,
                           events_.schema(type),
                           Pseudonym{actor},
                           id,
                           subject.is_string() ? subject.get<std::string>() : "",
                           version.is_number_integer() ? version.get<std::int64_t>() : 0,
                           reason,
                           form,
                           names_of(form)};
    const Json event = engine::compose(made, world_.now()).event;
    const StoredAction& done =
        world_.act(ref, id, name, made.subject, made.subject_version, made.person, event);
    if (done.decided && !done.accepted) ++run_.refused[name + ": " + done.reason];
  }

  template <class Offers>
  void plan_answer(const engine::CaseRef& ref, const std::string& child, const Offers& offers) {
    const std::string occasion = "answer" + std::to_string(offers_[ref]);
    if (offers("open-offer")) {
      plan(world_.now() + hours{1 + fate_.below(child, occasion + "opens", 72)},
           [this, ref, child] { act(ref, child, "open-offer", Json::object()); });
    }
    const double share = fate_.share(child, occasion);
    const Timestamp at = later(child, occasion, 12);
    if (share < behaviour_.accepts) {
      plan(at, [this, ref, child] { act(ref, child, "accept", Json::object()); });
    } else if (share < behaviour_.accepts + behaviour_.declines && offers("decline")) {
      const Json reasons = workflow_.parameters.value("declineReasons", Json::array());
      const std::string reason = reasons.empty() ? "" : reasons.front().value("value", "");
      plan(at, [this, ref, child, reason] { act(ref, child, "decline", Json::object(), reason); });
    }
  }

  // A member of the context that is an object; an empty one, where there is none.
  static const Json& object_in(const Json& context, const char* name) {
    static const Json nothing = Json::object();
    const auto found = context.find(name);
    return found == context.end() || !found->is_object() ? nothing : *found;
  }

  std::string application_of(const engine::CaseRef& ref) {
    return object_in(*world_.read(ref).context, "application").value("id", "");
  }

  void plan_review(const engine::CaseRef& ref, const std::string& child) {
    plan(later(child, "review", 12), [this, ref, child] {
      const bool accepts = fate_.share(child, "reviewed") < behaviour_.review_accepts;
      send("review-decided", fmt::format("review-{}-{}", ref.id.str(), ++acts_[ref]),
           {{"application", {{"id", application_of(ref)}}}, {"decision", accepts ? "accept" : "close"}});
    });
  }

  // In the queue: the place moves now and then, and in spring there may be an offer.
  void plan_queue(const engine::CaseRef& ref, const std::string& child) {
    const int round = ++offers_[ref];
    const std::string occasion = "round" + std::to_string(round);
    plan(later(child, occasion + "moves", 120), [this, ref, child] {
      Json queue = object_in(*world_.read(ref).context, "queue");
      if (!queue.contains("position") || queue.at("position") < 2) return;
      queue["position"] = queue.at("position").get<int>() - 1;
      send("queue-position-changed", fmt::format("queue-{}-{}", ref.id.str(), ++acts_[ref]),
           {{"application", {{"id", application_of(ref)}}}, {"queue", queue}});
    });
    if (!knows("offer-made")) return;
    const auto today = std::chrono::year_month_day{calendar::day_in_tallinn(world_.now())};
    auto spring = Date{today.year() / std::chrono::April / 2};
    if (spring <= Date{today}) spring = Date{(today.year() + std::chrono::years{1}) / std::chrono::April / 2};
    plan_offer(ref, child, spring);
  }

  void plan_offer(const engine::CaseRef& ref, const std::string& child, Date spring) {
    const std::string occasion = "offer" + to_iso_date(spring);
    plan(calendar::start_of_day(spring) + hours{9} + minutes{fate_.below(child, occasion, 20 * 24 * 60)},
         [this, ref, child, spring, occasion] {
           const core::Case& value = world_.read(ref);
           if (!value.status->is_object() || value.status->at("text") != "queued") return;
           if (fate_.share(child, occasion + "gets") >= behaviour_.offered_in_round) {
             const auto date = std::chrono::year_month_day{spring};
             return plan_offer(ref, child, Date{date + std::chrono::years{1}});
           }
           const Json& wanted = object_in(*value.context, "application");
           const auto year = std::chrono::year_month_day{spring}.year();
           Json offer = {{"id", fmt::format("offer-{}-{}", ref.id.str(), ++acts_[ref])},
                         {"revision", 1},
                         {"kind", "first"},
                         {"kindergarten", wanted.value("preferences", Json::array({"simulated-house"})).front()},
                         {"start", to_iso_date(Date{year / std::chrono::September / 1})},
                         {"canPostpone", false}};
           send("offer-made", offer.at("id"), {{"application", {{"id", application_of(ref)}}}, {"offer", offer}});
         });
  }

  void plan_contract(const engine::CaseRef& ref, const std::string& child) {
    plan(later(child, "contract", 6), [this, ref] { send_place(ref, "contract-signed", "contract"); });
  }

  void plan_enrolment(const engine::CaseRef& ref, const std::string& child) {
    plan(later(child, "enrolment", 120), [this, ref] { send_place(ref, "enrolment-started", "enrolment"); });
  }

  void send_place(const engine::CaseRef& ref, const std::string& event, const std::string& member) {
    const Json& offer = object_in(*world_.read(ref).context, "offer");
    const std::string today = to_iso_date(calendar::day_in_tallinn(world_.now()));
    Json place = {{"kindergarten", offer.value("kindergarten", "simulated-house")},
                  {"start", offer.value("start", today)}};
    if (member == "contract") place["signedOn"] = today;
    send(event, fmt::format("{}-{}-{}", member, ref.id.str(), ++acts_[ref]),
         {{"application", {{"id", application_of(ref)}}}, {member, place}});
  }

  const FamilyOptions options_;
  const cloudevents::SchemaCatalogue& events_;
  World world_;
  Journeys journeys_;
  PopulationRun run_;
  std::priority_queue<Plan> plans_;
  std::uint64_t order_ = 0;
  std::map<engine::CaseRef, Shown> shown_;
  std::map<engine::CaseRef, int> offers_;
  std::map<engine::CaseRef, int> acts_;
};

// Adds a group's outcome to that of the groups before.
void add(PopulationRun& all, PopulationRun&& group) {
  all.journeys.merge(group.journeys);
  all.born.merge(group.born);
  for (const auto& [reason, count] : group.parked) all.parked[reason] += count;
  for (const auto& [reason, count] : group.refused) all.refused[reason] += count;
  std::move(group.cases.begin(), group.cases.end(), std::back_inserter(all.cases));
  all.until = group.until;
  all.inputs += group.inputs;
}

// The groups of one run, taken by whichever thread is free.
class Groups {
 public:
  Groups(const Library& library, const workflow::WorkflowPtr& workflow,
         const FamilyOptions& options)
      : library_(library), workflow_(workflow), options_(options),
        outcomes_(static_cast<std::size_t>(options.families + families_of_a_world - 1) /
                  families_of_a_world) {}

  PopulationRun run() {
    const std::size_t wished =
        options_.threads != 0 ? options_.threads : std::max(1U, std::thread::hardware_concurrency());
    {
      std::vector<std::jthread> others;
      for (std::size_t i = 1; i < std::min(wished, outcomes_.size()); ++i) {
        others.emplace_back([this] { work(); });
      }
      work();
    }
    if (failed_) std::rethrow_exception(failed_);
    PopulationRun all;
    for (PopulationRun& outcome : outcomes_) add(all, std::move(outcome));
    std::sort(all.cases.begin(), all.cases.end(), [](const Json& one, const Json& other) {
      return one.at("case") < other.at("case");
    });
    return all;
  }

 private:
  void work() {
    for (std::size_t at = next_++; at < outcomes_.size(); at = next_++) {
      const int begin = static_cast<int>(at) * families_of_a_world;
      const int end = std::min(begin + families_of_a_world, options_.families);
      try {
        outcomes_[at] = Population(library_, workflow_, options_).run(begin, end);
      } catch (...) {
        next_ = outcomes_.size();
        const std::lock_guard lock{mutex_};
        failed_ = std::current_exception();
        return;
      }
      const std::lock_guard lock{mutex_};
      done_ += end - begin;
      if (options_.progress) options_.progress(done_);
    }
  }

  const Library& library_;
  const workflow::WorkflowPtr& workflow_;
  const FamilyOptions& options_;
  std::vector<PopulationRun> outcomes_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;  // of what follows
  int done_ = 0;
  std::exception_ptr failed_;
};

}  // namespace

PopulationRun run_families(const Library& library, const workflow::WorkflowPtr& workflow,
                           const FamilyOptions& options) {
  return Groups(library, workflow, options).run();
}

Result<PopulationRun, Problems> run_events(const Library& library,
                                           const workflow::WorkflowPtr& workflow,
                                           const std::filesystem::path& events,
                                           std::uint64_t seed) {
  Problems problems;
  const auto wrong = [&](int line, std::string what) {
    problems.push_back({{events.string(), line, line > 0 ? 1 : 0}, std::move(what),
                        "expected a CloudEvent after the intake in each line", "bad-event",
                        Severity::error});
  };
  std::ifstream stream(events);
  if (!stream) wrong(0, "the file cannot be read");
  std::vector<cloudevents::CloudEvent> recorded;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (line.size() > max_line_bytes || recorded.size() >= max_recorded_events) {
      wrong(number, fmt::format("more than {} events, or a line of more than {} bytes",
                                max_recorded_events, max_line_bytes));
      break;
    }
    auto event = cloudevents::decode_json(line, cloudevents::Door::topic);
    if (!event) {
      wrong(number, event.error().text());
    } else if (event->municipality == workflow->municipality.ehak) {
      recorded.push_back(std::move(*event));
    }
  }
  if (problems.empty() && recorded.empty()) {
    wrong(0, fmt::format("the file has no event of municipality {}",
                         workflow->municipality.ehak.str()));
  }
  if (!problems.empty()) return failure(std::move(problems));
  std::stable_sort(recorded.begin(), recorded.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  Registers registers(*workflow, Fate{seed}, {});
  World world(library.parts(workflow), registers, recorded.front().time);
  Journeys journeys(world);
  PopulationRun run;
  world.on_decided([&](const Decided& decided) { journeys.decided(decided); });
  world.on_parked([&](const engine::BatchNote& note) { ++run.parked[note.reason]; });
  for (const cloudevents::CloudEvent& event : recorded) {
    world.advance_to(event.time);
    world.deliver(event);
  }
  run.until = world.now();
  run.inputs = world.inputs();
  run.journeys = journeys.finish();
  return run;
}

}  // namespace elukaar::simulate
