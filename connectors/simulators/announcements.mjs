// Queue changes as CloudEvents to our intake, each repeated until it is accepted: X-Road cannot push,
// so the register is a client of ours with a credential per municipality.
const longestPauseMs = 10_000;
const mostAttempts = 1_000;
const requestTimeoutMs = 10_000;

export class Announcements {
  sent = [];
  #stopped = false;
  #timers = new Set();

  // `tokens`: by EHAK code, "" for all others.
  constructor({ intakeUrl, tokens, clock }) {
    this.intakeUrl = intakeUrl;
    this.tokens = tokens;
    this.clock = clock;
  }

  announce({ application, queue }) {
    const event = {
      specversion: "1.0",
      // The same for the same move, however often it is sent.
      id: `pr-${application.id}-${application.announcements}`,
      source: `/register/place/${application.kov}`,
      type: "ee.elukaar.queue.position-changed.v1",
      time: this.clock.now(),
      datacontenttype: "application/json",
      data: { application: { id: application.id }, queue },
    };
    const record = { id: event.id, application: application.id, queue, attempts: 0, outcome: "pending", status: null };
    this.sent.push(record);
    if (this.intakeUrl) void this.#deliver(event, record, this.tokens[application.kov] ?? this.tokens[""]);
    else record.outcome = "no-intake";
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
