#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

// What an author asks of a file, on a laptop, without a database, a broker or a network: `elukaar
// workflow render|explain|preview|new` and `elukaar cel`. Each returns the exit code: 0 all well, 1
// something is wrong with the files, the expression or (preview) a text's length, 2 the command makes
// no sense. What was asked for goes to `out`, what kept it from being done to `err`.
namespace elukaar::app {

struct RenderOptions {
  std::filesystem::path path;  // a base or a municipality's file
  std::filesystem::path content_dir = ".";  // where events/, connectors/ and workflows/ are
  std::string format = "html";  // mermaid | dot | svg | html
  std::filesystem::path output;  // empty: to `out`
};
int render_workflow(const RenderOptions& options, std::ostream& out, std::ostream& err);

struct ExplainOptions {
  std::filesystem::path path;
  std::filesystem::path content_dir = ".";
  std::string language = "en";  // et | en | ru
  std::string format = "text";  // text | json
};
int explain_workflow(const ExplainOptions& options, std::ostream& out, std::ostream& err);

struct PreviewOptions {
  std::filesystem::path path;
  std::filesystem::path content_dir = ".";
  std::string text;      // empty: every text that the file shows
  std::string language;  // empty: all three
  std::string format = "text";
};
int preview_texts(const PreviewOptions& options, std::ostream& out, std::ostream& err);

struct NewOptions {
  std::string name;  // of the folder: small letters, digits and dashes
  std::filesystem::path content_dir = ".";
  // A municipality: its EHAK code, and whose files are copied. Without these, a service.
  std::string ehak;
  std::string like;
  std::string title;  // "Saku vald"; empty: made of the name
};
// Writes files that pass lint and says what to edit next; never over a file that exists.
int new_workflow(const NewOptions& options, std::ostream& out, std::ostream& err);

struct CelOptions {
  std::string expression;      // also between `{{` and `}}`
  // A JSON object: its members are the variables; `now`, `enteredAt` (times) and `states` (paths) are
  // the case's. Empty: nothing is known.
  std::filesystem::path with;
};
// Prints the value as JSON. Types are taken from the data, so that a field that it lacks is told.
int evaluate_cel(const CelOptions& options, std::ostream& out, std::ostream& err);

}  // namespace elukaar::app
