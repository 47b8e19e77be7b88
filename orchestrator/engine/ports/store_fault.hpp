#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace elukaar::engine {

// What a store throws where it cannot do what it was asked, now or at all. Its words hold no personal data.
// Whatever the fault, nothing has changed but after a commit whose outcome is unknown (SQLSTATE 08007).
class StoreFault : public std::runtime_error {
 public:
  enum class Kind {
    connection_lost,  // the store is away, or gave up for reasons of its own
    conflict,         // deadlock or serialization failure: the same again may succeed at once
    refused           // this content never will be taken
  };
  // `sqlstate` is empty where there was none.
  StoreFault(Kind kind, std::string sqlstate, const std::string& what)
      : std::runtime_error(what), kind_(kind), sqlstate_(std::move(sqlstate)) {}

  Kind kind() const { return kind_; }
  const std::string& sqlstate() const { return sqlstate_; }
  // Whether the same call may well succeed later.
  bool may_be_repeated() const { return kind_ != Kind::refused; }

 private:
  Kind kind_;
  std::string sqlstate_;
};

}  // namespace elukaar::engine
