#include "fuzz/target.hpp"
#include "workflow/load/compile.hpp"
#include "workflow/load/load.hpp"

namespace {

using namespace elukaar;

const workflow::SchemaTable& schemas() {
  static const workflow::SchemaTable table =
      workflow::read_schemas(ELUKAAR_SOURCE_DIR "/tests/unit/workflow/fixtures/content").value();
  return table;
}

}  // namespace

// Everything behind the reader: declarations, expressions, chart, clocks, the checks. Any document is
// a workflow or at least one error, and a workflow's canonical source is the same workflow.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = documents::read_yaml(fuzz::text(data, size), "fuzz.yaml");
  if (!read) return 0;
  for (const bool municipality : {false, true}) {
    Problems warnings;
    const auto compiled = workflow::compile(*read, {schemas(), nullptr, municipality}, warnings);
    if (!compiled) {
      fuzz::expect(!compiled.error().empty());
      continue;
    }
    if (!municipality) continue;
    const auto again = workflow::compile_canonical((*compiled)->canonical, schemas());
    fuzz::expect(again.has_value() && (*again)->digest == (*compiled)->digest);
  }
  return 0;
}
