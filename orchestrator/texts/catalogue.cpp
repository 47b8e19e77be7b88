#include "texts/catalogue.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/nearest.hpp"
#include "texts/formats.hpp"
#include "texts/pattern.hpp"
#include "texts/sms.hpp"
#include "texts/status.hpp"
#include "texts/text_file.hpp"

namespace elukaar::texts {
namespace {

std::size_t index_of(Language language) { return static_cast<std::size_t>(language); }

// One field of a text, or one message, in all languages; patterns are shared between a service's
// catalogue and those of its municipalities.
struct Translations {
  std::array<std::shared_ptr<const Pattern>, 3> patterns;
  std::array<SourcePosition, 3> where;
};

struct Text {
  std::string kind;
  std::string reasons;
  bool legal = false;
  SourcePosition where;
  std::map<std::string, Translations> fields;
};

Problem problem(SourcePosition where, std::string rule, std::string what, std::string hint = {}) {
  return {std::move(where), std::move(what), std::move(hint), std::move(rule), Severity::error};
}

void merge(std::map<std::string, Argument>& into, const std::map<std::string, Argument>& from) {
  for (const auto& [name, argument] : from) {
    into[name].uses.insert(argument.uses.begin(), argument.uses.end());
    into[name].choices.insert(argument.choices.begin(), argument.choices.end());
  }
}

std::map<std::string, Argument> arguments_of(const Translations& translations) {
  std::map<std::string, Argument> arguments;
  for (const auto& pattern : translations.patterns) {
    if (pattern) merge(arguments, pattern->arguments());
  }
  return arguments;
}

std::string names_of(const std::map<std::string, Argument>& arguments) {
  std::string names;
  for (const auto& [name, argument] : arguments) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "none" : names;
}

// What stands for an argument that configuration gives in several languages; any other value as it is.
const Json& in_language(const Json& value, Language language) {
  if (!value.is_object()) return value;
  const auto found = value.find(to_text(language));
  return found == value.end() ? value : *found;
}

}  // namespace

struct Catalogue::Content {
  std::map<std::string, Text, std::less<>> texts;
  std::map<std::string, Translations, std::less<>> messages;
  std::string version;
  Facts facts;

  bool has_group(const std::string& name) const {
    const auto first = messages.lower_bound(name + ".");
    return first != messages.end() && first->first.starts_with(name + ".");
  }
  Result<std::string, RenderError> format(const Translations& translations, Language language,
                                          const Json& args, const std::string& reasons) const;
  Result<Json, RenderError> shown(const Pattern& pattern, Language language, const Json& args,
                                  const std::string& reasons) const;
  void compute_facts();
  void compute_version();
  void check_headlines(Problems& problems) const;
  void check_reasons(Problems& problems) const;
  void check_pushes(const std::string& key, Problems& problems) const;
  void check_sms(const std::string& key, Language language, Problems& problems) const;
  std::vector<Json> values_of(const std::string& name, const Argument& argument,
                              const std::string& reasons, Language language) const;
};

// The arguments that stand as text, as this language reads them: codes become their clauses.
Result<Json, RenderError> Catalogue::Content::shown(const Pattern& pattern, Language language,
                                                    const Json& args,
                                                    const std::string& reasons) const {
  Json shown = Json::object();
  for (const auto& [name, argument] : pattern.arguments()) {
    const auto found = args.find(name);
    if (!argument.uses.contains(Use::value) || found == args.end()) continue;
    const Json& value = in_language(*found, language);
    const std::string group = name == "reason" && !reasons.empty() ? "reason." + reasons : name;
    if (!value.is_string() || found->is_object() || !has_group(group)) {
      shown[name] = value;
      continue;
    }
    const auto clause = messages.find(group + "." + value.get_ref<const std::string&>());
    if (clause == messages.end()) {
      return failure(RenderError{RenderError::Code::unknown_code,
                                 fmt::format("argument `{}` holds a code that the group `{}` lacks",
                                             name, group)});
    }
    auto text = clause->second.patterns[index_of(language)]->format(
        Formats::of(language), Json::object(), Json::object());
    if (!text) return failure(std::move(text.error()));
    shown[name] = std::move(*text);
  }
  return shown;
}

Result<std::string, RenderError> Catalogue::Content::format(const Translations& translations,
                                                            Language language, const Json& args,
                                                            const std::string& reasons) const {
  const auto& pattern = translations.patterns[index_of(language)];
  if (!args.is_object()) {
    return failure(RenderError{RenderError::Code::wrong_kind, "expected arguments by name"});
  }
  const auto readable = shown(*pattern, language, args, reasons);
  if (!readable) return failure(readable.error());
  return pattern->format(Formats::of(language), args, *readable);
}

void Catalogue::Content::compute_facts() {
  facts = {};
  for (const auto& [key, text] : texts) {
    TextFacts& about = facts.texts[key];
    about = {key, text.kind, text.legal, text.reasons, {}, {}, {}};
    for (const auto& [field, translations] : text.fields) {
      for (const Language language : all_languages) {
        about.fields[field][language] = translations.where[index_of(language)];
      }
      about.field_arguments[field] = arguments_of(translations);
      merge(about.arguments, about.field_arguments[field]);
    }
  }
  for (const auto& [name, translations] : messages) {
    facts.messages[name] = arguments_of(translations);
  }
}

// Of what is said, not of how the files are laid out: a comment changes nothing.
void Catalogue::Content::compute_version() {
  std::string all;
  const auto add = [&](std::string_view name, const Translations& translations) {
    for (const auto& pattern : translations.patterns) {
      all += Json::array({name, pattern->source()}).dump() + "\n";
    }
  };
  for (const auto& [key, text] : texts) {
    all += Json::array({key, text.kind, text.reasons, text.legal}).dump() + "\n";
    for (const auto& [field, translations] : text.fields) add(field, translations);
  }
  for (const auto& [name, translations] : messages) add(name, translations);
  version = to_hex(sha256(all));
}

void Catalogue::Content::check_headlines(Problems& problems) const {
  for (const Language language : all_languages) {
    std::map<std::string, std::string> users;
    for (const auto& [key, text] : texts) {
      const auto headline = text.fields.find("headline");
      if (headline == text.fields.end()) continue;
      const auto& pattern = headline->second.patterns[index_of(language)];
      const auto [first, is_new] = users.emplace(pattern->source(), key);
      if (is_new) continue;
      problems.push_back(problem(headline->second.where[index_of(language)], "same-headline",
                                 fmt::format("texts `{}` and `{}` share a headline in {}",
                                             first->second, key, to_text(language)),
                                 "say what differs for the resident"));
    }
  }
}

void Catalogue::Content::check_reasons(Problems& problems) const {
  for (const auto& [key, text] : texts) {
    const bool uses = std::any_of(text.fields.begin(), text.fields.end(), [](const auto& field) {
      return arguments_of(field.second).contains("reason");
    });
    if (uses && text.reasons.empty()) {
      problems.push_back(problem(text.where, "reasons",
                                 fmt::format("text `{}` has {{reason}}; expected `reasons` to name "
                                             "the group that may fill it",
                                             key)));
    } else if (!text.reasons.empty() && !has_group("reason." + text.reasons)) {
      problems.push_back(problem(text.where, "reasons",
                                 fmt::format("text `{}`: there is no group `reason.{}`", key,
                                             text.reasons)));
    }
  }
}

// ---- What leaves the portal ----------------------------------------------------------------------

namespace {

// The longest date of the year in all three languages, a Monday.
constexpr std::string_view longest_date = "2026-09-28";
// What a name that no group of messages bounds is taken to be as long as.
constexpr std::size_t assumed_name_characters = 20;
constexpr std::size_t max_variants = 4096;  // of one text that are measured

// Others may see a message (resident-page.md, section 5). What else they may not read in it, the
// service's texts name in this group: `private: { child: why }`.
constexpr std::string_view not_in_a_push[] = {"reason", "contact"};
constexpr std::string_view private_group = "private.";
constexpr std::string_view marks_of_a_link[] = {"http:", "https:", "www.", ".ee/", ".ee "};

}  // namespace

// What an argument may be, as far as it changes a text's length.
std::vector<Json> Catalogue::Content::values_of(const std::string& name, const Argument& argument,
                                                const std::string& reasons,
                                                Language language) const {
  const auto uses = [&](Use use) { return argument.uses.contains(use); };
  if (uses(Use::select)) {
    std::vector<Json> values(argument.choices.begin(), argument.choices.end());
    values.emplace_back("other");
    return values;
  }
  if (uses(Use::date) || uses(Use::time)) return {longest_date};
  if (uses(Use::plural) || uses(Use::number)) return {1, 2, 128};
  const std::string group =
      (name == "reason" && !reasons.empty() ? "reason." + reasons : name) + ".";
  std::string longest;
  std::size_t units = 0;
  for (auto at = messages.lower_bound(group); at != messages.end() && at->first.starts_with(group);
       ++at) {
    const std::size_t length =
        measure_sms(at->second.patterns[index_of(language)]->source()).units;
    if (length < units) continue;
    units = length;
    longest = at->first.substr(group.size());
  }
  return {longest.empty() ? std::string(assumed_name_characters, 'x') : longest};
}

// Every variant of the short form, with the longest values that its arguments may have.
void Catalogue::Content::check_sms(const std::string& key, Language language,
                                   Problems& problems) const {
  const Text& text = texts.find(key)->second;
  const Translations& translations = text.fields.at("sms");
  std::vector<Json> variants = {Json::object()};
  for (const auto& [name, argument] : arguments_of(translations)) {
    std::vector<Json> more;
    for (const Json& value : values_of(name, argument, text.reasons, language)) {
      for (const Json& variant : variants) {
        if (more.size() == max_variants) break;
        more.push_back(variant);
        more.back()[name] = value;
      }
    }
    variants = std::move(more);
  }
  SmsSize worst;
  std::string example;
  for (const Json& variant : variants) {
    const auto made = format(translations, language, variant, text.reasons);
    if (!made) continue;  // told as what it is where it is read
    const SmsSize size = measure_sms(*made);
    const bool foreign = !size.gsm7 && worst.gsm7;
    if (!foreign && (size.gsm7 != worst.gsm7 || size.units <= worst.units)) continue;
    worst = size;
    example = *made;
  }
  const SourcePosition& where = translations.where[index_of(language)];
  const std::string what = fmt::format("text `{}`, sms in {}", key, to_text(language));
  if (!worst.gsm7 && language != Language::ru) {
    problems.push_back(problem(where, "sms-characters",
                               fmt::format("{}: `{}` is not in the alphabet of short messages", what,
                                           worst.foreign),
                               "choose other words (no õ, š, ž, no typographic quotes or dashes)"));
    return;
  }
  const std::size_t most = language == Language::ru ? max_ucs2_units : max_gsm7_units;
  if (worst.units <= most) return;
  problems.push_back(problem(where, "sms-too-long",
                             fmt::format("{}: expected at most {} characters, found {}: \"{}\"", what,
                                         most, worst.units, example),
                             "say less; what is longer stands on the page"));
}

void Catalogue::Content::check_pushes(const std::string& key, Problems& problems) const {
  const Text& text = texts.find(key)->second;
  std::vector<std::string> hidden{std::begin(not_in_a_push), std::end(not_in_a_push)};
  for (auto at = messages.lower_bound(private_group);
       at != messages.end() && at->first.starts_with(private_group); ++at) {
    hidden.push_back(at->first.substr(private_group.size()));
  }
  for (const char* field : {"sms", "email"}) {
    const auto found = text.fields.find(field);
    if (found == text.fields.end()) continue;
    for (const Language language : all_languages) {
      const Pattern& pattern = *found->second.patterns[index_of(language)];
      const SourcePosition& where = found->second.where[index_of(language)];
      const std::string what = fmt::format("text `{}`, {} in {}", key, field, to_text(language));
      for (const std::string& name : hidden) {
        if (!pattern.arguments().contains(name)) continue;
        problems.push_back(problem(where, "push-tells-too-much",
                                   fmt::format("{}: `{}` may be read by others", what, name),
                                   "leave it out; the page says it after log-in"));
      }
      for (const std::string_view mark : marks_of_a_link) {
        if (pattern.source().find(mark) == std::string::npos) continue;
        problems.push_back(problem(where, "push-with-link", what + ": a message holds no link",
                                   "leave it out; \"log in\" is enough"));
        break;
      }
      if (std::string_view{field} == "sms") check_sms(key, language, problems);
    }
  }
}

namespace {

// Makes a catalogue's content of the three written files.
class Builder {
 public:
  Builder(std::array<WrittenFile, 3> files, Problems& problems)
      : files_(std::move(files)), problems_(problems) {}

  std::map<std::string, Text, std::less<>> texts() {
    std::map<std::string, Text, std::less<>> texts;
    for (const std::string& key : keys(&WrittenFile::texts)) {
      std::array<const WrittenText*, 3> written{};
      std::set<std::string> fields = {"headline", "body", "next"};
      for (std::size_t i = 0; i < 3; ++i) {
        const auto found = files_[i].texts.find(key);
        if (found == files_[i].texts.end()) {
          missing({files_[i].name, 1, 1}, fmt::format("text `{}`", key));
          continue;
        }
        written[i] = &found->second;
        for (const auto& [field, pattern] : found->second.fields) fields.insert(field);
      }
      if (!written[0] || !written[1] || !written[2]) continue;
      same_attributes(key, written);
      Text text{written[0]->kind, written[0]->reasons, written[0]->legal, written[0]->where, {}};
      for (const std::string& field : fields) {
        std::array<const WrittenPattern*, 3> patterns{};
        for (std::size_t i = 0; i < 3; ++i) {
          auto found = written[i]->fields.find(field);
          // A language whose short form serves as e-mail too need not repeat it.
          if (field == "email" && found == written[i]->fields.end()) {
            found = written[i]->fields.find("sms");
          }
          if (found != written[i]->fields.end()) patterns[i] = &found->second;
          else missing(written[i]->where, fmt::format("text `{}`: field `{}`", key, field));
        }
        if (auto made = translations(fmt::format("text `{}`, {}", key, field), patterns)) {
          text.fields[field] = std::move(*made);
        }
      }
      texts[key] = std::move(text);
    }
    return texts;
  }

  std::map<std::string, Translations, std::less<>> messages() {
    std::map<std::string, Translations, std::less<>> messages;
    for (const std::string& name : keys(&WrittenFile::messages)) {
      std::array<const WrittenPattern*, 3> patterns{};
      for (std::size_t i = 0; i < 3; ++i) {
        const auto found = files_[i].messages.find(name);
        if (found != files_[i].messages.end()) patterns[i] = &found->second;
        else missing({files_[i].name, 1, 1}, fmt::format("message `{}`", name));
      }
      if (auto made = translations(fmt::format("message `{}`", name), patterns)) {
        messages[name] = std::move(*made);
      }
    }
    return messages;
  }

 private:
  template <class Map>
  std::set<std::string> keys(Map WrittenFile::*member) const {
    std::set<std::string> keys;
    for (const auto& file : files_) {
      for (const auto& [key, value] : file.*member) keys.insert(key);
    }
    return keys;
  }

  void missing(SourcePosition where, const std::string& what) {
    problems_.push_back(problem(std::move(where), "missing-text",
                                fmt::format("{} is missing here; another language has it", what)));
  }

  void same_attributes(const std::string& key, const std::array<const WrittenText*, 3>& written) {
    for (std::size_t i = 1; i < 3; ++i) {
      if (written[i]->kind != written[0]->kind || written[i]->reasons != written[0]->reasons ||
          written[i]->legal != written[0]->legal) {
        problems_.push_back(problem(written[i]->where, "attributes-differ",
                                    fmt::format("text `{}`: expected the same kind, reasons and "
                                                "legal as in {}",
                                                key, files_[0].name)));
      }
    }
  }

  std::optional<Translations> translations(const std::string& what,
                                           const std::array<const WrittenPattern*, 3>& written) {
    Translations made;
    bool whole = true;
    for (const Language language : all_languages) {
      const WrittenPattern* source = written[index_of(language)];
      if (source == nullptr) {
        whole = false;
        continue;
      }
      auto pattern = Pattern::parse(source->source, Formats::of(language));
      if (!pattern) {
        problems_.push_back(problem(source->where, pattern.error().rule,
                                    fmt::format("{}: {}", what, pattern.error().what)));
        whole = false;
        continue;
      }
      made.patterns[index_of(language)] = std::make_shared<const Pattern>(std::move(*pattern));
      made.where[index_of(language)] = source->where;
    }
    if (!whole) return std::nullopt;
    const auto& reference = made.patterns[0]->arguments();
    for (std::size_t i = 1; i < 3; ++i) {
      const auto& arguments = made.patterns[i]->arguments();
      const bool same = std::equal(
          arguments.begin(), arguments.end(), reference.begin(), reference.end(),
          [](const auto& a, const auto& b) {
            return a.first == b.first && a.second.uses == b.second.uses;
          });
      if (same) continue;
      problems_.push_back(problem(
          made.where[i], "arguments-differ",
          fmt::format("{}: expected the same arguments, used in the same ways, as in {} ({}), "
                      "found {}",
                      what, made.where[0].file, names_of(reference), names_of(arguments))));
    }
    return made;
  }

  std::array<WrittenFile, 3> files_;
  Problems& problems_;
};

}  // namespace

std::string_view to_text(Language language) {
  switch (language) {
    case Language::et: return "et";
    case Language::en: return "en";
    case Language::ru: return "ru";
  }
  return "et";
}

std::optional<Language> parse_language(std::string_view text) {
  for (const Language language : all_languages) {
    if (text == to_text(language)) return language;
  }
  return std::nullopt;
}

Result<Catalogue, Problems> Catalogue::load(const std::filesystem::path& folder) {
  std::vector<TextFile> files;
  Problems problems;
  for (const Language language : all_languages) {
    const auto path = folder / fmt::format("{}.yaml", to_text(language));
    std::ifstream stream{path, std::ios::binary};
    std::ostringstream content;
    content << stream.rdbuf();
    if (!stream) {
      problems.push_back(problem({path.string(), 0, 0}, "text-file",
                                 "expected a file of texts; cannot read it"));
    }
    files.push_back({path.string(), language, content.str()});
  }
  if (!problems.empty()) return failure(std::move(problems));
  return read(files);
}

Result<Catalogue, Problems> Catalogue::read(const std::vector<TextFile>& files) {
  Problems problems;
  std::array<WrittenFile, 3> written;
  std::array<int, 3> given{};
  for (const TextFile& file : files) {
    written[index_of(file.language)] = read_text_file(file, problems);
    ++given[index_of(file.language)];
  }
  for (const Language language : all_languages) {
    if (given[index_of(language)] == 1) continue;
    problems.push_back(problem({}, "text-file", fmt::format("expected one text file in {}, found {}",
                                                            to_text(language),
                                                            given[index_of(language)])));
  }
  // What a file lacks because it could not be read is not worth a problem of its own.
  if (!problems.empty()) return failure(std::move(problems));
  Builder builder{std::move(written), problems};
  auto content = std::make_shared<Content>();
  content->texts = builder.texts();
  content->messages = builder.messages();
  content->check_headlines(problems);
  content->check_reasons(problems);
  if (problems.empty()) {
    for (const auto& [key, text] : content->texts) content->check_pushes(key, problems);
  }
  if (!problems.empty()) return failure(std::move(problems));
  content->compute_facts();
  content->compute_version();
  return Catalogue{std::move(content)};
}

namespace {

// The place that an override fills, or null.
Translations* place_of(std::map<std::string, Text, std::less<>>& texts,
                       std::map<std::string, Translations, std::less<>>& messages,
                       const Override& words) {
  if (words.field.empty()) {
    const auto message = messages.find(words.key);
    return message == messages.end() ? nullptr : &message->second;
  }
  const auto text = texts.find(words.key);
  if (text == texts.end()) return nullptr;
  const auto field = text->second.fields.find(words.field);
  return field == text->second.fields.end() ? nullptr : &field->second;
}

}  // namespace

Result<Catalogue, Problems> Catalogue::with(const std::vector<Override>& overrides) const {
  Problems problems;
  auto content = std::make_shared<Content>(*content_);
  for (const Override& words : overrides) {
    const std::string what = words.field.empty()
                                 ? fmt::format("message `{}`", words.key)
                                 : fmt::format("text `{}`, {}", words.key, words.field);
    Translations* place = place_of(content->texts, content->messages, words);
    if (place == nullptr) {
      std::vector<std::string> known;
      for (const auto& [key, text] : content->texts) known.push_back(key);
      for (const auto& [name, message] : content->messages) known.push_back(name);
      const std::string close = nearest(words.key, known);
      problems.push_back(problem(words.where, "unknown-text",
                                 fmt::format("{}: the service has no such text", what),
                                 close.empty() || close == words.key
                                     ? ""
                                     : fmt::format("did you mean `{}`?", close)));
      continue;
    }
    auto pattern = Pattern::parse(words.pattern, Formats::of(words.language));
    if (!pattern) {
      problems.push_back(problem(words.where, pattern.error().rule,
                                 fmt::format("{}: {}", what, pattern.error().what)));
      continue;
    }
    // A municipality may say less than the service does, but not more than the status supplies.
    const auto text_facts = content_->facts.texts.find(words.key);
    const auto supplied = words.field.empty() ? content_->facts.messages.at(words.key)
                                              : text_facts->second.arguments;
    for (const auto& [name, argument] : pattern->arguments()) {
      if (supplied.contains(name)) continue;
      problems.push_back(problem(words.where, "unknown-argument",
                                 fmt::format("{}: expected arguments of {}, found `{}`", what,
                                             names_of(supplied), name)));
    }
    place->patterns[index_of(words.language)] =
        std::make_shared<const Pattern>(std::move(*pattern));
    place->where[index_of(words.language)] = words.where;
  }
  if (problems.empty()) {
    content->check_headlines(problems);
    std::set<std::string> pushed;
    for (const Override& words : overrides) {
      if (words.field == "sms" || words.field == "email") pushed.insert(words.key);
    }
    for (const std::string& key : pushed) content->check_pushes(key, problems);
  }
  if (!problems.empty()) return failure(std::move(problems));
  content->compute_facts();
  content->compute_version();
  return Catalogue{std::move(content)};
}

const std::string& Catalogue::version() const { return content_->version; }

const Facts& Catalogue::facts() const { return content_->facts; }

bool Catalogue::has_message(std::string_view name) const {
  return content_->messages.find(name) != content_->messages.end();
}

Result<std::string, RenderError> Catalogue::text(std::string_view key, std::string_view field,
                                                 const Viewer& viewer, const Json& args) const {
  const auto text = content_->texts.find(key);
  const Translations* translations = nullptr;
  if (text != content_->texts.end()) {
    auto found = text->second.fields.find(std::string{field});
    if (field == "email" && found == text->second.fields.end()) {
      found = text->second.fields.find("sms");
    }
    if (found != text->second.fields.end()) translations = &found->second;
  }
  if (translations == nullptr) {
    return failure(RenderError{RenderError::Code::unknown_text,
                               fmt::format("there is no text `{}` with a field `{}`", key, field)});
  }
  Json all = args.is_object() ? args : Json::object();
  all["viewer"] = viewer.role == Viewer::Role::applicant ? "applicant" : "other";
  auto made = content_->format(*translations, viewer.language, all, text->second.reasons);
  if (!made) {
    made.error().what =
        fmt::format("text `{}`, {} in {}: {}", key, field, to_text(viewer.language),
                    made.error().what);
  }
  return made;
}

Result<std::string, RenderError> Catalogue::message(Language language, std::string_view name,
                                                    const Json& args) const {
  const auto found = content_->messages.find(name);
  if (found == content_->messages.end()) {
    return failure(RenderError{RenderError::Code::unknown_text,
                               fmt::format("there is no message `{}`", name)});
  }
  auto made = content_->format(found->second, language, args, "");
  if (!made) {
    made.error().what = fmt::format("message `{}` in {}: {}", name, to_text(language),
                                    made.error().what);
  }
  return made;
}

namespace {

// `resident` means somebody among the parties; who may do nothing now reads that another must.
std::string turn_message(const Status& status, const Viewer& viewer) {
  const bool may_act = std::any_of(
      status.actions.begin(), status.actions.end(), [&](const std::string& action) {
        return std::find(viewer.allowed_actions.begin(), viewer.allowed_actions.end(), action) !=
               viewer.allowed_actions.end();
      });
  if (status.turn == "resident" && !may_act) return "ui.turn_other_parent";
  return "ui.turn_" + status.turn;
}

}  // namespace

Result<Rendered, RenderError> Catalogue::render(const Json& published_status, const Viewer& viewer,
                                                Date today, const Json& configured) const {
  const auto status = from_published(published_status);
  if (!status) return failure(RenderError{RenderError::Code::bad_status, status.error()});
  Json args = status->args;
  if (configured.is_object()) args.update(configured);
  Rendered rendered;
  rendered.key = status->text;
  rendered.turn = status->turn;
  rendered.by = status->by;
  const std::pair<const char*, std::string*> fields[] = {{"headline", &rendered.headline},
                                                         {"body", &rendered.body},
                                                         {"next", &rendered.next}};
  for (const auto& [field, place] : fields) {
    auto made = text(status->text, field, viewer, args);
    if (!made) return failure(std::move(made.error()));
    *place = std::move(*made);
  }
  auto turn = message(viewer.language, turn_message(*status, viewer));
  if (!turn) return failure(std::move(turn.error()));
  rendered.turn_text = std::move(*turn);
  if (status->by && *status->by >= today && has_message("ui.days_left")) {
    auto left = message(viewer.language, "ui.days_left", {{"left", (*status->by - today).count()}});
    if (!left) return failure(std::move(left.error()));
    rendered.days_left = std::move(*left);
  }
  if (status->delayed) {
    // The register's own name: from configuration, else from the service's `system` group.
    Json register_name = args.contains("register") ? args["register"] : Json();
    if (register_name.is_null()) {
      auto name = message(viewer.language, "system." + status->delayed->system);
      if (!name) return failure(std::move(name.error()));
      register_name = std::move(*name);
    }
    auto delayed = message(viewer.language, "ui.call_delayed", {{"register", register_name}});
    if (!delayed) return failure(std::move(delayed.error()));
    rendered.delayed = std::move(*delayed);
  }
  return rendered;
}

}  // namespace elukaar::texts
