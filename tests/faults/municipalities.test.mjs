// One municipality's registers hang: the others do not notice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Resident } from '../../deploy/play/api.mjs';
import { Family, fillIn, Register } from '../../deploy/play/family.mjs';
import { until } from '../support/site.mjs';
import { Stack } from '../support/stack.mjs';

const DAY = new Date('2026-05-04T06:00:00Z'); // the births were generated for it
const HANGS_FOR_MS = 120_000;
const WITHIN_MS = 60_000;
const FLOOD = 40; // more cases than calls are made at a time

let stack;
before(async () => {
  stack = await Stack.start({ today: DAY, retryMs: 500, timeoutMs: 60_000 });
  await stack.noFaults();
}, { timeout: 300_000 });
after(() => stack?.stop());

const ofRae = async (what) => Number(await stack.sql(`select count(*) from elukaar.call where municipality = '0653' and ${what}`));

test('Kohila\'s family is told, applies, is offered a place and gets it while every call of Rae hangs', { timeout: 180_000 }, async () => {
  const register = new Register(stack.registers);
  for (const operation of ['family', 'residence', 'register', 'answer']) {
    await register.order('faults', { operation, kov: '0653', delayMs: HANGS_FOR_MS });
  }
  const rae = stack.families({ before: '2026-04-19', guardians: 2 }).slice(0, FLOOD);
  assert.equal(rae.length, FLOOD);
  await Promise.all(rae.map((birth) => stack.announce(birth)));
  await until('a call for each family of Rae', WITHIN_MS, async () => (await ofRae('true')) === FLOOD);
  await until('some of them under way', WITHIN_MS, async () => (await ofRae("status = 'inflight'")) > 0);
  const underWay = await ofRae("status = 'inflight'");

  // Old enough for Kohila's notice at 15 months, too young for school.
  const [birth] = stack.families({ before: '2025-01-31', guardians: 2, municipality: '0317' });
  await stack.announce(birth);
  const resident = new Resident(stack.url);
  await until('Kohila\'s family is told', WITHIN_MS, async () =>
    (await resident.logIn(birth.event.data.guardians[0].personalCode)) && (await resident.cases()).length > 0);
  const [{ case: id }] = await resident.cases();
  const family = new Family({ resident, id, register, patienceMs: WITHIN_MS });
  const form = await family.form('application');
  await family.apply(form, fillIn(form));
  await family.watch.shows(WITHIN_MS, 'queued');
  await register.order('offer', { application: family.application });
  await family.watch.shows(WITHIN_MS, 'offered');
  await family.act('accept');
  await family.watch.shows(WITHIN_MS, 'confirmed');
  family.watch.stop();

  // No call of Rae has come back meanwhile: they hung all the time.
  assert.ok(underWay > 0);
  assert.equal(await ofRae("status in ('succeeded', 'failed', 'backoff') or attempts > 1"), 0);
});
