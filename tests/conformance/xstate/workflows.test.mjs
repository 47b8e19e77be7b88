// Every accepted workflow file, our additions stripped, loads in xstate 5 and walks the same states as
// the loader's own chart: an ordinary statechart tool reads our files as we do.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { Chance } from "./chance.mjs";
import { Walker } from "./ours.mjs";
import { xstate } from "./theirs.mjs";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const walks = 200;
const steps = 25;
const walker = new Walker();
after(() => walker.end());

function files() {
  const found = [];
  for (const folder of ["workflows", "tests/unit/workflow/fixtures/content/workflows"]) {
    for (const entry of readdirSync(root + folder, { recursive: true, withFileTypes: true })) {
      const path = `${entry.parentPath ?? entry.path}/${entry.name}`;
      const isBase = entry.name === "workflow.yaml";
      const isMunicipality = /\/municipalities\/[^/]+\/[^/]+\.yaml$/.test(path);
      if (entry.isFile() && (isBase || isMunicipality)) found.push(path);
    }
  }
  return found.sort();
}

const expression = (text) => text.replace(/^\s*\{\{\s*/, "").replace(/\s*\}\}\s*$/, "");

// What is left for an ordinary tool, and what the walk may send: pairs of our name and theirs.
class Stripped {
  constructor(source) {
    this.guards = new Set();
    this.lasting = new Set();  // guards of `always`: answered alike throughout a walk
    this.events = new Map();
    this.delays = {};
    this.actors = {};
    this.answers = {};
    this.key = source.key;
    this.config = { id: source.key, ...this.state(source, "") };
  }

  state(node, path) {
    const result = {};
    for (const word of ["type", "initial"]) if (node[word] !== undefined) result[word] = node[word];
    const id = path === "" ? this.key : `${this.key}.${path}`;
    for (const [name, list] of Object.entries(node.on ?? {})) {
      (result.on ??= {})[name] = this.transitions(list);
      if (!name.endsWith("*")) this.events.set(name, name);
    }
    for (const [delay, list] of Object.entries(node.after ?? {})) {
      (result.after ??= {})[delay] = this.transitions(list);
      this.delays[delay] = 1e9;
      this.events.set(`after.${delay}${path && "."}${path}`, `xstate.after.${delay}.${id}`);
    }
    for (const invoke of [node.invoke ?? []].flat()) {
      const { src } = invoke;
      this.actors[src] = xstate.fromPromise(() => new Promise(() => {}));
      const unique = `${path}.${invoke.id}`;
      (result.invoke ??= []).push({ id: unique, src, onDone: this.transitions(invoke.onDone ?? []),
        onError: this.transitions(invoke.onError ?? []) });
      this.events.set(`done.invoke.${unique}`, `xstate.done.actor.${unique}`);
      this.events.set(`error.invoke.${unique}`, `xstate.error.actor.${unique}`);
    }
    if (node.always) {
      result.always = this.transitions(node.always);
      for (const one of [node.always].flat()) if (one.guard) this.lasting.add(expression(one.guard));
    }
    if (node.onDone) result.onDone = this.transitions(node.onDone);
    for (const [key, child] of Object.entries(node.states ?? {})) {
      (result.states ??= {})[key] = this.state(child, path === "" ? key : `${path}.${key}`);
    }
    return result;
  }

  transitions(list) {
    return [list].flat().map((one) => {
      const result = {};
      if (one.target !== undefined) result.target = one.target;
      if (one.reenter !== undefined) result.reenter = one.reenter;
      if (one.guard !== undefined) {
        const name = expression(one.guard);
        this.guards.add(name);
        result.guard = () => this.answers[name] ?? true;
      }
      return result;
    });
  }
}

const leaves = (snapshot) => snapshot._nodes.filter((node) => node.type === "atomic" || node.type === "final")
  .sort((a, b) => a.order - b.order).map((node) => node.path.join("."));

// One random walk in xstate: the events sent, with the guards' answers, and the states after each.
function wander(stripped, machine, chance) {
  const lasting = Object.fromEntries([...stripped.lasting].map((name) => [name, chance.percent(50)]));
  const names = [...stripped.events];
  stripped.answers = {};
  let [snapshot] = xstate.initialTransition(machine);
  const states = [leaves(snapshot)];
  const events = [];
  for (let i = 0; i < steps && snapshot.status === "active"; ++i) {
    const guards = Object.fromEntries([...stripped.guards].map((name) => [name, chance.percent(50)]));
    stripped.answers = { ...guards, ...lasting };
    // Mostly what the state answers: chance alone would stay where it is.
    const able = names.filter(([, theirs]) => snapshot.can({ type: theirs }));
    const [ours, theirs] = chance.pick(able.length > 0 && chance.percent(80) ? able : names);
    // xstate ends with an unhandled error of an actor; with us it is a stale answer.
    if (theirs.startsWith("xstate.error") && !snapshot.can({ type: theirs })) continue;
    [snapshot] = xstate.transition(machine, snapshot, { type: theirs });
    events.push({ type: ours, guards: stripped.answers });
    states.push(leaves(snapshot));
  }
  return { events, states, done: snapshot.status === "done" };
}

for (const file of files()) {
  test(`xstate walks ${file.slice(root.length)} as we do`, async (t) => {
    const [{ canonical, problems }] = await walker.walk([{ source: file }]);
    assert.deepEqual(problems, undefined);
    const stripped = new Stripped(JSON.parse(canonical));
    const machine = xstate.createMachine(stripped.config, { delays: stripped.delays, actors: stripped.actors });
    const seen = new Set();
    let done = 0;
    for (let seed = 1; seed <= walks; ++seed) {
      const walk = wander(stripped, machine, new Chance(seed));
      const [answer] = await walker.walk([{ source: file, events: walk.events }]);
      assert.deepEqual(answer.fault ?? answer.illegal ?? answer.problems, undefined);
      assert.deepEqual(answer.steps.map((step) => step.states), walk.states, `seed ${seed}: ${JSON.stringify(walk.events)}`);
      assert.equal(answer.steps.at(-1).done, walk.done);
      for (const state of walk.states.flat()) seen.add(state);
      done += walk.done ? 1 : 0;
    }
    t.diagnostic(`${walks} walks, ${seen.size} states seen, ${done} walks to an end`);
    assert.ok(seen.size > 2);
  });
}
