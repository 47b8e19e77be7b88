// The control panel of a development installation: sends what a register would say next, and moves the
// case clock. It speaks to the simulated registers' control routes and to `elukaar clock`, changes no
// case itself, listens on this machine alone and refuses production settings.
//
//   node deploy/play/panel.mjs --settings FILE --population URL --place URL [--port 0]
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { Program } from "./program.mjs";

const MAX_BODY_BYTES = 4096;
const DAY_MS = 86_400_000;

// What may be sent about an application, and with what; each goes to /control/<name> of the place register.
const SENDS = {
  offer: { label: "Make an offer", fields: [["kindergarten", "text"], ["start", "date"], ["answerBy", "date"], ["kind", "text"]] },
  retract: { label: "Retract the offer", ofOffer: true, fixed: { reason: "group_not_opened", fault: "us" }, fields: [] },
  contract: { label: "Contract signed", fields: [] },
  enrolment: { label: "Child attends", fields: [] },
  move: { label: "Move in the queue", fields: [["position", "number"]] },
};
const ROUNDS = { start: "Start a round", pause: "Pause it for answers", end: "End it" };

// Throws where the settings are not those of a development installation.
export async function demandDevelopment(file) {
  const environment = /^environment:\s*(\S+)/m.exec(await readFile(file, "utf8"))?.[1];
  if (environment !== "development") {
    throw new Error(`${file}: expected \`environment: development\`, found ${environment ?? "none"}; the control panel is for development alone`);
  }
}

export class Panel {
  #clock; // { show(): Promise<Date>, set(Date): Promise }: the program's
  #population;
  #place;
  #said = "";
  #server;

  // `population`, `place`: the simulated registers' addresses.
  constructor({ clock, population, place }) {
    this.#clock = clock;
    this.#population = population;
    this.#place = place;
  }

  async start(port = 0) {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => {
        this.#said = `Failed: ${error.message}`;
        // The page itself needs the registers: without them it would only lead to itself again.
        if (request.method === "POST") response.writeHead(303, { Location: "/" }).end();
        else response.writeHead(503, { "Content-Type": "text/plain; charset=utf-8" }).end(`${this.#said}\n`);
      });
    });
    await new Promise((ready) => this.#server.listen(port, "127.0.0.1", ready));
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  async stop() {
    await new Promise((closed) => this.#server.close(closed));
  }

  async #answer(request, response) {
    // Another site's page can neither read this nor make it do anything.
    const own = request.headers.host === new URL(this.url).host;
    const origin = request.headers.origin;
    if (!own || (request.method === "POST" && origin !== undefined && origin !== this.url)) return response.writeHead(403).end();
    if (request.method === "GET" && request.url === "/") {
      const page = await this.#page();
      response.writeHead(200, {
        "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      });
      return response.end(page);
    }
    if (request.method !== "POST" || request.url !== "/do") return response.writeHead(404).end();
    const given = new URLSearchParams(await bodyOf(request));
    this.#said = await this.#do(given);
    return response.writeHead(303, { Location: "/" }).end();
  }

  async #do(given) {
    const what = given.get("what");
    if (what === "clock") return this.moveClock(new Date((await this.#clock.show()).getTime() + Number(given.get("days")) * DAY_MS));
    if (what === "date") return this.moveClock(new Date(`${given.get("date")}T09:00:00Z`));
    if (what === "round") {
      const body = Object.fromEntries([...given].filter(([name, value]) => name !== "what" && value !== ""));
      await this.#control(this.#place, "round", { stage: 1, ...body });
      return `Sent: ${ROUNDS[body.do]} (${body.id}).`;
    }
    const send = SENDS[what];
    if (!send) throw new Error(`there is nothing called ${what}`);
    const subject = send.ofOffer ? { offer: given.get("offer") } : { application: given.get("application") };
    const fields = send.fields.flatMap(([name, type]) => {
      const value = given.get(name);
      return value ? [[name, type === "number" ? Number(value) : value]] : [];
    });
    await this.#control(this.#place, what, { ...subject, ...send.fixed, ...Object.fromEntries(fields) });
    return `Sent: ${send.label}.`;
  }

  // Both the program and the registers live in the same day. The clock never goes back.
  async moveClock(time) {
    if (Number.isNaN(time.getTime()) || time <= (await this.#clock.show())) throw new Error("expected a day after today's case time");
    await this.#clock.set(time);
    const today = { today: time.toISOString().slice(0, 10) };
    for (const register of [this.#population, this.#place]) await this.#control(register, "clock", today);
    return `The case clock shows ${time.toISOString().slice(0, 16).replace("T", " ")} UTC.`;
  }

  async #control(register, name, body) {
    const answer = await fetch(`${register}/control/${name}`, body === undefined ? {} : {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`the register answered ${answer.status} to ${name}: ${(await answer.text()).slice(0, 300)}`);
    return answer.json();
  }

  async #page() {
    const { applications = [], offers = [] } = await this.#control(this.#place, "state");
    const day = (await this.#clock.show()).toISOString().slice(0, 10);
    const rows = applications.slice(-50).reverse().map((one) => {
      const offer = offers.findLast((each) => each.application === one.id);
      return `<section aria-labelledby="a-${escape(one.id)}"><h2 id="a-${escape(one.id)}">Application ${escape(one.id)}</h2>
        <p>Municipality ${escape(one.kov)}, in the register: <strong>${escape(one.state)}</strong>${offer ? `; offer ${escape(offer.id)} (revision ${offer.revision}): <strong>${escape(offer.state)}</strong>` : ""}</p>
        ${Object.entries(SENDS).filter(([, send]) => !send.ofOffer || offer).map(([what, send]) => form(what, send.label,
          `${hidden(send.ofOffer ? "offer" : "application", send.ofOffer ? offer.id : one.id)}${send.fields.map(([name, type]) => field(name, type)).join("")}`)).join("")}</section>`;
    });
    return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Control panel – development only</title>
      <meta name="viewport" content="width=device-width, initial-scale=1"><style>${STYLE}</style></head><body>
      <header><p class="loud">Development control panel. It plays the registers and moves time. Never for real families.</p></header>
      <main><h1>Control panel</h1><p role="status">${escape(this.#said)}</p>
      <section aria-labelledby="clock"><h2 id="clock">Case clock</h2><p>${escape(day)}</p>
      ${[1, 7, 14].map((days) => form("clock", `+ ${days} ${days === 1 ? "day" : "days"}`, hidden("days", days))).join("")}
      ${form("date", "Move to this day", field("date", "date"))}</section>
      <section aria-labelledby="rounds"><h2 id="rounds">Rounds</h2>
      ${Object.entries(ROUNDS).map(([step, label]) => form("round", label,
        `${hidden("do", step)}${field("kov", "text", "0653")}${field("id", "text", "round-1")}${step === "start" ? field("endsOn", "date") : field("nextOn", "date")}`)).join("")}</section>
      ${rows.join("") || "<p>No application has reached the place register yet.</p>"}</main></body></html>`;
  }
}

const escape = (text) => String(text).replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
const hidden = (name, value) => `<input type="hidden" name="${name}" value="${escape(value)}">`;
const field = (name, type, value = "") => `<label>${name} <input name="${name}" type="${type}" value="${value}" autocomplete="off"></label>`;
const form = (what, label, inside) => `<form method="post" action="/do">${hidden("what", what)}${inside}<button>${escape(label)}</button></form>`;
const STYLE = `body{font:1rem/1.5 system-ui,sans-serif;margin:0;background:#fff;color:#111}main{max-width:60rem;margin:0 auto;padding:1rem}
.loud{margin:0;padding:1rem;background:#7a0019;color:#fff;font-weight:700;text-align:center}section{border-top:1px solid #767676;padding:.5rem 0}
form{display:inline-flex;flex-wrap:wrap;gap:.5rem;align-items:end;margin:.25rem 1rem .25rem 0}input{font:inherit;border:1px solid #595959;padding:.25rem;max-width:12rem}
button{font:inherit;padding:.5rem .75rem;border:2px solid #7a0019;background:#fff;color:#7a0019;cursor:pointer}button:focus-visible,input:focus-visible{outline:3px solid #0047bb;outline-offset:2px}h2{overflow-wrap:anywhere}`;

async function bodyOf(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) throw new Error("the form is too large");
  }
  return text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: {
    settings: { type: "string" }, population: { type: "string" }, place: { type: "string" },
    port: { type: "string", default: "0" },
  } });
  await demandDevelopment(values.settings);
  const program = new Program(process.env.ELUKAAR, values.settings);
  const panel = await new Panel({
    clock: { show: () => program.clock(), set: (time) => program.setClock(time) },
    population: values.population, place: values.place,
  }).start(Number(values.port));
  console.log(`control panel: ${panel.url}`);
}
