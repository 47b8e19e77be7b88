#pragma once

#include <unistd.h>

#include <cstdlib>
#include <pqxx/pqxx>
#include <string>

namespace elukaar::test {

// The connection string with another database: ELUKAAR_TEST_POSTGRES may be a URI, to which words
// cannot be appended, or `name=value` words.
inline std::string with_database(const std::string& server, const std::string& name) {
  if (!server.starts_with("postgres")) return server + " dbname=" + name;
  return server.substr(0, server.find('/', server.find("//") + 2)) + "/" + name;
}

// Empty where there is no PostgreSQL to test with (tests/run starts one).
inline std::string test_server() {
  const char* server = std::getenv("ELUKAAR_TEST_POSTGRES");
  return server == nullptr ? "" : server;
}

// An empty database for one test binary, dropped at the end.
class TestDatabase {
 public:
  explicit TestDatabase(const std::string& purpose)
      : name_("elukaar_" + purpose + "_" + std::to_string(::getpid())) {
    pqxx::connection connection(test_server());
    pqxx::nontransaction(connection).exec("create database " + name_);
  }
  ~TestDatabase() {
    pqxx::connection connection(test_server());
    pqxx::nontransaction(connection).exec("drop database " + name_ + " with (force)");
  }
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  std::string address() const { return with_database(test_server(), name_); }

 private:
  std::string name_;
};

}  // namespace elukaar::test
