#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/source_position.hpp"
#include "base/timestamp.hpp"

namespace elukaar::texts {

enum class Language { et, en, ru };
inline constexpr Language all_languages[] = {Language::et, Language::en, Language::ru};
std::string_view to_text(Language language);  // "et"
std::optional<Language> parse_language(std::string_view text);

// Limits of text files.
inline constexpr std::size_t max_text_file_bytes = 1024 * 1024;
inline constexpr std::size_t max_pattern_bytes = 4096;
inline constexpr int max_group_depth = 6;

// How a pattern uses an argument; one argument may be used in several ways.
enum class Use { value, number, plural, date, time, select };

struct Argument {
  std::set<Use> uses;
  std::set<std::string> choices;  // selectors of `select` in any language, without `other`
};

// What a text has, for the workflow checker.
struct TextFacts {
  std::string key;      // "queued"
  std::string kind;     // empty: text of a state | message | view
  bool legal = false;   // bound to the releases that it fits
  std::string reasons;  // group under `reason` that may fill {reason}; empty: none
  // Field ("headline", "body", "next", "sms", "email") → where it stands, by language.
  std::map<std::string, std::map<Language, SourcePosition>> fields;
  std::map<std::string, std::map<std::string, Argument>> field_arguments;
  std::map<std::string, Argument> arguments;  // of all fields together
};

struct Facts {
  std::map<std::string, TextFacts> texts;
  // Plain messages by their dotted name ("ui.days_left", "reason.waiting.no_free_place") →
  // arguments.
  std::map<std::string, std::map<std::string, Argument>> messages;
};

// One text file by its content.
struct TextFile {
  std::string name;  // as problems call it
  Language language = Language::et;
  std::string content;
};

// One field of one text, or one message, in a municipality's own words.
struct Override {
  Language language = Language::et;
  std::string key;      // "offered", or a dotted message name
  std::string field;    // "sms"; empty for a message
  std::string pattern;
  SourcePosition where;
};

// Who reads. `other` is the guardian who did not apply, and everybody before somebody does.
struct Viewer {
  enum class Role { applicant, other };
  Role role = Role::other;
  Language language = Language::et;
  // The status's actions that this person may take now (access::allowed_actions).
  std::vector<std::string> allowed_actions;
};

// Why a text could not be made. Engine's own words, for an incident; never for a resident.
struct RenderError {
  enum class Code { unknown_text, missing_argument, wrong_kind, unknown_code, bad_status };
  Code code = Code::unknown_text;
  std::string what;  // "text `queued`, field body: argument `nextRound` is missing"
};

// A status as one person reads it; all texts are trimmed and complete.
struct Rendered {
  std::string key;
  std::string headline;
  std::string body;
  std::string next;
  std::string turn;       // as published
  std::string turn_text;  // ui.turn_…; who may do nothing reads that the other parent must
  std::optional<Date> by;
  std::string days_left;  // ui.days_left where `by` is today or later; else empty
  std::string delayed;    // ui.call_delayed while a register is silent; else empty
};

// The texts of one service in three languages: ICU MessageFormat patterns, all read and checked at
// load. Immutable and cheap to copy; const functions may be called by any number of threads at
// once.
//
// Arguments are JSON: numbers; texts; dates ("2027-04-01") and moments (RFC 3339), shown in
// Europe/Tallinn; true and false, which a `select` reads as yes and no; {et, en, ru} objects, of
// which the reader's language is taken. A text argument `reason` is a code of the text's own group
// (`reason.<group>.<code>`); any other text argument whose name is a group of messages is a code
// of that group (`rule: by-date` reads `rule.by-date`). Null counts as missing. A missing argument
// or an unknown code is an error: there is never half a text.
class Catalogue {
 public:
  // Reads et.yaml, en.yaml and ru.yaml in `folder`. All problems at once.
  static Result<Catalogue, Problems> load(const std::filesystem::path& folder);
  static Result<Catalogue, Problems> read(const std::vector<TextFile>& files);
  // The same catalogue with a municipality's words in place; shares what it does not replace.
  Result<Catalogue, Problems> with(const std::vector<Override>& overrides) const;

  // Digest (hex) of the content, recorded with every text shown or sent.
  const std::string& version() const;
  const Facts& facts() const;

  // One field of a text ("sms"), with `viewer` filled in. Where no `email` is written, the short
  // form `sms` is its text.
  Result<std::string, RenderError> text(std::string_view key, std::string_view field,
                                        const Viewer& viewer, const Json& args) const;
  // A plain message by its dotted name: "ui.turn_resident".
  Result<std::string, RenderError> message(Language language, std::string_view name,
                                           const Json& args = Json::object()) const;
  bool has_message(std::string_view name) const;

  // What this viewer reads for a published status (status.hpp) on the day `today` (in Tallinn).
  // `configured` holds arguments from configuration (localised register and rule names), which win
  // over the status's own of the same name.
  Result<Rendered, RenderError> render(const Json& published_status, const Viewer& viewer,
                                       Date today, const Json& configured = Json::object()) const;

 private:
  struct Content;
  explicit Catalogue(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  std::shared_ptr<const Content> content_;
};

}  // namespace elukaar::texts
