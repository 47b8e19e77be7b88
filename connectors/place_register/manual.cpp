#include "place_register/manual.hpp"

#include <utility>

namespace elukaar::place_register {

Result<std::shared_ptr<const ManualRegister>, std::string> ManualRegister::make(
    const std::filesystem::path& folder) {
  auto operations = kit::load_operations(folder);
  if (!operations) return failure(std::move(operations.error()));
  return std::shared_ptr<const ManualRegister>(new ManualRegister(std::move(*operations)));
}

Result<kit::HttpRequest, kit::Outcome> ManualRegister::request(const kit::Call& call,
                                                               kit::PersonalData&) const {
  if (auto fits = kit::check_input(operations_, call); !fits) return failure(fits.error());
  return failure(kit::Outcome{kit::Entrusted{}});
}

kit::Outcome ManualRegister::read(const kit::Call&, const kit::HttpResponse&) const {
  return kit::Invalid{"no system is asked where officials play its role"};
}

kit::Outcome ManualRegister::judge(const kit::Call& call, Json output) const {
  if (output.is_object() && output.value("status", Json()) == "queued" &&
      !output.contains("queue")) {
    return kit::Invalid{"/queue: expected the place in the queue, for the status is `queued`"};
  }
  return kit::read_output(operations_, call, std::move(output));
}

}  // namespace elukaar::place_register
