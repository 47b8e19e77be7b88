// Generated births go the whole way: intake, topic, case, register, page. Then everything that the program
// has written is searched for every generated name, code, phone and address.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { postToIntake, readRecords } from '../../../deploy/play/births.mjs';
import { freePort, root, Services, Site, until } from '../../support/site.mjs';

const WITHIN = 60_000;
const HOW_MANY = 60;
const SLOW_MS = 15_000;
const services = Services.given();
const options = { skip: services ? false : 'ELUKAAR_TEST_POSTGRES and ELUKAAR_TEST_KAFKA are not set; tests/run sets them' };
let site;
let registers;
let births;
let token;

const control = (name, body) => fetch(`${registers}/control/${name}`, body && {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
}).then((answer) => answer.json());

before(async () => {
  if (!services) return;
  const [http, population, place] = [await freePort(), await freePort(), await freePort()];
  const connector = (port, service, more) => `{ security_server: "http://127.0.0.1:${port}", client: EE/GOV/70000001/elukaar, provider: EE/GOV/70008440/rr, service: ${service}, retry_interval_ms: 500, total_timeout_ms: 8000${more} }`;
  site = new Site(services, { '0653': 'rae/kindergarten-place.yaml' }, `http: { listen: 127.0.0.1, port: ${http}, public_url: "http://127.0.0.1:${http}", portal_dir: . }
intake:
  credentials:
    - { name: rr-0653, token_file: secrets/rr-0653.token, municipality: "0653", source: /register/population/0653, types: [ee.elukaar.birth.registered.v1] }
connectors:
  population-register: ${connector(population, 'elukaar-rahvastik', '')}
  place-register: ${connector(place, 'elukaar-koht', ', profile: arno')}
log: { level: debug }`);
  site.url = `http://127.0.0.1:${http}`;
  registers = `http://127.0.0.1:${population}`;
  token = 'a-token-for-this-test-alone-0123456789';
  writeFileSync(join(site.folder, 'secrets/rr-0653.token'), `${token}\n`, { mode: 0o600 });
  await site.prepare();
  mkdirSync(join(site.folder, 'input'));
  const file = join(site.folder, 'input/births.jsonl');
  const made = spawnSync('node', [join(root, 'events/examples/generate-births.mjs'), '--out', file], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  births = (await readRecords(file)).filter(({ kind, credential }) => kind === 'birth' && credential === 'rr-0653').slice(0, HOW_MANY);
  await site.spawn('simulators', 'node', [join(root, 'connectors/simulators/main.mjs'), '--population-port', String(population),
    '--place-port', String(place), '--births', file, '--today', '2026-05-04', '--no-faults']);
  await until('the registers', WITHIN, () => control('calls').catch(() => null));
  await startProgram('one');
}, { timeout: 120_000 });
after(() => site?.close());

async function startProgram(name) {
  await site.start(name, 'orchestrator,dispatcher,portal');
  await until('readiness', WITHIN, () => fetch(`${site.url}/health/ready`).then((answer) => answer.ok, () => false));
}

const clock = (offset) => site.run('clock', '--settings', site.settings, 'set', `--offset=${offset}`, '--factor=1');

test('births go from the intake to their cases', options, async () => {
  const seconds = Math.round((Date.parse('2026-05-04T06:00:00Z') - Date.now()) / 1000);
  clock(seconds);
  // No answer for so long: some notice dates have come already, and their calls shall be on their way.
  await control('faults', { operation: 'family', delayMs: SLOW_MS, status: 503 });
  for (const { event } of births) {
    const { status, said } = await postToIntake(site.url, token, JSON.stringify(event));
    assert.equal(status, 202, said);
  }
  await until('a case for each', WITHIN, () => site.number('elukaar.cases') === births.length);
});

test('a kill during a call has no second effect: the call is repeated under its id', options, async () => {
  clock(Math.round((Date.parse('2026-06-20T06:00:00Z') - Date.now()) / 1000)); // every notice date has come
  const asked = async () => (await control('calls')).calls.filter(({ operation }) => operation === 'family').map(({ key }) => key);
  const inFlight = await until('calls that wait for their answer', WITHIN, async () => {
    const keys = new Set(await asked());
    const ids = site.sql("select id from elukaar.call where status = 'inflight'").split('\n').filter((id) => keys.has(id));
    return ids.length > 0 && ids;
  });
  await site.kill('one');
  await fetch(`${registers}/control/faults`, { method: 'DELETE' });
  await startProgram('two');
  await until('every case to be past its question', WITHIN, () =>
    site.number("elukaar.call where status not in ('succeeded', 'failed', 'abandoned') or news is not null") === 0
    && site.number("elukaar.timer where key = 'notice'") === 0
    && site.number('elukaar.call') === births.length);
  // One question a case and one answer applied, whatever was asked twice.
  assert.equal(site.number("(select case_id from elukaar.call group by 1 having count(*) <> 1) c"), 0);
  assert.equal(site.number("elukaar.journal where kind = 'call' and name in ('done', 'error') and disposition = 'applied'"), births.length);
  const keys = await asked();
  for (const id of inFlight) assert.ok(keys.filter((key) => key === id).length >= 2, `call ${id} was not repeated under its id`);
});

// Every string that says who or where somebody is. First names that are also ordinary words would prove
// nothing, so names are searched for as they are written, whole.
function personalValues() {
  const values = new Set();
  for (const { event } of births) {
    for (const person of [event.data.child, ...event.data.guardians]) {
      for (const field of ['personalCode', 'firstName', 'lastName', 'address', 'phone', 'email']) {
        if (typeof person[field] === 'string' && person[field].length > 0) values.add(person[field]);
      }
    }
  }
  return [...values];
}

const SEALED = 'the database as bytes';
const TOO_LONG_FOR_CHANCE = 6;

const letter = /[\p{L}\p{N}]/u;
function findings(text, values) {
  return values.filter((value) => {
    for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
      const [left, right] = [text[at - 1] ?? ' ', text[at + value.length] ?? ' '];
      if (!letter.test(left) && !letter.test(right)) return true;
    }
    return false;
  });
}

function filesBelow(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

test('nobody is named outside the vault, nor in clear within it', options, async () => {
  const values = personalValues();
  assert.ok(values.length > births.length * 4, 'the generator gave too little to search for');
  assert.deepEqual(findings(JSON.stringify(births), values).sort(), [...values].sort(), 'the search itself is blind');

  const statuses = site.consume(site.topics.status);
  assert.ok(statuses.length > 0, 'nothing was published: the search would prove nothing');
  const places = new Map();
  for (const topic of [...Object.values(site.topics), `${site.name}.0653.service-events`]) {
    places.set(`topic ${topic}`, site.consume(topic).map(({ key, value }) => `${key} ${value}`).join('\n'));
  }
  // The whole database as text: journal, contexts, statuses, calls, parked records and the vault as it lies.
  const dump = spawnSync('pg_dump', ['--dbname', site.database, '--data-only', '--inserts', '--no-owner'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(dump.status, 0, dump.stderr);
  assert.match(dump.stdout, /INSERT INTO elukaar\.vault_value/);
  assert.match(dump.stdout, /INSERT INTO elukaar\.journal/);
  places.set('the database', dump.stdout);
  // Sealed bytes are written as hexadecimal: they are searched as bytes as well.
  places.set(SEALED, [...dump.stdout.matchAll(/\\x([0-9a-f]{16,})/g)].map(([, hex]) => Buffer.from(hex, 'hex').toString('utf8')).join('\n'));
  places.set('the figures', await (await fetch(`${site.url}/metrics`)).text());
  // Everything that the program wrote into its folder; `input` is what the test itself put there, `content` the tree's own files.
  const given = ['input', 'content'].map((name) => join(site.folder, name));
  for (const path of filesBelow(site.folder)) {
    if (!given.some((folder) => path.startsWith(folder))) places.set(path, readFileSync(path, 'utf8'));
  }
  for (const [place, text] of places) {
    // Among sealed bytes, which are as good as random, some three of them make a short name now and then.
    const told = place === SEALED ? values.filter((value) => Buffer.byteLength(value) >= TOO_LONG_FOR_CHANCE) : values;
    assert.deepEqual(findings(text, told), [], `found in ${place}`);
  }
});

test('the vault gives the values back to who may ask', options, () => {
  assert.ok(site.number("elukaar.vault_value where field = 'personal-code'") >= births.length);
  assert.ok(site.number("elukaar.vault_value where field = 'phone'") > 0);
});
