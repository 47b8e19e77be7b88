// What happens in the register, as CloudEvents to our intake, each repeated until it is accepted: X-Road cannot push,
// so the register is a client of ours with a credential per municipality.
const longestPauseMs = 10_000;
const mostAttempts = 1_000;
const requestTimeoutMs = 10_000;

export class Announcements {
  sent = [];
  #stopped = false;
  #timers = new Set();
  #last = new Map(); // by application or round: the delivery before

  // `tokens`: by EHAK code, "" for all others.
  constructor({ intakeUrl, tokens }) {
    this.intakeUrl = intakeUrl;
    this.tokens = tokens;
  }

  // `event` has the same id for the same change, however often it is sent. Those of one application (round,
  // person) go out one after the other, so that they arrive in their order.
  announce(event, kov) {
    const subject = event.data.application?.id ?? event.data.round?.id ?? event.data.child?.personalCode ?? event.data.person.personalCode;
    const record = { id: event.id, type: event.type, application: event.data.application?.id ?? null, attempts: 0, outcome: "pending", status: null };
    this.sent.push(record);
    if (!this.intakeUrl) {
      record.outcome = "no-intake";
      return record;
    }
    const token = this.tokens[kov] ?? this.tokens[""];
    const before = this.#last.get(subject) ?? Promise.resolve();
    this.#last.set(subject, before.then(() => this.#deliver(event, record, token)));
    return record;
  }

  async #deliver(event, record, token) {
    let pauseMs = 500;
    while (!this.#stopped && record.attempts < mostAttempts) {
      record.attempts += 1;
      record.status = await this.#post(event, token);
      if (record.status === 202) {
        record.outcome = "accepted";
        return;
      }
      // What the intake cannot use will not get better.
      if ([400, 403, 413, 415, 422].includes(record.status)) {
        record.outcome = "refused";
        console.error(`the intake refused ${event.id}: HTTP ${record.status}`);
        return;
      }
      await this.#pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
    record.outcome = "given-up";
  }

  async #post(event, token) {
    try {
      const response = await fetch(this.intakeUrl, {
        method: "POST",
        headers: { "Content-Type": "application/cloudevents+json; charset=UTF-8", Authorization: `Bearer ${token ?? ""}` },
        body: JSON.stringify(event),
        signal: AbortSignal.timeout(requestTimeoutMs),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0;
    }
  }

  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, ms);
      this.#timers.add(timer);
    });
  }

  later(ms, action) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
  }

  stop() {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
