#pragma once

#include <string>
#include <thread>
#include <utility>

#include "adapters/postgres/operations.hpp"
#include "app/observability.hpp"
#include "operations/retention.hpp"

namespace elukaar::app {

// The thread of a process with the role `orchestrator` that erases what is to be kept no longer: it works from
// when this is made until it is destroyed. `log` must outlive it.
class Housekeeping {
 public:
  Housekeeping(std::string connection, Observability& log)
      : store_(std::move(connection)),
        retention_(store_, {[&log](const std::string& what) { log.info(what); },
                            [&log](const std::string& what) { log.fault(what); }}),
        thread_([this](std::stop_token stop) { retention_.run(std::move(stop)); }) {}

 private:
  adapters::postgres::PgOperations store_;
  operations::Retention retention_;
  std::jthread thread_;  // last: ends first
};

}  // namespace elukaar::app
