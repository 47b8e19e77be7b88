#include "engine/intake/intake.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <optional>
#include <set>

#include "base/digest.hpp"
#include "cloudevents/decode.hpp"
#include "cloudevents/encode.hpp"
#include "engine/workflows.hpp"
#include "privacy/personal_code.hpp"

namespace elukaar::engine {
namespace {

constexpr std::size_t max_token_bytes = 1024;

// "application/cloudevents+json", any case, with no other charset than UTF-8.
bool is_structured_json(std::string_view content_type) {
  std::string text;
  for (const char c : content_type) {
    if (c != ' ' && c != '\t' && c != '"') {
      text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return text == "application/cloudevents+json" ||
         text == "application/cloudevents+json;charset=utf-8";
}

IntakeRefusal refusal_of(const cloudevents::DecodeError& error) {
  using cloudevents::ErrorCode;
  const bool form = error.code == ErrorCode::schema_violation;
  const int status = error.code == ErrorCode::too_large ? 413 : form ? 422 : 400;
  const std::string where = error.where.empty() ? "" : " (at " + error.where + ")";
  return {status, std::string(to_text(error.code)), error.sentence + where};
}

IntakeRefusal come_again(std::string_view why) {
  return {503, "unavailable", fmt::format("{}; send the same event again", why)};
}

// The last look: a text of the safe document that holds a personal code, in a field meant for none.
std::optional<std::string> stray_code(const Json& part, const std::string& at) {
  if (part.is_string() && privacy::holds_personal_code(part.get_ref<const std::string&>())) {
    return at;
  }
  if (part.is_number_unsigned() && privacy::holds_personal_code(part.dump())) return at;
  if (!part.is_structured()) return {};
  for (const auto& [name, member] : part.items()) {
    if (privacy::holds_personal_code(name)) return at;
    if (auto found = stray_code(member, at + "/" + name)) return found;
  }
  return {};
}

// Any attribute of the event that would go on with it.
bool attribute_holds_code(const cloudevents::CloudEvent& event) {
  const std::string* texts[] = {&event.id, &event.correlation_id, &event.causation_id,
                                &event.trace_parent};
  return std::any_of(std::begin(texts), std::end(texts), [](const std::string* text) {
    return privacy::holds_personal_code(*text);
  });
}

}  // namespace

Result<IntakeForms, Problems> IntakeForms::build(cloudevents::SchemaCatalogue catalogue,
                                                 cloudevents::SchemaCatalogue events) {
  IntakeForms forms(catalogue, events);
  Problems problems;
  for (const std::string& type : catalogue.types()) {
    if (events.schema(type) == nullptr) {
      problems.push_back({.where = {type + ".schema.json", 0, 0},
                          .what = "expected a schema of the event that this form becomes, in "
                                  "events/registers or events/services; found none",
                          .hint = "",
                          .rule = "form-without-event"});
    }
    auto separator = privacy::Separator::build(*catalogue.schema(type));
    if (separator) {
      forms.separators_.emplace(type, std::move(*separator));
      continue;
    }
    for (const std::string& what : separator.error()) {
      problems.push_back({.where = {type + ".schema.json", 0, 0},
                          .what = what,
                          .hint = "",
                          .rule = "personal-fields"});
    }
  }
  if (!problems.empty()) return failure(std::move(problems));
  return forms;
}

const privacy::Separator* IntakeForms::separator(std::string_view type) const {
  const auto found = separators_.find(type);
  return found == separators_.end() ? nullptr : &found->second;
}

struct Intake::Pending {
  IntakeAccepted answer;
  VaultBatch vault;
  OutgoingRecord record;
  bool kept = true;  // the municipality is served
  Done done;
};

// What callbacks may still touch while the intake goes down.
struct Intake::Shared {
  std::mutex mutex;
  std::condition_variable waiting;
  std::deque<Pending> queue;  // guarded
  bool stopping = false;      // guarded
  std::atomic<std::size_t> in_flight = 0;
  std::atomic<std::uint64_t> published = 0, forgotten = 0, not_served = 0, refused = 0;
};

MunicipalityStanding standing_of(const Workflows& workflows, const Municipality& municipality) {
  for (const auto& workflow : workflows.all()) {
    if (workflow->municipality.ehak == municipality) return {true, workflow->municipality.proactive};
  }
  return {};
}

Intake::Intake(IntakeSettings settings, const IntakeForms& forms, const privacy::Keyring& keyring,
               std::function<MunicipalityStanding(const Municipality&)> standing, Vault& vault,
               EventPublisher& publisher)
    : settings_(std::move(settings)),
      forms_(forms),
      keyring_(keyring),
      standing_(std::move(standing)),
      vault_(vault),
      publisher_(publisher),
      shared_(std::make_shared<Shared>()) {
  for (const IntakeCredential& each : settings_.credentials) by_token_[each.token_sha256] = &each;
  writer_ = std::thread([this] { run(); });
}

Intake::~Intake() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopping = true;
  }
  shared_->waiting.notify_all();
  writer_.join();
  for (Pending& pending : shared_->queue) {
    pending.done(failure(come_again("the intake is going down")));
  }
  shared_->queue.clear();
}

IntakeCounts Intake::counts() const {
  return {shared_->published, shared_->forgotten, shared_->not_served, shared_->refused};
}

// Found by the digest: how long it takes tells nothing about the tokens.
const IntakeCredential* Intake::credential_of(std::string_view token) const {
  if (token.empty() || token.size() > max_token_bytes) return nullptr;
  const auto found = by_token_.find(to_hex(sha256(token)));
  return found == by_token_.end() ? nullptr : found->second;
}

Result<cloudevents::CloudEvent, IntakeRefusal> Intake::read_event(
    const IntakeCredential& sender, std::string_view content_type, std::string_view body) const {
  if (!is_structured_json(content_type)) {
    return failure(IntakeRefusal{415, "media-type",
                                 "expected Content-Type application/cloudevents+json"});
  }
  if (body.size() > settings_.max_body_bytes) {
    return failure(IntakeRefusal{413, "too-large", fmt::format("expected at most {} bytes, found {}",
                                                               settings_.max_body_bytes,
                                                               body.size())});
  }
  auto event = cloudevents::decode_json(body, cloudevents::Door::intake);
  if (!event) return failure(refusal_of(event.error()));
  if (event->source != sender.source) {
    return failure(IntakeRefusal{403, "source", fmt::format("expected the source {} of this "
                                                            "sender's credential", sender.source)});
  }
  const auto& types = sender.types;
  if (std::find(types.begin(), types.end(), event->type) == types.end()) {
    return failure(IntakeRefusal{403, "type", "this sender may not send events of this type"});
  }
  if (attribute_holds_code(*event)) {
    return failure(IntakeRefusal{422, "personal-code-in-attribute",
                                 "expected no personal code in an attribute of the event"});
  }
  if (auto checked = forms_.catalogue().check(*event); !checked) {
    auto refused = refusal_of(checked.error());
    refused.status = 422;
    return failure(std::move(refused));
  }
  return std::move(*event);
}

Result<Json, IntakeRefusal> Intake::separate(const cloudevents::CloudEvent& event,
                                             const IntakeCredential& sender, bool kept,
                                             Timestamp now, VaultBatch& vault) const {
  const privacy::Separator* separator = forms_.separator(event.type);
  if (separator == nullptr) {
    return failure(IntakeRefusal{422, "unknown-type", "no form is known for events of this type"});
  }
  auto separated = separator->separate(
      event.data, {.keyring = keyring_, .municipality = kept ? sender.municipality : Municipality{},
                   .event = event.key()});
  if (!separated) {
    return failure(IntakeRefusal{422, "form", fmt::format("{} (at /data{})", separated.error().what,
                                                          separated.error().where)});
  }
  if (!separated->undeclared_in.empty()) {
    return failure(IntakeRefusal{422, "undeclared-member",
                                 fmt::format("a member that the form does not declare (at /data{})",
                                             separated->undeclared_in.front())});
  }
  if (const auto stray = stray_code(separated->safe, "/data")) {
    return failure(IntakeRefusal{422, "stray-personal-code", fmt::format(
        "a personal code stands in a field that is meant for none (at {})", *stray)});
  }
  if (!kept) return std::move(separated->safe);
  for (auto& value : separated->values) {
    vault.entries.push_back({.municipality = sender.municipality, .owner = "",
                             .person = std::move(value.person), .field = std::move(value.field),
                             .value = std::move(value.value), .field_class = value.field_class,
                             .origin = {event.source, std::chrono::floor<std::chrono::days>(
                                                          event.time)},
                             .recorded_at = now});
  }
  for (auto& name : separated->former_names) {
    vault.aliases.push_back({sender.municipality, name.former, name.current, now});
  }
  return std::move(separated->safe);
}

Result<Intake::Pending, IntakeRefusal> Intake::prepare(const IntakeCredential& sender,
                                                       std::string_view content_type,
                                                       std::string_view body, Timestamp now) const {
  auto event = read_event(sender, content_type, body);
  if (!event) return failure(event.error());
  const MunicipalityStanding standing = standing_(sender.municipality);
  Pending pending;
  pending.answer = {event->id, event->source, sender.municipality, false};
  pending.kept = standing.served && keyring_.serves(sender.municipality);
  if (pending.kept && !standing.proactive &&
      forms_.events().proactive(event->type)) {
    pending.answer.forgotten = true;
    return pending;
  }
  auto safe = separate(*event, sender, pending.kept, now, pending.vault);
  if (!safe) return failure(safe.error());
  event->data = std::move(*safe);
  event->municipality = sender.municipality;
  event->partition_key = forms_.events().partition_key(event->type, event->data);
  event->subject = event->partition_key;
  event->data_schema.clear();
  event->extensions.clear();  // nobody has looked at what they hold
  if (event->partition_key.empty()) {
    return failure(IntakeRefusal{422, "form", "the data lacks what orders the events of this type"});
  }
  pending.record = {forms_.events().from_register(event->type)
                        ? settings_.topics.life_events.text()
                        : settings_.topics.service_events.of(sender.municipality),
                    event->partition_key, cloudevents::encode(*event)};
  return pending;
}

void Intake::accept(std::string_view token, std::string_view content_type, std::string_view body,
                    Timestamp now, Done done) {
  const IntakeCredential* sender = credential_of(token);
  if (sender != nullptr) return accept_from(*sender, content_type, body, now, std::move(done));
  ++shared_->refused;
  done(failure(IntakeRefusal{401, "credential", "expected Authorization: Bearer and a token that is "
                                                "known here"}));
}

void Intake::accept_from(const IntakeCredential& sender, std::string_view content_type,
                         std::string_view body, Timestamp now, Done done) {
  auto pending = prepare(sender, content_type, body, now);
  if (!pending) {
    ++shared_->refused;
    return done(failure(std::move(pending.error())));
  }
  if (pending->answer.forgotten) {
    ++shared_->forgotten;
    return done(std::move(pending->answer));
  }
  if (shared_->in_flight.fetch_add(1) >= settings_.max_in_flight) {
    --shared_->in_flight;
    return done(failure(come_again("too many events are on their way")));
  }
  pending->done = [shared = shared_, done = std::move(done)](Outcome outcome) {
    --shared->in_flight;
    done(std::move(outcome));
  };
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->queue.push_back(std::move(*pending));
  }
  shared_->waiting.notify_one();
}

void Intake::run() {
  while (true) {
    std::vector<Pending> batch;
    {
      std::unique_lock lock(shared_->mutex);
      shared_->waiting.wait(lock, [&] { return shared_->stopping || !shared_->queue.empty(); });
      if (shared_->stopping) return;
      std::size_t entries = 0;
      while (!shared_->queue.empty() && batch.size() < settings_.max_batch) {
        const VaultBatch& next = shared_->queue.front().vault;
        entries += next.entries.size() + next.aliases.size();
        if (!batch.empty() && entries > Vault::max_batch) break;
        batch.push_back(std::move(shared_->queue.front()));
        shared_->queue.pop_front();
      }
    }
    write(std::move(batch));
  }
}

// Everything that waits, in one transaction; where that fails for good, one by one, so that only the
// offender suffers.
void Intake::write(std::vector<Pending> batch) {
  VaultBatch all;
  for (const Pending& pending : batch) {
    all.entries.insert(all.entries.end(), pending.vault.entries.begin(),
                       pending.vault.entries.end());
    all.aliases.insert(all.aliases.end(), pending.vault.aliases.begin(),
                       pending.vault.aliases.end());
  }
  bool may_be_repeated = false;
  try {
    if (all.empty() || vault_.store(all)) {
      for (Pending& pending : batch) publish(std::move(pending));
      return;
    }
  } catch (const StoreFault& fault) {
    may_be_repeated = fault.may_be_repeated();
  }
  if (batch.size() > 1 && !may_be_repeated) {
    for (Pending& pending : batch) {
      std::vector<Pending> one;
      one.push_back(std::move(pending));
      write(std::move(one));
    }
    return;
  }
  for (Pending& pending : batch) {
    pending.done(failure(come_again("the vault could not be written")));
  }
}

void Intake::publish(Pending pending) {
  auto acknowledged = [shared = shared_, done = std::move(pending.done),
                       answer = std::move(pending.answer),
                       kept = pending.kept](Result<void, PublishError> published) {
    if (!published) return done(failure(come_again("the broker did not take the event")));
    ++(kept ? shared->published : shared->not_served);
    done(answer);
  };
  publisher_.publish(std::move(pending.record), std::move(acknowledged));
}

}  // namespace elukaar::engine
