// A register of kindergarten places that speaks K1: applications and their queues, rounds, offers and
// their answers, contracts. It keeps its own books: what happens to an application is told to
// `announce`, in the order in which it happened, and stands in the feed of changes as well.
import { createHash } from "node:crypto";
import { Problem } from "../../simulators/door.mjs";
import { openDoor } from "../../transport/xroad_rest/security_server.mjs";

// How many children of other municipal systems stand in a queue before ours come: 5 to 24, the same
// on every machine.
const standingBefore = (scope) => 5 + (createHash("sha256").update(scope).digest()[0] % 20);
const digest = (body) => createHash("sha256").update(JSON.stringify(body)).digest("hex");
const dayInTallinn = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Tallinn" });
const mostChangesAtOnce = 500;
const answers = ["accept", "decline", "postpone"];
const kinds = ["first", "other", "substitute", "procured", "childcare"];
const words = {
  queued: "Järjekorras",
  waiting: "Ootel",
  locked: "Menetlemisel",
  between_rounds: "Menetlemisel",
  offered: "pakkumine aktiivne",
  accepted: "koht vastu võetud",
  confirmed: "koht kinnitatud",
  substitute_held: "asenduskoht Hetkel kasutusel",
  withdrawn: "tagasi võetud",
};

function demand(holds, code, title, status = 422) {
  if (!holds) throw new Problem(status, code, title);
}

export class PlaceRegister {
  name = "place-register";
  service = "elukaar-koht";
  #applications = new Map();
  #offers = new Map();
  #rounds = new Map(); // by municipality: the one that runs
  #answers = new Map(); // by idempotency key: {fingerprint, answer}
  #changes = []; // {kov, event}: the feed
  #number = 0;

  // `announce(event, kov)` is told of each change; `registered(application)` once of each new application.
  constructor({ rule, clock, announce = () => {}, registered = () => {} }) {
    this.rule = rule;
    this.clock = clock;
    this.announce = announce;
    this.registered = registered;
  }

  // ---- K1 ----

  route(method, path, body, query = new URLSearchParams()) {
    const [version, kind, id, what, ...rest] = path;
    const address = `${method} ${[version, kind, id && "…", what, ...rest].filter(Boolean).join("/")}`;
    const once = (perform) => (call) => this.#once(path, body, call, perform);
    const common = { subject: id, shown: id };
    switch (address) {
      case "PUT v1/applications/…":
        return { ...common, operation: "register", perform: once((countEffect) => this.#register(id, body, countEffect)) };
      case "GET v1/applications/…":
        return { ...common, operation: "read", perform: () => ({ body: this.#show(this.find(id)) }) };
      case "POST v1/applications/…/withdrawal":
        return { ...common, operation: "withdraw", perform: once((countEffect) => this.#withdraw(id, countEffect)) };
      case "POST v1/offers/…/answer":
        return { ...common, operation: "answer", perform: once((countEffect) => this.#answer(id, body, countEffect)) };
      case "GET v1/changes":
        return { operation: "changes", subject: "", perform: () => ({ body: this.#feed(query) }) };
      default:
        throw new Problem(404, undefined, "no such address");
    }
  }

  // The Idempotency-Key draft: same key and body, the stored answer; another body, 422. An error
  // changed nothing, so it is found out anew.
  #once(path, body, { key, countEffect }, perform) {
    demand(key, "no-idempotency-key", "expected Idempotency-Key", 400);
    const fingerprint = digest([path, body]);
    const seen = this.#answers.get(key);
    demand(!seen || seen.fingerprint === fingerprint, "idempotency-key-reused", "the key belongs to another request");
    if (seen) return seen.answer;
    const answer = perform(countEffect);
    this.#answers.set(key, { fingerprint, answer });
    return answer;
  }

  // A known application is shown as it stands, with what the family has changed in it; one that was withdrawn comes back
  // with its first time.
  #register(id, body, countEffect) {
    const known = this.#applications.get(id);
    if (known && known.state !== "withdrawn") {
      if (this.#change(known, body)) countEffect();
      return { status: 200, body: this.#show(known) };
    }
    if (known) {
      known.state = this.#stateInQueue(known);
      countEffect();
      return { status: 200, body: this.#show(known) };
    }
    const first = body?.preferences?.[0]?.kindergarten;
    demand(first && body.child?.personalCode && /^[0-9]{4}$/.test(body.kov ?? ""), "application-incomplete", "expected kov, child and preferences");
    demand(!this.#rounds.get(body.kov)?.refusesNew, "round-running", "a round is running", 409);
    const application = {
      id,
      kov: body.kov,
      scope: first,
      preferences: body.preferences,
      language: body.language,
      submittedAt: body.submittedAt,
      wishedStart: body.wishedStart,
      registerId: `K-${String(++this.#number).padStart(6, "0")}`,
      offer: null,
      moved: null, // a position that was set by hand
      announcements: 0,
    };
    application.state = this.#stateInQueue(application);
    this.#applications.set(id, application);
    countEffect();
    this.registered(application);
    return { status: 201, body: this.#show(application) };
  }

  #change(application, body) {
    const wanted = { preferences: body?.preferences, wishedStart: body?.wishedStart, language: body?.language };
    const changed = Object.keys(wanted).filter((name) => wanted[name] !== undefined && digest(wanted[name]) !== digest(application[name]));
    // Once a place was offered, the application is what it was.
    if (changed.length === 0 || !["queued", "waiting", "locked", "between_rounds"].includes(application.state)) return false;
    demand(["queued", "waiting"].includes(application.state), "round-running", "a round is running", 409);
    for (const name of changed) application[name] = wanted[name];
    application.scope = application.preferences[0].kindergarten;
    application.state = this.#stateInQueue(application);
    return true;
  }

  #withdraw(id, countEffect) {
    const application = this.find(id);
    demand(application.state !== "confirmed", "place-confirmed", "the place is confirmed; the contract ends it");
    if (application.offer?.state === "open") application.offer.state = "withdrawn";
    application.state = "withdrawn";
    countEffect();
    return { status: 200, body: this.#show(application) };
  }

  #answer(id, body, countEffect) {
    const offer = this.#offer(id);
    demand(answers.includes(body?.answer) && !Number.isNaN(Date.parse(body.answeredAt)), "answer-incomplete", "expected answer and answeredAt");
    demand(offer.state === "open" && this.#isInTime(offer, body.answeredAt), "offer-closed", "the offer is closed", 409);
    if (body.answer === "postpone") {
      demand(offer.canPostpone, "cannot-postpone", "this offer cannot be postponed");
      demand(body.start > offer.start, "start-not-later", "expected a start after the offer's");
    }
    const { application } = offer;
    offer.state = { accept: "accepted", decline: "declined", postpone: "postponed" }[body.answer];
    if (body.answer === "accept") {
      application.substitute = offer.kind === "substitute" ? offer : null;
      application.state = application.substitute ? "substitute_held" : "accepted";
    }
    else if (body.answer === "postpone" && offer.keepsPlace) {
      offer.start = body.start;
      application.state = "accepted";
    } else {
      if (body.answer === "postpone") application.wishedStart = body.start;
      application.state = this.#stateInQueue(application);
    }
    countEffect();
    return { status: 200, body: this.#show(application) };
  }

  // By the answer's receipt in the portal, to the end of the day in Tallinn.
  #isInTime(offer, answeredAt) {
    return !offer.answerBy || dayInTallinn.format(new Date(answeredAt)) <= offer.answerBy;
  }

  #feed(query) {
    const from = Number(query.get("cursor")?.replace(/^c/, "") ?? 0);
    demand(Number.isInteger(from) && from >= 0, "cursor", "the cursor is none of ours");
    const limit = Math.min(Number(query.get("limit") ?? mostChangesAtOnce), mostChangesAtOnce);
    const kov = query.get("kov");
    const events = [];
    let at = from;
    for (; at < this.#changes.length && events.length < limit; at++) {
      if (!kov || this.#changes[at].kov === kov) events.push(this.#changes[at].event);
    }
    return { events, cursor: `c${at}` };
  }

  find(id) {
    const application = this.#applications.get(id);
    demand(application, "application-unknown", "no such application", 404);
    return application;
  }

  #offer(id) {
    const offer = this.#offers.get(id);
    demand(offer, "offer-unknown", "no such offer", 404);
    return offer;
  }

  // ---- The books ----

  // A wish for the year after the next one waits; a substitute place is kept until there is a better one.
  #stateInQueue({ wishedStart, kov, substitute }) {
    if (substitute) return "substitute_held";
    const year = Number(this.clock.today().slice(0, 4));
    if (Number(wishedStart?.slice(0, 4)) > year + 1) return "waiting";
    return this.#rounds.has(kov) ? "locked" : "queued";
  }

  #queue(application) {
    const others = [...this.#applications.values()].filter(({ scope, kov }) => scope === application.scope && kov === application.kov);
    const before = standingBefore(application.scope);
    const ahead = others.filter((other) => other.submittedAt < application.submittedAt || (other.submittedAt === application.submittedAt && other.id < application.id)).length;
    const of = before + others.length;
    const position = Math.min(application.moved ?? before + ahead + 1, of);
    return { scope: application.scope, position, of, ruleRef: this.rule };
  }

  #show(application) {
    const { registerId, state } = application;
    const stands = !["waiting", "withdrawn", "accepted", "confirmed"].includes(state);
    return { registerId, status: words[state], ...(stands ? { queues: [this.#queue(application)] } : {}) };
  }

  // `about`: what the event's id is made of, so that the same change has the same id.
  #tell(kov, type, about, data) {
    const event = {
      specversion: "1.0",
      id: `pr-${about}`,
      source: `/register/place/${kov}`,
      type: `ee.elukaar.${type}.v1`,
      time: this.clock.now(),
      datacontenttype: "application/json",
      data,
    };
    this.#changes.push({ kov, event });
    return this.announce(event, kov);
  }

  #tellOf(application, type, data) {
    application.announcements += 1;
    return this.#tell(application.kov, type, `${application.id}-${application.announcements}`, { application: { id: application.id }, ...data });
  }

  // ---- What happens in the register, on order of the demo or a test ----

  // Sets an application's place; without a position, a third of the way forward.
  move({ application: id, position }) {
    const application = this.find(id);
    const now = this.#queue(application).position;
    const wanted = position ?? Math.max(1, now - Math.max(1, Math.ceil(now / 3)));
    demand(Number.isInteger(wanted) && wanted >= 1, "position", "expected a position of 1 or more");
    application.moved = wanted;
    return this.#tellOf(application, "queue.position-changed", { queue: this.#queue(application) });
  }

  // Offers a place; for an application whose offer is open, changes its terms.
  offer({ application: id, kind, kindergarten, start, answerBy, canPostpone, keepsPlace = false }) {
    const application = this.find(id);
    demand(!["withdrawn", "confirmed", "waiting"].includes(application.state), "not-in-queue", "the application stands in no queue", 409);
    demand(kind === undefined || kinds.includes(kind), "kind", `expected one of ${kinds.join(", ")}`);
    const before = application.offer?.state === "open" ? application.offer : null;
    const place = kindergarten ?? before?.kindergarten ?? application.scope;
    const isFirst = place === application.preferences[0].kindergarten;
    const offer = before ?? { id: `${application.registerId}-${(application.offers = (application.offers ?? 0) + 1)}`, application, revision: 0, state: "open" };
    Object.assign(offer, {
      revision: offer.revision + 1,
      kind: kind ?? before?.kind ?? (isFirst ? "first" : "other"),
      kindergarten: place,
      start: start ?? before?.start ?? application.wishedStart,
      answerBy: answerBy ?? before?.answerBy,
      canPostpone: canPostpone ?? before?.canPostpone ?? false,
      keepsPlace,
    });
    this.#offers.set(offer.id, offer);
    application.offer = offer;
    application.state = "offered";
    const { revision, start: from, answerBy: by } = offer;
    this.#tellOf(application, "offer.made", {
      offer: { id: offer.id, revision, kind: offer.kind, kindergarten: place, language: application.language, start: from, ...(by ? { answerBy: by } : {}), canPostpone: offer.canPostpone, rule: this.rule },
    });
    return { offer: offer.id, revision };
  }

  retract({ offer: id, reason = "group_not_opened", fault = "us" }) {
    const offer = this.#offer(id);
    demand(["open", "accepted"].includes(offer.state), "offer-closed", "the offer is closed", 409);
    offer.state = "retracted";
    const { application } = offer;
    application.state = this.#stateInQueue(application);
    this.#tellOf(application, "offer.retracted", { offer: { id }, reason, fault, retractedAt: this.clock.now() });
    return this.#tellOf(application, "queue.position-changed", { queue: this.#queue(application) });
  }

  // A round of one municipality: `do` is start, pause (a stage is over, another follows) or end. Told of each application in
  // it, and of the whole.
  round({ kov, do: what, id, stage = 1, endsOn, answersUntil, nextOn, refusesNew = false }) {
    const round = { id, stage, ...(endsOn ? { endsOn } : {}), ...(nextOn ? { nextOn } : {}) };
    const ofState = (...states) => [...this.#applications.values()].filter((each) => each.kov === kov && states.includes(each.state));
    demand(/^[0-9]{4}$/.test(kov ?? "") && id, "round", "expected kov and id");
    if (what === "start") {
      this.#rounds.set(kov, { ...round, refusesNew });
      for (const each of ofState("queued", "between_rounds")) {
        each.state = "locked";
        this.#tellOf(each, "application.status-changed", { status: "locked", round });
      }
      return this.#tell(kov, "round.started", `${id}-${stage}-started`, { round });
    }
    demand(this.#rounds.has(kov), "no-round", "no round is running", 409);
    if (what === "pause") {
      for (const each of ofState("locked")) {
        each.state = "between_rounds";
        this.#tellOf(each, "application.status-changed", { status: "between_rounds", round: { ...round, ...(answersUntil ? { answersUntil } : {}) } });
      }
      return { paused: id };
    }
    demand(what === "end", "do", "expected start, pause or end");
    this.#rounds.delete(kov);
    for (const each of ofState("locked", "between_rounds")) {
      each.state = "queued";
      this.#tellOf(each, "application.status-changed", { status: "queued", round });
    }
    return this.#tell(kov, "round.ended", `${id}-${stage}-ended`, { round });
  }

  sign({ application: id, signedOn }) {
    const application = this.find(id);
    demand(["accepted", "confirmed"].includes(application.state), "not-accepted", "no place was accepted", 409);
    application.state = "confirmed";
    const { kindergarten, start } = application.offer;
    return this.#tellOf(application, "contract.signed", { contract: { kindergarten, start, signedOn: signedOn ?? this.clock.today() } });
  }

  enrol({ application: id }) {
    const application = this.find(id);
    demand(["confirmed", "substitute_held"].includes(application.state), "not-confirmed", "no place is confirmed", 409);
    const { kindergarten, start } = application.substitute ?? application.offer;
    return this.#tellOf(application, "enrolment.started", { enrolment: { kindergarten, start } });
  }

  // The child leaves: from a substitute place back to the queue alone, else for good.
  leave({ application: id, endedOn }) {
    const application = this.find(id);
    demand(["confirmed", "substitute_held"].includes(application.state), "not-confirmed", "no place is confirmed", 409);
    const back = application.state === "substitute_held";
    application.substitute = null;
    application.state = back ? this.#stateInQueue(application) : "withdrawn";
    return this.#tellOf(application, "enrolment.ended", { endedOn: endedOn ?? this.clock.today() });
  }

  // A new day: whose year has come, joins the queue.
  newDay() {
    for (const application of this.#applications.values()) {
      if (application.state !== "waiting" || this.#stateInQueue(application) === "waiting") continue;
      application.state = this.#stateInQueue(application);
      this.#tellOf(application, "application.status-changed", { status: application.state === "locked" ? "locked" : "queued" });
      this.#tellOf(application, "queue.position-changed", { queue: this.#queue(application) });
    }
  }

  // Applications and offers as they stand, without persons: for demo and tests.
  state() {
    const offers = [...this.#offers.values()].map(({ id, application, revision, kind, kindergarten, start, answerBy, state }) => ({ id, application: application.id, revision, kind, kindergarten, start, answerBy, state }));
    const applications = [...this.#applications.values()].map(({ id, kov, registerId, state, submittedAt }) => ({ id, kov, registerId, state, submittedAt }));
    return { applications, offers, rounds: Object.fromEntries(this.#rounds) };
  }
}

// What simulators/main.mjs runs.
export const simulator = {
  open: openDoor,
  port: "place-port",
  tokens: "intake-token-file",
  flags: {
    "place-port": { type: "string", default: "0", about: "0: any free port" },
    "intake-token-file": { type: "string", multiple: true, default: [], about: "[EHAK=]FILE with the Bearer credential of the place register's events" },
    rule: { type: "string", default: "application-time", about: "ruleRef of the queues" },
    "move-after": { type: "string", about: "seconds after a registration at which its place changes; none: by hand" },
  },
  make({ settings, clock, announcements }) {
    const moveAfter = settings["move-after"] === undefined ? null : Number(settings["move-after"]) * 1000;
    const register = new PlaceRegister({
      rule: settings.rule,
      clock,
      announce: (event, kov) => announcements.announce(event, kov),
      registered: ({ id }) => {
        if (moveAfter !== null) announcements.later(moveAfter, () => register.move({ application: id }));
      },
    });
    return register;
  },
  controls: (register) => ({
    "POST move": (body) => register.move(body),
    "POST offer": (body) => register.offer(body),
    "POST retract": (body) => register.retract(body),
    "POST round": (body) => register.round(body),
    "POST contract": (body) => register.sign(body),
    "POST enrolment": (body) => register.enrol(body),
    "POST leaving": (body) => register.leave(body),
    "GET state": () => register.state(),
  }),
};
