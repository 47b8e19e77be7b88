// The population register: who lives where, and who has custody of whom. Generated persons.
import { readFileSync } from "node:fs";
import { Problem } from "../../simulators/door.mjs";
import { openDoor } from "../../transport/xroad_rest/security_server.mjs";

const dayBefore = (a, b) => (a < b ? a : b);

export class PopulationRegister {
  name = "population-register";
  service = "elukaar-rahvastik";
  #children = new Map(); // by personal code

  #told = 0;

  // `announce(event, kov)` is told of what happens on order.
  constructor(clock, announce = () => {}) {
    this.clock = clock;
    this.announce = announce;
  }

  get size() {
    return this.#children.size;
  }

  // A file of intake events, one a line, bare or as the generator's records ({event, …}). Lines that
  // are no events (the generator's broken ones) say nothing about persons.
  load(path) {
    for (const line of readFileSync(path, "utf8").split("\n")) {
      if (line.trim() === "") continue;
      const record = JSON.parse(line);
      const event = record.event ?? record;
      if (event.type && event.data) this.learn(event.data, event.type);
    }
  }

  learn(data, type = "ee.elukaar.birth.registered.v1") {
    if (type === "ee.elukaar.birth.registered.v1") {
      const code = data.child?.personalCode;
      if (!code || !data.residenceKov) throw new Problem(422, "incomplete", "expected child.personalCode and residenceKov");
      this.#children.set(code, { alive: true, protected: false, ...data });
    } else if (type === "ee.elukaar.birth.annulled.v1") {
      this.#children.delete(data.child.personalCode);
    } else if (type === "ee.elukaar.person.key-changed.v1") {
      this.#rename(data.person);
    }
  }

  #rename({ formerPersonalCode, personalCode, bornOn }) {
    const record = this.#children.get(formerPersonalCode);
    if (!record) return;
    this.#children.delete(formerPersonalCode);
    const child = { ...record.child, personalCode, bornOn: bornOn ?? record.child.bornOn };
    // The former code goes on naming the child: askers may know no other yet.
    this.#children.set(personalCode, { ...record, child });
    this.#children.set(formerPersonalCode, { ...record, child });
  }

  route(method, path, body) {
    const [version, operation, ...rest] = path;
    const perform = { family: () => this.#family(body), residence: () => this.#residence(body) }[operation];
    if (version !== "v1" || !perform || rest.length > 0) {
      throw new Problem(404, undefined, "no such address");
    }
    if (method !== "POST") throw new Problem(405, "method", "expected POST");
    return { operation, subject: body?.child?.personalCode ?? "", perform: () => ({ body: perform() }) };
  }

  #child(body) {
    if (!/^[0-9]{4}$/.test(body?.municipality ?? "")) throw new Problem(422, "no-municipality", "expected municipality");
    const record = this.#children.get(body?.child?.personalCode);
    if (!record) throw new Problem(404, "person-unknown", "no such person");
    return record;
  }

  // ---- What happens to a family, on order of the demo or a test ----

  #known(code) {
    const record = this.#children.get(code);
    if (!record) throw new Problem(404, "person-unknown", "no such person");
    return record;
  }

  #tell(kov, type, data) {
    this.#told += 1;
    const event = { specversion: "1.0", id: `rr-${kov}-${this.clock.today()}-${this.#told}`, source: `/register/population/${kov}`, type: `ee.elukaar.${type}.v1`, time: this.clock.now(), datacontenttype: "application/json", data };
    this.announce(event, kov);
    return { told: type, id: event.id };
  }

  // To another municipality: both are told, the former one not where to.
  move({ child: code, to, on = this.clock.today() }) {
    const record = this.#known(code);
    if (!/^[0-9]{4}$/.test(to ?? "")) throw new Problem(422, "no-municipality", "expected `to`, an EHAK code");
    const from = record.residenceKov;
    Object.assign(record, { residenceKov: to, residentSince: on });
    const { child, guardians = [] } = record;
    return [
      this.#tell(from, "residence.ended", { child: { personalCode: code }, endedOn: on }),
      this.#tell(to, "residence.registered", { child, guardians: guardians.map(({ residenceKov, ...guardian }) => guardian), residenceKov: to, since: on }),
    ];
  }

  // `guardians`: the personal codes of those who keep custody.
  custody({ child: code, guardians }) {
    const record = this.#known(code);
    record.guardians = (record.guardians ?? []).filter(({ personalCode }) => guardians.includes(personalCode));
    return this.#tell(record.residenceKov, "custody.changed", { child: { personalCode: code }, guardians: record.guardians.map(({ residenceKov, ...guardian }) => guardian) });
  }

  protect({ child: code, protected: restricted = true }) {
    const record = this.#known(code);
    record.protected = restricted;
    return this.#tell(record.residenceKov, "protection.changed", { child: { personalCode: code }, protected: restricted });
  }

  die({ child: code, on = this.clock.today() }) {
    const record = this.#known(code);
    record.alive = false;
    return this.#tell(record.residenceKov, "person.died", { person: { personalCode: code }, diedOn: on });
  }

  #family(body) {
    const record = this.#child(body);
    const guardians = (record.guardians ?? []).map(({ personalCode, firstName, lastName, address, phone, email }) => ({ personalCode, firstName, lastName, address, phone, email }));
    return {
      alive: record.alive,
      livesHere: record.residenceKov === body.municipality,
      protected: record.protected,
      guardians: record.protected ? [] : guardians,
      asOf: this.clock.today(),
    };
  }

  #residence(body) {
    const record = this.#child(body);
    const applicant = (record.guardians ?? []).find(({ personalCode }) => personalCode === body?.applicant?.personalCode);
    const livesHere = record.residenceKov === body.municipality;
    const since = record.residentSince ?? record.child.bornOn;
    const today = this.clock.today();
    return {
      childLivesHere: livesHere,
      applicantLivesHere: applicant !== undefined && (applicant.residenceKov ?? record.residenceKov) === body.municipality,
      custody: applicant !== undefined,
      ...(livesHere && since ? { childSince: dayBefore(since, today) } : {}),
      asOf: today,
    };
  }
}

// What simulators/main.mjs runs.
export const simulator = {
  open: openDoor,
  port: "population-port",
  tokens: "population-token-file",
  faults: [{ operation: "residence", first: 1, status: 503 }],
  flags: {
    "population-port": { type: "string", default: "0", about: "0: any free port" },
    "population-token-file": { type: "string", multiple: true, default: [], about: "[EHAK=]FILE with the Bearer credential of the population register's events" },
    births: { type: "string", about: "events in the intake's form, one a line: the persons" },
  },
  make({ settings, clock, announcements }) {
    const register = new PopulationRegister(clock, (event, kov) => announcements.announce(event, kov));
    if (settings.births) register.load(settings.births);
    return register;
  },
  controls: (register) => ({
    "POST persons": (body) => (register.learn(body.data ?? body, body.type), { persons: register.size }),
    "POST residence": (body) => register.move(body),
    "POST custody": (body) => register.custody(body),
    "POST protection": (body) => register.protect(body),
    "POST death": (body) => register.die(body),
  }),
};
