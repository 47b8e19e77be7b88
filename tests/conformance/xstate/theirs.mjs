// The same machine in xstate: configuration, actions in their order and done after each event.
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const distribution = dirname(createRequire(import.meta.url).resolve("xstate"));
// More rounds than any machine needs that comes to rest.
const maxIterations = 1_500;

// A copy that says what it is: older Node.js takes a file named .js for CommonJS otherwise.
function copied() {
  const folder = mkdtempSync(join(tmpdir(), "xstate-"));
  cpSync(distribution, join(folder, "dist"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "dist");
}
const load = (dist) => import(pathToFileURL(join(dist, "xstate.esm.js")));

export const xstate = await load(copied());

// xstate asks `always` of the active atomic states in the order in which they were entered; SCXML,
// and so ours, in document order. This is xstate with that one line changed.
export async function inDocumentOrder() {
  const dist = copied();
  const name = readdirSync(dist).find((file) => /^raise-\w+\.esm\.js$/.test(file));
  const file = join(dist, name);
  const parts = readFileSync(file, "utf8").split("nextState._nodes.filter(isAtomicStateNode)");
  if (parts.length !== 2) throw new Error(`${name}: expected one line that walks the atomic states`);
  writeFileSync(file, parts.join("nextState._nodes.filter(isAtomicStateNode).sort((a, b) => a.order - b.order)"));
  return load(dist);
}

// What an action of ours is called in the list that is compared.
export function nameOf(action) {
  if (typeof action === "string") return action;
  if (action.type === "raise") return `raise ${action.event}`;
  if (action.type === "assign") return `assign ${JSON.stringify(action.params)}`;
  return action.type;
}

// Ours for createMachine: raise and assign are xstate's own, each with a name before it that shows
// in the list.
function translated(node, { raise, assign }, answers) {
  if (Array.isArray(node)) return node.map((item) => translated(item, { raise, assign }, answers));
  if (node === null || typeof node !== "object") return node;
  const result = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === "guard") {
      result.guard = ({ context }) => answers.now?.[value] ?? context?.[value] ?? true;
    } else if (key === "actions" || key === "entry" || key === "exit") {
      result[key] = [value].flat().flatMap((action) => {
        const name = { type: nameOf(action) };
        if (action.type === "raise") return [name, raise({ type: action.event })];
        if (action.type === "assign") return [name, assign(action.params)];
        return [name];
      });
    } else {
      result[key] = key === "context" ? value : translated(value, { raise, assign }, answers);
    }
  }
  return result;
}

function shown([snapshot, actions]) {
  if (snapshot.status === "error") throw snapshot.error;
  const leaves = snapshot._nodes.filter((node) => node.type === "atomic" || node.type === "final");
  return {
    states: leaves.sort((a, b) => a.order - b.order).map((node) => node.path.join(".")),
    effects: actions.map((action) => action.type).filter((type) => !type.startsWith("xstate.")),
    context: snapshot.context,
    done: snapshot.status === "done",
  };
}

// [{states, effects, context, done}, …]: the start, then each event until done; ends with a fault
// where it finds no rest.
export function walk({ machine, events }, library = xstate) {
  const answers = { now: undefined };
  const config = translated(machine, library, answers);
  const theirs = library.createMachine({ ...config, options: { maxIterations } });
  const steps = [];
  try {
    let pair = library.initialTransition(theirs);
    steps.push(shown(pair));
    for (const event of events) {
      if (pair[0].status === "done") break;
      answers.now = event.guards;
      pair = library.transition(theirs, pair[0], { type: event.type });
      steps.push(shown(pair));
    }
  } catch (error) {
    if (!/Infinite loop|Maximum call stack/.test(error.message)) throw error;
    steps.push({ fault: "endless" });
  }
  return steps;
}
