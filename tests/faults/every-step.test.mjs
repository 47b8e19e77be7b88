// The demo's case from the birth to the confirmed place, disturbed at every step of it: the program, the
// broker, PostgreSQL or the registers fall away right after the step's input was given. One family stands
// at each step when it happens; all of them must end like the one that nobody disturbed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Resident } from '../../deploy/play/api.mjs';
import { fillIn, Register } from '../../deploy/play/family.mjs';
import { flawsOfStatuses, until } from '../support/site.mjs';
import { Stack } from '../support/stack.mjs';

const DAY = new Date('2026-05-04T06:00:00Z'); // the births were generated for it
const OLD_ENOUGH = '2026-04-19'; // born before: told at once
const DAYS_TO_NOTICE = 14; // Rae's `opensAt`
const WITHIN_MS = 100_000; // a call whose dispatcher was killed is repeated after 45 s
const ANSWER_LATE_MS = 4_000;

let stack;
let register;
let undisturbed; // how a case ends

before(async () => {
  stack = await Stack.start({ today: DAY, retryMs: 500, timeoutMs: 5_000 });
  await stack.noFaults();
  register = new Register(stack.registers);
}, { timeout: 300_000 });
after(() => stack?.stop());

// What fails while something is away is asked again.
const calmly = (what, ask) => until(what, WITHIN_MS, () => ask().catch((error) => (calmly.last = error, false)));

const statusOf = async ({ id }) =>
  JSON.parse((await stack.sql(`select coalesce(status, 'null') from elukaar.cases where public_id = '${id}'`)) || 'null');
const says = (text) => (family) => calmly(`${family.at}: the case says ${text}`, async () => (await statusOf(family))?.text === text);
const journalled = (name) => (family) =>
  calmly(`${family.at}: ${name} in the journal`, async () =>
    (await stack.sql(`select count(*) from elukaar.journal j join elukaar.cases c on c.id = j.case_id where public_id = '${family.id}' and j.name = '${name}'`)) !== '0');

// "Come again" was answered: nothing has happened yet. Connections that were cut are known by it.
const patiently = (what, ask) =>
  until(what, WITHIN_MS, () => ask().catch((error) => {
    if (error.status !== 503) throw error;
    return false;
  }));

// An action as the page offers it now; what is returned sends it.
async function readyTo(name, { at, resident, id }, more = {}) {
  const { actions } = await patiently(`${at}: the page`, () => resident.case(id));
  const { subject, revision } = actions.find((one) => one.name === name);
  return () => patiently(`${at}: ${name} is received`, () => resident.act(id, name, { subject, revision, ...more }));
}

// The case is known by the family's page.
async function told(family) {
  const { personalCode } = family.birth.event.data.guardians[0];
  await calmly(`${family.at}: the family is told`, async () => {
    if (!(await family.resident.logIn(personalCode))) return false;
    const [first] = await family.resident.cases();
    family.id = first?.case;
    return family.id;
  });
}

// Each step: `ready` prepares its input and returns what gives it; `done` waits for what it leads to.
const STEPS = {
  birth: { ready: async ({ birth }) => () => stack.announce(birth), done: told },
  notice: { ready: async ({ notice }) => () => notice && stack.moveClock(notice), done: told },
  apply: {
    ready: async (family) => {
      const form = await patiently('the form', () => family.resident.form(family.id, 'application'));
      const send = await readyTo('apply', family, { form: fillIn(form) });
      return async () => {
        const { action } = await send();
        family.application = action.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      };
    },
    done: says('queued'),
  },
  move: { ready: async ({ application }) => () => register.order('move', { application }), done: journalled('queue-position-changed') },
  offer: {
    ready: async (family) => async () => { family.offer = (await register.order('offer', { application: family.application })).offer; },
    done: says('offered'),
  },
  open: { ready: (family) => readyTo('open-offer', family), done: journalled('open-offer') },
  accept: { ready: (family) => readyTo('accept', family), done: says('contract_pending') },
  contract: { ready: async ({ application }) => () => register.order('contract', { application }), done: says('confirmed') },
};
const NAMES = Object.keys(STEPS);

async function walk(family, steps) {
  for (const name of steps) {
    // Not yet old enough: its birth leads to nothing that is shown.
    if (name === 'birth' && family.notice) {
      await stack.announce(family.birth);
      continue;
    }
    const give = await STEPS[name].ready(family);
    await give();
    await STEPS[name].done(family);
  }
}

// ---- How a case has ended --------------------------------------------------------------------------

// What differs from family to family, and from time to time, is left out.
function withoutTimesAndPersons(value) {
  if (Array.isArray(value)) return value.map(withoutTimesAndPersons);
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutTimesAndPersons(each)]));
  if (typeof value === 'number') return 'number';
  if (typeof value !== 'string') return value;
  return value.replace(/^\d{4}-\d{2}-\d{2}(T.*)?$/, 'time').replace(/^p1_.*$/, 'person').replace(/^[0-9a-f-]{36}$/, 'id').replace(/^K-\d+-/, 'offer ');
}

async function endOf(family) {
  const of = `from elukaar.journal j join elukaar.cases c on c.municipality = j.municipality and c.id = j.case_id where public_id = '${family.id}'`;
  // That a system was slow is no step.
  const journal = await stack.sql(`select j.name || ' ' || disposition || ' ' || coalesce(trace::jsonb ->> 'state', '') ${of} and not (kind = 'call' and j.name like '%delayed%') order by j.sequence`);
  const context = JSON.parse(await stack.sql(`select context from elukaar.cases where public_id = '${family.id}'`));
  const { calls, effects } = await stack.control(stack.placeRegister, 'calls');
  const effectsOf = (subject) => {
    const keys = new Set(calls.filter((call) => call.subject === subject).map(({ key }) => key));
    return [...keys].reduce((sum, key) => sum + (effects[key] ?? 0), 0);
  };
  return {
    journal: journal.split('\n'),
    context: withoutTimesAndPersons(context),
    effects: { application: effectsOf(family.application), offer: effectsOf(family.offer) },
  };
}

async function flawsOf(families) {
  const ids = families.map(({ id }) => `'${id}'`).join(',');
  const rows = (await stack.sql(`select id || ' ' || revision from elukaar.cases where public_id in (${ids})`)).split('\n');
  const revisions = new Map(rows.map((row) => row.split(' ')).map(([id, revision]) => [id, Number(revision)]));
  return until('every status on the topic', WITHIN_MS, async () => {
    const records = (await stack.consume('elukaar.status')).filter(({ key }) => revisions.has(key));
    const flaws = flawsOfStatuses(records, families.length, (key) => revisions.get(key));
    // A record that is still on its way is no gap; any other flaw does not go away.
    const missing = [...revisions].reduce((sum, [, revision]) => sum + revision, 0) - new Set(records.map(({ value }) => JSON.parse(value).id)).size;
    return missing > 0 ? null : { flaws };
  });
}

// ---- The families ----------------------------------------------------------------------------------

const taken = { old: 0, young: 0 };
function family(at, { young = false } = {}) {
  const all = stack.families({ before: '2026-05-04', guardians: 2 });
  const old = all.filter(({ event }) => event.data.child.bornOn < OLD_ENOUGH);
  // One of each day: the clock moves on to the notice of one of them alone.
  const days = new Map(all.filter((each) => !old.includes(each) && each.event.data.child.bornOn > '2026-04-20').map((each) => [each.event.data.child.bornOn, each]));
  const births = young ? [...days.values()].reverse() : old;
  const birth = births[taken[young ? 'young' : 'old']++];
  const one = { at, birth, resident: new Resident(stack.url) };
  if (!young) return one;
  const notice = new Date(`${birth.event.data.child.bornOn}T09:00:00Z`);
  notice.setUTCDate(notice.getUTCDate() + DAYS_TO_NOTICE);
  return { ...one, notice };
}

async function disturbAtEveryStep(disturb) {
  const families = NAMES.map((name) => family(name, { young: name === 'notice' }));
  await Promise.all(families.map((one, k) => walk(one, NAMES.slice(0, k))));
  const inputs = await Promise.all(families.map((one, k) => STEPS[NAMES[k]].ready(one)));
  await disturb(async () => {
    // The clock first: to whoever is asked about meanwhile, days would have passed.
    await inputs[NAMES.indexOf('notice')]();
    await Promise.all(inputs.filter((_, k) => NAMES[k] !== 'notice').map((give) => give()));
  });
  await Promise.all(families.map((one, k) => STEPS[NAMES[k]].done(one)));
  await Promise.all(families.map((one, k) => walk(one, NAMES.slice(k + 1))));
  for (const one of families) {
    assert.deepEqual(await endOf(one), undisturbed, `the case that was disturbed at "${one.at}"`);
  }
  assert.deepEqual(await flawsOf(families), { flaws: [] });
}

const seen = (name, play) =>
  test(name, { timeout: 240_000 }, async () => {
    try {
      await play();
    } catch (error) {
      error.message += `\n${calmly.last ? `the last failure was: ${calmly.last.message}\n` : ''}--- the program's log\n${await stack.logs()}`;
      throw error;
    }
  });

seen('undisturbed, a case ends with its place confirmed and one effect of each kind', async () => {
  const one = family('nowhere');
  await walk(one, NAMES.filter((name) => name !== 'notice'));
  undisturbed = await endOf(one);
  assert.match(undisturbed.journal.at(-1), /^contract-signed applied .*confirmed/);
  assert.deepEqual(undisturbed.effects, { application: 1, offer: 1 });
  assert.ok(undisturbed.journal.every((row) => / applied /.test(row)), undisturbed.journal.join('\n'));
  assert.deepEqual(await flawsOf([one]), { flaws: [] });
});

seen('the program is killed right after the input', () =>
  disturbAtEveryStep(async (give) => {
    await give();
    await stack.killProgram();
    await stack.startProgram();
  }));

seen('the program is killed when the registers have done it and nobody has heard', () =>
  disturbAtEveryStep(async (give) => {
    const callsBefore = (await stack.control(stack.registers, 'calls')).counts;
    for (const operation of ['family', 'register', 'answer']) {
      await register.order('faults', { operation, delayMs: ANSWER_LATE_MS, afterEffect: true });
    }
    await give();
    await until('calls of every kind under way', WITHIN_MS, async () => {
      const { counts } = await stack.control(stack.registers, 'calls');
      return ['family', 'register', 'answer'].every((operation) => counts[operation] > (callsBefore[operation] ?? 0));
    });
    await stack.killProgram();
    await stack.noFaults();
    await stack.startProgram();
  }));

seen('the broker is killed right after the input', () =>
  disturbAtEveryStep(async (give) => {
    await give();
    await stack.service('kill', 'kafka');
    await stack.service('restart', 'kafka');
  }));

seen('PostgreSQL is killed right after the input', () =>
  disturbAtEveryStep(async (give) => {
    await give();
    await stack.service('kill', 'postgres');
    await stack.service('restart', 'postgres');
  }));

seen('the registers hang right after the input, for longer than an answer is waited for', () =>
  disturbAtEveryStep(async (give) => {
    const delayed = async () => Number(await stack.sql('select count(*) from elukaar.call where delayed_since is not null'));
    const before = await delayed();
    await give();
    stack.signal('simulators', 'SIGSTOP');
    try {
      await until('calls that were not answered in time', WITHIN_MS, async () => (await delayed()) > before);
    } finally {
      stack.signal('simulators', 'SIGCONT');
    }
  }));
