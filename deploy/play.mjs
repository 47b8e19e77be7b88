#!/usr/bin/env node
// The play of deploy/demo: a thousand births come in; one family in Rae is told that it may apply, applies, is told its
// place in the queue, is offered a place, accepts it and signs; three others stand elsewhere on the same way. Reads
// from top to bottom; speaks to the system only through its HTTP API, the
// topic and the commands that an operator has.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Resident } from "./play/api.mjs";
import { Family, fillIn, playOthers, Register, Watch } from "./play/family.mjs";
import { postToIntake, putOnTopic, readRecords, sendBirths } from "./play/births.mjs";
import { detail, Program, progressLine, step } from "./play/program.mjs";

const theDay = new Date("2026-05-04T06:00:00Z");  // the demo's day; the births were made for it
const daysToNotice = 14;                          // Rae's `opensAt`
const countedWithinMs = 120_000;
const shownWithinMs = 180_000;
const slowWithinMs = 60_000;
const eachStepWithinMs = 180_000;
const refusedStatuses = [400, 413, 415, 422];

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const { values: options } = parseArgs({
  options: {
    settings: { type: "string" },
    url: { type: "string" },
    births: { type: "string" },
    brokers: { type: "string" },
    secrets: { type: "string" },
    registers: { type: "string" },
    topic: { type: "string", default: "elukaar.life-events" },
    once: { type: "boolean", default: false },
  },
});

async function main() {
  const program = new Program(process.env.ELUKAAR ?? "elukaar", options.settings);
  const records = await readRecords(options.births);
  const tokens = await readTokens(records);

  step(`The clock is set to ${theDay.toISOString().slice(0, 10)}, the day of the demo`);
  await moveClock(program, theDay);
  await showRefusals(records, tokens);
  await bringBirthsIn(records, tokens);
  const counts = await waitForCounts(program, records);

  await showOthers(records);
  const birth = records.find(({ plays }) => plays).event.data;
  const resident = new Resident(options.url);
  const page = await waitForNotice(program, resident, birth);
  if (!options.once) return stay(resident, page);

  const seconds = await playResident(resident, page);
  const { applied, duplicates, parked } = counts;
  step("The play is over");
  console.log(`demo: place confirmed in ${seconds.toFixed(1)} s, 1000 births: ${applied} applied, ${duplicates} duplicates, ${parked} parked`);
}

async function readTokens(records) {
  const names = new Set(records.filter(({ via }) => via === "intake").map(({ credential }) => credential));
  const tokens = new Map();
  for (const name of names) {
    tokens.set(name, (await readFile(join(options.secrets, `${name}.token`), "utf8")).trim());
  }
  return tokens;
}

// The intake stands between careless senders and the topic: what is broken does not pass it.
async function showRefusals(records, tokens) {
  step("The intake refuses what is broken");
  for (const record of records.filter(({ via }) => via === "topic")) {
    const { status, said } = await postToIntake(options.url, tokens.get("rr-0653"), record.value);
    if (!refusedStatuses.includes(status)) {
      throw new Error(`the intake answered ${status} to the record "${record.kind}", expected a refusal: ${said}`);
    }
    detail(`${record.kind}: ${status} ${said}`);
  }
}

async function bringBirthsIn(records, tokens) {
  step("A careless producer puts the same four straight on the topic");
  await putOnTopic(records, options.brokers, options.topic);
  step("The population registers of Rae, Kohila and Kuusalu announce births to the intake");
  await sendBirths(records, options.url, tokens, progressLine("accepted"));
}

// Every record must have ended: applied, recognised as a duplicate, or parked with a reason.
async function waitForCounts(program, records) {
  step("Each record ends: applied, a duplicate, or parked with a reason");
  const progress = progressLine("ended");
  const end = Date.now() + countedWithinMs;
  const sum = ({ applied, duplicates, parked }) => applied + duplicates + parked;
  let counts = await program.counts();
  for (let last = -1; sum(counts) < records.length && Date.now() < end; counts = await program.counts()) {
    if (sum(counts) !== last) progress((last = sum(counts)), records.length);
    await pause(300);
  }
  detail(`${counts.applied} applied, ${counts.duplicates} duplicates, ${counts.parked} parked`);
  for (const { reason, count } of counts.reasons ?? []) detail(`parked, ${count}: ${reason}`);
  checkCounts(counts, records, sum(counts));
  return counts;
}

function checkCounts(counts, records, sum) {
  if (sum !== records.length) {
    throw new Error(`${sum} of ${records.length} records have ended after ${countedWithinMs / 1000} s`);
  }
  const expected = { applied: 0, duplicate: 0, parked: 0 };
  for (const { expect } of records) expected[expect]++;
  const found = { applied: counts.applied, duplicate: counts.duplicates, parked: counts.parked };
  for (const name of Object.keys(expected)) {
    if (expected[name] !== found[name]) {
      throw new Error(`expected ${expected[name]} records as ${name}, found ${found[name]}`);
    }
  }
}

// The family's page: nothing to see until the notice date; then the clock moves on to it.
async function waitForNotice(program, resident, birth) {
  const { child, guardians } = birth;
  const name = ({ firstName, lastName }) => `${firstName} ${lastName}`;
  step(`The family of ${name(child)}, born ${child.bornOn}, in Rae: ${guardians.map(name).join(" and ")}`);
  if (await firstCase(resident, guardians)) throw new Error("the family sees a case before its notice date");
  detail("Their page shows nothing yet: it is not the time to write to them.");
  const notice = new Date(`${child.bornOn}T09:00:00Z`);
  notice.setUTCDate(notice.getUTCDate() + daysToNotice);
  step(`The clock moves on to ${notice.toISOString().slice(0, 10)}, their notice date`);
  await moveClock(program, notice);
  const end = Date.now() + shownWithinMs;
  let found = null;
  while (!found) {
    if (Date.now() > end) throw new Error(`no case was shown to the family within ${shownWithinMs / 1000} s of the notice date`);
    await pause(500);
    found = await firstCase(resident, guardians);
  }
  tell(await resident.case(found.case));
  return found.case;
}

// The orchestrator's clock and the registers' day are the same.
async function moveClock(program, time) {
  await program.setClock(time);
  const answer = await fetch(`${options.registers}/control/clock`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ today: time.toISOString().slice(0, 10) }),
  });
  if (!answer.ok) throw new Error(`the simulated registers refuse the day ${time.toISOString()}: ${await answer.text()}`);
}

// The first case that one of the guardians sees, or null; the resident is logged in as him.
async function firstCase(resident, guardians) {
  for (const { personalCode } of guardians) {
    if (await resident.logIn(personalCode)) {
      const [first] = await resident.cases();
      if (first) return first;
    }
  }
  return null;
}

// What the page says, in the words of the page.
function tell(page) {
  const { status } = page;
  step(`The page says (${page.service}, ${page.subject.name}): ${status.headline}`);
  detail(status.body);
  if (status.delayed) detail(`! ${status.delayed.text}`);
  detail(`${status.turnText}. ${status.next}${status.by ? ` By ${status.by}.` : ""}`);
}

// From the application to the place, in the words of the page; the time that it took.
async function playResident(resident, id) {
  const family = new Family({ resident, id, register: new Register(options.registers), tell, patienceMs: eachStepWithinMs });
  const { watch } = family;
  const form = await family.form("application");
  step(`${resident.me.name} opens the application`);
  for (const { label, value, origin } of form.known) detail(`${label}: ${value}${origin ? ` (${origin.text})` : ""}`);
  const answers = fillIn(form, { told: detail });
  step(`${resident.me.name} sends it`);
  const begun = performance.now();
  await family.apply(form, answers);
  detail("received and accepted");
  await watch.until("the page says that the register is slow", slowWithinMs, () => {
    if (!watch.wasDelayed && watch.pages.some(({ status }) => status.key === "queued")) {
      throw new Error("the child is in the queue, but the page never said that the register was slow");
    }
    return watch.wasDelayed;
  });
  const queued = await watch.shows(eachStepWithinMs, "queued");
  const words = ({ status, why }) => JSON.stringify([status.headline, status.body, why.length]);
  await watch.until("the register tells another place in the queue", eachStepWithinMs,
    () => watch.pages.find((later) => later.revision > queued.revision && later.status.key === "queued" && words(later) !== words(queued)));

  step("The place register offers a place");
  await family.receiveOffer();
  step(`${resident.me.name} accepts it`);
  await family.acceptOffer();
  step("The contract is signed");
  await family.signContract();
  const seconds = (performance.now() - begun) / 1000;
  watch.stop();
  return seconds;
}

// Three families whose children are older stand side by side, each further on the way.
async function showOthers(records) {
  step("Three other families in Rae apply: one waits for a later year, one gets an offer, one a place");
  const begun = performance.now();
  const named = new Set(records.flatMap(({ after }) => after ?? []));
  const births = records
    .filter(({ kind, plays, event }) => kind === "birth" && !plays && event.data.residenceKov === "0653" && event.data.guardians.length === 2 && !named.has(event.id))
    .map(({ event }) => event.data);
  const children = new Map();
  for (const { guardians } of births) for (const { personalCode } of guardians) children.set(personalCode, (children.get(personalCode) ?? 0) + 1);
  const latest = new Date(theDay);
  latest.setUTCDate(latest.getUTCDate() - daysToNotice - 1);
  const chosen = births
    .filter(({ child, guardians }) => child.bornOn < latest.toISOString().slice(0, 10) && guardians.every(({ personalCode }) => children.get(personalCode) === 1))
    .sort((a, b) => (a.child.bornOn < b.child.bornOn ? 1 : -1));
  const login = async (guardians) => {
    const resident = new Resident(options.url);
    const end = Date.now() + shownWithinMs;
    for (let found = null; ; await pause(300)) {
      found = await firstCase(resident, guardians);
      if (found) return { resident, id: found.case };
      if (Date.now() > end) throw new Error(`no case was shown to a family within ${shownWithinMs / 1000} s`);
    }
  };
  const others = await playOthers({ births: chosen, login, register: new Register(options.registers), patienceMs: eachStepWithinMs });
  for (const { name, guardian, headline } of others) detail(`${guardian} ${name}: ${headline}`);
  detail(`within ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

// Without --once: the address, and what happens on the family's page until Ctrl-C.
async function stay(resident, id) {
  console.log();
  step(`Open ${options.url} and log in as ${resident.me.name}. Ctrl-C ends the demo.`);
  console.log();
  const watch = new Watch(resident, id, tell);
  await watch.until("never", Infinity, () => false);
}

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));
main().then(
  () => process.exit(0),
  (error) => {
    console.error(`demo: ${error.message}${error.cause ? ` (${error.cause.message ?? error.cause})` : ""}`);
    process.exit(1);
  },
);
