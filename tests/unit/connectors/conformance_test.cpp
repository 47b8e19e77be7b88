#include "kit/conformance.hpp"

#include "support/roles.hpp"
#include "systems/place_register/place_register.hpp"
#include "systems/population_register/population_register.hpp"
#include "kit/template/my_register.hpp"

namespace elukaar {
namespace {

xroad_rest::Route route(const char* service) {
  return {.security_server = "https://server.example:8443",
          .client = {"EE", "GOV", "70000001", "elukaar"},
          .provider = {"EE", "GOV", "70008440", "rr"},
          .service = service,
          .user_id = {}};
}

struct PopulationRegisterCase {
  static std::shared_ptr<const kit::Connector> connector() {
    return std::make_shared<population_register::PopulationRegister>(
        route("elukaar-rahvastik"), test::operations("population-register"));
  }
  static std::vector<kit::conformance::Example> examples() {
    return {{.operation = "family",
             .input = {{"child", "p1_child"}},
             .body = R"({"alive":true,"livesHere":true,"protected":false,"guardians":[
               {"personalCode":"38206084915","firstName":"Mari","lastName":"Maasikas"}]})"},
            {.operation = "residence",
             .input = {{"child", "p1_child"}, {"applicant", "p1_applicant"}},
             .body = R"({"childLivesHere":true,"applicantLivesHere":true,"custody":true,
               "childSince":"2024-01-20","asOf":"2026-05-04"})"}};
  }
};

struct PlaceRegisterCase {
  static std::shared_ptr<const kit::Connector> connector() {
    return std::make_shared<place_register::PlaceRegister>(route("elukaar-koht"),
                                                           *place_register::profile("arno"),
                                                           test::operations("place-register"));
  }
  static std::vector<kit::conformance::Example> examples() {
    return {{.operation = "register",
             .input = Json::parse(R"({"child":"p1_child","application":{"id":"a-1",
               "submittedAt":"2026-05-04T06:00:00Z","wishedStart":"2027-09-01","language":"et",
               "preferences":["taru-lasteaed"]}})"),
             .status = 201,
             .body = R"({"registerId":"K-1","status":"Järjekorras","queues":[{"scope":"taru-lasteaed",
               "position":12,"of":30,"ruleRef":"application-time"}]})"},
            {.operation = "answer",
             .input = Json::parse(R"({"child":"p1_child","application":{"id":"a-1"},
               "offer":{"id":"o-1"},"answer":"accept","answeredAt":"2027-04-07T17:12:00Z"})"),
             .body = R"({"status":"koht vastu võetud"})"},
            {.operation = "withdraw",
             .input = Json::parse(R"({"child":"p1_child","application":{"id":"a-1"},
               "reason":"family"})"),
             .body = R"({"status":"tagasi võetud"})"}};
  }
};

struct TemplateCase {
  static std::shared_ptr<const kit::Connector> connector() {
    const std::filesystem::path source{ELUKAAR_SOURCE_DIR};
    return std::make_shared<my_register::MyRegister>(
        route("my-service"),
        kit::load_operations(source / "connectors/kit/template/operations").value());
  }
  static std::vector<kit::conformance::Example> examples() {
    return {{.operation = "lookup", .input = {{"person", "p1_a"}}, .body = R"({"known":true})"}};
  }
};

}  // namespace
}  // namespace elukaar

ELUKAAR_CONNECTOR_CONFORMANCE(PopulationRegister, PopulationRegisterCase);
ELUKAAR_CONNECTOR_CONFORMANCE(PlaceRegister, PlaceRegisterCase);
ELUKAAR_CONNECTOR_CONFORMANCE(Template, TemplateCase);
