// The population register: who lives where, and who has custody of whom. Generated persons.
import { readFileSync } from "node:fs";
import { Problem } from "./security_server.mjs";

const dayBefore = (a, b) => (a < b ? a : b);

export class PopulationRegister {
  name = "population-register";
  service = "elukaar-rahvastik";
  #children = new Map(); // by personal code

  constructor(clock) {
    this.clock = clock;
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
