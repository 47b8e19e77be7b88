// All simulated systems in one process: whatever stands in ../systems/*/simulator.mjs. See README.md for what they answer.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Announcements } from "./announcements.mjs";
import { CallList, Faults } from "./door.mjs";

const systems = new URL("../systems/", import.meta.url);
const folders = readdirSync(systems).sort().filter((name) => existsSync(new URL(`${name}/simulator.mjs`, systems)));
const simulators = await Promise.all(folders.map(async (name) => (await import(new URL(`${name}/simulator.mjs`, systems))).simulator));

const flags = {
  help: { type: "boolean", about: "this list" },
  settings: { type: "string", about: "JSON file with any of these" },
  host: { type: "string", default: "127.0.0.1", about: "address to listen on" },
  today: { type: "string", about: "the registers' day, YYYY-MM-DD; default: the machine's" },
  "intake-url": { type: "string", about: "where the registers' events go; none: nowhere" },
  "no-faults": { type: "boolean", default: false, about: "none of the faults with which they begin" },
};
for (const each of simulators) merge(flags, each.flags, "flag");

// One table of all systems: a name stands once.
function merge(table, more, what) {
  for (const [name, value] of Object.entries(more)) {
    if (name in table) throw new Error(`two simulators have the ${what} ${name}`);
    table[name] = value;
  }
  return table;
}

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

function controls({ running, faults, list, clock }) {
  const table = {
    "GET calls": () => list,
    "POST faults": (body) => (faults.order(body), { ordered: body.operation }),
    "DELETE faults": () => (faults.clear(), { ordered: null }),
    "POST clock": (body) => {
      clock.set(body.today);
      for (const { register } of running) register.newDay?.();
      return { today: clock.today() };
    },
    "GET announcements": () => running.flatMap(({ announcements }) => announcements.sent),
  };
  for (const { simulator, register } of running) merge(table, simulator.controls(register), "control");
  return (method, name, body) => table[`${method} ${name}`]?.(body);
}

// "place-register" → "placeRegister", as the line of ports names it.
const inOneWord = (role) => role.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

async function main(argv) {
  const settings = readSettings(argv);
  if (settings.help) {
    for (const [name, flag] of Object.entries(flags)) console.log(`  --${name.padEnd(22)} ${flag.about}${flag.default ? ` (default ${flag.default})` : ""}`);
    return;
  }
  const clock = new Clock(settings.today);
  const faults = new Faults();
  const list = new CallList();
  const running = simulators.map((simulator) => {
    const announcements = new Announcements({ intakeUrl: settings["intake-url"], tokens: readTokens(settings[simulator.tokens]) });
    if (!settings["no-faults"]) for (const fault of simulator.faults ?? []) faults.order(fault);
    return { simulator, announcements, register: simulator.make({ settings, clock, announcements }) };
  });

  const control = controls({ running, faults, list, clock });
  const servers = await Promise.all(running.map(({ simulator, register }) => (
    simulator.open({ register, faults, list, host: settings.host, control, port: Number(settings[simulator.port]) }))));
  const ports = running.map(({ register }, i) => [inOneWord(register.name), { port: servers[i].address().port }]);
  console.log(JSON.stringify({ ready: true, ...Object.fromEntries(ports) }));
  console.log("ready");

  const stop = () => {
    for (const { announcements } of running) announcements.stop();
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
