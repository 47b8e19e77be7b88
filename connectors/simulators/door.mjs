// What the doors of all transports have in common: a register's no, faults on order, the list of calls.
const mostRememberedCalls = 100_000;

export class Problem extends Error {
  constructor(status, code, title) {
    super(title);
    this.status = status;
    this.code = code;
  }
}

// Faults that were ordered: at most one an operation, or one an operation and municipality (`kov`), which wins;
// `first` counts answers per subject.
export class Faults {
  #ordered = new Map();
  #answers = new Map();

  order(fault) {
    if (typeof fault?.operation !== "string") throw new Problem(422, "no-operation", "a fault needs an operation");
    this.#ordered.set(`${fault.operation} ${fault.kov ?? ""}`, fault);
    for (const key of [...this.#answers.keys()]) {
      if (key.startsWith(`${fault.operation} `)) this.#answers.delete(key);
    }
  }

  clear() {
    this.#ordered.clear();
    this.#answers.clear();
  }

  due(operation, subject, kov = "") {
    const fault = this.#ordered.get(`${operation} ${kov}`) ?? this.#ordered.get(`${operation} `);
    if (!fault) return null;
    const key = `${operation} ${subject}`;
    const before = this.#answers.get(key) ?? 0;
    this.#answers.set(key, before + 1);
    return fault.first === undefined || before < fault.first ? fault : null;
  }
}

// Every call that came through the door. No personal data: a subject is kept only where it is an
// application's id.
export class CallList {
  calls = [];
  effects = new Map();

  add(call) {
    if (this.calls.length < mostRememberedCalls) this.calls.push(call);
  }

  countEffect(key) {
    this.effects.set(key, (this.effects.get(key) ?? 0) + 1);
  }

  toJSON() {
    const counts = {};
    for (const { operation } of this.calls) counts[operation] = (counts[operation] ?? 0) + 1;
    return { calls: this.calls, counts, effects: Object.fromEntries(this.effects) };
  }
}
