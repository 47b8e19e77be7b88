#include "workflow/load/merge.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/nearest.hpp"

namespace elukaar::workflow {
namespace {

using Kind = documents::Node::Kind;

bool is_list_with_ids(const documents::Node& node) {
  return node.is(Kind::sequence) && !node.items.empty() &&
         std::all_of(node.items.begin(), node.items.end(), [](const documents::Node& item) {
           return item.is(Kind::mapping) && item.find("id") != nullptr;
         });
}

void merge_by_id(documents::Node& target, const documents::Node& patch) {
  for (const documents::Node& item : patch.items) {
    const std::string& id = item.find("id")->text;
    const auto same = std::find_if(target.items.begin(), target.items.end(), [&](const documents::Node& old) {
      return old.find("id")->text == id;
    });
    if (same == target.items.end()) {
      target.items.push_back(item);
    } else {
      merge_patch(*same, item);
    }
  }
}

// `yes` and `on` are texts in YAML 1.2; people mean what they say (Reader::flag).
bool is_true(const documents::Node& node) {
  return node.is(Kind::boolean) ? node.boolean : node.text == "yes" || node.text == "on";
}

// What an overlay may not do: change what the service is, remove what is not there, or what protects
// people.
void check_overlay(const documents::Node& base, const documents::Node& overlay, const std::string& path,
                   documents::Reader& reader) {
  for (const documents::Node::Entry& entry : overlay.entries) {
    const std::string name = path.empty() ? entry.key : path + "." + entry.key;
    const documents::Node* old = base.is(Kind::mapping) ? base.find(entry.key) : nullptr;
    if (entry.value.is(Kind::null) && old == nullptr) {
      std::vector<std::string> keys;
      for (const documents::Node::Entry& known : base.entries) keys.push_back(known.key);
      reader.error(entry.where, "bad-overlay",
                   fmt::format("the overlay removes `{}`, which the service does not have", name),
                   documents::suggestion(entry.key, keys));
    }
    if (old != nullptr && old->is(Kind::mapping)) {
      const documents::Node* protective = old->find("protective");
      const bool guarded = protective != nullptr && is_true(*protective);
      const documents::Node* now = entry.value.find("protective");
      if (guarded && (entry.value.is(Kind::null) || (now != nullptr && !is_true(*now)))) {
        reader.error(entry.where, "bad-overlay",
                     fmt::format("`{}` is protective: an overlay may not take that away", name),
                     "remove this from the overlay");
      }
      if (entry.value.is(Kind::mapping)) check_overlay(*old, entry.value, name, reader);
    }
  }
}

// What a municipality may not take from people, wherever the service has it.
void check_protection(const documents::Node& base, const documents::Node& overlay, documents::Reader& reader) {
  for (const char* part : {"clocks", "legalBasis", "parties"}) {
    const documents::Node* old = base.find(part);
    const documents::Node::Entry* now = overlay.entry(part);
    if (old == nullptr || now == nullptr) continue;
    const auto refuse = [&](const SourcePosition& where, const std::string& name) {
      reader.error(where, "bad-overlay",
                   fmt::format("`{}` protects people: an overlay may not take it away", name),
                   "remove this from the overlay");
    };
    if (now->value.is(Kind::null)) refuse(now->where, part);
    for (const documents::Node::Entry& entry : now->value.entries) {
      if (entry.value.is(Kind::null) && old->find(entry.key) != nullptr) {
        refuse(entry.where, fmt::format("{}.{}", part, entry.key));
      }
    }
  }
}

// The one target of a timer; empty where it has several, or stays.
std::string target_of(const documents::Node& timer) {
  const documents::Node* target = timer.is(Kind::mapping) ? timer.find("target") : nullptr;
  return target == nullptr ? std::string{} : target->text;
}

// A second timer beside one that leads to the same state: whichever is first would win, unseen.
void check_timers(const documents::Node& base, const documents::Node& overlay, const std::string& path,
                  documents::Reader& reader) {
  const documents::Node* added = overlay.find("after");
  const documents::Node* old = base.find("after");
  if (added != nullptr && old != nullptr) {
    for (const documents::Node::Entry& entry : added->entries) {
      if (old->find(entry.key) != nullptr || target_of(entry.value).empty()) continue;
      for (const documents::Node::Entry& known : old->entries) {
        const documents::Node::Entry* changed = added->entry(known.key);
        const bool removed = changed != nullptr && changed->value.is(Kind::null);
        if (removed || target_of(known.value) != target_of(entry.value)) continue;
        reader.error(entry.where, "bad-overlay",
                     fmt::format("state `{}` has a timer that leads to `{}` already, `{}`: a second one "
                                 "would win whenever it is earlier",
                                 path, target_of(entry.value), known.key),
                     fmt::format("set the term that `{0}` waits for, or remove it: `{0}: null`",
                                 known.key));
      }
    }
  }
  const documents::Node* states = overlay.find("states");
  const documents::Node* old_states = base.find("states");
  if (states == nullptr || old_states == nullptr) return;
  for (const documents::Node::Entry& entry : states->entries) {
    const documents::Node* before = old_states->find(entry.key);
    if (before == nullptr || !entry.value.is(Kind::mapping)) continue;
    check_timers(*before, entry.value, path.empty() ? entry.key : path + "." + entry.key, reader);
  }
}

class Taker {
 public:
  Taker(const documents::Node& file, MunicipalityFile& into, documents::Reader& reader)
      : file_(file), into_(into), reader_(reader) {
    values_.kind = Kind::mapping;
    values_.where = file.where;
  }

  void take() {
    for (const documents::Node::Entry& entry : file_.entries) {
      if (entry.key == "extends" || entry.key == "overlay") continue;
      if (entry.key == "municipality") {
        municipality(entry.value);
        add(entry);
      } else if (entry.key == "proactive") {
        documents::Node::Entry copy = entry;
        copy.value.kind = Kind::boolean;
        copy.value.boolean = reader_.flag(file_, "proactive", false);
        copy.value.text = copy.value.boolean ? "true" : "false";
        add(copy);
      } else if (entry.key == "systems") {
        systems(entry.value);
        add(entry);
      } else if (entry.key == "terms") {
        terms(entry.value);
      } else if (entry.key == "texts") {
        texts(entry.value);
      } else {
        set(entry.key, entry.where, entry.value);
      }
    }
    if (file_.find("municipality") == nullptr) {
      reader_.error(file_.where, "missing-key", "the file does not say whose it is: `municipality` is missing",
                    "add `municipality: { name: …, ehak: \"0653\", contact: { … } }`");
    }
    into_.merged.entries.push_back({"values", file_.where, std::move(values_)});
  }

 private:
  void add(const documents::Node::Entry& entry) { into_.merged.entries.push_back(entry); }

  void set(const std::string& name, const SourcePosition& where, const documents::Node& value) {
    if (const documents::Node::Entry* known = values_.entry(name)) {
      reader_.error(where, "duplicate-key", fmt::format("`{}` is set twice", name),
                    fmt::format("it is set in line {} already; keep one", known->where.line));
      return;
    }
    values_.entries.push_back({name, where, value});
  }

  void municipality(const documents::Node& node) {
    if (!reader_.expect(node, Kind::mapping, "`municipality`")) return;
    reader_.known_keys(node, "`municipality`", {"name", "ehak", "contact", "responsible"});
    reader_.required_text(node, "name", "`municipality`");
    const documents::Node* ehak = node.find("ehak");
    const bool good = ehak != nullptr && ehak->is(Kind::text) && ehak->text.size() == 4 &&
                      ehak->text.find_first_not_of("0123456789") == std::string::npos;
    if (!good) {
      reader_.error(ehak == nullptr ? node.where : ehak->where, "bad-municipality",
                    fmt::format("expected the municipality's EHAK code, found {}",
                                ehak == nullptr ? "none" : ehak->describe()),
                    "write four digits in quotes: `ehak: \"0653\"`");
    }
    const documents::Node* contact = node.find("contact");
    if (contact == nullptr) {
      reader_.error(node.where, "missing-key", "`municipality` lacks `contact`, whom a family may ask",
                    "add `contact: { unit: …, phone: …, email: …, hours: … }`");
    } else if (reader_.expect(*contact, Kind::mapping, "`contact`")) {
      reader_.known_keys(*contact, "`contact`", {"unit", "phone", "email", "hours"});
    }
  }

  void systems(const documents::Node& node) {
    if (!reader_.expect(node, Kind::mapping, "`systems`")) return;
    for (const documents::Node::Entry& entry : node.entries) {
      reader_.expect(entry.value, Kind::text, fmt::format("the profile of `{}`", entry.key));
    }
  }

  void terms(const documents::Node& node) {
    if (!reader_.expect(node, Kind::mapping, "`terms`")) return;
    for (const documents::Node::Entry& entry : node.entries) {
      if (!entry.value.is(Kind::mapping)) {
        set(entry.key, entry.where, entry.value);
        continue;
      }
      reader_.known_keys(entry.value, fmt::format("the term `{}`", entry.key),
                         {"length", "from", "outsideRound", "appliesTo"});
      for (const documents::Node::Entry& part : entry.value.entries) {
        if (part.key == "length") set(entry.key, part.where, part.value);
        if (part.key == "from") set(entry.key + "From", part.where, part.value);
        if (part.key == "outsideRound") set(entry.key + "OutsideRound", part.where, part.value);
        if (part.key == "appliesTo") set(entry.key + "AppliesTo", part.where, part.value);
      }
    }
  }

  void texts(const documents::Node& node) {
    if (!reader_.expect(node, Kind::mapping, "`texts`")) return;
    reader_.known_keys(node, "`texts`", {"et", "en", "ru"});
    for (const documents::Node::Entry& entry : node.entries) {
      const auto language = texts::parse_language(entry.key);
      if (!language || !reader_.expect(entry.value, Kind::mapping, "texts")) continue;
      for (const documents::Node::Entry& text : entry.value.entries) text_of(*language, text);
    }
  }

  void text_of(texts::Language language, const documents::Node::Entry& text) {
    if (text.value.is(Kind::text)) {
      into_.texts.push_back({language, text.key, "", text.value.text, text.value.where});
      return;
    }
    if (!reader_.expect(text.value, Kind::mapping, fmt::format("text `{}`", text.key))) return;
    for (const documents::Node::Entry& field : text.value.entries) {
      if (!reader_.expect(field.value, Kind::text, fmt::format("field `{}`", field.key))) continue;
      into_.texts.push_back({language, text.key, field.key, field.value.text, field.value.where});
    }
  }

  const documents::Node& file_;
  MunicipalityFile& into_;
  documents::Reader& reader_;
  documents::Node values_;
};

}  // namespace

void merge_patch(documents::Node& target, const documents::Node& patch) {
  if (!patch.is(Kind::mapping)) {
    if (is_list_with_ids(target) && is_list_with_ids(patch)) {
      merge_by_id(target, patch);
    } else {
      target = patch;
    }
    return;
  }
  if (!target.is(Kind::mapping)) {
    target = documents::Node{};
    target.kind = Kind::mapping;
    target.where = patch.where;
  }
  for (const documents::Node::Entry& entry : patch.entries) {
    if (entry.value.is(Kind::null)) {
      std::erase_if(target.entries,
                    [&](const documents::Node::Entry& old) { return old.key == entry.key; });
    } else if (documents::Node* old = target.find(entry.key)) {
      merge_patch(*old, entry.value);
    } else {
      documents::Node fresh;
      merge_patch(fresh, entry.value);
      target.entries.push_back({entry.key, entry.where, std::move(fresh)});
    }
  }
}

MunicipalityFile merge(const documents::Node& base, const documents::Node& file, documents::Reader& reader) {
  MunicipalityFile result;
  result.merged = base;
  for (const char* reserved : {"municipality", "values", "proactive", "systems"}) {
    if (const documents::Node::Entry* entry = base.entry(reserved)) {
      reader.error(entry->where, "unknown-key",
                   fmt::format("`{}` belongs into a municipality's file, not into the base",
                               reserved),
                   "move it there");
    }
  }
  if (const documents::Node* overlay = file.find("overlay")) {
    if (reader.expect(*overlay, Kind::mapping, "`overlay`")) {
      bool allowed = true;
      for (const char* identity : {"language", "key", "release", "municipality", "proactive",
                                   "systems", "values"}) {
        const documents::Node::Entry* entry = overlay->entry(identity);
        if (entry == nullptr) continue;
        reader.error(entry->where, "bad-overlay",
                     fmt::format("an overlay may not change `{}`", identity),
                     "remove it: that is the base's own, or stands beside `overlay` in this file");
        allowed = false;
      }
      check_overlay(base, *overlay, "", reader);
      check_protection(base, *overlay, reader);
      check_timers(base, *overlay, "", reader);
      if (allowed) merge_patch(result.merged, *overlay);
    }
  }
  Taker(file, result, reader).take();
  return result;
}

}  // namespace elukaar::workflow
