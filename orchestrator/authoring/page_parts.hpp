#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace elukaar::authoring {

// The parts that a page is put together from, read of one HTML file. `<!-- part: NAME -->` on a line of its
// own begins one; it ends before the next such line, without blank lines at its end. What stands before the
// first is for whoever edits the file. In a part `{{name}}` is replaced by a value made fit for HTML,
// `{{{name}}}` by one that is HTML already.
//
// The file is the program's own: a part or a value that is missing ends the program with its name.
class PageParts {
 public:
  using Values = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  explicit PageParts(std::string_view file);

  std::string fill(std::string_view part, Values values = {}) const;

 private:
  std::map<std::string, std::string, std::less<>> parts_;
};

}  // namespace elukaar::authoring
