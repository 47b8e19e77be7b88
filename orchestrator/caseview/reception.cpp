#include "caseview/reception.hpp"

#include <algorithm>
#include <charconv>

#include "base/json_members.hpp"
#include "base/random.hpp"
#include "base/url_id.hpp"
#include "caseview/drafts.hpp"
#include "engine/composition.hpp"

namespace elukaar::caseview {
namespace {

// What was seen of the subject; 0: nothing that counts as a version.
std::int64_t version_of(const std::string& text) {
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  return error == std::errc{} && end == text.data() + text.size() ? version : 0;
}

// What is wrong with a reason, where the municipality has some to choose from.
std::vector<FieldError> check_reason(const workflow::Workflow& rules,
                                     const workflow::ActionRule& rule, const std::string& reason,
                                     const texts::Catalogue& texts, texts::Language language) {
  const Json list = rules.parameters.value(rule.reasons, Json::array());
  if (rule.reasons.empty() || (list.empty() && reason.empty())) return {};
  const bool listed = std::any_of(list.begin(), list.end(), [&](const Json& each) {
    return each.value("value", "") == reason;
  });
  if (listed) return {};
  const char* flaw = reason.empty() ? "problem.required" : "problem.not-offered";
  const auto text = texts.message(language, flaw);
  return {{"reason", text ? *text : flaw}};
}

}  // namespace

Json receipt_of(const ActionRecord& record) {
  return {{"action", to_url_id(record.id.uuid())},
          {"receivedAt", to_rfc3339(record.received_at)},
          {"outcome", record.outcome}};
}

Answer<Received> receive(const Reception& at, const Submission& submission,
                         const std::optional<Entered>& entered) {
  if (submission.idempotency_key.empty() ||
      submission.idempotency_key.size() > max_idempotency_key_bytes) {
    return failure(Refusal{Refusal::Kind::malformed, "expected the header Idempotency-Key"});
  }
  const auto& [record, service, rules, reader, events, store, vault] = at;
  const texts::Language language = reader.language;
  const Page page(record, service, rules, reader, vault);
  if (!page.may_act(submission.action)) return failure(Refusal{Refusal::Kind::not_found});
  const workflow::ActionRule& rule = rules.person_actions.at(submission.action);
  if (!is_possible(rules, record.context, rule)) {
    const auto why = service.texts.message(language, "reason.action_refused.not_offered");
    return failure(Refusal{Refusal::Kind::invalid, "the action is not offered",
                           {{"", why ? *why : "not-offered"}}});
  }
  const auto event_rule = rules.events.find(rule.event);
  if (event_rule == rules.events.end()) {
    return failure(Refusal{Refusal::Kind::unavailable, "the action cannot be taken now"});
  }
  const auto body = read_object(submission.body);
  const Json form = body ? body->value("form", Json::object()) : Json();
  if (!body || !(form.is_object() || form.is_null()) || form.size() > max_form_fields) {
    return failure(Refusal{Refusal::Kind::malformed, "expected {subject, revision, form, reason}"});
  }
  const Json answers = form.is_object() ? form : Json::object();

  std::vector<std::string> asked;
  std::vector<FieldError> errors;
  if (!rule.form.empty()) {
    const auto questions = page.questions(rule.form);
    errors = check_answers(questions, answers, service.texts, language);
    for (const Question& question : questions) asked.push_back(question.id);
  }
  const std::string reason = text_member(*body, "reason");
  for (auto& error : check_reason(rules, rule, reason, service.texts, language)) {
    errors.push_back(std::move(error));
  }
  if (!errors.empty()) {
    return failure(Refusal{Refusal::Kind::invalid, "the form is not complete", std::move(errors)});
  }

  const ActionDraft draft{record.municipality,
                          ActionId{random_id()},
                          record.id,
                          reader.person,
                          rule.name,
                          text_member(*body, "subject"),
                          rule.subject_version ? version_of(text_member(*body, "revision")) : 0,
                          // An official's keys are not the person's own.
                          (entered ? "office:" : "") + submission.idempotency_key,
                          sha256(Json{{"case", submission.case_id},
                                      {"action", submission.action},
                                      {"body", *body}}
                                     .dump()),
                          entered ? std::optional{entered->received_at} : std::nullopt};
  const std::string& type = event_rule->second.type;
  const engine::Act act{record.municipality,
                        record.id,
                        record.context,
                        rule,
                        type,
                        events.schema(type),
                        draft.person,
                        draft.id,
                        draft.subject,
                        draft.subject_version,
                        rule.reasons.empty() ? "" : reason,
                        answers,
                        asked};
  // Tried once before anything is stored: what the schema refuses is never received.
  const engine::Composed tried = engine::compose(act, reader.now);
  if (!events.check(type, tried.event.at("data"))) {
    return failure(Refusal{Refusal::Kind::unavailable, "the action cannot be taken now"});
  }
  if (!tried.entries.empty() && !vault.store({tried.entries, {}})) {
    return failure(Refusal{Refusal::Kind::unavailable, "the form cannot be kept now"});
  }
  const ActionRecord kept = store.add_action(draft, [&](Timestamp received_at) {
    Json event = engine::compose(act, received_at).event;
    if (entered) event["office"] = entered->office;
    return event.dump();
  });
  if (kept.request != draft.request) {
    return failure(Refusal{Refusal::Kind::invalid, "the Idempotency-Key was used for another"});
  }
  end_drafts(vault, rules, record, reader.person, rule, reader.now);
  return Received{kept.id, kept.municipality, kept.person, receipt_of(kept)};
}

}  // namespace elukaar::caseview
