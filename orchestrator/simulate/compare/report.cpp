#include "simulate/compare/report.hpp"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "simulate/world/moment.hpp"
#include "documents/markup.hpp"

namespace elukaar::simulate {
namespace {

std::string name_of(const Outcome& outcome) {
  return fmt::format("{} [{}]", outcome.file.string(), outcome.municipality);
}

std::string place(const SourcePosition& where) {
  return fmt::format("{}:{}:{}", where.file, where.line, where.column);
}

std::string details(const Outcome& outcome) {
  std::string text;
  for (const Problem& problem : outcome.problems) text += to_text(problem) + "\n";
  for (const Mismatch& each : outcome.mismatches) {
    text += fmt::format("{}: {}\n  - expected: {}\n  + found:    {}\n", place(each.where), each.what,
                        each.expected, each.found);
  }
  if (!text.empty() && outcome.step > 0) {
    text += fmt::format("in step {}, on {}\n", outcome.step, to_moment_text(outcome.at));
    constexpr std::size_t most_shown = 8;
    const std::size_t from =
        outcome.path.size() > most_shown ? outcome.path.size() - most_shown : 0;
    if (!outcome.path.empty()) text += "so far:\n";
    for (std::size_t i = from; i < outcome.path.size(); ++i) text += "  " + outcome.path[i] + "\n";
  }
  return text;
}

// Most control characters may not stand in XML at all.
std::string xml(std::string text) {
  std::erase_if(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
  });
  return documents::escape_markup(text);
}

Json seen_json(const Seen& seen) {
  return {{"reached", seen.reached()}, {"of", seen.all.size()}, {"missed", seen.missed()}};
}

}  // namespace

void print_outcome(const Outcome& outcome, bool all, std::ostream& out) {
  if (outcome.passed()) {
    if (all) out << fmt::format("ok      {}: {}\n", name_of(outcome), outcome.title);
    return;
  }
  out << fmt::format("FAILED  {}: {}\n", name_of(outcome), outcome.title);
  std::string text = details(outcome);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    out << "    " << text.substr(at, end - at) << '\n';
    at = end + 1;
  }
}

void print_coverage(const Coverage& coverage, bool missed, std::ostream& out) {
  for (const auto& [name, service] : coverage.services()) {
    out << fmt::format("{}: {} of {} states, {} of {} transitions, {} of {} texts\n", name,
                       service.states.reached(), service.states.all.size(),
                       service.transitions.reached(), service.transitions.all.size(),
                       service.texts.reached(), service.texts.all.size());
    if (!missed) continue;
    for (const auto& [what, seen] : {std::pair{"state", &service.states},
                                     std::pair{"transition", &service.transitions},
                                     std::pair{"text", &service.texts}}) {
      for (const std::string& each : seen->missed()) {
        out << fmt::format("  never reached: {} {}\n", what, each);
      }
    }
  }
}

Json outcomes_json(const std::vector<Outcome>& outcomes, const Coverage& coverage) {
  Json list = Json::array();
  std::size_t failed = 0;
  for (const Outcome& outcome : outcomes) {
    Json each = {{"file", outcome.file.string()},
                 {"municipality", outcome.municipality},
                 {"scenario", outcome.title},
                 {"passed", outcome.passed()},
                 {"step", outcome.step},
                 {"at", to_rfc3339(outcome.at)},
                 {"path", outcome.path},
                 {"mismatches", Json::array()},
                 {"problems", Json::array()}};
    for (const Mismatch& mismatch : outcome.mismatches) {
      each["mismatches"].push_back({{"line", mismatch.where.line},
                                    {"column", mismatch.where.column},
                                    {"what", mismatch.what},
                                    {"expected", mismatch.expected},
                                    {"found", mismatch.found}});
    }
    for (const Problem& problem : outcome.problems) {
      each["problems"].push_back({{"file", problem.where.file},
                                  {"line", problem.where.line},
                                  {"column", problem.where.column},
                                  {"rule", problem.rule},
                                  {"what", problem.what},
                                  {"hint", problem.hint}});
    }
    if (!outcome.passed()) ++failed;
    list.push_back(std::move(each));
  }
  Json covered = Json::object();
  for (const auto& [name, service] : coverage.services()) {
    covered[name] = {{"states", seen_json(service.states)},
                     {"transitions", seen_json(service.transitions)},
                     {"texts", seen_json(service.texts)}};
  }
  return {{"scenarios", list}, {"failed", failed}, {"coverage", covered}};
}

std::string outcomes_junit(const std::vector<Outcome>& outcomes) {
  const auto failures = std::count_if(outcomes.begin(), outcomes.end(),
                                      [](const Outcome& each) { return !each.passed(); });
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text += fmt::format("<testsuites tests=\"{}\" failures=\"{}\">\n", outcomes.size(), failures);
  for (const Outcome& outcome : outcomes) {
    const double seconds = static_cast<double>(outcome.took.count()) / 1e6;
    const int failed = outcome.passed() ? 0 : 1;
    text += fmt::format("  <testsuite name=\"{}\" tests=\"1\" failures=\"{}\" time=\"{:.3f}\">\n",
                        xml(outcome.file.string()), failed, seconds);
    text += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                        xml(outcome.municipality), xml(outcome.title), seconds);
    if (outcome.passed()) {
      text += "/>\n";
    } else {
      text += fmt::format(">\n      <failure message=\"step {}\">{}</failure>\n    </testcase>\n",
                          outcome.step, xml(details(outcome)));
    }
    text += "  </testsuite>\n";
  }
  return text + "</testsuites>\n";
}

}  // namespace elukaar::simulate
