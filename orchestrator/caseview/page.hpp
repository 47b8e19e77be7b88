#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "access/access.hpp"
#include "base/json.hpp"
#include "caseview/questions.hpp"
#include "caseview/view_store.hpp"
#include "engine/ports/vault.hpp"
#include "texts/catalogue.hpp"
#include "workflow/load/load.hpp"

// One case as one person reads it in one language.
namespace elukaar::caseview {

// Who reads.
struct Reader {
  Pseudonym person;
  access::Assurance assurance = access::Assurance::none;
  texts::Language language = texts::Language::et;
  Timestamp now{};  // case time
  // Who looks, for the usage record: an official reads a page as a guardian sees it.
  std::string looks = "resident";
};

// An action that this reader may take now.
struct OfferedAction {
  std::string name;
  std::string form;  // empty: none
  std::string subject;
  std::string subject_version;  // as the page sends it back
  bool automatic = false;       // the page takes it by itself
};

// The value of an expression over the case alone; nothing where it has none.
std::optional<Json> value_of(const workflow::Workflow& rules, const Json& context,
                             const cel::Program& program);

// What `rule`'s action is about in this case; nothing where it is about nothing of its own, or where
// that cannot be told.
std::optional<std::string> subject_of(const workflow::Workflow& rules, const Json& context,
                                      const workflow::ActionRule& rule);

// Whether the action's own condition holds (`when`); where it cannot be told it does not.
bool is_possible(const workflow::Workflow& rules, const Json& context,
                 const workflow::ActionRule& rule);

// "Mari Maasikas" of what the vault knows of one person; empty: nothing of it.
std::string full_name(const std::vector<engine::VaultValue>& values);

// What people call a case by, its municipality first; no other case has it.
std::string number_of(const CaseRecord& record);

// The text's key of a published status; empty: nothing is said.
inline std::string text_key(const Json& status) {
  return status.is_object() ? status.value("text", "") : "";
}

inline Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

// Lives for one answer, on one thread; everything given must outlive it. Nothing but may_see() may be
// asked where that says no.
class Page {
 public:
  Page(const CaseRecord& record, const workflow::Service& service, const workflow::Workflow& rules,
       Reader reader, engine::Vault& vault);

  bool may_see() const;
  // Whether the reader may take an action that the workflow knows, offered just now or not.
  bool may_act(const std::string& action) const;
  std::vector<OfferedAction> offered() const;

  // The documents of the HTTP API; nothing where a text cannot be made or the vault says no.
  std::optional<Json> summary();
  // As summary, without a look at any person.
  std::optional<Json> list_row() const;
  std::optional<Json> view(const std::vector<JournalRecord>& journal,
                           const std::vector<engine::VaultUsage>& usage);
  std::optional<Json> form(const std::string& name);
  std::vector<Question> questions(const std::string& form) const;
  // Where answers to this form may be kept now; never for an official, who does not see them.
  const workflow::DraftRule* draft_rule(const std::string& form) const;
  const Json& subject() const;  // the member of the context; an empty object where there is none
  std::string subject_key() const;
  // After summary() or view(); a dash for somebody whose name is not known.
  std::string name_of(const std::string& person) const;

 private:
  using Values = std::map<std::string, engine::VaultValue>;  // by field
  class View;  // page.cpp: the document of view(), block by block

  texts::Viewer viewer() const;
  std::optional<texts::Rendered> rendered() const;
  // Reads what the page shows of whom the case is about and of all who have a part, with a usage record.
  bool look_up(const std::string& purpose);
  std::optional<Date> born_on() const;
  std::string revision_text() const;
  bool reads_as_applicant() const;
  Pseudonym applicant_or_reader() const;

  // Texts: `say` gives `otherwise` where there is no such message.
  std::string say(const std::string& name, const Json& args, const std::string& otherwise) const;
  std::string say(const std::string& name) const { return say(name, Json::object(), {}); }
  std::string day_text(const std::string& date) const;
  std::string headline_of(const Json& status) const;
  std::string field_of(const Json& status, const char* field) const;
  Json args_for_reader(const Json& status) const;
  std::string actor_word(const Pseudonym& actor) const;
  std::string source_name(const std::string& source) const;
  std::string actor_of(const std::string& turn, const std::string& otherwise) const;

  // page_actions.cpp
  std::optional<OfferedAction> offer_of(const workflow::ActionRule& rule) const;
  bool is_asked_for(const std::string& action) const;
  bool keeps_some_draft(const std::string& action) const;
  Json actions_view() const;
  Json reasons_view(const workflow::ActionRule& rule) const;
  Json card(const std::vector<JournalRecord>& journal) const;
  bool is_offered(const Json& status, const std::string& id) const;
  Json card_outcome(const std::string& id, const std::vector<JournalRecord>& journal) const;
  Json clock_view() const;

  Json draft_view(const workflow::Form& form, const std::vector<Question>& questions);
  Json known_items(const workflow::Form& form) const;
  std::optional<Json> known_item(const std::string& id) const;
  std::optional<Json> context_item(const std::string& of, const std::string& field) const;

  // page_history.cpp
  Json timeline(const texts::Rendered& rendered, const std::vector<JournalRecord>& journal) const;
  void add_next_steps(Json& timeline, const texts::Rendered& rendered) const;
  void add_branches(Json& timeline) const;
  std::string shown_state() const;
  std::optional<std::string> next_state(const std::string& path) const;
  const workflow::StatusRule* state_after(const workflow::ActionRule& rule) const;
  Json messages(const std::vector<JournalRecord>& journal) const;
  Json why(const std::vector<JournalRecord>& journal) const;
  Json facts_of(const Json& status) const;
  std::string fact_text(const std::string& name, const Json& value, const Json& status) const;
  std::string event_text(const JournalRecord& row) const;

  const CaseRecord& record_;
  const workflow::Service& service_;
  const workflow::Workflow& rules_;
  const Reader reader_;
  engine::Vault& vault_;
  std::map<std::string, Values> values_;  // by person
};

}  // namespace elukaar::caseview
