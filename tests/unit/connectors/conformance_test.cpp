// Every connector of the list and the template, judged by what all must keep and by what their transports demand.
#include "kit/conformance.hpp"

#include "kit/template/my_register.hpp"
#include "support/roles.hpp"
#include "systems/all.hpp"
#include "transport/all_conformance.hpp"

namespace elukaar {

const std::vector<kit::conformance::Subject>& kit::conformance::subjects() {
  static const std::vector<Subject> all = [] {
    const std::filesystem::path connectors = std::filesystem::path{ELUKAAR_SOURCE_DIR} / "connectors";
    std::vector<Subject> some;
    const auto add = [&](const Registration& each, const std::vector<Operation>& operations,
                         const std::filesystem::path& folder) {
      for (Subject& one : subjects_of(each, operations, folder)) some.push_back(std::move(one));
    };
    for (const Registration& each : systems::all_connectors()) {
      add(each, test::operations(each.role), connectors / "systems" / each.folder);
    }
    const auto folder = connectors / "kit/template";
    add(my_register::registration(), load_operations(folder / "operations").value(), folder);
    return some;
  }();
  return all;
}

namespace {

TEST(Connectors, speak_transports_of_the_list_alone) {
  const std::vector<std::string> known = transports::judged();
  ASSERT_GE(kit::conformance::subjects().size(), 4U);
  for (const auto& each : kit::conformance::subjects()) {
    EXPECT_NE(std::find(known.begin(), known.end(), each.transport), known.end())
        << each.name << " speaks " << each.transport << ", which no checks of connectors/transport judge";
  }
}

}  // namespace
}  // namespace elukaar
