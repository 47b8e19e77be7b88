// The simulated place register's own books: what it allows, what it refuses, what it tells.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PlaceRegister } from "../../../connectors/systems/place_register/simulator.mjs";

const kov = "0653";

class Desk {
  told = [];
  day = "2026-10-01";
  calls = 0;
  register = new PlaceRegister({
    rule: "application-time",
    clock: { today: () => this.day, now: () => `${this.day}T08:00:00Z` },
    announce: (event) => this.told.push(event),
  });

  call(method, path, body, key = `k${++this.calls}`) {
    const [where, query] = path.split("?");
    const route = this.register.route(method, where.split("/"), body, new URLSearchParams(query));
    let effects = 0;
    const answer = route.perform({ key, countEffect: () => effects++ });
    return { ...answer, effects };
  }
  apply(id, more = {}) {
    const body = { kov, child: { personalCode: "52503150198" }, submittedAt: "2026-05-04T06:00:00Z", wishedStart: "2027-09-01", language: "et", preferences: [{ rank: 1, kindergarten: "taru" }, { rank: 2, kindergarten: "ojakese" }], ...more };
    return this.call("PUT", `v1/applications/${id}`, body);
  }
  offered(id, more = {}) {
    this.apply(id);
    return this.register.offer({ application: id, answerBy: "2027-04-19", ...more }).offer;
  }
  answer(offer, more = {}, key) {
    return this.call("POST", `v1/offers/${offer}/answer`, { kov, answer: "accept", answeredAt: "2027-04-07T12:00:00Z", ...more }, key);
  }
  types() {
    return this.told.map(({ type }) => type.replace(/^ee\.elukaar\.|\.v1$/g, ""));
  }
}

const refused = (code, status) => (error) => error.code === code && error.status === status;

test("an accepted offer gives a place, once, however often the answer is repeated", () => {
  const desk = new Desk();
  const offer = desk.offered("a");
  const first = desk.answer(offer, {}, "k");
  assert.deepEqual([first.body.status, first.effects], ["koht vastu võetud", 1]);
  const again = desk.answer(offer, {}, "k");
  assert.deepEqual([again.body, again.effects], [first.body, 0]);
  assert.throws(() => desk.answer(offer, {}, "another"), refused("offer-closed", 409));
  assert.throws(() => desk.answer(offer, { answer: "decline" }, "k"), refused("idempotency-key-reused", 422));
});

test("an answer counts from its receipt: the last minute in Tallinn is in time, the next is not", () => {
  const desk = new Desk();
  desk.day = "2027-04-21"; // when the register works on it
  assert.equal(desk.answer(desk.offered("a"), { answeredAt: "2027-04-19T20:59:59Z" }).status, 200);
  assert.throws(() => desk.answer(desk.offered("b"), { answeredAt: "2027-04-19T21:00:00Z" }), refused("offer-closed", 409));
});

test("a decline leads back into the queue, a substitute place keeps it", () => {
  const desk = new Desk();
  const declined = desk.answer(desk.offered("a"), { answer: "decline", reasonCode: "later" }).body;
  assert.equal(declined.status, "Järjekorras");
  assert.equal(declined.queues[0].scope, "taru");
  const substitute = desk.answer(desk.offered("b", { kind: "substitute", kindergarten: "ojakese" })).body;
  assert.equal(substitute.status, "asenduskoht Hetkel kasutusel");
  assert.equal(substitute.queues.length, 1);
});

test("what a family changes counts while no round runs, and its time stays", () => {
  const desk = new Desk();
  desk.apply("a");
  const moved = desk.apply("a", { preferences: [{ rank: 1, kindergarten: "ojakese" }], submittedAt: "2027-01-01T06:00:00Z" });
  assert.deepEqual([moved.body.queues[0].scope, moved.effects], ["ojakese", 1]);
  assert.equal(desk.apply("a", { preferences: [{ rank: 1, kindergarten: "ojakese" }] }).effects, 0);
  assert.equal(desk.register.state().applications[0].submittedAt, "2026-05-04T06:00:00Z");
  desk.register.round({ kov, do: "start", id: "r" });
  assert.throws(() => desk.apply("a"), refused("round-running", 409));
  assert.equal(desk.apply("a", { preferences: [{ rank: 1, kindergarten: "ojakese" }] }).body.status, "Menetlemisel");
});

test("a substitute place stays until there is a better one, or the child leaves it", () => {
  const desk = new Desk();
  desk.answer(desk.offered("a", { kind: "substitute" }));
  const better = desk.register.offer({ application: "a", answerBy: "2027-04-19" }).offer;
  assert.equal(desk.answer(better, { answer: "decline" }).body.status, "asenduskoht Hetkel kasutusel");
  desk.register.leave({ application: "a", endedOn: "2027-03-01" });
  assert.equal(desk.types().at(-1), "enrolment.ended");
  assert.equal(desk.apply("a").body.status, "Järjekorras");
});

test("a postponement needs an offer that can be, and a later start", () => {
  const desk = new Desk();
  const ask = (offer, start) => desk.answer(offer, { answer: "postpone", start });
  assert.throws(() => ask(desk.offered("a"), "2027-10-01"), refused("cannot-postpone", 422));
  const offer = desk.offered("b", { canPostpone: true });
  assert.throws(() => ask(offer, "2027-09-01"), refused("start-not-later", 422));
  assert.equal(ask(offer, "2029-09-03").body.status, "Ootel");
  assert.equal(ask(desk.offered("c", { canPostpone: true, keepsPlace: true }), "2027-10-01").body.status, "koht vastu võetud");
});

test("a changed offer keeps its id and raises its revision; a retracted one cannot be answered", () => {
  const desk = new Desk();
  const offer = desk.offered("a");
  assert.deepEqual(desk.register.offer({ application: "a", answerBy: "2027-04-26" }), { offer, revision: 2 });
  desk.register.retract({ offer });
  assert.throws(() => desk.answer(offer), refused("offer-closed", 409));
  assert.deepEqual(desk.types(), ["offer.made", "offer.made", "offer.retracted", "queue.position-changed"]);
});

test("a round locks the queue, pauses with word to each, and gives the queue back", () => {
  const desk = new Desk();
  desk.apply("a");
  desk.offered("b");
  desk.register.round({ kov, do: "start", id: "r", endsOn: "2027-04-10", refusesNew: true });
  assert.equal(desk.call("GET", "v1/applications/a").body.status, "Menetlemisel");
  assert.throws(() => desk.apply("late"), refused("round-running", 409));
  desk.register.round({ kov, do: "pause", id: "r", answersUntil: "2027-04-20", nextOn: "2027-04-22" });
  desk.register.round({ kov, do: "end", id: "r", nextOn: "2028-04-01" });
  assert.equal(desk.call("GET", "v1/applications/a").body.status, "Järjekorras");
  assert.deepEqual(desk.types(), ["offer.made", "application.status-changed", "round.started", "application.status-changed", "application.status-changed", "round.ended"]);
  assert.throws(() => desk.register.round({ kov, do: "end", id: "r" }), refused("no-round", 409));
});

test("a wish for a far year waits until that year is near", () => {
  const desk = new Desk();
  const shown = desk.apply("a", { wishedStart: "2029-09-01" }).body;
  assert.deepEqual([shown.status, shown.queues], ["Ootel", undefined]);
  desk.day = "2028-01-01";
  desk.register.newDay();
  assert.equal(desk.call("GET", "v1/applications/a").body.status, "Järjekorras");
  assert.deepEqual(desk.types(), ["application.status-changed", "queue.position-changed"]);
});

test("a withdrawn application comes back with its first time, a confirmed place stays", () => {
  const desk = new Desk();
  const first = desk.apply("a").body;
  const withdraw = (id) => desk.call("POST", `v1/applications/${id}/withdrawal`, { reason: "family" });
  assert.equal(withdraw("a").body.status, "tagasi võetud");
  assert.deepEqual(desk.apply("a").body, first);
  desk.answer(desk.offered("b"));
  desk.register.sign({ application: "b" });
  assert.throws(() => withdraw("b"), refused("place-confirmed", 422));
  desk.register.enrol({ application: "b" });
  assert.deepEqual(desk.types().slice(-2), ["contract.signed", "enrolment.started"]);
});

test("the feed tells everything once, from the cursor on, one municipality at a time", () => {
  const desk = new Desk();
  desk.offered("a");
  desk.apply("b", { kov: "0317" });
  desk.register.move({ application: "b", position: 2 });
  const all = desk.call("GET", "v1/changes").body;
  assert.deepEqual(all.events, desk.told);
  const one = desk.call("GET", "v1/changes?limit=1").body;
  const rest = desk.call("GET", `v1/changes?cursor=${one.cursor}`).body;
  assert.deepEqual([...one.events, ...rest.events], all.events);
  assert.deepEqual(desk.call("GET", "v1/changes?kov=0317").body.events.map(({ source }) => source), ["/register/place/0317"]);
  assert.throws(() => desk.call("GET", "v1/changes?cursor=x"), refused("cursor", 422));
});
