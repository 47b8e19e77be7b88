#include "simulate/population/population.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <mutex>
#include <queue>
#include <thread>
#include <tuple>

#include "base/json_members.hpp"
#include "calendar/calendar.hpp"
#include "cloudevents/decode.hpp"
#include "core/questions.hpp"
#include "engine/composition.hpp"
#include "simulate/population/families.hpp"

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

// How registers fail, whichever they are: shares of their calls, assumptions rather than measurements.
constexpr double silent_for_a_while = 0.01;
constexpr double refuses = 0.003;
constexpr int longest_answer_seconds = 20;
constexpr int longest_silence_hours = 80;

// What a page shows where nothing is shown.
const Json& blank_page() {
  static const Json page{{"text", ""}, {"actions", Json::array()}};
  return page;
}

// Some families, officials and registers as they act by themselves, on one world's clock. One thread.
class Population : private Systems {
 public:
  // All must outlive it.
  Population(const Library& library, const workflow::WorkflowPtr& workflow,
             const Behaviour& behaviour, std::uint64_t seed, const Run& period, Timestamp start)
      : workflow_(*workflow),
        behaviour_(behaviour),
        events_(library.events()),
        period_(period),
        fate_(seed),
        families_(behaviour, *workflow, fate_, period_),
        world_(library.parts(workflow), *this, start),
        journeys_(world_) {
    world_.on_decided([this](const Decided& decided) { observe(decided); });
    world_.on_parked([this](const engine::BatchNote& note) { ++run_.parked[note.reason]; });
  }

  // The families with these numbers, `end` excluded.
  PopulationRun run(int begin, int end, bool keep_cases) {
    for (int i = begin; i < end; ++i) {
      const Family& family = families_.numbered(i);
      for (const Happening* each : known(behaviour_.begins)) {
        consider({each, &family, std::nullopt});
      }
    }
    const Timestamp until = calendar::start_of_day(period_.until);
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
        come(plan.chance);
      } else {
        break;
      }
    }
    world_.advance_to(until);
    run_.until = until;
    if (keep_cases) write_cases();
    return finish();
  }

  // Events of real families, in the order of their times.
  PopulationRun play(const std::vector<cloudevents::CloudEvent>& recorded) {
    for (const cloudevents::CloudEvent& event : recorded) {
      world_.advance_to(event.time);
      world_.deliver(event);
    }
    run_.until = world_.now();
    return finish();
  }

 private:
  // Something that may happen to a family, or to its case.
  struct Chance {
    const Happening* what;
    const Family* family;
    std::optional<engine::CaseRef> ref;  // none: it happens to the family by itself
    Json day = {};  // `on`; null: none
    std::string occasion = {};
  };
  struct Plan {
    Timestamp at;
    std::uint64_t order;
    Chance chance;
    bool operator<(const Plan& other) const {  // the earliest is on top
      return std::tie(other.at, other.order) < std::tie(at, order);
    }
  };

  PopulationRun finish() {
    run_.inputs = world_.inputs();
    run_.journeys = journeys_.finish();
    run_.measures = behaviour_.measures;
    for (const auto& [reason, count] : families_.failures()) run_.refused[reason] += count;
    if (period_.recorded || behaviour_.measures.age_from.empty()) return std::move(run_);
    for (const auto& [ref, journey] : run_.journeys) {
      const Family* family = families_.find(journey.name);
      if (family == nullptr) continue;
      const auto fact = family->facts.find(behaviour_.measures.age_from);
      if (fact == family->facts.end() || !fact->is_string()) continue;
      if (const auto day = parse_iso_date(fact->get_ref<const std::string&>())) {
        run_.age_from[ref] = Timestamp{*day};
      }
    }
    return std::move(run_);
  }

  void write_cases() {
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

  // ---- What registers answer ----------------------------------------------------------------------

  Reply answer(const StoredCall& call, Timestamp now) override {
    const Family& family = family_of(call.ref);
    const std::string operation = call.request.role + "." + call.request.operation;
    const int number = ++asked_[call.ref];
    const std::string which = operation + std::to_string(number);
    Reply reply;
    reply.takes = seconds{1 + fate_.below(family.key, which + "takes", longest_answer_seconds)};
    if (fate_.share(family.key, which + "silent") < silent_for_a_while) {
      reply.unavailable = hours{1 + fate_.below(family.key, which + "away", longest_silence_hours)};
    }
    if (fate_.share(family.key, which + "refuses") < refuses) {
      reply.kind = Reply::Kind::refusal;
      reply.result = {{"code", "refused"}};
      return reply;
    }
    const Json asked{{"input", call.request.input}, {"number", number}};
    Surroundings around;
    around.now = now;
    around.context = &*world_.read(call.ref).context;
    around.call = &asked;
    const auto said = behaviour_.answers.find(operation);
    auto result =
        said == behaviour_.answers.end() ? Json() : evaluated(said->second, family, around);
    if (result.is_object()) {
      reply.result = std::move(result);
    } else {
      reply.kind = Reply::Kind::invalid;
    }
    return reply;
  }

  // Of whom the case is about; a case about nobody is a family by itself.
  const Family& family_of(const engine::CaseRef& ref) {
    const Json& context = *world_.read(ref).context;
    const auto subject = context.find(workflow_.subject);
    std::string key = subject == context.end() ? std::string{} : text_member(*subject, "key");
    return families_.of(key.empty() ? ref.id.str() : key);
  }

  // ---- What happens, and what families and officials do with what they see -------------------------

  void observe(const Decided& decided) {
    const Json* status = journeys_.decided(decided);
    if (status == nullptr || period_.recorded) return;
    Json& page = pages_.try_emplace(decided.ref, blank_page()).first->second;
    const Json& now = status->is_object() ? *status : blank_page();
    if (now.at("text") == page.at("text") && now.at("actions") == page.at("actions")) return;
    page = Json{{"text", now.at("text")}, {"actions", now.at("actions")}};
    const Family& family = family_of(decided.ref);
    for (const Happening* each : reactions_) consider({each, &family, decided.ref});
  }

  // Plans what may happen, if it may.
  void consider(Chance chance) {
    const Happening& what = *chance.what;
    if (!offered(chance)) return;
    // Most pages concern few: where no chance is in the condition, it is asked before all else.
    const bool chancy = what.when && !what.when->draws.empty();
    if (what.when && !chancy && !holds(*what.when, chance)) return;
    if (chance.day.is_null() && what.on) {
      chance.day = evaluated(*what.on, *chance.family, around(chance));
      if (!chance.day.is_string()) return;
    }
    chance.occasion.clear();
    if (what.occasion) {
      const Json occasion = evaluated(*what.occasion, *chance.family, around(chance));
      chance.occasion = occasion.is_string() ? occasion.get<std::string>() : occasion.dump();
    }
    if (chancy && !holds(*what.when, chance)) return;
    Timestamp at = world_.now();
    if (what.on) {
      const auto day = parse_iso_date(chance.day.get_ref<const std::string&>());
      if (!day) return;
      at = calendar::start_of_day(*day);
    }
    at += days{number(what.days, "days", chance)} + hours{number(what.hours, "hours", chance)} +
          minutes{number(what.minutes, "minutes", chance)};
    plans_.push({std::max(at, world_.now()), ++order_, std::move(chance)});
  }

  // What this release of the service knows of a list.
  std::vector<const Happening*> known(const std::vector<Happening>& list) const {
    std::vector<const Happening*> some;
    for (const Happening& each : list) {
      const bool known = each.kind == Happening::Kind::event
                             ? workflow_.events.contains(each.what)
                             : workflow_.person_actions.contains(each.what);
      if (known) some.push_back(&each);
    }
    return some;
  }

  // What happens at another page does not happen; what a page does not offer, nobody presses.
  bool offered(const Chance& chance) const {
    if (!chance.what->page.empty() && pages_.at(*chance.ref).at("text") != chance.what->page) {
      return false;
    }
    if (chance.what->kind == Happening::Kind::event) return true;
    const Json& actions = pages_.at(*chance.ref).at("actions");
    return std::find(actions.begin(), actions.end(), chance.what->what) != actions.end();
  }

  // Its time has come.
  void come(const Chance& chance) {
    if (!offered(chance) || (chance.what->when && !holds(*chance.what->when, chance))) return;
    if (chance.what->condition && !holds(*chance.what->condition, chance)) {
      if (chance.what->every) ask_again(chance);
      return;
    }
    int& acts = acts_[chance.ref ? chance.ref->id.str() : chance.family->key];
    if (++acts > max_acts) {
      ++run_.refused[fmt::format(
          "{}: expected at most {} acts of one case; let it wait for something "
          "with `when`, or longer with `after`",
          chance.what->name, max_acts)];
      return;
    }
    if (chance.what->kind == Happening::Kind::event) {
      send(chance, acts);
    } else {
      act(chance, acts);
    }
  }

  void ask_again(const Chance& chance) {
    const auto day = parse_iso_date(chance.day.get_ref<const std::string&>());
    if (!day) return;
    Chance again{chance.what, chance.family, chance.ref};
    again.day = to_iso_date(calendar::add_period(*day, *chance.what->every));
    consider(std::move(again));
  }

  void send(const Chance& chance, int number) {
    const Happening& what = *chance.what;
    const auto text = [&](const Formula& formula) {
      return evaluated(formula, *chance.family, around(chance));
    };
    Json id = fmt::format("{}-{}-{}", what.what,
                          chance.ref ? chance.ref->id.str() : chance.family->key, number);
    if (what.id) id = text(*what.id);
    if (!id.is_string()) return;
    Surroundings with_id = around(chance);
    with_id.id = &id;
    Json data = evaluated(what.data, *chance.family, with_id);
    if (!data.is_object()) return;
    cloudevents::CloudEvent event;
    event.id = id.get<std::string>();
    event.source = "/simulated";
    event.type = workflow_.events.at(what.what).type;
    event.time = world_.now();
    event.municipality = workflow_.municipality.ehak;
    event.partition_key = event.id;
    event.data = std::move(data);
    world_.deliver(event);
  }

  // A person's act as the desk makes it.
  void act(const Chance& chance, int number) {
    const Happening& what = *chance.what;
    const workflow::ActionRule& rule = workflow_.person_actions.at(what.what);
    const auto event_rule = workflow_.events.find(rule.event);
    if (event_rule == workflow_.events.end()) return;
    const Json by = evaluated(*what.by, *chance.family, around(chance));
    const Json form = evaluated(what.data, *chance.family, around(chance));
    const Json reason =
        what.reason ? evaluated(*what.reason, *chance.family, around(chance)) : Json("");
    if (!by.is_string() || !form.is_object() || !reason.is_string()) return;
    const core::Case& value = world_.read(*chance.ref);
    const ActionId id{Uuid::derived(world_.now(), chance.family->key, what.what,
                                    static_cast<std::uint32_t>(number))};
    const auto asked = [&](const std::optional<cel::Program>& program) {
      if (!program) return Json{};
      return Json(core::subject_of(workflow_, value, *program, world_.calendar()).value_or(Json{}));
    };
    const Json subject = asked(rule.subject);
    const Json version = asked(rule.subject_version);
    const std::string& type = event_rule->second.type;
    const engine::Act made{value.municipality,
                           value.id,
                           *value.context,
                           rule,
                           type,
                           events_.schema(type),
                           Pseudonym{by.get<std::string>()},
                           id,
                           subject.is_string() ? subject.get<std::string>() : "",
                           version.is_number_integer() ? version.get<std::int64_t>() : 0,
                           reason.get<std::string>(),
                           form,
                           names_of(form)};
    const Json event = engine::compose(made, world_.now()).event;
    const StoredAction& done = world_.act(*chance.ref, id, what.what, made.subject,
                                          made.subject_version, made.person, event);
    if (done.decided && !done.accepted) ++run_.refused[what.what + ": " + done.reason];
  }

  // ---- Expressions --------------------------------------------------------------------------------

  Surroundings around(const Chance& chance) const {
    Surroundings around;
    around.occasion = chance.occasion;
    around.now = world_.now();
    if (chance.ref) {
      around.context = &*world_.read(*chance.ref).context;
    }
    if (!chance.day.is_null()) around.day = &chance.day;
    return around;
  }

  // Null where it cannot be computed, which is told in the end.
  Json evaluated(const Formula& formula, const Family& family, const Surroundings& around) {
    auto value = families_.value(formula, family, around);
    if (value) return std::move(*value);
    ++run_.refused[value.error().text()];
    return {};
  }

  bool holds(const Formula& formula, const Chance& chance) {
    const Json value = evaluated(formula, *chance.family, around(chance));
    return value.is_boolean() && value.get<bool>();
  }

  int number(const Quantity& quantity, const char* part, const Chance& chance) {
    const auto value =
        families_.number(quantity, chance.what->name + "." + part, *chance.family, around(chance));
    if (value) return *value;
    ++run_.refused[value.error().text()];
    return 0;
  }

  const workflow::Workflow& workflow_;
  const Behaviour& behaviour_;
  const cloudevents::SchemaCatalogue& events_;
  const Run period_;
  const std::vector<const Happening*> reactions_ = known(behaviour_.reactions);
  const Fate fate_;
  Families families_;
  World world_;
  Journeys journeys_;
  PopulationRun run_;
  std::priority_queue<Plan> plans_;
  std::uint64_t order_ = 0;
  std::map<engine::CaseRef, Json> pages_;  // as they were last shown
  std::map<engine::CaseRef, int> asked_;
  std::map<std::string, int> acts_;  // by case, or by family
};

// Adds a group's outcome to that of the groups before.
void add(PopulationRun& all, PopulationRun&& group) {
  all.journeys.merge(group.journeys);
  all.age_from.merge(group.age_from);
  all.measures = std::move(group.measures);
  for (const auto& [reason, count] : group.parked) all.parked[reason] += count;
  for (const auto& [reason, count] : group.refused) all.refused[reason] += count;
  std::move(group.cases.begin(), group.cases.end(), std::back_inserter(all.cases));
  all.until = group.until;
  all.inputs += group.inputs;
}

// The groups of one run, taken by whichever thread is free.
class Groups {
 public:
  Groups(const Library& library, const workflow::WorkflowPtr& workflow, const Behaviour& behaviour,
         const FamilyOptions& options)
      : library_(library),
        workflow_(workflow),
        behaviour_(behaviour),
        options_(options),
        period_{options.from, Date{std::chrono::year_month_day{options.from} +
                                   std::chrono::years{options.years}}},
        outcomes_(static_cast<std::size_t>(options.families + families_of_a_world - 1) /
                  families_of_a_world) {}

  PopulationRun run() {
    const std::size_t wished = options_.threads != 0
                                   ? options_.threads
                                   : std::max(1U, std::thread::hardware_concurrency());
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
    std::sort(all.cases.begin(), all.cases.end(),
              [](const Json& one, const Json& other) { return one.at("case") < other.at("case"); });
    return all;
  }

 private:
  void work() {
    for (std::size_t at = next_++; at < outcomes_.size(); at = next_++) {
      const int begin = static_cast<int>(at) * families_of_a_world;
      const int end = std::min(begin + families_of_a_world, options_.families);
      try {
        outcomes_[at] = Population(library_, workflow_, behaviour_, options_.seed, period_,
                                   calendar::start_of_day(options_.from))
                            .run(begin, end, options_.keep_cases);
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
  const Behaviour& behaviour_;
  const FamilyOptions& options_;
  const Run period_;
  std::vector<PopulationRun> outcomes_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;  // of what follows
  int done_ = 0;
  std::exception_ptr failed_;
};

}  // namespace

PopulationRun run_families(const Library& library, const workflow::WorkflowPtr& workflow,
                           const Behaviour& behaviour, const FamilyOptions& options) {
  return Groups(library, workflow, behaviour, options).run();
}

Result<PopulationRun, Problems> run_events(const Library& library,
                                           const workflow::WorkflowPtr& workflow,
                                           const Behaviour& behaviour,
                                           const std::filesystem::path& events,
                                           std::uint64_t seed) {
  Problems problems;
  const auto wrong = [&](int line, std::string what) {
    problems.push_back({{events.string(), line, line > 0 ? 1 : 0},
                        std::move(what),
                        "expected a CloudEvent after the intake in each line",
                        "bad-event",
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
  Run period;
  period.recorded = true;
  period.from = calendar::day_in_tallinn(recorded.front().time);
  period.until = calendar::day_in_tallinn(recorded.back().time) + days{1};
  return Population(library, workflow, behaviour, seed, period, recorded.front().time)
      .play(recorded);
}

}  // namespace elukaar::simulate
