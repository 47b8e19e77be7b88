#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "access/access.hpp"
#include "base/json.hpp"

namespace elukaar::notify {

// Something that people are told of a case.
struct Message {
  enum class Kind {
    notice,     // to know
    action,     // it is the resident's turn
    correction  // of what was said before: `args.corrects` names its text
  };
  Kind kind = Kind::notice;
  std::string text;                // key of the text
  Json args;                       // what it is filled with
  std::vector<std::string> roles;  // to whom, in the words of workflow files; empty: whoever has a part in the case
};

// To whom a published status is shown, in the words of workflow files; empty for none.
std::vector<std::string> visible_to(const Json& status);

// What a step says by the status that it has published, where the text was `former` before (empty: none). Nothing
// where the text is the same (other arguments alone are no news), where nothing is shown, and where the file says
// that it is no message (`push: none`).
std::optional<Message> message_of_status(const std::string& former, const Json& status);

// What a step says because its file asks for it, whatever is shown. `request`: {text, args}.
Message message_of_request(const Json& request);

// Who is told: each person with a part at `now`, once, sorted.
std::vector<Pseudonym> audience_of(const Message& message, std::span<const access::Party> parties,
                                   Timestamp now);

}  // namespace elukaar::notify
