// Random machines in the Stately vocabulary, and events to walk them with.
import { Chance } from "./chance.mjs";

const events = ["a", "b", "c", "d", "a.b", "a.b.c", "a.d", "b.c"];
const wildcards = ["*", "a.*", "a.b.*", "b.*"];
const eventGuards = ["g0", "g1", "g2", "g3"];   // answered anew with every event
const contextGuards = ["c0", "c1", "c2"];       // members of the context, changed by actions alone
const maxDepth = 5;

// `kinds.alwaysInParallel`: whether `always` may stand in a machine with parallel states.
export function randomCase(seed, { alwaysInParallel, steps = 20 }) {
  const chance = new Chance(seed);
  const machine = new Maker(chance, alwaysInParallel).make();
  const list = [];
  for (let i = 0; i < steps; ++i) {
    const guards = Object.fromEntries(eventGuards.map((name) => [name, chance.percent(50)]));
    list.push({ type: chance.pick(events), guards });
  }
  return { machine, events: list };
}

class Maker {
  constructor(chance, alwaysInParallel) {
    this.chance = chance;
    this.left = chance.number(3, 30) - 1;
    this.keys = 0;
    this.actions = 0;
    this.paths = [];
    this.alwaysInParallel = alwaysInParallel;
    this.mayAlways = true;
  }

  make() {
    const root = this.state(1, false);
    const hasParallel = JSON.stringify(root).includes('"parallel"');
    this.mayAlways = this.alwaysInParallel || !hasParallel;
    this.collect(root, "");
    this.dress("m", root, undefined);
    const context = Object.fromEntries(contextGuards.map((name) => [name, this.chance.percent(50)]));
    return { id: "m", context, ...root };
  }

  // The tree alone: types, initial children, keys.
  state(depth, mayBeFinal) {
    const nests = depth === 1 || (depth < maxDepth && this.left >= 2 && this.chance.percent(45));
    if (!nests) return mayBeFinal && this.chance.percent(20) ? { type: "final" } : {};
    const parallel = this.chance.percent(depth === 1 ? 15 : 30);
    const count = Math.min(this.left, this.chance.number(2, 5));
    this.left -= count;
    const states = {};
    for (let i = 0; i < count; ++i) {
      states[`s${this.keys++}`] = this.state(depth + 1, !parallel && i > 0);
    }
    if (parallel) return { type: "parallel", states };
    return { initial: this.chance.pick(Object.keys(states)), states };
  }

  collect(state, path) {
    for (const [key, child] of Object.entries(state.states ?? {})) {
      const below = path === "" ? key : `${path}.${key}`;
      this.paths.push(below);
      this.collect(child, below);
    }
  }

  // Transitions and actions of a state, then of its children.
  dress(key, state, parent) {
    const { chance } = this;
    const entry = this.someActions(40);
    const exit = this.someActions(40);
    if (entry.length > 0) state.entry = entry;
    if (exit.length > 0) state.exit = exit;
    if (state.type !== "final") {
      const on = {};
      for (let n = chance.number(0, 4); n > 0; --n) {
        const descriptor = chance.percent(30) ? chance.pick(wildcards) : chance.pick(events);
        (on[descriptor] ??= []).push(this.transition(state, parent));
      }
      if (Object.keys(on).length > 0) state.on = on;
      if (this.mayAlways && chance.percent(this.alwaysInParallel ? 15 : 12)) {
        state.always = [this.eventless(key, state, parent)];
        if (chance.percent(30)) state.always.push(this.eventless(key, state, parent));
      }
      if (parent !== undefined && completes(state) && chance.percent(70)) {
        state.onDone = [this.transition(state, parent)];
      }
    }
    for (const [childKey, child] of Object.entries(state.states ?? {})) this.dress(childKey, child, state);
  }

  transition(state, parent) {
    const { chance } = this;
    const transition = {};
    const target = this.target(state, parent);
    if (target !== undefined) transition.target = target;
    if (chance.percent(25)) transition.reenter = true;
    if (chance.percent(40)) transition.guard = chance.pick([...eventGuards, ...contextGuards]);
    const actions = this.someActions(50);
    if (actions.length > 0) transition.actions = actions;
    return transition;
  }

  // `always` depends on the context alone and turns off what let it through, so that most come to
  // rest. (One that changes nothing at all is endless in SCXML and with us; xstate asks it once.)
  eventless(key, state, parent) {
    const transition = this.transition(state, parent);
    transition.guard = this.chance.pick(contextGuards);
    (transition.actions ??= []).push({ type: "assign", params: { [transition.guard]: false } });
    return transition;
  }

  target(state, parent) {
    const { chance } = this;
    const kind = chance.number(0, 9);
    const children = Object.keys(state.states ?? {});
    if (kind < 1) return undefined;
    if (kind < 5 && parent !== undefined) return chance.pick(Object.keys(parent.states));
    if (kind < 7 && children.length > 0) return `.${chance.pick(children)}`;
    return `#m.${chance.pick(this.paths)}`;
  }

  someActions(share) {
    const { chance } = this;
    const list = [];
    while (chance.percent(share) && list.length < 3) list.push(`x${this.actions++}`);
    if (chance.number(1, 300) === 1) list.push({ type: "raise", event: chance.pick(events) });
    if (chance.percent(8)) {
      list.push({ type: "assign", params: { [chance.pick(contextGuards)]: chance.percent(25) } });
    }
    return list;
  }
}

// Whether a state can raise its done event.
function completes(state) {
  const children = Object.values(state.states ?? {});
  const ends = (child) => child.type === "final" || (state.type === "parallel" && completes(child));
  return state.type === "parallel" ? children.every(ends) : children.some(ends);
}
