// Muhu keeps its list of places by hand: each call of the place register is an official's task. Whatever is
// killed meanwhile, the task stays, is answered once, and the case goes on; the family reads whose turn it is.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ByHand, Office, WITHIN } from '../../support/by_hand.mjs';
import { Services, until } from '../../support/site.mjs';

const OFFICIAL = 'Kadri Kaasikmäe';
const services = Services.given();
const options = { skip: services ? false : 'ELUKAAR_TEST_POSTGRES and ELUKAAR_TEST_KAFKA are not set; tests/run sets them' };
let town;
let site;
let parent;
let office;
let caseId;

const logIn = () => Office.logIn(town.url, OFFICIAL);
const call = (columns) => site.sql(`select ${columns} from elukaar.call where role = 'place-register' order by created_at desc limit 1`);
const shown = (key) => until(`the case to be ${key}`, WITHIN, async () => {
  const view = await parent.case(caseId);
  return view.status.key === key && view;
});

before(async () => {
  if (!services) return;
  town = await ByHand.begin(services);
  site = town.site;
  ({ parent, id: caseId } = await town.apply());
}, { timeout: 180_000 });
after(() => town?.close());

test('a call becomes a task, and the family reads that it is the municipality\'s turn', options, async () => {
  const view = await shown('registering');
  assert.equal(view.status.turn, 'municipality');
  assert.equal(view.status.by, '2027-08-13');
  office = await logIn();
  const task = await office.task();
  assert.equal(task.title, 'Enter the application in the list');
  assert.equal(task.by, '2027-08-13');
  assert.equal(task.overdue, false);
  assert.equal(call('status'), 'entrusted');
  const opened = await (await office.ask('GET', `/tasks/${task.task}?lang=en`)).json();
  assert.equal(opened.persons[0].name, view.subject.name);
  assert.match(opened.persons[0].personalCode, /^\d{11}$/);
  // Nothing about persons is in the row, and another municipality's official is not even told that it is there.
  assert.ok(!call('input::text').includes(opened.persons[0].personalCode));
  const status = site.consume(site.topics.status).map(({ value }) => JSON.parse(value).data.status).filter(Boolean).at(-1);
  assert.deepEqual([status.text, status.turn], ['registering', 'municipality'], 'as it is published');
});

test('the task outlives a power cut, and nobody asks for it again', options, async () => {
  const before_ = call('attempts || status || next_attempt_at');
  await site.kill('one');
  await town.start('two');
  office = await logIn();
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
  town.clock('2027-08-14T09:00:00Z');
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
  await town.start('door', 'portal');
  office = await logIn();
  const queue = { scope: 'muhu-liiva', position: 4, of: 6, ruleRef: 'application-time' };
  assert.equal((await office.answer(task, { done: { registerId: 'Muhu 4', status: 'queued' } })).status, 422, 'no place in the queue');
  const done = { done: { registerId: 'Muhu 4', status: 'queued', queue } };
  assert.deepEqual((await office.answer(task, done)).said, { task, outcome: 'taken' });
  await site.kill('door');
  await town.start('three');
  office = await logIn();
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
  assert.equal(site.sql("select distinct persons::jsonb ->> '0478' from elukaar.session where kind = 'official'"), officials[0]);
  const tables = site.sql("select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'elukaar'").split('\n');
  for (const table of tables) {
    assert.equal(site.number(`${table} t where t::text like '%${OFFICIAL}%'`), 0, table);
  }
  assert.ok(!site.logs(10_000).includes(OFFICIAL));
  site.run('case', 'verify', site.sql('select id from elukaar.cases'), '--settings', site.settings);
});

test('a task that the case no longer asks for is gone, and takes no answer', options, async () => {
  const { actions } = await parent.case(caseId);
  const withdraw = actions.find(({ name }) => name === 'withdraw');
  await parent.act(caseId, 'withdraw', { subject: withdraw.subject, revision: withdraw.revision, form: {} });
  await shown('awaiting_other_guardian');
  town.clock('2027-08-25T09:00:00Z'); // who has had his days by then
  const { task, title } = await office.task();
  assert.equal(title, 'Take the application out of the list');
  const undo = (await shown('withdrawn')).actions.find(({ name }) => name === 'undo-withdrawal');
  assert.ok(undo, 'while the application is still in the list, it can come back');
  await parent.act(caseId, 'undo-withdrawal', { subject: undo.subject, revision: undo.revision, form: {} });
  await until('another task in its place', WITHIN, async () => {
    const tasks = await office.tasks();
    return tasks.length === 1 && tasks[0].title === 'Enter the application in the list';
  });
  assert.equal(call(`(select status from elukaar.call where id = '${task}')`), 'abandoned');
  assert.equal((await office.answer(task, { done: { status: 'withdrawn' } })).status, 404);
});

test('tasks go out and come back as a file, and the same file has no second effect', options, async () => {
  await town.send({ ...town.birth, id: 'annulled', type: 'ee.elukaar.birth.annulled.v1',
    data: { child: { personalCode: town.birth.data.child.personalCode }, replaces: { source: town.birth.source, id: town.birth.id } } });
  await until('the task', WITHIN, async () => (await office.tasks())[0]?.title === 'Take the application out of the list');
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
  await until('the case to end', WITHIN, () => site.sql('select lifecycle from elukaar.cases') === 'completed');
  const journal = site.number('elukaar.journal');
  const again = await take();
  assert.deepEqual([again.taken, again.repeated, again.refused], [0, 1, 1]);
  assert.equal(site.number('elukaar.call where news is not null'), 0, 'a repeat is no news');
  assert.equal(site.number('elukaar.journal'), journal);
});
