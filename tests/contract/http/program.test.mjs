// Every operation of openapi.yaml against the program itself, with PostgreSQL, Kafka and the simulated registers:
// each answer is held against the document, and at the end every documented status has been answered.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { readRecords } from '../../../deploy/play/births.mjs';
import { freePort, root, Services, Site, until } from '../../support/site.mjs';
import { Caller, Contract } from './contract.mjs';

const WITHIN = 60_000;
const THE_DAY = '2026-05-04T06:00:00Z'; // the births were generated for it
const DAYS_TO_NOTICE = 14; // Rae's `opensAt`
const NOBODYS = '0'.repeat(32);
const MAX_CONNECTIONS = 40;
const LANGUAGES = ['et', 'en', 'ru'];
const IDEMPOTENCY = 'idempotency-key';

let services; // ours, where tests/run has not started any
let site;
let contract;
let parent;
let official;
let family;
let stranger;
let caseId;
let stream;
const tokens = { 'rr-0653': 'population-token-of-this-test-0123456789', 'pr-0653': 'place-token-of-this-test-0123456789' };

const settingsOf = (ports) => {
  const connector = (port, service, more = '') => `{ security_server: "http://127.0.0.1:${port}", client: EE/GOV/70000001/elukaar, provider: EE/GOV/70008440/rr, service: ${service}, retry_interval_ms: 500${more} }`;
  const place = ['queue.position-changed', 'application.status-changed', 'offer.made', 'offer.delivered', 'offer.retracted', 'contract.signed'];
  return `http: { listen: 127.0.0.1, port: ${ports.http}, public_url: "http://127.0.0.1:${ports.http}", portal_dir: portal, max_connections: ${MAX_CONNECTIONS} }
intake:
  credentials:
    - { name: rr-0653, token_file: secrets/rr-0653.token, municipality: "0653", source: /register/population/0653, types: [ee.elukaar.birth.registered.v1] }
    - { name: pr-0653, token_file: secrets/pr-0653.token, municipality: "0653", source: /register/place/0653, types: [${place.map((type) => `ee.elukaar.${type}.v1`)}] }
connectors:
  population-register: ${connector(ports.population, 'elukaar-rahvastik')}
  place-register: ${connector(ports.place, 'elukaar-koht', ', profile: arno')}`;
};

before(async () => {
  contract = await Contract.read();
  services = Services.given() ? null : await Services.start();
  const ports = { http: await freePort(), population: await freePort(), place: await freePort() };
  site = new Site(Services.given() ?? services, { '0653': 'rae/kindergarten-place.yaml', '0317': 'kohila/kindergarten-place.yaml' }, settingsOf(ports));
  site.url = `http://127.0.0.1:${ports.http}`;
  site.ports = ports;
  for (const [name, token] of Object.entries(tokens)) writeFileSync(join(site.folder, `secrets/${name}.token`), `${token}\n`, { mode: 0o600 });
  mkdirSync(join(site.folder, 'portal/assets'), { recursive: true });
  writeFileSync(join(site.folder, 'portal/index.html'), '<!doctype html><title>A page</title>');
  await site.prepare();
  await startRegisters();
}, { timeout: 240_000 });

after(async () => {
  stream?.close();
  await site?.close();
  await services?.stop();
}, { timeout: 120_000 });

async function startRegisters() {
  const file = join(site.folder, 'births.jsonl');
  const made = spawnSync('node', [join(root, 'events/examples/generate-births.mjs'), '--out', file], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  const records = await readRecords(file);
  family = records.find((record) => record.plays);
  stranger = records.find(({ kind, credential, event }) => kind === 'birth' && credential === 'rr-0653' &&
    event.data.guardians.every((one) => family.event.data.guardians.every((other) => other.personalCode !== one.personalCode)));
  await site.spawn('simulators', 'node', [join(root, 'connectors/simulators/main.mjs'), '--population-port', String(site.ports.population),
    '--place-port', String(site.ports.place), '--births', file, '--today', THE_DAY.slice(0, 10), '--no-faults',
    '--intake-url', `${site.url}/api/v1/intake/events`, '--intake-token-file', `0653=${join(site.folder, 'secrets/pr-0653.token')}`]);
  await until('the registers', WITHIN, () => control('population', 'calls').catch(() => null));
}

const control = (register, name, body) => fetch(`http://127.0.0.1:${site.ports[register]}/control/${name}`, body && {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
}).then((answer) => answer.json());

async function startProgram(name, roles = 'orchestrator,dispatcher,portal') {
  const child = await site.start(name, roles);
  await until('the program to answer', WITHIN, () => {
    if (child.exitCode !== null) throw new Error(`the program ended: ${site.log(name)}`);
    return fetch(`${site.url}/health/live`).then((answer) => answer.ok, () => false);
  });
}

const moveClock = (time) => site.run('clock', '--settings', site.settings, 'set', `--offset=${Math.round((time - Date.now()) / 1000)}`, '--factor=1');
const mine = (path = '') => `/api/v1/me/cases/${caseId}${path}`;
const office = (path = '') => `/api/v1/office/cases/${caseId}${path}`;
const everyLanguage = (caller, path) => Promise.all(LANGUAGES.map((lang) => caller.read(path, { lang }))).then((all) => all[1]);
const shows = (key) => until(`the case to be ${key}`, WITHIN, async () => {
  const seen = await parent.read(mine(), { lang: 'en' });
  return seen.status.key === key && seen;
});

// The stream as a page reads it; every event is held against the document.
class Stream {
  events = [];
  flaws = [];
  static async open(caller) {
    const open = new Stream();
    open.abort = new AbortController();
    const answer = await fetch(`${caller.url}/api/v1/me/stream`, { headers: { cookie: caller.cookie }, signal: open.abort.signal });
    open.flaws.push(...contract.judge({ method: 'GET', path: '/api/v1/me/stream', status: answer.status, headers: answer.headers, body: '', sent: {} }));
    open.reading = open.#read(answer.body).catch(() => undefined); // the end of it
    return open;
  }
  async #read(body) {
    let text = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        this.#take(text.slice(0, end));
        text = text.slice(end + 2);
      }
    }
  }
  #take(block) {
    const line = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    if (!line('event')) return; // a comment, or when to come again
    const event = { event: line('event'), data: JSON.parse(line('data')) };
    this.events.push(event);
    this.flaws.push(...contract.judgeEvents([event]));
  }
  told(name) {
    return until(`the stream to tell ${name}`, WITHIN, () => this.events.find(({ event }) => event === name));
  }
  close() {
    this.abort.abort();
    return this.reading;
  }
}

// The steps need each other: after one that failed, the others say so.
let broken = false;
const step = (name, play) => it(name, { timeout: 180_000 }, async () => {
  assert.ok(!broken, 'an earlier step failed');
  broken = true;
  try {
    await play();
  } catch (error) {
    error.message += `\n--- the program's log\n${site.log().split('\n').slice(-20).join('\n')}`;
    throw error;
  }
  broken = false;
});

step('the document names every route of the program, and no other', () => {
  const source = readFileSync(join(root, 'orchestrator/adapters/http/routes.cpp'), 'utf8');
  const routes = [...source.matchAll(/^ +\{"([A-Z]+)", "([^"]+)", Who::/gm)].map(([, method, path]) => `${method} ${path}`);
  assert.ok(routes.length > 20, 'the table of routes was not found');
  const documented = contract.operations.filter(({ id }) => id !== 'file').map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(documented.sort(), routes.sort());
});

step('in production nobody logs in without identification', async () => {
  const production = join(site.folder, 'production.yaml');
  writeFileSync(production, readFileSync(site.settings, 'utf8').replace('environment: development', 'environment: production'));
  const development = site.settings;
  site.settings = production;
  await startProgram('production', 'portal');
  site.settings = development;
  const anybody = new Caller(contract, site.url);
  await anybody.ask('GET', '/api/v1/login/dev', { expect: 404 });
  await anybody.ask('POST', '/api/v1/login/dev', { expect: 404, body: { personalCode: family.event.data.guardians[0].personalCode } });
  await anybody.ask('GET', '/api/v1/office/login/dev', { expect: 404 });
  await anybody.ask('POST', '/api/v1/office/login/dev', { expect: 404, body: { municipality: '0653', name: 'Mari Mets' } });
  await site.end('production');
});

step('health, figures and the pages are there', async () => {
  await startProgram('one');
  moveClock(Date.parse(THE_DAY));
  const anybody = new Caller(contract, site.url);
  await anybody.ask('GET', '/health/live');
  await until('readiness', WITHIN, () => fetch(`${site.url}/health/ready`).then(({ ok }) => ok));
  await anybody.ask('GET', '/health/ready');
  await anybody.ask('GET', '/metrics');
  const page = await anybody.ask('GET', '/cases/any');
  await anybody.ask('GET', '/', { expect: 304, headers: { 'if-none-match': page.headers.get('etag') } });
  await anybody.ask('GET', '/assets/missing.js', { expect: 404 });
});

step('the intake takes what its sender may say, and says why it refuses the rest', async () => {
  const register = new Caller(contract, site.url);
  const send = (event, expect, { token = tokens['rr-0653'], type = 'application/cloudevents+json; charset=UTF-8' } = {}) =>
    register.ask('POST', '/api/v1/intake/events', { expect, body: event, type, headers: token ? { authorization: `Bearer ${token}` } : {} });
  const { event } = family;
  assert.equal((await send(event, 401, { token: '' })).json.code, 'credential');
  assert.equal((await send('{', 400)).json.code, 'not-json');
  assert.equal((await send({ ...event, source: '/register/population/0317' }, 403)).json.code, 'source');
  assert.equal((await send({ ...event, type: 'ee.elukaar.birth.annulled.v1' }, 403)).json.code, 'type');
  assert.equal((await send(event, 415, { type: 'text/plain' })).json.code, 'media-type');
  assert.equal((await send({ ...event, data: {} }, 422)).json.code, 'schema-violation');
  await send({ ...event, data: { text: 'a'.repeat(64 * 1024) } }, 413);
  assert.deepEqual((await send(event, 202)).json, { id: event.id, source: event.source });
  await send(event, 202);
  await send(stranger.event, 202);
});

step('a parent logs in and finds the case on its day', async () => {
  const notice = new Date(`${family.event.data.child.bornOn}T09:00:00Z`);
  notice.setUTCDate(notice.getUTCDate() + DAYS_TO_NOTICE);
  moveClock(notice.getTime());
  parent = new Caller(contract, site.url);
  await parent.ask('POST', '/api/v1/login/dev', { expect: 400, body: 'no JSON' });
  await parent.ask('POST', '/api/v1/login/dev', { expect: 404, body: { personalCode: '12345678901' } });
  const { personalCode } = family.event.data.guardians[0];
  await until('the person can log in', WITHIN, () =>
    parent.ask('POST', '/api/v1/login/dev', { expect: 204, body: { personalCode } }).catch(() => null));
  parent.csrf = (await parent.read('/api/v1/me')).csrf;
  const listed = await until('the case', WITHIN, async () => (await parent.read('/api/v1/me/cases', { lang: 'en' })).cases[0]);
  caseId = listed.case;
  stream = await Stream.open(parent);
  await stream.told('snapshot');
  await everyLanguage(parent, mine());
  await everyLanguage(parent, '/api/v1/me/cases');
  await until('persons to log in as', WITHIN, async () => (await new Caller(contract, site.url).read('/api/v1/login/dev', { lang: 'en' })).persons.length > 0);
});

step('an official logs in and reads the case as a guardian does', async () => {
  official = new Caller(contract, site.url);
  const logIn = (expect, body) => official.ask('POST', '/api/v1/office/login/dev', { expect, body });
  const { municipalities } = await official.read('/api/v1/office/login/dev');
  assert.deepEqual(municipalities.map(({ municipality }) => municipality).sort(), ['0317', '0653']);
  await logIn(400, '[]');
  await logIn(400, { municipality: '0653', name: '' });
  await logIn(404, { municipality: '9999', name: 'Mari Mets' });
  await logIn(204, { municipality: '0653', name: 'Mari Mets' });
  official.csrf = (await official.read('/api/v1/office/me')).csrf;
  assert.ok((await everyLanguage(official, '/api/v1/office/cases')).cases.length >= 1);
});

step('what is not sent yet is kept for whoever wrote it, and thrown away when told', async () => {
  const form = await everyLanguage(parent, mine('/forms/application'));
  assert.deepEqual([form.keepsDraft, form.draft], [true, null]);
  const { id, options } = form.asked.find(({ type }) => type === 'choice');
  const keep = (expect, more) => parent.ask('PUT', mine('/forms/application/draft'), { expect, body: { form: { [id]: options[0].value } }, ...more });
  await keep(400, { body: '[]' });
  await keep(415, { type: 'text/plain', body: 'x' });
  await parent.ask('PUT', mine('/forms/no-such/draft'), { expect: 409, body: { form: {} } });
  const { savedAt } = (await keep(200)).json;
  await shows('draft');
  const { draft } = await everyLanguage(parent, mine('/forms/application'));
  assert.deepEqual(draft, { answers: { [id]: options[0].value }, savedAt });
  await parent.ask('POST', mine('/actions/discard-draft'), { expect: 202, body: {}, headers: { [IDEMPOTENCY]: 'd1' } });
  await shows('informed');
  assert.equal((await parent.read(mine('/forms/application'), { lang: 'en' })).draft, null);
});

step('an application is received once, and what became of it is told', async () => {
  const { actions } = await parent.read(mine(), { lang: 'en' });
  const apply = actions.find(({ form }) => form === 'application');
  const form = await everyLanguage(parent, mine('/forms/application'));
  await parent.ask('GET', mine('/forms/no-such'), { expect: 404 });
  const answers = Object.fromEntries(form.asked.map(({ id, type, options }) => [id, type === 'ranked' ? [options[0].value] : options[0].value]));
  const body = { subject: apply.subject, revision: apply.revision, form: answers };
  const act = (expect, more) => parent.ask('POST', mine(`/actions/${apply.name}`), { expect, body, ...more });
  await act(400);
  await act(400, { body: '[]', headers: { [IDEMPOTENCY]: 'k0' } });
  await parent.ask('POST', mine('/actions/no-such'), { expect: 404, body, headers: { [IDEMPOTENCY]: 'k0' } });
  const { json } = await act(202, { headers: { [IDEMPOTENCY]: 'k1' } });
  assert.deepEqual((await act(202, { headers: { [IDEMPOTENCY]: 'k1' } })).json.action, json.action);
  const reused = await act(422, { headers: { [IDEMPOTENCY]: 'k1' }, body: { ...body, revision: '99' } });
  assert.deepEqual(reused.json.errors, []);
  const incomplete = await act(422, { headers: { [IDEMPOTENCY]: 'k2' }, body: { ...body, form: {} } });
  assert.deepEqual(incomplete.json.errors.map(({ field }) => field).sort(), form.asked.filter(({ atLeast = 1 }) => atLeast > 0).map(({ id }) => id).sort());
  await until('the outcome', WITHIN, async () => (await parent.read(`/api/v1/me/actions/${json.action}`, { lang: 'en' })).outcome === 'accepted');
  await stream.told('action');
  await stream.told('change');
  await shows('queued');
  await everyLanguage(parent, mine());
});

// The least that an entry asks for.
function filled({ fields }) {
  const values = { text: 'a-1', number: 3, 'yes-no': true, date: '2027-09-01', moment: THE_DAY };
  const data = {};
  for (const { path, type, options } of fields.filter(({ required }) => required)) {
    const names = path.split('/').slice(1);
    const last = names.pop();
    names.reduce((at, name) => (at[name] ??= {}), data)[last] = type === 'choice' ? options[0] : values[type];
  }
  return data;
}

step('an official enters what no register has said', async () => {
  const { entries } = await everyLanguage(official, office());
  await official.read(office(), { lang: 'en', reader: '0' });
  await official.ask('GET', office(), { expect: 404, query: { reader: '99' } });
  const entry = entries.find(({ event }) => event === 'queue-position-changed');
  const enter = (expect, body, event = entry.event) => official.ask('POST', office(`/entries/${event}`), { expect, body });
  await enter(400, '[]');
  await enter(404, { data: {} }, 'no-such');
  const { errors } = (await enter(422, { data: {} })).json;
  assert.ok(errors.length > 0);
  await enter(202, { data: filled(entry) });
  await until('the new position', WITHIN, async () => (await parent.read(mine(), { lang: 'en' })).why[0].facts.some(({ value }) => value === '2'));
});

step('an offer comes, and a guardian answers it by telephone', async () => {
  const { applications } = await control('place', 'state');
  await control('place', 'offer', { application: applications[0].id, start: '2027-09-01' });
  await shows('offered');
  assert.ok((await everyLanguage(parent, mine())).card.open);
  const { seen } = await official.read(office(), { lang: 'en' });
  const accept = seen.actions.find(({ name }) => name === 'accept');
  const body = { guardian: 0, receivedAt: seen.updatedAt, identifiedBy: 'id-document', subject: accept.subject, revision: accept.revision };
  const answer = (expect, more, name = accept.name) => official.ask('POST', office(`/answers/${name}`), { expect, body, headers: { [IDEMPOTENCY]: 'o1' }, ...more });
  await answer(400, { body: { ...body, guardian: 99 } });
  await answer(400, { headers: {} });
  await answer(404, {}, 'no-such');
  const wrong = await answer(422, { body: { ...body, receivedAt: '2020-01-01T00:00:00Z', identifiedBy: 'his voice' } });
  assert.deepEqual(wrong.json.errors.map(({ field }) => field).sort(), ['identifiedBy', 'receivedAt']);
  await answer(202);
  await until('the case to move on', WITHIN, async () => (await parent.read(mine(), { lang: 'en' })).status.key !== 'offered');
  assert.equal((await everyLanguage(parent, mine())).card.open, false);
  await everyLanguage(official, office());
});

// The shapes alone; that a task is a call, and its answer the call's, is tests/integration/tasks'.
step('an official carries out what no register does, on the page and by file', async () => {
  const call = (n) => `018f3c5e-0000-7000-8000-00000000000${n}`;
  for (const n of [1, 2, 3]) {
    site.sql(`insert into elukaar.call (municipality, case_id, id, lane, state, entry, invoke, role, operation, input, status, timeout_ms, due_on)
      select municipality, id, '${call(n)}', 3, 'nowhere', 1, 'withdraw', 'place-register', 'withdraw',
      jsonb_build_object('child', context::jsonb #>> '{child,key}', 'application', jsonb_build_object('id', 'a-1'), 'reason', 'family'), 'entrusted', 30000, '2026-05-0${n}'
      from elukaar.cases where public_id = '${caseId}'`);
  }
  const { tasks } = await everyLanguage(official, '/api/v1/office/tasks');
  assert.deepEqual(tasks.map(({ task }) => task), [1, 2, 3].map((n) => call(n).replaceAll('-', '')));
  const [first, second] = tasks.map(({ task }) => `/api/v1/office/tasks/${task}`);
  const shown = await everyLanguage(official, first);
  assert.match(shown.persons[0].personalCode, /^[0-9]{11}$/);
  await official.ask('GET', `/api/v1/office/tasks/${NOBODYS}`, { expect: 404 });
  const answer = (expect, body, at = first) => official.ask('POST', `${at}/answer`, { expect, body });
  await answer(400, '[]');
  await answer(404, { done: {} }, `/api/v1/office/tasks/${NOBODYS}`);
  assert.equal((await answer(422, { done: { status: 'elsewhere' } })).json.errors[0].field, '/status');
  const done = { done: { status: 'withdrawn' } };
  assert.equal((await answer(200, done)).json.outcome, 'taken');
  assert.equal((await answer(200, done)).json.outcome, 'repeated');
  await answer(409, { refused: { code: 'application-unknown' } });
  await answer(200, { refused: { code: 'application-unknown' } }, second);

  const ofFile = (query) => official.ask('GET', '/api/v1/office/task-file', { query });
  const csv = (await ofFile({ format: 'csv', lang: 'et' })).text;
  const lines = (await ofFile({ format: 'jsonl', lang: 'en' })).text.trim().split('\n');
  assert.equal(lines.length, 1);
  await official.ask('GET', '/api/v1/office/task-file', { expect: 400, query: { format: 'xls' } });
  const take = (expect, body, type) => official.ask('POST', '/api/v1/office/task-file', { expect, body, type });
  assert.equal((await take(200, csv, 'text/csv')).json.left, 1);
  await take(400, 'no header', 'text/csv');
  const filled = JSON.stringify({ ...JSON.parse(lines[0]), result: done });
  const { json } = await take(200, `${filled}\nnonsense\n`, 'application/jsonl');
  assert.deepEqual([json.taken, json.refused, json.lines[1].line], [1, 1, 2]);
  assert.deepEqual((await official.read('/api/v1/office/tasks', { lang: 'en' })).tasks, []);
});

step('what is missing, foreign or wrong is refused alike on every route', async () => {
  const anybody = new Caller(contract, site.url);
  const addresses = { '{case}': caseId, '{action}': NOBODYS, '{form}': 'application', '{name}': 'apply', '{event}': 'queue-position-changed', '{task}': NOBODYS };
  const concrete = (path) => path.replace(/\{\w+\}/g, (name) => addresses[name]);
  for (const { id, method, path, operation } of contract.operations.filter((one) => one.id !== 'file')) {
    const at = concrete(path);
    const documents = (status) => status in operation.responses;
    const who = operation.security?.some((one) => 'officeSession' in one) ? official : parent;
    const isFile = 'text/csv' in (operation.requestBody?.content ?? {});
    const body = isFile ? 'task' : operation.requestBody ? {} : undefined;
    const ask = (caller, expect, more) => caller.ask(method, at, { expect, body, ...(isFile ? { type: 'text/csv' } : {}), ...more });
    if (documents(401) && id !== 'intake') await ask(anybody, 401);
    if (method !== 'GET' && documents(413)) await ask(who, 413, { body: 'a'.repeat(64 * 1024 + 1) });
    if (method !== 'GET' && documents(415) && id !== 'intake') await ask(who, 415, { body: '{}', type: 'text/plain' });
    if (method !== 'GET' && documents(403) && id !== 'intake') {
      await ask(who, 403, { headers: { origin: 'https://elsewhere.example' } });
      if (operation.security) await ask(who, 403, { csrf: '' });
    }
    const allowed = contract.operations.filter((one) => one.path === path).map((one) => one.method);
    const refused = await anybody.ask('DELETE', at, { expect: 405 });
    assert.deepEqual(refused.headers.get('allow').split(', ').sort(), allowed.sort());
    if (!path.includes('{case}')) continue;
    await who.ask(method, at.replace(caseId, NOBODYS), { expect: 404, body, headers: { [IDEMPOTENCY]: 'k9' } });
  }
  await parent.ask('GET', `/api/v1/me/actions/${NOBODYS}`, { expect: 404 });
  await anybody.ask('GET', '/api/v1/no-such', { expect: 404 });
});

step('whoever has no part in a case any more is told that it is gone', async () => {
  site.sql('update elukaar.party set until = now()');
  await stream.told('gone');
});

step('while the database cannot be reached, everybody is asked to come again', async () => {
  const psql = (statement) => assert.equal(spawnSync('psql', ['-X', '-q', site.server, '-c', statement], { encoding: 'utf8', timeout: 30_000 }).stderr, '');
  psql(`alter database ${site.name} with allow_connections false`);
  psql(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${site.name}'`);
  const addresses = { '{case}': caseId, '{action}': NOBODYS, '{form}': 'application', '{name}': 'apply', '{event}': 'queue-position-changed', '{task}': NOBODYS };
  for (const { id, method, path, operation } of contract.operations.filter((one) => 503 in one.operation.responses && one.id !== 'ready')) {
    const at = path.replace(/\{\w+\}/g, (name) => addresses[name]);
    const who = operation.security?.some((one) => 'officeSession' in one) ? official : parent;
    const more = id === 'intake'
      ? { body: { ...stranger.event, id: 'another' }, type: 'application/cloudevents+json', headers: { authorization: `Bearer ${tokens['rr-0653']}` } }
      : id === 'officeTakeTaskFile' ? { body: 'task;result.outcome\r\n1;done\r\n', type: 'text/csv' }
      : id === 'officeTaskFile' ? { query: { format: 'csv' } }
      : { body: operation.requestBody && { municipality: '0653', name: 'Mari Mets', personalCode: '12345678901', person: '0653.p1_a' } };
    if (id === 'officeMunicipalities') continue; // reads no database
    await who.ask(method, at, { expect: 503, ...more });
  }
  await until('the program to say that it is not ready', WITHIN, () => parent.ask('GET', '/health/ready', { expect: 503 }).catch(() => null));
  psql(`alter database ${site.name} with allow_connections true`);
  await until('the program to be ready again', WITHIN, () => fetch(`${site.url}/health/ready`).then(({ ok }) => ok));
});

step('beyond its connections the program asks everybody to come again', async () => {
  const { port } = new URL(site.url);
  const idle = Array.from({ length: MAX_CONNECTIONS }, () => connect(Number(port), '127.0.0.1').on('error', () => undefined));
  await until('a request too many', WITHIN, () => official.ask('GET', '/api/v1/office/login/dev', { expect: 503 }).catch(() => null));
  for (const socket of idle) socket.destroy();
  await until('room again', WITHIN, () => official.ask('GET', '/api/v1/office/login/dev').catch(() => null));
});

step('sessions end', async () => {
  await parent.ask('POST', '/api/v1/logout', { expect: 204 });
  await parent.ask('GET', '/api/v1/me', { expect: 401, cookie: parent.cookie });
  await official.ask('POST', '/api/v1/office/logout', { expect: 204 });
  await stream.close();
});

step('everything that is documented was answered', () => {
  assert.deepEqual(stream.flaws, []);
  assert.deepEqual(contract.unseen(), []);
});
