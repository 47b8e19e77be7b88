#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "workflow/load/compiler.hpp"

// Checks of names and words (workflows/checks.md): what is mentioned exists, what people
// read is there. They need no chart, so that they are told together with what is wrong with it.
namespace elukaar::workflow {
namespace {

template <class Map>
std::vector<std::string> names_of(const Map& map) {
  std::vector<std::string> list;
  for (const auto& [name, value] : map) list.push_back(name);
  return list;
}

class DeclarationChecker {
 public:
  DeclarationChecker(const Draft& draft, const CompileOptions& options, documents::Reader& reader)
      : draft_(draft),
        schemas_(options.schemas),
        texts_(options.texts),
        municipality_(options.municipality),
        reader_(reader) {}

  void run() {
    correlations();
    pinning();
    citations();
    clocks();
    systems();
    drafts();
    for (const auto& [path, state] : draft_.states) {
      if (state.rule.status) status(path, state, *state.rule.status);
    }
    if (texts_ == nullptr) return;
    notifications();
    labels();
    words_of_the_page();
  }

 private:
  // ---- Names -------------------------------------------------------------------------------------

  void correlations() {
    for (const auto& [name, rule] : draft_.events) {
      if (rule.mass) no_action_of_all(name);
      if (!rule.correlate.empty() || rule.mass) continue;
      const bool action = std::any_of(
          draft_.person_actions.begin(), draft_.person_actions.end(),
          [&, &event = name](const auto& entry) { return entry.second.event == event; });
      if (action && rule.starts == Starts::never) continue;
      reader_.error(draft_.event_places.at(name), "uncorrelated-event",
                    fmt::format("event `{}` does not say whose case it belongs to", name),
                    "add the key that finds the case: "
                    "`correlate: { child: \"{{ event.data.child.key }}\" }`");
    }
  }

  // What a person does in a case is about that case.
  void no_action_of_all(const std::string& event) {
    for (const auto& [name, action] : draft_.person_actions) {
      if (action.event != event) continue;
      reader_.error(draft_.action_places.at(name), "mass-event",
                    fmt::format("action `{}` would be the event `{}`, which is for all cases", name,
                                event),
                    "give the action an event of its own");
    }
  }

  void pinning() {
    if (draft_.pins_on.empty() || draft_.events.count(draft_.pins_on) > 0) return;
    reader_.error(draft_.pins_on_place, "undeclared-event",
                  fmt::format("`pinsOn` names the event `{}`, which is not declared under `events`",
                              draft_.pins_on),
                  documents::suggestion(draft_.pins_on, names_of(draft_.events)));
  }

  void clocks() {
    for (const cel::Mention& asked : draft_.asked_clocks) {
      if (draft_.clocks.count(asked.name) > 0) continue;
      reader_.error(asked.where, "unknown-clock",
                    fmt::format("there is no clock `{}`", asked.name),
                    documents::suggestion(asked.name, names_of(draft_.clocks)));
    }
  }

  void citations() {
    for (const auto& [who, basis] : draft_.cited) {
      if (draft_.legal_basis.contains(basis.name)) continue;
      reader_.error(basis.where, "unknown-citation",
                    fmt::format("{} cites `{}`, which the workflow's `legalBasis` does not hold",
                                who, basis.name),
                    documents::suggestion(basis.name, names_of(draft_.citation_places)));
    }
  }

  // A municipality says which of its systems plays each role that the workflow asks.
  void systems() {
    if (!municipality_) return;
    std::set<std::string> known;
    for (const std::string& operation : schemas_.operations()) {
      known.insert(operation.substr(0, operation.find('.')));
    }
    std::vector<std::string> roles;
    for (const Mentioned& role : draft_.asked_roles) {
      if (std::find(roles.begin(), roles.end(), role.name) != roles.end()) continue;
      roles.push_back(role.name);
      // A role that nobody knows was told where it is asked.
      if (draft_.systems.count(role.name) > 0 || known.count(role.name) == 0) continue;
      reader_.error(draft_.systems_place, "missing-system",
                    fmt::format("the service asks the `{}`, but the file does not say which system "
                                "that is here",
                                role.name),
                    fmt::format("add it: `systems: {{ {}: … }}`", role.name));
    }
    if (roles.empty()) return;
    for (const auto& [role, where] : draft_.systems) {
      if (std::find(roles.begin(), roles.end(), role) != roles.end()) continue;
      reader_.error(where, "unknown-system", fmt::format("the service asks no `{}`", role),
                    documents::suggestion(role, roles));
    }
  }

  // ---- What people read --------------------------------------------------------------------------

  void status(const std::string& path, const StateDraft& draft, const StatusRule& status) {
    if (status.turn == "resident" && status.actions.empty()) {
      reader_.error(draft.status_where, "turn-without-action",
                    fmt::format("state `{}` says that it is the family's turn, but offers it no "
                                "action",
                                path),
                    "name what they may do, `actions: [ … ]`, or say whose turn it is");
    }
    const bool is_always_there =
        std::any_of(draft.actions.begin(), draft.actions.end(), [&](const Mentioned& action) {
          const auto rule = draft_.person_actions.find(action.name);
          return rule == draft_.person_actions.end() || !rule->second.when;
        });
    if (status.turn == "resident" && !draft.actions.empty() && !is_always_there) {
      reader_.error(draft.status_where, "turn-without-action",
                    fmt::format("state `{}` says that it is the family's turn, but offers it nothing "
                                "that is always there: each action has a condition (`when`)",
                                path),
                    "offer one without a condition, or say whose turn it is");
    }
    for (const Mentioned& action : draft.actions) {
      if (draft_.person_actions.count(action.name) > 0) continue;
      reader_.error(action.where, "unknown-action",
                    fmt::format("the status of state `{}` offers `{}`, which is not declared under "
                                "`actions`",
                                path, action.name),
                    documents::suggestion(action.name, names_of(draft_.person_actions)));
    }
    for (const Mentioned& basis : draft.legal_basis) {
      if (draft_.legal_basis.contains(basis.name)) continue;
      reader_.error(basis.where, "unknown-citation",
                    fmt::format("the status of state `{}` cites `{}`, which the workflow's "
                                "`legalBasis` does not hold",
                                path, basis.name),
                    documents::suggestion(basis.name, names_of(draft_.citation_places)));
    }
    for (const Mentioned& role : draft.visible_to) {
      if (role.name == "official" || draft_.parties.count(role.name) > 0) continue;
      reader_.error(role.where, "unknown-party",
                    fmt::format("state `{}` is to be seen by `{}`, but `parties` does not say who "
                                "they are",
                                path, role.name),
                    fmt::format("add it: `parties: {{ {}: \"{{{{ … }}}}\" }}`", role.name));
    }
    if (texts_ != nullptr && !status.text.empty()) text_of_status(draft, status);
  }

  const texts::TextFacts* find_text(const std::string& key, const SourcePosition& where) {
    const auto text = texts_->texts.find(key);
    if (text != texts_->texts.end()) return &text->second;
    std::vector<std::string> known;
    for (const auto& [name, facts] : texts_->texts) known.push_back(name);
    reader_.error(where, "unknown-text", fmt::format("there is no text `{}`", key),
                  documents::suggestion(key, known));
    return nullptr;
  }

  void complete(const texts::TextFacts& text, const SourcePosition& where, bool pushed) {
    std::vector<std::string> fields = {"headline", "body", "next"};
    if (pushed) fields.push_back("sms");
    for (const std::string& field : fields) {
      const auto found = text.fields.find(field);
      for (const texts::Language language : texts::all_languages) {
        if (found != text.fields.end() && found->second.count(language) > 0) continue;
        reader_.error(where, "missing-text",
                      fmt::format("text `{}` has no `{}` in `{}`", text.key, field,
                                  texts::to_text(language)),
                      fmt::format("add it to texts/{}.yaml", texts::to_text(language)));
      }
    }
  }

  void text_of_status(const StateDraft& draft, const StatusRule& status) {
    const texts::TextFacts* text = find_text(status.text, draft.status_where);
    if (text == nullptr) return;
    complete(*text, draft.status_where, status.push != "none");
    supplied(*text, draft.arguments, draft.status_where, "the status");
  }

  // What the text needs against what it is given by `who`.
  void supplied(const texts::TextFacts& text, const std::map<std::string, StatusArgument>& arguments,
                const SourcePosition& where, std::string_view who) {
    static const std::set<std::string> filled_in = {"viewer", "actor", "contact", "legalBasis"};
    for (const auto& [name, use] : text.arguments) {
      const auto argument = arguments.find(name);
      if (argument != arguments.end()) {
        argument_fits(text, name, use, argument->second);
      } else if (filled_in.count(name) == 0) {
        reader_.error(where, "missing-argument",
                      fmt::format("text `{}` needs `{}`, which {} does not supply", text.key, name,
                                  who),
                      fmt::format("add it: `args: {{ {}: … }}`", name));
      }
    }
    for (const auto& [name, argument] : arguments) {
      if (text.arguments.count(name) > 0) continue;
      std::vector<std::string> wanted;
      for (const auto& [key, use] : text.arguments) wanted.push_back(key);
      reader_.warning(argument.where, "unused-argument",
                      fmt::format("text `{}` does not use `{}`", text.key, name),
                      documents::suggestion(name, wanted));
    }
  }

  // The value's type against what the text does with it; codes against the words that there are.
  void argument_fits(const texts::TextFacts& text, const std::string& name,
                     const texts::Argument& use, const StatusArgument& argument) {
    using K = cel::Type::Kind;
    const K kind = argument.type.kind();
    const auto complain = [&](std::string_view expected) {
      reader_.error(argument.where, "argument-type",
                    fmt::format("text `{}` uses `{}` as {}, but the status supplies {}", text.key,
                                name, expected, in_words(argument.type)));
    };
    if (kind == K::dyn || kind == K::null) return;
    const bool moment = kind == K::date || kind == K::timestamp;
    const bool number = kind == K::integer || kind == K::floating || kind == K::unsigned_integer;
    const auto uses = [&](texts::Use wanted) { return use.uses.count(wanted) > 0; };
    if ((uses(texts::Use::date) || uses(texts::Use::time)) && !moment) return complain("a date");
    if ((uses(texts::Use::plural) || uses(texts::Use::number)) && !number) {
      return complain("a number");
    }
    if (uses(texts::Use::select) && kind != K::boolean && kind != K::string) {
      return complain("a choice of words");
    }
    if (uses(texts::Use::value) && (kind == K::list || kind == K::map)) {
      return complain("a text or a number");
    }
    std::string group;
    if (name == "reason") {
      group = "reason." + text.reasons + ".";
    } else if (has_group(name)) {
      group = name + ".";
    }
    if (group.empty()) return;
    std::vector<std::string> codes = argument.type.values();
    if (argument.constant) codes = {*argument.constant};
    for (const std::string& code : codes) {
      if (texts_->messages.count(group + code) > 0) continue;
      std::vector<std::string> known;
      for (const auto& [message, arguments] : texts_->messages) {
        if (message.starts_with(group)) known.push_back(message.substr(group.size()));
      }
      reader_.error(argument.where, "unknown-code",
                    fmt::format("`{}` has no words: there is no text `{}{}`", code, group, code),
                    documents::suggestion(code, known));
    }
  }

  bool has_group(const std::string& name) const {
    const auto first = texts_->messages.lower_bound(name + ".");
    return first != texts_->messages.end() && first->first.starts_with(name + ".");
  }

  // The two actions by which a form's draft begins and ends for the case.
  void drafts() {
    for (const auto& [name, form] : draft_.forms) {
      if (!form.draft) continue;
      for (const std::string& action : {form.draft->keep, form.draft->discard}) {
        if (draft_.person_actions.contains(action)) continue;
        reader_.error(draft_.form_places.at(name), "unknown-action",
                      fmt::format("the draft of form `{}` names `{}`, which is not declared under "
                                  "`actions`",
                                  name, action),
                      documents::suggestion(action, names_of(draft_.person_actions)));
      }
    }
  }

  // An action that is taken by saving a form.
  bool keeps_a_draft(const std::string& action) const {
    return std::any_of(draft_.forms.begin(), draft_.forms.end(), [&](const auto& entry) {
      return entry.second.draft && entry.second.draft->keep == action;
    });
  }

  void notifications() {
    if (texts_ == nullptr) return;
    for (const Notified& notified : draft_.notified) {
      if (notified.text.empty()) continue;
      const texts::TextFacts* text = find_text(notified.text, notified.where);
      if (text == nullptr) continue;
      complete(*text, notified.where, true);
      supplied(*text, notified.arguments, notified.where, "`notify`");
    }
  }

  // A message that somebody will read; what lacks is told once.
  void need(const std::string& message, const SourcePosition& where) {
    if (texts_->messages.count(message) > 0 || !missing_.insert(message).second) return;
    reader_.error(where, "missing-text", fmt::format("there is no text `{}`", message),
                  "add it to texts/et.yaml, en.yaml and ru.yaml");
  }

  // Whose turn it is, and which register is silent. Where one of these lacks, nothing of the status can
  // be shown (texts::Catalogue::render).
  void words_of_the_page() {
    for (const Mentioned& turn : draft_.turns) need("ui.turn_" + turn.name, turn.where);
    for (const auto& [path, state] : draft_.states) {
      if (!state.rule.status) continue;
      const std::string& turn = state.rule.status->turn;
      static const std::set<std::string> everywhere{"resident", "municipality", "register", "none"};
      if (!everywhere.contains(turn)) continue;  // declared, or told as an unknown word
      need("ui.turn_" + turn, state.status_where);
      if (turn == "resident") need("ui.turn_other_parent", state.status_where);
    }
    const std::vector<std::string> operations = schemas_.operations();
    for (const Mentioned& role : draft_.asked_roles) {
      const bool known = std::any_of(operations.begin(), operations.end(), [&](const auto& each) {
        return each.starts_with(role.name + ".");
      });
      if (!known) continue;  // told as an unknown operation
      need("system." + role.name, role.where);
      need("ui.call_delayed", role.where);
    }
  }

  // Buttons and fields have words too.
  void labels() {
    for (const auto& [name, action] : draft_.person_actions) {
      // What the page does by itself has no button.
      if (action.automatic || keeps_a_draft(name)) continue;
      need("action." + name + ".label", draft_.action_places.at(name));
    }
    for (const auto& [path, state] : draft_.states) {
      for (const Invoke& invoke : state.rule.invokes) {
        if (!draft_.by_hand.contains(invoke.role)) continue;
        const std::string task = "task." + invoke.role + "." + invoke.operation;
        for (const char* text : {".title", ".todo"}) need(task + text, draft_.systems_place);
      }
    }
    for (const auto& [name, card] : draft_.cards) {
      const SourcePosition& where = draft_.card_places.at(name);
      need("card." + name + ".title", where);
      for (const std::string& field : card.fields) need("field." + name + "." + field, where);
    }
    for (const auto& [name, form] : draft_.forms) {
      const SourcePosition& where = draft_.form_places.at(name);
      need("form." + name + ".title", where);
      need("form." + name + ".submit", where);
      for (const std::string& field : form.known) need("field." + field, where);
      for (const Json& field : form.asked) {
        if (field.contains("id") && field["id"].is_string()) {
          need("field." + field["id"].get<std::string>() + ".label", where);
        }
      }
    }
  }

  const Draft& draft_;
  const Schemas& schemas_;
  const texts::Facts* texts_;
  bool municipality_;
  documents::Reader& reader_;
  std::set<std::string> missing_;  // messages that lack, and have been told
};

}  // namespace

void check_declarations(const Draft& draft, const CompileOptions& options, documents::Reader& reader) {
  DeclarationChecker(draft, options, reader).run();
}

namespace {

// What was named to be used elsewhere, and is not.
void check_unused_names(const Draft& draft, documents::Reader& reader) {
  for (const auto& [name, where] : draft.condition_places) {
    if (draft.used_conditions.count(name) > 0) continue;
    reader.warning(where, "unused-condition", fmt::format("no expression asks for `{}`", name),
                   fmt::format("write `{}` in a guard, or remove it", name));
  }
  for (const auto& [name, where] : draft.group_places) {
    if (draft.used_groups.count(name) > 0) continue;
    reader.warning(where, "unused-group", fmt::format("no expression asks for the group `{}`", name),
                   fmt::format("write `state('{}')` in a guard, or remove it", name));
  }
  std::set<std::string> told = draft.coded;
  for (const auto& [path, state] : draft.states) {
    for (const auto& [name, argument] : state.arguments) told.insert(name);
  }
  for (const Notified& notified : draft.notified) {
    for (const auto& [name, argument] : notified.arguments) told.insert(name);
  }
  for (const auto& [name, where] : draft.code_places) {
    if (told.count(name) > 0) continue;
    reader.warning(where, "unused-code", fmt::format("nothing that is told is called `{}`", name),
                   documents::suggestion(name, {told.begin(), told.end()}));
  }
}

}  // namespace

void check_unused(const Draft& draft, const chart::Chart& chart, documents::Reader& reader) {
  check_unused_names(draft, reader);
  for (const auto& [name, where] : draft.delay_places) {
    if (draft.used_delays.count(name) > 0) continue;
    reader.warning(where, "unused-delay", fmt::format("no state waits for `{}`", name),
                    "use it under `after`, or remove it");
  }
  for (const auto& [name, where] : draft.parameter_places) {
    if (draft.used_parameters.count(name) > 0) continue;
    reader.warning(where, "unused-parameter",
                    fmt::format("nothing depends on the setting `{}`", name),
                    "use it as `parameters." + name + "` in an expression, or remove it");
  }
  std::set<std::string> offered;
  std::set<std::string> cited;
  for (const auto& [who, basis] : draft.cited) cited.insert(basis.name);
  for (const auto& [path, state] : draft.states) {
    for (const Mentioned& action : state.actions) offered.insert(action.name);
    for (const Mentioned& basis : state.legal_basis) cited.insert(basis.name);
  }
  std::set<std::string> asked;
  for (const auto& [name, action] : draft.person_actions) {
    asked.insert(action.form);
    if (offered.count(name) > 0) continue;
    reader.warning(draft.action_places.at(name), "unused-action",
                    fmt::format("no status offers the action `{}`", name),
                    "name it in the `actions` of a status, or remove it");
  }
  for (const auto& [name, where] : draft.form_places) {
    if (asked.count(name) > 0) continue;
    reader.warning(where, "unused-form", fmt::format("no action asks the form `{}`", name),
                    fmt::format("name it in an action, `form: {}`, or remove it", name));
  }
  for (const auto& [name, where] : draft.citation_places) {
    if (cited.count(name) > 0) continue;
    reader.warning(where, "unused-citation", fmt::format("no status cites `{}`", name),
                    "name it in the `legalBasis` of a status, or remove it");
  }
  std::set<std::string> counted;
  for (const auto& [name, clock] : draft.clocks) {
    counted.insert(clock.ends.begin(), clock.ends.end());
    for (const auto& start : clock.starts) counted.insert(start.on);
    for (const auto& extension : clock.extensions) counted.insert(extension.on);
  }
  for (const auto& [name, where] : draft.event_places) {
    if (counted.count(name) > 0) continue;
    if (!chart.states_with_candidate(name).empty()) continue;
    reader.warning(where, "unused-event", fmt::format("no state handles the event `{}`", name),
                   "handle it under `on`, or remove it");
  }
}

}  // namespace elukaar::workflow
