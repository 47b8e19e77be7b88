// What a family does on its page, and what the register does to its application, step by step: each step ends
// when the page says so.

const pauseMs = 100;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// The place register's own side, as its officials work it.
export class Register {
  constructor(url) {
    this.url = url;
  }

  async order(what, body) {
    const answer = await fetch(`${this.url}/control/${what}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`the simulated registers refuse ${what}: ${await answer.text()}`);
    return answer.json();
  }
}

// Answers every question of the form with its first possible choices; `start: "last"` wishes for the latest month.
export function fillIn(form, { start = "first", told = () => {} } = {}) {
  const answers = {};
  for (const question of form.asked) {
    const values = (question.options ?? []).map(({ value }) => value);
    if (question.type === "ranked") answers[question.id] = values.slice(0, Math.min(2, question.atMost ?? 1));
    else if (question.type === "choice") answers[question.id] = question.id === "wishedStart" && start === "last" ? values.at(-1) : values[0];
    else continue;
    told(`${question.label}: ${[answers[question.id]].flat().join(", ")}`);
  }
  return answers;
}

// The page as the stream of changes keeps it up to date: every version that was seen, told as it comes.
export class Watch {
  pages = [];
  wasDelayed = false;
  #stop = new AbortController();
  #failure = null;

  constructor(resident, id, tell = () => {}) {
    this.#follow(resident, id, tell).catch((error) => {
      this.#failure = error;
    });
  }

  async #follow(resident, id, tell) {
    for await (const { event } of resident.changes(this.#stop.signal)) {
      if (event !== "snapshot" && event !== "change") continue;
      const page = await resident.case(id);
      if (page.revision === this.pages.at(-1)?.revision) continue;
      if (this.pages.length > 0) tell(page);
      this.wasDelayed ||= Boolean(page.status.delayed);
      this.pages.push(page);
    }
  }

  async until(what, ms, isSo) {
    const end = Date.now() + ms;
    for (;;) {
      if (this.#failure) throw this.#failure;
      const found = await isSo();
      if (found) return found;
      if (Date.now() > end) {
        const said = this.pages.at(-1)?.status.headline;
        throw new Error(`${ms / 1000} s passed before this was seen: ${what}${said ? ` (the page says: ${said})` : ""}`);
      }
      await pause(pauseMs);
    }
  }

  // The page as it says this, or something else of these, now.
  shows(ms, ...keys) {
    const is = (page) => page && keys.includes(page.status.key);
    return this.until(`the page says ${keys.join(" or ")}`, ms, () => is(this.pages.at(-1)) && this.pages.at(-1));
  }

  stop() {
    this.#stop.abort();
  }
}

// One family, logged in as one of its guardians, with its case open.
export class Family {
  constructor({ resident, id, register, tell, patienceMs }) {
    Object.assign(this, { resident, id, register, patienceMs });
    this.watch = new Watch(resident, id, tell);
  }

  // Sends an action as the page offers it now, and waits until it is taken.
  async act(name, body = {}) {
    const page = await this.resident.case(this.id);
    const offered = page.actions.find((each) => each.name === name);
    if (!offered) throw new Error(`the page offers no ${name}, only ${page.actions.map((each) => each.name).join(", ") || "nothing"}`);
    const { action } = await this.resident.act(this.id, name, { subject: offered.subject, revision: offered.revision, ...body });
    await this.watch.until(`${name} is taken`, this.patienceMs, async () => {
      const { outcome, reason } = await this.resident.action(action);
      if (outcome === "refused") throw new Error(`${name} was refused: ${reason?.text}`);
      return outcome === "accepted";
    });
    return action;
  }

  async form(name) {
    return this.resident.form(this.id, name);
  }

  // An application's id is that of the act that made it, written as registers write it.
  async apply(form, answers) {
    const action = await this.act("apply", { subject: form.subject, revision: form.revision, form: answers });
    this.application = action.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  // The register offers a place; the family's page shows it and thereby says that it was received.
  async receiveOffer(terms = {}) {
    await this.register.order("offer", { application: this.application, ...terms });
    await this.watch.shows(this.patienceMs, "offered");
    await this.act("open-offer");
    return this.watch.until("the page says until when to answer", this.patienceMs, () => {
      const page = this.watch.pages.at(-1);
      return page.status.key === "offered" && page.status.by && page;
    });
  }

  async acceptOffer() {
    await this.act("accept");
    return this.watch.shows(this.patienceMs, "contract_pending", "confirmed");
  }

  async signContract() {
    await this.register.order("contract", { application: this.application });
    return this.watch.shows(this.patienceMs, "confirmed");
  }
}

// Three more families for those who look around: one whose wish is for a later year, one with an offer, one with a
// place. Each an only child of two guardians in the municipality whose day has come.
export async function playOthers({ births, login, register, patienceMs }) {
  const stories = [
    { name: "waits for its year", start: "last", until: "waiting", play: async () => {} },
    { name: "has an offer", start: "first", until: "queued", play: (family) => family.receiveOffer() },
    {
      name: "has a place",
      start: "first",
      until: "queued",
      play: async (family) => {
        await family.receiveOffer();
        await family.acceptOffer();
        await family.signContract();
      },
    },
  ];
  return Promise.all(
    stories.map(async ({ name, start, until, play }, i) => {
      const { resident, id } = await login(births[i].guardians);
      const family = new Family({ resident, id, register, patienceMs });
      const form = await family.form("application");
      await family.apply(form, fillIn(form, { start }));
      await family.watch.shows(patienceMs, until);
      await play(family);
      family.watch.stop();
      return { name, guardian: resident.me.name, headline: (await resident.case(id)).status.headline };
    }),
  );
}
