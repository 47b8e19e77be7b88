#pragma once

#include <iosfwd>
#include <string>

#include "app/settings.hpp"
#include "operations/parked.hpp"

// What an operator does from the command line. Each returns the exit code: 0 done, 1 done but something
// is to be looked at, 2 it could not be done, for which one line on `err` says what to change.
namespace elukaar::app {

int keys_init(const Settings& settings, std::ostream& out, std::ostream& err);
// Topics and schema; both are left alone where they are up to date.
int setup(const Settings& settings, std::ostream& out);

int clock_set(const Settings& settings, double offset_seconds, double factor, std::ostream& out,
              std::ostream& err);
int clock_reset(const Settings& settings, std::ostream& out, std::ostream& err);
int clock_show(const Settings& settings, std::ostream& out);

int counts(const Settings& settings, const std::string& format, std::ostream& out);

int parked_list(const Settings& settings, int most, const std::string& format, std::ostream& out);
int parked_retry(const Settings& settings, const operations::ParkedChoice& choice, std::ostream& out,
                 std::ostream& err);

int case_show(const Settings& settings, const std::string& id, const std::string& format,
              std::ostream& out, std::ostream& err);
// Whether every journal row of the case follows from the one before: the hash chain.
int case_verify(const Settings& settings, const std::string& id, std::ostream& out,
                std::ostream& err);
int case_order(const Settings& settings, const std::string& id, operations::Order order,
               const std::string& operator_name, const std::string& reason, std::ostream& out,
               std::ostream& err);

}  // namespace elukaar::app
