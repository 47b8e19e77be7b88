#include "office/sending.hpp"

#include <chrono>
#include <future>
#include <memory>

#include "base/real_time.hpp"

namespace elukaar::office {
namespace {

constexpr std::chrono::seconds sends_within{20};

}  // namespace

Send send_through(engine::Intake& intake, const cloudevents::SchemaCatalogue& forms) {
  return [&intake, types = forms.types()](
             const Municipality& municipality,
             const std::string& body) -> Result<void, engine::IntakeRefusal> {
    const engine::IntakeCredential office{"office", {}, municipality, source_of(municipality), types};
    const auto answer = std::make_shared<std::promise<engine::Intake::Outcome>>();
    auto outcome = answer->get_future();
    intake.accept_from(
        office, "application/cloudevents+json", body, real_now(),
        [answer](engine::Intake::Outcome came) { answer->set_value(std::move(came)); });
    if (outcome.wait_for(sends_within) != std::future_status::ready) {
      return failure(engine::IntakeRefusal{503, "late", "the broker has not answered in time"});
    }
    const auto came = outcome.get();
    if (!came) return failure(came.error());
    return {};
  };
}

}  // namespace elukaar::office
