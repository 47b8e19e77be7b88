#pragma once

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <pqxx/pqxx>
#include <string>
#include <utility>

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

// An empty database of `server`, dropped at the end.
class TestDatabase {
 public:
  explicit TestDatabase(const std::string& purpose, std::string server = test_server())
      : server_(std::move(server)), name_("elukaar_" + purpose + "_" + std::to_string(::getpid())) {
    pqxx::connection connection(server_);
    pqxx::nontransaction(connection).exec("create database " + name_);
  }
  // Connections that a test has left open are ended first. `drop database … with (force)` would end them
  // too, but is refused to anybody but a superuser while the server itself vacuums there; a plain drop
  // makes that give way.
  ~TestDatabase() {
    try {
      pqxx::connection connection(server_);
      pqxx::nontransaction work(connection);
      work.exec("select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                " where backend_type = 'client backend' and datname = '" + name_ + "'");
      work.exec("drop database " + name_);
    } catch (const std::exception& failed) {
      std::cerr << "cannot drop " << name_ << ": " << failed.what() << std::endl;
    }
  }
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  std::string address() const { return with_database(server_, name_); }

 private:
  std::string server_;
  std::string name_;
};

}  // namespace elukaar::test
