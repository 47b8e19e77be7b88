// What the simulated population register tells when something happens to a family.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PopulationRegister } from "../../../connectors/systems/population_register/simulator.mjs";

const code = "52503150198";
const mother = { personalCode: "48206084915", firstName: "Mari", lastName: "Maasikas", address: "Näidise 1" };
const father = { personalCode: "38206084915", firstName: "Mart", lastName: "Maasikas", address: "Näidise 1" };

function register() {
  const told = [];
  const clock = { today: () => "2026-05-04", now: () => "2026-05-04T08:00:00Z" };
  const population = new PopulationRegister(clock, (event, kov) => told.push({ kov, type: event.type, data: event.data }));
  population.learn({ child: { personalCode: code, firstName: "Anu", lastName: "Maasikas", bornOn: "2025-03-15" }, guardians: [mother, father], residenceKov: "0653", registeredOn: "2025-03-20" });
  const ask = (operation, body) => population.route("POST", ["v1", operation], { child: { personalCode: code }, ...body }).perform().body;
  return { population, told, ask };
}

test("a move is told to both municipalities, and the former one does not learn where to", () => {
  const { population, told, ask } = register();
  population.move({ child: code, to: "0317" });
  assert.deepEqual(told.map(({ kov, type }) => [kov, type]), [["0653", "ee.elukaar.residence.ended.v1"], ["0317", "ee.elukaar.residence.registered.v1"]]);
  assert.ok(!JSON.stringify(told[0]).includes("0317"));
  assert.equal(told[1].data.guardians.length, 2);
  assert.equal(ask("family", { municipality: "0653" }).livesHere, false);
  assert.equal(ask("family", { municipality: "0317" }).livesHere, true);
});

test("custody, protection and a death are told, and asked for afterwards they are so", () => {
  const { population, told, ask } = register();
  population.custody({ child: code, guardians: [father.personalCode] });
  assert.deepEqual(told[0].data.guardians, [father]);
  assert.equal(ask("residence", { municipality: "0653", applicant: { personalCode: mother.personalCode } }).custody, false);
  population.protect({ child: code });
  assert.deepEqual(ask("family", { municipality: "0653" }).guardians, []);
  population.die({ child: code });
  assert.equal(ask("family", { municipality: "0653" }).alive, false);
  assert.deepEqual(told.map(({ type }) => type.split(".")[2]), ["custody", "protection", "person"]);
  assert.throws(() => population.move({ child: "0", to: "0317" }), (error) => error.code === "person-unknown");
});
