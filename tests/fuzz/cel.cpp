#include "cel/program.hpp"
#include "fuzz/target.hpp"

namespace {

using elukaar::Json;

const Json event = Json::parse(R"({"type":"t","time":"2026-05-01T06:00:00Z",
  "data":{"id":"a","n":3,"x":1.5,"list":[1,2,3],"on":"2026-04-20","deep":{"k":{"v":null}}}})");

}  // namespace

// Parse, check and evaluate: any text is a value or a problem, in at most the budget's steps.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace elukaar;
  cel::Environment environment;
  environment.dynamic = true;
  for (const char* name : {"event", "context", "parameters", "now"}) {
    environment.variables.emplace(name, cel::Type());
  }
  const auto program = cel::compile(fuzz::text(data, size), {"fuzz", 1, 1}, environment);
  if (!program) {
    fuzz::expect(!program.error().empty());
    return 0;
  }
  cel::Activation with;
  with.event = &event;
  with.context = &event["data"];
  with.parameters = &event["data"]["deep"];
  with.now = Timestamp{};
  const auto value = program->evaluate(with);
  const auto again = program->evaluate(with);
  fuzz::expect(value.has_value() == again.has_value());
  if (value) fuzz::expect(value->dump(-1, ' ', false, Json::error_handler_t::replace) ==
                          again->dump(-1, ' ', false, Json::error_handler_t::replace));
  return 0;
}
