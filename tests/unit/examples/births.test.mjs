import assert from "node:assert/strict";
import { test } from "node:test";
import { composition, generateBirths } from "../../../events/examples/generate-births.mjs";
import { birthDate, isPersonalCode } from "../../../events/examples/personal-code.mjs";

const today = "2026-05-04";
const seeds = [20260504, 1, 2, 3];
const ofKind = (records, kind) => records.filter((record) => record.kind === kind);
const birthsOf = (records) => ofKind(records, "birth").map((record) => record.event);
const months = (from, to) => (Date.parse(to) - Date.parse(from)) / 86_400_000 / 30.44;
const idOf = (record) => `${record.event.source} ${record.event.id}`;

function everySeed(title, check) {
  test(title, () => {
    for (const seed of seeds) check(generateBirths({ seed, today }), seed);
  });
}

everySeed("a thousand records in all, of every kind as many as are named", (records, seed) => {
  const kinds = {};
  for (const { kind } of records) kinds[kind] = (kinds[kind] ?? 0) + 1;
  assert.deepEqual(kinds, {
    birth: composition.births, duplicate: composition.duplicates, correction: 1, annulment: 1, "not-served": 5,
    "not-json": 1, "breaks-schema": 1, "null-character": 1, oversize: 1,
  }, `seed ${seed}`);
  assert.equal(records.length, 1000);
  assert.deepEqual(records.map(({ n }) => n), records.map((_, i) => i + 1));
  assert.ok(composition.duplicates >= 12);
});

everySeed("what is expected of them adds up to a thousand", (records) => {
  const expected = { applied: 0, duplicate: 0, parked: 0 };
  for (const { expect } of records) expected[expect]++;
  assert.deepEqual(expected, { applied: composition.births + 2, duplicate: composition.duplicates, parked: 9 });
});

test("the same seed gives the same records, another seed others", () => {
  const text = (seed) => JSON.stringify(generateBirths({ seed, today }));
  assert.equal(text(7), text(7));
  assert.notEqual(text(7), text(8));
});

everySeed("every personal code is valid, and nobody shares one", (records) => {
  const people = new Map();
  for (const { data } of birthsOf(records)) {
    for (const { personalCode, firstName, lastName } of [data.child, ...data.guardians]) {
      assert.ok(isPersonalCode(personalCode), personalCode);
      const name = `${firstName} ${lastName}`;
      assert.equal(people.get(personalCode) ?? name, name);
      people.set(personalCode, name);
    }
    assert.equal(birthDate(data.child.personalCode), data.child.bornOn);
  }
});

everySeed("source and id are used once, but for the duplicates, which repeat a birth to the letter", (records) => {
  const originals = new Map();
  for (const record of records) {
    if (record.via !== "intake" || record.kind === "duplicate") continue;
    assert.ok(!originals.has(idOf(record)), idOf(record));
    originals.set(idOf(record), record);
  }
  for (const record of ofKind(records, "duplicate")) {
    const original = originals.get(idOf(record));
    assert.deepEqual(record.event, original.event);
    assert.equal(record.credential, original.credential);
    assert.ok(original.n < record.n);
  }
});

everySeed("the correction changes a code and the annulment takes a birth back, each after its birth", (records) => {
  const births = new Map(ofKind(records, "birth").map((record) => [record.event.id, record]));
  const [correction] = ofKind(records, "correction");
  const { person, replaces } = correction.event.data;
  const corrected = births.get(replaces.id);
  assert.equal(corrected.event.data.child.personalCode, person.formerPersonalCode);
  assert.notEqual(person.personalCode, person.formerPersonalCode);
  assert.ok(isPersonalCode(person.personalCode));
  assert.equal(birthDate(person.personalCode), person.bornOn);
  const [annulment] = ofKind(records, "annulment");
  const annulled = births.get(annulment.event.data.replaces.id);
  assert.equal(annulled.event.data.child.personalCode, annulment.event.data.child.personalCode);
  assert.notEqual(annulled, corrected);
  for (const [later, earlier] of [[correction, corrected], [annulment, annulled]]) {
    assert.ok(earlier.n < later.n);
    assert.equal(later.after, earlier.event.id);
    assert.equal(later.event.source, earlier.event.source);
  }
});

everySeed("dates are possible: born, registered within a month, announced, before today", (records) => {
  for (const { time, data } of birthsOf(records)) {
    assert.ok(data.child.bornOn < data.registeredOn && data.registeredOn < time && time < today);
    assert.ok(months(data.child.bornOn, data.registeredOn) <= 1);
    for (const { personalCode } of data.guardians) {
      const age = months(birthDate(personalCode), data.child.bornOn) / 12;
      assert.ok(age > 16 && age < 60, `${personalCode} ${age}`);
    }
  }
});

everySeed("most children are younger than the notice at fifteen months, some older", (records) => {
  const ages = birthsOf(records).map(({ data }) => months(data.child.bornOn, today));
  const younger = ages.filter((age) => age < 15).length;
  assert.ok(younger > ages.length / 2, `${younger}`);
  assert.ok(ages.length - younger > 100);
  assert.ok(Math.max(...ages) < 30);
});

everySeed("municipalities, sexes, guardians and siblings stand in plausible proportion", (records) => {
  const births = birthsOf(records);
  const share = (test) => births.filter(test).length / births.length;
  const within = (value, low, high, what) => assert.ok(value > low && value < high, `${what}: ${value}`);
  within(share(({ data }) => data.residenceKov === "0653"), 0.75, 0.87, "Rae");
  within(share(({ data }) => data.residenceKov === "0317"), 0.13, 0.25, "Kohila");
  within(share(({ data }) => data.child.personalCode[0] === "5"), 0.46, 0.57, "boys");
  within(share(({ data }) => data.guardians.length === 1), 0.03, 0.12, "one guardian");
  const families = new Set(births.map(({ data }) => data.guardians[0].personalCode));
  within(births.length - families.size, 30, 150, "children with a sibling here");
});

everySeed("the credential, not the payload, says which municipality speaks", (records) => {
  for (const { via, credential, event } of records) {
    if (via === "topic") continue;
    assert.equal(event.source, `/register/population/${credential.replace("rr-", "")}`);
  }
  for (const { credential } of ofKind(records, "not-served")) assert.equal(credential, "rr-0353");
});

everySeed("nobody can be reached: numbers that cannot exist, addresses reserved for examples", (records) => {
  for (const { data } of birthsOf(records)) {
    for (const { phone, email } of data.guardians) {
      assert.match(phone, /^\+3720\d{7}$/);
      assert.match(email, /^[a-z.0-9]+@pere\.example$/);
    }
  }
});

everySeed("the four broken ones are broken as they say, and hold nothing personal", (records) => {
  const value = (kind) => ofKind(records, kind)[0].value;
  assert.throws(() => JSON.parse(value("not-json")));
  assert.doesNotMatch(JSON.parse(value("breaks-schema")).data.child.bornOn, /^\d{4}-\d{2}-\d{2}$/);
  assert.equal(JSON.parse(value("breaks-schema")).data.residenceKov, undefined);
  assert.ok(value("null-character").includes("\\u0000"));
  assert.ok(Buffer.byteLength(value("oversize")) > 64 * 1024);
  assert.equal(JSON.parse(value("oversize")).specversion, "1.0");
  for (const { key, value: text } of records.filter(({ via }) => via === "topic")) {
    assert.match(key, /^p1_[a-z2-7]{52}$/);
    assert.doesNotMatch(text, /personalCode|firstName|address/);
  }
});

everySeed("one family is chosen for the play: of Rae, two guardians, an only child nothing else speaks of", (records) => {
  const chosen = records.filter(({ plays }) => plays);
  assert.equal(chosen.length, 1);
  const [{ kind, event }] = chosen;
  assert.equal(kind, "birth");
  assert.equal(event.data.residenceKov, "0653");
  assert.equal(event.data.guardians.length, 2);
  assert.ok((Date.parse(today) - Date.parse(event.data.child.bornOn)) / 86_400_000 < 14);
  assert.equal(records.filter(({ after }) => after === event.id).length, 0);
  const guardian = event.data.guardians[0].personalCode;
  assert.equal(birthsOf(records).filter(({ data }) => data.guardians[0].personalCode === guardian).length, 1);
});
