#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/calls/dispatcher.hpp"
#include "engine/lanes/worker.hpp"

namespace elukaar::app {

// Where the program says what it does: log lines as JSON on standard error, and figures for Prometheus.
// Neither ever holds a personal value: ids, codes and reasons only. Safe for any thread.
class Observability final : public engine::WorkerObserver {
 public:
  // `level`: debug | info | warn | error.
  explicit Observability(const std::string& level);
  ~Observability() override;

  void batch_done(const engine::BatchResult& result, std::size_t records,
                  std::chrono::microseconds took) override;
  void info(const std::string& what) override;
  void fault(const std::string& what) override;

  void note(const engine::DispatchNote& note);
  void access(const std::string& method, const std::string& route, int status,
              std::chrono::microseconds took);

  // The figures in Prometheus' text format.
  std::string metrics() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace elukaar::app
