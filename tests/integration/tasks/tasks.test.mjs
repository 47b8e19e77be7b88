// Muhu keeps its list of places by hand: each call of the place register is an official's task. Whatever is
// killed meanwhile, the task stays, is answered once, and the case goes on; the family reads whose turn it is.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Resident } from '../../../deploy/play/api.mjs';
import { postToIntake, readRecords } from '../../../deploy/play/births.mjs';
import { freePort, root, Services, Site, until } from '../../support/site.mjs';

const WITHIN = 60_000;
const MUHU = '0478';
const OFFICIAL = 'Kadri Kaasikmäe';
const services = Services.given();
const options = { skip: services ? false : 'ELUKAAR_TEST_POSTGRES and ELUKAAR_TEST_KAFKA are not set; tests/run sets them' };
const token = 'a-token-for-this-test-alone-0123456789';
let site;
let parent;
let office;
let caseId;

// An official's browser.
class Office {
  static async logIn(name = OFFICIAL, municipality = MUHU) {
    const made = new Office();
    const answer = await made.ask('POST', '/login/dev', { municipality, name });
    assert.equal(answer.status, 204);
    [made.cookie] = /elukaar_office=[^;]+/.exec(answer.headers.get('set-cookie'));
    made.me = await (await made.ask('GET', '/me')).json();
    return made;
  }
  ask(method, path, body, type = 'application/json') {
    return fetch(`${site.url}/api/v1/office${path}`, { method,
      headers: { ...(this.cookie ? { cookie: this.cookie } : {}), ...(this.me ? { 'x-csrf-token': this.me.csrf } : {}), ...(body === undefined ? {} : { 'content-type': type }) },
      body: typeof body === 'string' ? body : body && JSON.stringify(body) });
  }
  async tasks() { return (await (await this.ask('GET', '/tasks?lang=en')).json()).tasks; }
  task() { return until('a task', WITHIN, async () => (await this.tasks())[0]); }
  async answer(task, body) {
    const answer = await this.ask('POST', `/tasks/${task}/answer`, body);
    return { status: answer.status, said: await answer.json() };
  }
}

async function startProgram(name, roles = 'orchestrator,dispatcher,portal') {
  const child = await site.start(name, roles);
  await until('readiness', WITHIN, () => {
    assert.equal(child.exitCode, null, site.log(name));
    return fetch(`${site.url}/health/ready`).then(({ ok }) => ok, () => false);
  });
}

const clock = (moment) => site.run('clock', '--settings', site.settings, 'set', `--offset=${Math.round((Date.parse(moment) - Date.now()) / 1000)}`, '--factor=1');
const call = (columns) => site.sql(`select ${columns} from elukaar.call where role = 'place-register' order by created_at desc limit 1`);
const shown = (key) => until(`the case to be ${key}`, WITHIN, async () => {
  const view = await parent.case(caseId);
  return view.status.key === key && view;
});

before(async () => {
  if (!services) return;
  const [http, population, place] = [await freePort(), await freePort(), await freePort()];
  site = new Site(services, { [MUHU]: 'muhu/kindergarten-place.yaml' }, `http: { listen: 127.0.0.1, port: ${http}, public_url: "http://127.0.0.1:${http}", portal_dir: . }
intake:
  credentials:
    - { name: rr-0478, token_file: secrets/rr-0478.token, municipality: "${MUHU}", source: /register/population/0478, types: [ee.elukaar.birth.registered.v1] }
connectors:
  population-register: { security_server: "http://127.0.0.1:${population}", client: EE/GOV/70000001/elukaar, provider: EE/GOV/70008440/rr, service: elukaar-rahvastik, retry_interval_ms: 500 }`);
  site.url = `http://127.0.0.1:${http}`;
  writeFileSync(join(site.folder, 'secrets/rr-0478.token'), `${token}\n`, { mode: 0o600 });
  await site.prepare();
  // A generated family of Rae, as if it lived in Muhu.
  const file = join(site.folder, 'births.jsonl');
  assert.equal(spawnSync('node', [join(root, 'events/examples/generate-births.mjs'), '--out', file], { encoding: 'utf8' }).status, 0);
  const { event } = (await readRecords(file)).find(({ plays }) => plays);
  event.source = '/register/population/0478';
  event.data.residenceKov = MUHU;
  writeFileSync(file, `${JSON.stringify({ event })}\n`);
  await site.spawn('simulators', 'node', [join(root, 'connectors/simulators/main.mjs'), '--population-port', String(population),
    '--place-port', String(place), '--births', file, '--today', '2027-08-10', '--no-faults']);
  await until('the registers', WITHIN, () => fetch(`http://127.0.0.1:${population}/control/calls`).then(({ ok }) => ok, () => false));

  await startProgram('one');
  clock('2026-05-04T06:00:00Z');
  const sent = await postToIntake(site.url, token, JSON.stringify(event));
  assert.equal(sent.status, 202, sent.said);
  await until('the case', WITHIN, () => site.number('elukaar.cases') === 1);
  clock('2027-08-10T09:00:00Z'); // beyond the notice's date
  parent = new Resident(site.url);
  const { personalCode } = event.data.guardians[0];
  await until('the parent to be known', WITHIN, () => parent.logIn(personalCode));
  caseId = (await until('the notice', WITHIN, async () => (await parent.cases())[0])).case;
  const { actions } = await parent.case(caseId);
  const form = await parent.form(caseId, 'application');
  const answers = Object.fromEntries(form.asked.filter(({ options: all }) => all.length > 0)
    .map(({ id, type, options: [first] }) => [id, type === 'ranked' ? [first.value] : first.value]));
  const apply = actions.find(({ name }) => name === 'apply');
  await parent.act(caseId, 'apply', { subject: apply.subject, revision: apply.revision, form: answers });
}, { timeout: 180_000 });
after(() => site?.close());

test('a call becomes a task, and the family reads that it is the municipality\'s turn', options, async () => {
  const view = await shown('registering');
  assert.equal(view.status.turn, 'municipality');
  assert.equal(view.status.by, '2027-08-13');
  office = await Office.logIn();
  const task = await office.task();
  assert.equal(task.title, 'Enter the application in the list');
  assert.equal(task.by, '2027-08-13');
  assert.equal(task.overdue, false);
  assert.equal(call('status'), 'entrusted');
  const opened = await (await office.ask('GET', `/tasks/${task.task}?lang=en`)).json();
  assert.equal(opened.persons[0].name, view.child.name);
  assert.match(opened.persons[0].personalCode, /^\d{11}$/);
  // Nothing about persons is in the row, and another municipality's official is not even told that it is there.
  assert.ok(!call('input::text').includes(opened.persons[0].personalCode));
  const status = site.consume(site.topics.status).map(({ value }) => JSON.parse(value).data.status).filter(Boolean).at(-1);
  assert.deepEqual([status.text, status.turn], ['registering', 'municipality'], 'as it is published');
});

test('the task outlives a power cut, and nobody asks for it again', options, async () => {
  const before_ = call('attempts || status || next_attempt_at');
  await site.kill('one');
  await startProgram('two');
  office = await Office.logIn();
  assert.equal((await office.tasks()).length, 1);
  // Another call that is due, so that we know when the dispatcher has looked.
  const other = '018f3c5e-0000-7000-8000-000000000001';
  site.sql(`insert into elukaar.call (municipality, case_id, id, lane, state, entry, invoke, role, operation, input, timeout_ms)
    select municipality, case_id, '${other}', lane, 'nowhere', 1, 'family', 'population-register', 'family', jsonb_build_object('child', input -> 'child'), 30000
    from elukaar.call where role = 'place-register'`);
  await until('the dispatcher to have looked', WITHIN, () => site.number(`elukaar.call where id = '${other}' and status = 'succeeded'`) === 1);
  assert.equal(call('attempts || status || next_attempt_at'), before_);
  assert.equal((await parent.case(caseId)).status.turn, 'municipality');
});

test('it becomes overdue as any promise does: the family gets a new day, the official sees that it is late', options, async () => {
  clock('2027-08-14T09:00:00Z');
  await until('the new day', WITHIN, async () => (await parent.case(caseId)).status.by === '2027-08-18');
  const [late] = await office.tasks();
  assert.equal(late.overdue, true);
  const said = (await parent.case(caseId)).messages.map(({ title }) => title);
  assert.ok(said.length > 0, 'the broken promise is told');
  assert.equal(site.consume(site.topics.notifications).filter(({ value }) => JSON.parse(value).data.text === 'register_unavailable').length, 0,
    'no register is silent where there is none');
});

test('an answer that comes while the rest of the program is down is kept, and the case goes on', options, async () => {
  const { task } = await office.task();
  await site.kill('two');
  await startProgram('door', 'portal');
  office = await Office.logIn();
  const queue = { scope: 'muhu-liiva', position: 4, of: 6, ruleRef: 'application-time' };
  assert.equal((await office.answer(task, { done: { registerId: 'Muhu 4', status: 'queued' } })).status, 422, 'no place in the queue');
  const done = { done: { registerId: 'Muhu 4', status: 'queued', queue } };
  assert.deepEqual((await office.answer(task, done)).said, { task, outcome: 'taken' });
  await site.kill('door');
  await startProgram('three');
  office = await Office.logIn();
  const view = await shown('queued');
  assert.equal(view.status.turn, 'municipality');
  assert.deepEqual((await office.answer(task, done)).said.outcome, 'repeated');
  assert.equal((await office.answer(task, { refused: { code: 'application-refused' } })).status, 409);
  assert.deepEqual(await office.tasks(), []);
});

test('the journal says which official it was, by a pseudonym, and his name stands nowhere', options, () => {
  const officials = site.sql("select distinct trace::jsonb ->> 'official' from elukaar.journal where kind = 'call' and trace::jsonb ? 'official'").split('\n');
  assert.equal(officials.length, 1);
  assert.match(officials[0], /^p1_/);
  assert.equal(site.sql("select distinct answered_by from elukaar.call where answered_by is not null"), officials[0]);
  assert.equal(site.sql('select distinct official from elukaar.office_session'), officials[0]);
  const tables = site.sql("select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'elukaar'").split('\n');
  for (const table of tables) {
    assert.equal(site.number(`${table} t where t::text like '%${OFFICIAL}%'`), 0, table);
  }
  assert.ok(!site.logs(10_000).includes(OFFICIAL));
  site.run('case', 'verify', site.sql('select id from elukaar.cases'), '--settings', site.settings);
});

test('a withdrawal is a task too, and goes out and comes back as a file', options, async () => {
  const { actions } = await parent.case(caseId);
  const withdraw = actions.find(({ name }) => name === 'withdraw');
  const { action } = await parent.act(caseId, 'withdraw', { subject: withdraw.subject, revision: withdraw.revision, form: {} });
  await until('the outcome', WITHIN, async () => (await parent.action(action)).outcome === 'accepted');
  const { status } = await parent.case(caseId);
  if (status.key === 'awaiting_other_guardian') clock('2027-08-25T09:00:00Z'); // who has had his days by then
  const { title } = await office.task();
  assert.equal(title, 'Take the application out of the list');
  const file = await (await office.ask('GET', '/task-file?format=csv&lang=en')).text();
  const [header, line] = file.replace(/^\uFEFF/, '').split('\r\n');
  const columns = header.split(';');
  const cells = line.split(';');
  cells[columns.indexOf('result.outcome')] = 'done';
  cells[columns.indexOf('result.status')] = 'withdrawn';
  const filled = `${header}\r\n${cells.join(';')}\r\nno such task;done\r\n`;
  const take = async () => (await office.ask('POST', '/task-file', filled, 'text/csv')).json();
  const first = await take();
  assert.deepEqual([first.taken, first.refused, first.lines[1].line], [1, 1, 3], JSON.stringify(first));
  await until('the case to go on', WITHIN, () => call('news is null and status') === 'true' || call("status || coalesce(news, '-')") === 'succeeded-');
  const journal = site.number('elukaar.journal');
  const again = await take();
  assert.deepEqual([again.taken, again.repeated], [0, 1]);
  assert.equal(site.number('elukaar.journal'), journal, 'a repeat has no effect');
  assert.equal(site.number("elukaar.call where status = 'entrusted'"), 0);
});
