#include "app/observability.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/json.hpp"

namespace elukaar::app {

struct Observability::Implementation {
  std::shared_ptr<spdlog::logger> log = spdlog::stderr_logger_mt("elukaar");
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& inputs =
      prometheus::BuildCounter()
          .Name("elukaar_inputs_total")
          .Help("Inputs by what became of them; parked ones by `parked`")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& parked =
      prometheus::BuildCounter()
          .Name("elukaar_parked_total")
          .Help("Records parked, by reason")
          .Register(registry);
  prometheus::Counter& faults = prometheus::BuildCounter()
                                    .Name("elukaar_faults_total")
                                    .Help("Faults of workers and dispatchers, each also logged")
                                    .Register(registry)
                                    .Add({});
  prometheus::Family<prometheus::Counter>& calls =
      prometheus::BuildCounter()
          .Name("elukaar_call_notes_total")
          .Help("What dispatchers had to note of connector calls, by role and kind")
          .Register(registry);
  prometheus::Histogram& batches =
      prometheus::BuildHistogram()
          .Name("elukaar_batch_seconds")
          .Help("Time of one batch from the first record to the commit")
          .Register(registry)
          .Add({}, prometheus::Histogram::BucketBoundaries{0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
                                                           0.1, 0.2, 0.5, 1, 5});
  prometheus::Counter& records = prometheus::BuildCounter()
                                     .Name("elukaar_records_total")
                                     .Help("Records taken from topics")
                                     .Register(registry)
                                     .Add({});
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter()
          .Name("elukaar_http_requests_total")
          .Help("HTTP requests by route and status")
          .Register(registry);

  void write(spdlog::level::level_enum level, const char* event, Json fields) {
    if (!log->should_log(level)) return;
    fields["event"] = event;
    // The members of the object go behind time and level of the pattern.
    const std::string text = fields.dump(-1, ' ', false, Json::error_handler_t::replace);
    log->log(level, "{}", std::string_view{text}.substr(1));
  }
};

Observability::Observability(const std::string& level) : implementation_(new Implementation) {
  implementation_->log->set_pattern(R"({"at":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)",
                                    spdlog::pattern_time_type::utc);
  implementation_->log->set_level(spdlog::level::from_str(level));
  implementation_->log->flush_on(spdlog::level::info);
}

Observability::~Observability() { spdlog::drop("elukaar"); }

void Observability::batch_done(const engine::BatchResult& result, std::size_t records,
                               std::chrono::microseconds took) {
  auto& all = *implementation_;
  all.batches.Observe(static_cast<double>(took.count()) / 1e6);
  all.records.Increment(static_cast<double>(records));
  for (const auto& [disposition, count] : result.dispositions) {
    all.inputs.Add({{"disposition", disposition}}).Increment(static_cast<double>(count));
  }
  for (const engine::BatchNote& note : result.notes) {
    const bool parked = note.kind == engine::BatchNote::Kind::parked;
    if (parked) all.parked.Add({{"reason", note.reason}}).Increment();
    Json fields = {{"municipality", note.ref.municipality.str()},
                   {"event_id", note.key.id},
                   {"source", note.key.source},
                   {"reason", note.reason},
                   {"detail", note.sentence}};
    if (!note.ref.id.is_nil()) fields["case_id"] = note.ref.id.str();
    all.write(spdlog::level::warn, parked ? "parked" : "incident", std::move(fields));
  }
  if (all.log->should_log(spdlog::level::debug)) {
    all.write(spdlog::level::debug, "batch",
              {{"records", records}, {"internal", result.internal_inputs}, {"us", took.count()}});
  }
}

void Observability::fault(const std::string& what) {
  implementation_->faults.Increment();
  implementation_->write(spdlog::level::err, "fault", {{"detail", what}});
}

void Observability::note(const engine::DispatchNote& note) {
  static constexpr const char* kinds[] = {"delayed", "gave_up", "refused",
                                          "invalid", "too_late", "fault"};
  const char* kind = kinds[static_cast<int>(note.kind)];
  implementation_->calls.Add({{"role", note.role}, {"kind", kind}}).Increment();
  implementation_->write(spdlog::level::warn, "call",
                         {{"kind", kind},
                          {"municipality", note.municipality.str()},
                          {"case_id", note.case_id.str()},
                          {"call_id", note.call.str()},
                          {"operation", note.role + "." + note.operation},
                          {"detail", note.detail}});
}

void Observability::info(const std::string& what) {
  implementation_->write(spdlog::level::info, "info", {{"detail", what}});
}

void Observability::access(const std::string& method, const std::string& route, int status,
                           std::chrono::microseconds took) {
  implementation_->requests
      .Add({{"method", method}, {"route", route}, {"status", std::to_string(status)}})
      .Increment();
  implementation_->write(
      spdlog::level::debug, "request",
      {{"method", method}, {"route", route}, {"status", status}, {"us", took.count()}});
}

std::string Observability::metrics() const {
  return prometheus::TextSerializer{}.Serialize(implementation_->registry.Collect());
}

}  // namespace elukaar::app
