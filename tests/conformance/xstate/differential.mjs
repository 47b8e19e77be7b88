// Compares one walk with the other, and makes what differs as small as it gets.
import { nameOf, walk } from "./theirs.mjs";

// Ours in the form of theirs.
function asTheirs(answer) {
  const steps = answer.steps.map(({ states, effects, context, done }) => (
    { states, effects: effects.map(nameOf), context, done }));
  const done = steps.findIndex((step) => step.done);
  if (done >= 0) steps.length = done + 1;
  if (answer.fault) steps.push({ fault: "endless" });
  return steps;
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// undefined where both walk alike; else what differs first.
export function difference(one, answer, library) {
  if (answer.problems) return { problems: answer.problems };
  if (answer.illegal) return { illegal: answer.illegal };
  const ours = asTheirs(answer);
  const theirs = walk(one, library);
  for (let step = 0; step < Math.max(ours.length, theirs.length); ++step) {
    if (!same(ours[step], theirs[step])) {
      return { step, event: one.events[step - 1] ?? null, ours: ours[step], theirs: theirs[step] };
    }
  }
  return undefined;
}

const spared = (list, i) => list.filter((_, at) => at !== i);

// Every case with one thing taken away: an event, a state, a transition, an action, a word.
function* smaller({ machine, events }) {
  for (let i = 0; i < events.length; ++i) yield { machine, events: spared(events, i) };
  function* without(node) {
    if (Array.isArray(node)) {
      for (let i = 0; i < node.length; ++i) yield spared(node, i);
    } else if (node === null || typeof node !== "object") {
      return;
    }
    for (const key of Object.keys(node)) {
      if (!Array.isArray(node) && !["id", "initial", "target", "event", "params"].includes(key)) {
        const { [key]: removed, ...rest } = node;
        yield rest;
      }
      for (const inner of without(node[key])) {
        yield Array.isArray(node) ? Object.assign([...node], { [key]: inner }) : { ...node, [key]: inner };
      }
    }
  }
  for (const less of without(machine)) yield { machine: less, events };
}

// The smallest case found by taking away, as long as the walks still differ in their steps.
export async function shrink(one, walker, library, limit = 2_000) {
  const kind = (found) => [found.illegal, found.problems, found.ours?.fault, found.theirs?.fault].map(Boolean).join();
  const wanted = kind(difference(one, (await walker.walk([one]))[0], library));
  let tried = 0;
  for (let progress = true; progress && tried < limit;) {
    progress = false;
    for (const candidate of smaller(one)) {
      if (++tried > limit) break;
      const [answer] = await walker.walk([candidate]);
      let found;
      try {
        found = difference(candidate, answer, library);
      } catch {
        continue;  // xstate refuses the machine: too much was taken away
      }
      if (found === undefined || kind(found) !== wanted) continue;
      one = candidate;
      progress = true;
      break;
    }
  }
  return one;
}
