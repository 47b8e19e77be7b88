#!/usr/bin/env node
// Makes the thousand records of the demo: births of Rae and Kohila as the population register would
// announce them, and among them everything that goes wrong in life. See README.md for what is in it.
//
//   node generate-births.mjs [--seed N] [--today YYYY-MM-DD] [--out FILE]
//
// One JSON object a line; the same seed and day give the same bytes on every machine.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Chance } from "./chance.mjs";
import { estonian, places, russian } from "./names.mjs";
import { personalCode } from "./personal-code.mjs";

export const composition = { births: 975, duplicates: 14, corrections: 1, annulments: 1, notServed: 5, broken: 4 };

// Births a year, share of families with Russian names. Assumptions of the order of the municipalities'
// size (Rae about 24,000 inhabitants with many small children, Kohila about 7,500).
const municipalities = [
  { ehak: "0653", birthsAYear: 350, russianNames: 0.12 },
  { ehak: "0317", birthsAYear: 80, russianNames: 0.07 },
];
const notServed = { ehak: "0353", russianNames: 0.05 };
const birthsByMonth = [0.95, 0.91, 0.97, 1.0, 1.03, 1.04, 1.09, 1.07, 1.04, 0.99, 0.95, 0.96];
const boys = 0.514;
const twins = 0.015;            // of deliveries
const youngerSibling = 0.08;    // of deliveries: the family has had a child in the same two years
const singleGuardian = 0.07;
const registrationDays = 30;    // the law's limit
const serialsFrom = 900;        // high serials, which no maternity ward reaches in a day
const oversizeBytes = 96 * 1024;

const day = 86_400_000;
const addDays = (date, days) => new Date(Date.parse(`${date}T00:00:00Z`) + days * day).toISOString().slice(0, 10);
const daysBetween = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / day);

export function generateBirths({ seed = 20260504, today = "2026-05-04" } = {}) {
  const register = new Register(new Chance(seed), today);
  const births = register.births();
  const others = [
    ...register.notServedBirths(composition.notServed),
    ...register.repeats(births, composition.duplicates),
    register.correction(births),
    register.annulment(births),
    ...register.brokenRecords(),
  ];
  register.chooseFamily(births);
  // Stable: records of the same instant keep the order above, so a repeat stands behind its original.
  const records = [...births, ...others].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return records.map(({ at, family, ...record }, index) => ({ n: index + 1, ...record }));
}

class Register {
  constructor(chance, today) {
    this.chance = chance;
    this.today = today;
    this.codes = new Set();
    this.numbers = new Map();
    this.families = { "0653": [], "0317": [], "0353": [] };
  }

  // The births that are expected to be served, oldest first.
  births() {
    const births = [];
    for (const date of this.datesOfDeliveries()) {
      const municipality = this.municipality();
      const family = this.familyFor(municipality, date);
      const children = this.chance.happens(twins) ? 2 : 1;
      const registeredOn = this.registeredOn(date);
      for (let i = 0; i < children; i++) births.push(this.birth(municipality.ehak, family, date, registeredOn));
    }
    return births.slice(-composition.births);  // twins make more of them than deliveries
  }

  // As many dates as births are wanted, spread over the time in which that many children are born in
  // both municipalities, the months weighted, in order.
  datesOfDeliveries() {
    const perDay = municipalities.reduce((sum, { birthsAYear }) => sum + birthsAYear, 0) / 365.25;
    const window = Math.round(composition.births / perDay);
    const newest = addDays(this.today, -3);  // younger ones are not registered and announced yet
    const dates = [];
    while (dates.length < composition.births) {
      const date = addDays(newest, -this.chance.whole(0, window));
      if (this.chance.happens(birthsByMonth[Number(date.slice(5, 7)) - 1] / 1.1)) dates.push(date);
    }
    return dates.sort();
  }

  municipality() {
    const total = municipalities.reduce((sum, { birthsAYear }) => sum + birthsAYear, 0);
    return this.chance.happens(municipalities[0].birthsAYear / total) ? municipalities[0] : municipalities[1];
  }

  registeredOn(bornOn) {
    const latest = Math.min(registrationDays, daysBetween(bornOn, this.today) - 2);
    const days = Math.round(Math.abs(this.chance.normal(6, 6))) + 1;
    return addDays(bornOn, days <= latest ? days : this.chance.whole(1, latest));
  }

  familyFor(municipality, date) {
    const known = this.families[municipality.ehak];
    if (this.chance.happens(youngerSibling)) {
      const older = known.filter((family) => daysBetween(family.lastBirth, date) > 330);
      if (older.length > 0) {
        const family = this.chance.pick(older);
        family.lastBirth = date;
        return family;
      }
    }
    const family = this.newFamily(municipality, date);
    known.push(family);
    return family;
  }

  newFamily({ ehak, russianNames }, date) {
    const names = this.chance.happens(russianNames) ? russian : estonian;
    const name = this.chance.pick(names.families);
    const home = places[ehak];
    const number = this.chance.whole(1, 68);
    const flat = this.chance.happens(0.4) ? `-${this.chance.whole(1, 40)}` : "";
    const village = this.chance.pick(home.villages);
    const address = `${this.chance.pick(home.streets)} tn ${number}${flat}, ${village}, ${home.tail}`;
    const motherAge = Math.min(44, Math.max(19, this.chance.normal(31, 4.6)));
    const fatherAge = Math.min(56, Math.max(20, motherAge + this.chance.normal(2.5, 3.5)));
    // One mother in four keeps the name that she had.
    const motherName = this.chance.happens(0.25) ? this.chance.pick(names.families) : name;
    const mother = this.guardian("female", names, motherName, date, motherAge, address);
    if (this.chance.happens(singleGuardian)) {
      return { names, name: motherName, guardians: [mother], lastBirth: date };
    }
    const father = this.guardian("male", names, name, date, fatherAge, address);
    const guardians = this.chance.happens(0.7) ? [mother, father] : [father, mother];
    return { names, name, guardians, lastBirth: date };
  }

  guardian(sex, names, name, date, ageInYears, address) {
    const bornOn = addDays(date, -Math.round(ageInYears * 365.25));
    const firstName = this.chance.pick(sex === "male" ? names.men : names.women);
    const lastName = surname(names, name, sex);
    const mailbox = `${plain(firstName)}.${plain(lastName)}${this.chance.whole(10, 99)}`;
    return {
      personalCode: this.code(sex, bornOn),
      firstName,
      lastName,
      address,
      phone: `+3720${String(this.chance.whole(0, 9_999_999)).padStart(7, "0")}`,
      email: `${mailbox}@pere.example`,
    };
  }

  // A code that nobody else here has.
  code(sex, bornOn) {
    for (let tries = 0; tries < 1000; tries++) {
      const code = personalCode(sex, bornOn, this.chance.whole(serialsFrom, 999));
      if (!this.codes.has(code)) {
        this.codes.add(code);
        return code;
      }
    }
    throw new Error(`no personal code is left for ${bornOn}; take another seed`);
  }

  birth(ehak, family, bornOn, registeredOn) {
    const sex = this.chance.happens(boys) ? "male" : "female";
    const firstName = this.chance.pick(sex === "male" ? family.names.boys : family.names.girls);
    const child = {
      personalCode: this.code(sex, bornOn),
      firstName,
      lastName: surname(family.names, family.name, sex),
      bornOn,
    };
    const data = { child, guardians: family.guardians, residenceKov: ehak, registeredOn };
    return this.intakeRecord("birth", "applied", ehak, "ee.elukaar.birth.registered.v1", addDays(registeredOn, 1),
      data, { family });
  }

  intakeRecord(kind, expect, ehak, type, date, data, more = {}) {
    const number = (this.numbers.get(date) ?? 0) + 1;
    this.numbers.set(date, number);
    const time = `${date}T06:00:00Z`;
    const event = {
      specversion: "1.0",
      id: `rr-${date.replaceAll("-", "")}-${String(number).padStart(5, "0")}`,
      source: `/register/population/${ehak}`,
      type,
      time,
      datacontenttype: "application/json",
      data,
    };
    return { at: time, kind, via: "intake", expect, credential: `rr-${ehak}`, after: null, event, ...more };
  }

  notServedBirths(count) {
    const records = [];
    for (let i = 0; i < count; i++) {
      const bornOn = addDays(this.today, -this.chance.whole(40, 400));
      const family = this.newFamily(notServed, bornOn);
      const record = this.birth(notServed.ehak, family, bornOn, this.registeredOn(bornOn));
      records.push({ ...record, kind: "not-served", expect: "parked" });
    }
    return records;
  }

  // The same (source, id) sent again: at once, after a night, after weeks.
  repeats(births, count) {
    const records = [];
    const repeated = new Set();
    while (records.length < count) {
      const original = this.chance.pick(births);
      if (repeated.has(original.event.id)) continue;
      repeated.add(original.event.id);
      original.spoken = true;
      const later = addDays(original.at.slice(0, 10), this.chance.pick([0, 0, 1, 1, 7, 30]));
      const date = later < this.today ? later : this.today;
      records.push({ ...original, kind: "duplicate", expect: "duplicate", at: `${date}T06:30:00Z`, after: original.event.id });
    }
    return records.map(({ spoken, ...record }) => record);
  }

  // A birth that was entered with a wrong day: the corrected date gives the child another code.
  correction(births) {
    const original = this.unspoken(births);
    const { child } = original.event.data;
    const sex = Number(child.personalCode[0]) % 2 === 1 ? "male" : "female";
    const bornOn = addDays(child.bornOn, -1);
    const data = {
      person: { formerPersonalCode: child.personalCode, personalCode: this.code(sex, bornOn), bornOn },
      replaces: { source: original.event.source, id: original.event.id },
    };
    return this.follow(original, "correction", "ee.elukaar.person.key-changed.v1", data);
  }

  // A birth that was entered by mistake.
  annulment(births) {
    const original = this.unspoken(births);
    const data = {
      child: { personalCode: original.event.data.child.personalCode },
      replaces: { source: original.event.source, id: original.event.id },
    };
    return this.follow(original, "annulment", "ee.elukaar.birth.annulled.v1", data);
  }

  follow(original, kind, type, data) {
    const ehak = original.event.data.residenceKov;
    const date = addDays(original.at.slice(0, 10), 3);
    return this.intakeRecord(kind, "applied", ehak, type, date, data, { after: original.event.id });
  }

  // A birth of Rae that no other record speaks of, at least two months old.
  unspoken(births) {
    for (;;) {
      const birth = this.chance.pick(births);
      const oldEnough = birth.at.slice(0, 10) < addDays(this.today, -60);
      if (!birth.spoken && oldEnough && birth.event.data.residenceKov === "0653") {
        birth.spoken = true;
        return birth;
      }
    }
  }

  // The family whose part the demo plays: the youngest only child of Rae with two guardians. Younger than
  // a fortnight, so that the time to write to the family is yet to come.
  chooseFamily(births) {
    const childrenOf = new Map();
    for (const { family } of births) childrenOf.set(family, (childrenOf.get(family) ?? 0) + 1);
    const chosen = births.findLast((birth) => !birth.spoken && childrenOf.get(birth.family) === 1
      && birth.event.data.residenceKov === "0653" && birth.family.guardians.length === 2);
    chosen.plays = true;
    for (const birth of births) delete birth.spoken;
  }

  // What a careless producer would put straight on the topic. It knows no names and no codes either.
  brokenRecords() {
    const event = (id, data) => ({
      specversion: "1.0",
      id,
      source: "/register/population/0653",
      type: "ee.elukaar.birth.registered.v1",
      time: `${addDays(this.today, -1)}T06:00:00Z`,
      municipality: "0653",
      partitionkey: data.child.key,
      datacontenttype: "application/json",
      data,
    });
    const child = () => ({ key: `p1_${this.chance.base32(52)}`, bornOn: addDays(this.today, -90) });
    const whole = () => ({ child: child(), residenceKov: "0653", registeredOn: addDays(this.today, -80) });
    const values = {
      "not-json": '{"specversion":"1.0","id":"careless-1","source":"/register/population/0653","type":',
      "breaks-schema": JSON.stringify(event("careless-2", { child: { ...child(), bornOn: "20. aprill" } })),
      "null-character": JSON.stringify({ ...event("careless-3", whole()), subject: "before\u0000after" }),
      oversize: JSON.stringify({ ...event("careless-4", whole()), comment: "x".repeat(oversizeBytes) }),
    };
    return Object.entries(values).map(([kind, value]) => ({
      at: `${addDays(this.today, -1)}T07:00:00Z`,
      kind,
      via: "topic",
      expect: "parked",
      key: `p1_${this.chance.base32(52)}`,
      headers: { "content-type": "application/cloudevents+json; charset=UTF-8" },
      value,
    }));
  }
}

// Russian family names have a form for women; Estonian ones do not.
function surname(names, name, sex) {
  return names === russian && sex === "female" ? `${name}a` : name;
}

// The letters of a name as they may stand in a mail address.
function plain(name) {
  return name.toLowerCase().normalize("NFD").replace(/[^a-z]/g, "");
}

function main(words) {
  const options = { seed: "20260504", today: "2026-05-04", out: null };
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i].replace(/^--/, "");
    if (!(name in options) || words[i + 1] === undefined) {
      console.error(`generate-births: expected --seed N, --today YYYY-MM-DD or --out FILE, found ${words[i]}`);
      process.exit(2);
    }
    options[name] = words[i + 1];
  }
  const records = generateBirths({ seed: Number(options.seed), today: options.today });
  const lines = records.map((record) => `${JSON.stringify(record)}\n`).join("");
  if (options.out) writeFileSync(options.out, lines);
  else process.stdout.on("error", () => process.exit(0)).write(lines);  // a reader such as `head` may leave
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv.slice(2));
