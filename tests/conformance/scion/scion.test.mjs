// The SCXML cases of the W3C and of SCION, as far as they can be said in our vocabulary: untranslatable.tsv
// lists the others with the reason, deviations.tsv what walks otherwise with us, and why.
// `node scion.test.mjs --list` prints what untranslatable.tsv should hold.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { after, test } from "node:test";

import { Walker } from "../xstate/ours.mjs";
import { Converter, Untranslatable, parse } from "./convert.mjs";

const folder = join(dirname(createRequire(import.meta.url).resolve("@scion-scxml/test-framework/package.json")), "test");
const table = (name) => new Map(readFileSync(new URL(name, import.meta.url), "utf8").split("\n")
  .filter((line) => line !== "").map((line) => line.split("\t")));

// {name, machine, ids, script} or {name, reason}.
function read(file) {
  const name = relative(folder, file).replace(/\.scxml$/, "");
  const script = JSON.parse(readFileSync(file.replace(/\.scxml$/, ".json"), "utf8"));
  try {
    const { machine, ids } = new Converter(parse(readFileSync(file, "utf8")));
    return { name, machine, ids, script };
  } catch (error) {
    if (error instanceof Untranslatable) return { name, reason: error.message };
    throw new Error(`${name}: ${error.message}`);
  }
}

const cases = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(".scxml"))
  .map((file) => join(folder, file)).filter((file) => existsSync(file.replace(/\.scxml$/, ".json")))
  .sort().map(read);

if (process.argv.includes("--list")) {
  for (const { name, reason } of cases) if (reason) console.log(`${name}\t${reason}`);
  process.exit(0);
}

const walker = new Walker();
after(() => walker.end());

const ends = (states, ids) => states.map((path) => ids.get(path)).sort();

test("the list of untranslatable cases is what the converter says", () => {
  assert.deepEqual(Object.fromEntries(cases.filter((one) => one.reason).map(({ name, reason }) => [name, reason])),
    Object.fromEntries(table("untranslatable.tsv")));
});

test("every translated case walks as its script says, or is explained", async (t) => {
  const translated = cases.filter((one) => !one.reason);
  const answers = await walker.walk(translated.map(({ machine, script }) => (
    { machine, events: script.events.map(({ event }) => ({ type: event.name })) })));
  const otherwise = {};
  for (const [i, { name, ids, script }] of translated.entries()) {
    const answer = answers[i];
    assert.equal(answer.illegal, undefined, name);
    const found = answer.problems ?? answer.fault ?? answer.steps.map((step) => ends(step.states, ids));
    const expected = [script.initialConfiguration, ...script.events.map((one) => one.nextConfiguration)]
      .map((states) => [...states].sort());
    if (JSON.stringify(found) !== JSON.stringify(expected)) {
      otherwise[name] = `found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`;
    }
  }
  t.diagnostic(`${cases.length} cases, ${translated.length} translated, ` +
    `${translated.length - Object.keys(otherwise).length} agree`);
  assert.deepEqual(Object.keys(otherwise).sort(), [...table("deviations.tsv").keys()].sort(),
    JSON.stringify(otherwise, null, 1));
  assert.ok(translated.length >= 90);
});
