#include "fuzz/target.hpp"
#include "documents/yaml.hpp"

// The loader's first step: any bytes are a document or problems, within its limits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = elukaar::documents::read_yaml(elukaar::fuzz::text(data, size), "fuzz.yaml");
  if (!read) {
    elukaar::fuzz::expect(!read.error().empty());
    return 0;
  }
  // Whatever was read can be written and read again to the same.
  const auto json = elukaar::documents::to_ordered_json(*read);
  const auto again = elukaar::documents::from_json(json, "fuzz.yaml");
  elukaar::fuzz::expect(elukaar::documents::to_ordered_json(again) == json);
  return 0;
}
