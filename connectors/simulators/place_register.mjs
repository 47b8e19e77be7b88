// A register of kindergarten places that speaks K1: applications, idempotently, and their queues.
import { createHash } from "node:crypto";
import { Problem } from "./security_server.mjs";

// How many children of other municipal systems stand in a queue before ours come: 5 to 24, the same
// on every machine.
const standingBefore = (scope) => 5 + (createHash("sha256").update(scope).digest()[0] % 20);
const digest = (body) => createHash("sha256").update(JSON.stringify(body)).digest("hex");

export class PlaceRegister {
  name = "place-register";
  service = "elukaar-koht";
  #applications = new Map();
  #answers = new Map(); // by idempotency key: {digest, answer}
  #number = 0;

  // `registered(application)` is told once of each new application.
  constructor({ rule, registered = () => {} }) {
    this.rule = rule;
    this.registered = registered;
  }

  route(method, path, body) {
    const [version, applications, id, ...rest] = path;
    if (version !== "v1" || applications !== "applications" || !id || rest.length > 0) {
      throw new Problem(404, undefined, "no such address");
    }
    const common = { subject: id, shown: id };
    if (method === "PUT") return { ...common, operation: "register", perform: (call) => this.#put(id, body, call) };
    if (method === "GET") return { ...common, operation: "read", perform: () => ({ body: this.#show(this.find(id)) }) };
    throw new Problem(405, "method", "expected PUT or GET");
  }

  find(id) {
    const application = this.#applications.get(id);
    if (!application) throw new Problem(404, "application-unknown", "no such application");
    return application;
  }

  // The Idempotency-Key draft: same key and body, the stored answer; another body, 422.
  #put(id, body, { key, countEffect }) {
    if (!key) throw new Problem(400, "no-idempotency-key", "expected Idempotency-Key");
    const seen = this.#answers.get(key);
    const fingerprint = digest([id, body]);
    if (seen && seen.fingerprint !== fingerprint) throw new Problem(422, "idempotency-key-reused", "the key belongs to another request");
    if (seen) return seen.answer;
    const answer = this.#register(id, body, countEffect);
    this.#answers.set(key, { fingerprint, answer });
    return answer;
  }

  #register(id, body, countEffect) {
    const known = this.#applications.get(id);
    if (known) return { status: 200, body: this.#show(known) };
    const first = body?.preferences?.[0]?.kindergarten;
    if (!first || !body.child?.personalCode || !/^[0-9]{4}$/.test(body.kov ?? "")) {
      throw new Problem(422, "application-incomplete", "expected kov, child and preferences");
    }
    const application = {
      id,
      kov: body.kov,
      scope: first,
      submittedAt: body.submittedAt,
      registerId: `K-${String(++this.#number).padStart(6, "0")}`,
      moved: null, // a position that was set by hand
      announcements: 0,
    };
    this.#applications.set(id, application);
    countEffect();
    this.registered(application);
    return { status: 201, body: this.#show(application) };
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
    return { registerId: application.registerId, status: "Järjekorras", queues: [this.#queue(application)] };
  }

  // Sets an application's place; without one, a third of the way forward.
  move(id, position) {
    const application = this.find(id);
    const now = this.#queue(application).position;
    const wanted = position ?? Math.max(1, now - Math.max(1, Math.ceil(now / 3)));
    if (!Number.isInteger(wanted) || wanted < 1) throw new Problem(422, "position", "expected a position of 1 or more");
    application.moved = wanted;
    application.announcements += 1;
    return { application, queue: this.#queue(application) };
  }
}
