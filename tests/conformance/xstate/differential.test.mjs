// Our interpreter against xstate's: the same random machines, the same random events, and after each
// the same configuration, the same actions in the same order, the same context, the same end.
//
// ELUKAAR_SEED=n (or `random`) chooses other machines, ELUKAAR_MACHINES=n how many of each kind.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { difference, shrink } from "./differential.mjs";
import { Walker } from "./ours.mjs";
import { randomCase } from "./random-machine.mjs";
import { inDocumentOrder, walk, xstate } from "./theirs.mjs";

const asked = process.env.ELUKAAR_SEED ?? "20261121";
const seed = asked === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(asked);
const machines = Number(process.env.ELUKAAR_MACHINES ?? 10_000);
const batch = 200;
const walker = new Walker();
after(() => walker.end());

const isStep = (answer) => answer.steps?.length ?? 0;

// Counts what the machines reached: a generator that reaches nothing proves nothing.
async function compare(t, options, library, eachAnswer = () => {}) {
  const reached = { machines: 0, steps: 0, actions: 0, done: 0, endless: 0 };
  t.diagnostic(`seed ${seed}; set ELUKAAR_SEED to choose another`);
  for (let first = 0; first < machines; first += batch) {
    const cases = [];
    for (let i = first; i < Math.min(first + batch, machines); ++i) cases.push(randomCase(seed + i, options));
    const answers = await walker.walk(cases);
    for (const [i, one] of cases.entries()) {
      const found = difference(one, answers[i], library);
      if (found !== undefined) {
        const small = await shrink(one, walker, library);
        const [answer] = await walker.walk([small]);
        assert.fail(`machine ${seed + first + i} walks otherwise:\n${JSON.stringify(small, null, 1)}\n` +
          JSON.stringify(difference(small, answer, library), null, 1));
      }
      ++reached.machines;
      reached.steps += isStep(answers[i]);
      reached.actions += answers[i].steps.reduce((sum, step) => sum + step.effects.length, 0);
      reached.done += answers[i].steps.some((step) => step.done) ? 1 : 0;
      reached.endless += answers[i].fault ? 1 : 0;
      eachAnswer(one, answers[i]);
    }
  }
  t.diagnostic(JSON.stringify(reached));
  assert.ok(reached.steps > 5 * machines && reached.actions > reached.steps / 2);
  assert.ok(reached.done > machines / 100 && reached.endless < machines / 10);
}

test("without `always` beside parallel states xstate walks every machine as we do", async (t) => {
  await compare(t, { alwaysInParallel: false }, xstate);
});

test("with both, xstate walks as we do once it asks `always` in document order", async (t) => {
  const ordered = await inDocumentOrder();
  let otherwise = 0;
  await compare(t, { alwaysInParallel: true }, ordered, (one, answer) => {
    if (!answer.fault && difference(one, answer, xstate) !== undefined) ++otherwise;
  });
  t.diagnostic(`${otherwise} machines walk otherwise in xstate as it is`);
  assert.ok(otherwise < machines / 50, `${otherwise} machines differ by the order of \`always\``);
});

test("a difference is found and made small", async () => {
  const one = randomCase(seed, { alwaysInParallel: false });
  const lying = { ...walker, walk: async (tasks) => (await walker.walk(tasks)).map((answer) => ({
    ...answer, steps: answer.steps?.map((step) => ({ ...step, done: !step.done })) })) };
  const [answer] = await lying.walk([one]);
  assert.notEqual(difference(one, answer, xstate), undefined);
  const small = await shrink(one, lying, xstate);
  assert.equal(small.events.length, 0);
  assert.ok(JSON.stringify(small).length < JSON.stringify(one).length / 2);
  assert.equal(walk(one).length > 0, true);
});
