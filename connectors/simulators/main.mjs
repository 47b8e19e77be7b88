// Both registers in one process. See README.md for what they answer.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Announcements } from "./announcements.mjs";
import { PlaceRegister } from "../systems/place_register/simulator.mjs";
import { PopulationRegister } from "../systems/population_register/simulator.mjs";
import { CallList, Faults, openDoor } from "../transport/xroad_rest/security_server.mjs";

const flags = {
  help: { type: "boolean", about: "this list" },
  settings: { type: "string", about: "JSON file with any of these" },
  host: { type: "string", default: "127.0.0.1", about: "address to listen on" },
  "population-port": { type: "string", default: "0", about: "0: any free port" },
  "place-port": { type: "string", default: "0", about: "0: any free port" },
  births: { type: "string", about: "events in the intake's form, one a line: the persons" },
  today: { type: "string", about: "the registers' day, YYYY-MM-DD; default: the machine's" },
  rule: { type: "string", default: "application-time", about: "ruleRef of the queues" },
  "intake-url": { type: "string", about: "where the place register's events go; none: nowhere" },
  "intake-token-file": { type: "string", multiple: true, default: [], about: "[EHAK=]FILE with the Bearer credential" },
  "population-token-file": { type: "string", multiple: true, default: [], about: "[EHAK=]FILE, the same for the population register's events" },
  "move-after": { type: "string", about: "seconds after a registration at which its place changes; none: by hand" },
  "no-faults": { type: "boolean", default: false, about: "no 503 at the residence check's first answer" },
};

function readSettings(argv) {
  const options = Object.fromEntries(Object.entries(flags).map(([name, { type, multiple }]) => [name, { type, multiple: multiple ?? false }]));
  const { values } = parseArgs({ args: argv, options });
  const fromFile = values.settings ? JSON.parse(readFileSync(values.settings, "utf8")) : {};
  for (const name of Object.keys(fromFile)) {
    if (!(name in flags)) throw new Error(`${values.settings}: unknown setting ${name}; known: ${Object.keys(flags).join(", ")}`);
  }
  const defaults = Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, flag.default]));
  return { ...defaults, ...fromFile, ...values };
}

function readTokens(files) {
  const tokens = {};
  for (const each of [files].flat()) {
    const [, kov = "", path] = /^(?:([0-9]{4})=)?(.+)$/.exec(each);
    tokens[kov] = readFileSync(path, "utf8").trim();
  }
  return tokens;
}

// The registers' clock: a given day, with the machine's time of day.
class Clock {
  constructor(today) {
    this.set(today);
  }
  set(today) {
    if (today !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(today)) throw new Error(`expected a day as YYYY-MM-DD, found ${today}`);
    this.day = today;
  }
  today() {
    return this.day ?? new Date().toISOString().slice(0, 10);
  }
  now() {
    return `${this.today()}${new Date().toISOString().slice(10)}`;
  }
}

function controls({ population, place, faults, list, clock, announcements, news }) {
  const table = {
    "GET calls": () => list,
    "POST faults": (body) => (faults.order(body), { ordered: body.operation }),
    "DELETE faults": () => (faults.clear(), { ordered: null }),
    "POST persons": (body) => (population.learn(body.data ?? body, body.type), { persons: population.size }),
    "POST clock": (body) => (clock.set(body.today), place.newDay(), { today: clock.today() }),
    "POST move": (body) => place.move(body),
    "POST offer": (body) => place.offer(body),
    "POST retract": (body) => place.retract(body),
    "POST round": (body) => place.round(body),
    "POST contract": (body) => place.sign(body),
    "POST enrolment": (body) => place.enrol(body),
    "POST leaving": (body) => place.leave(body),
    "POST residence": (body) => population.move(body),
    "POST custody": (body) => population.custody(body),
    "POST protection": (body) => population.protect(body),
    "POST death": (body) => population.die(body),
    "GET state": () => place.state(),
    "GET announcements": () => [...announcements.sent, ...news.sent],
  };
  return (method, name, body) => table[`${method} ${name}`]?.(body);
}

async function main(argv) {
  const settings = readSettings(argv);
  if (settings.help) {
    for (const [name, flag] of Object.entries(flags)) console.log(`  --${name.padEnd(20)} ${flag.about}${flag.default ? ` (default ${flag.default})` : ""}`);
    return;
  }
  const clock = new Clock(settings.today);
  const faults = new Faults();
  if (!settings["no-faults"]) faults.order({ operation: "residence", first: 1, status: 503 });
  const list = new CallList();
  const announcements = new Announcements({ intakeUrl: settings["intake-url"], tokens: readTokens(settings["intake-token-file"]) });
  const news = new Announcements({ intakeUrl: settings["intake-url"], tokens: readTokens(settings["population-token-file"]) });
  const population = new PopulationRegister(clock, (event, kov) => news.announce(event, kov));
  if (settings.births) population.load(settings.births);
  const moveAfter = settings["move-after"] === undefined ? null : Number(settings["move-after"]) * 1000;
  const place = new PlaceRegister({
    rule: settings.rule,
    clock,
    announce: (event, kov) => announcements.announce(event, kov),
    registered: ({ id }) => {
      if (moveAfter !== null) announcements.later(moveAfter, () => place.move({ application: id }));
    },
  });

  const common = { faults, list, host: settings.host, control: controls({ population, place, faults, list, clock, announcements, news }) };
  const servers = [
    await openDoor({ ...common, register: population, port: Number(settings["population-port"]) }),
    await openDoor({ ...common, register: place, port: Number(settings["place-port"]) }),
  ];
  const [populationPort, placePort] = servers.map((server) => server.address().port);
  console.log(JSON.stringify({ ready: true, populationRegister: { port: populationPort }, placeRegister: { port: placePort }, persons: population.size }));
  console.log("ready");

  const stop = () => {
    announcements.stop();
    news.stop();
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
