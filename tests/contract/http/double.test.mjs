// The scripted server of the browser tests (tests/e2e/contract-server.mjs) answers as documented, so that what
// the page learns from it holds for the program.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CASE, ContractServer, TASK } from '../../e2e/contract-server.mjs';
import { Caller, Contract } from './contract.mjs';

const STAGES = ['informed', 'checking', 'registering', 'slow', 'queued', 'offered', 'expired'];
let server;
let caller;

before(async () => {
  server = await new ContractServer().start();
  caller = new Caller(await Contract.read(), server.url);
  caller.csrf = 'c0ffee';
});
after(() => server?.stop());

test('shows every stage to residents in every language as documented', async () => {
  for (const lang of ['et', 'en', 'ru']) {
    for (server.stage of STAGES) {
      await caller.read('/api/v1/me/cases', { lang });
      const { revision } = await caller.read(`/api/v1/me/cases/${CASE}`, { lang });
      assert.equal(revision, server.revision);
    }
    for (const form of ['application', 'postpone']) await caller.read(`/api/v1/me/cases/${CASE}/forms/${form}`, { lang });
  }
  await caller.read('/api/v1/me');
  await caller.read('/api/v1/login/dev', { lang: 'et' });
});

test('keeps a draft as documented', async () => {
  const keep = (more) => caller.ask('PUT', `/api/v1/me/cases/${CASE}/forms/application/draft`, { body: { form: { preferences: ['lagedi'] } }, ...more });
  await keep({ expect: 403, csrf: '' });
  await keep({ expect: 200 });
  const { draft } = await caller.read(`/api/v1/me/cases/${CASE}/forms/application`, { lang: 'et' });
  assert.deepEqual(draft.answers, { preferences: ['lagedi'] });
});

test('receives and decides an act as documented', async () => {
  const act = (more) => caller.ask('POST', `/api/v1/me/cases/${CASE}/actions/apply`, { body: { subject: 's1', revision: '1', form: {} }, ...more });
  await act({ expect: 400 });
  await act({ expect: 403, csrf: '' });
  const headers = { 'idempotency-key': '00000000-0000-4000-8000-000000000001' };
  server.refuseFields = [{ field: 'preferences', text: 'Choose one.' }];
  await act({ expect: 422, headers });
  server.refuseFields = null;
  const { json } = await act({ expect: 202, headers });
  for (server.outcome of ['pending', 'accepted', 'refused']) await caller.read(`/api/v1/me/actions/${json.action}`, { lang: 'en' });
});

test('shows officials what the document says', async () => {
  await caller.read('/api/v1/office/login/dev');
  await caller.ask('POST', '/api/v1/office/login/dev', { expect: 204, body: { municipality: '0653', name: 'Mari Mets' } });
  await caller.read('/api/v1/office/me');
  await caller.read('/api/v1/office/cases', { lang: 'et' });
  await caller.read(`/api/v1/office/cases/${CASE}`, { lang: 'et', reader: '0' });
  await caller.ask('POST', `/api/v1/office/cases/${CASE}/entries/offer-made`, { expect: 202, body: { data: {} } });
});

test('shows officials their tasks, and takes their answers, as the document says', async () => {
  for (const lang of ['et', 'en', 'ru']) {
    await caller.read('/api/v1/office/tasks', { lang });
    await caller.read(`/api/v1/office/tasks/${TASK}`, { lang });
  }
  await caller.ask('GET', '/api/v1/office/task-file', { query: { format: 'csv' } });
  const take = (more) => caller.ask('POST', '/api/v1/office/task-file', { body: 'task;result.outcome', type: 'text/csv', ...more });
  await take();
  server.refuseFile = true;
  await take({ expect: 400 });
  const answer = (more) => caller.ask('POST', `/api/v1/office/tasks/${TASK}/answer`, { body: { done: {} }, ...more });
  server.refuseFields = [{ field: '/status', text: 'expected another' }];
  await answer({ expect: 422 });
  server.refuseFields = null;
  server.taskConflict = true;
  await answer({ expect: 409 });
  server.taskConflict = false;
  await answer();
  await caller.ask('GET', `/api/v1/office/tasks/${TASK}`, { expect: 404 });
});

test('says no as documented', async () => {
  server.loggedIn = false;
  await caller.ask('GET', '/api/v1/me', { expect: 401 });
  server.loggedIn = true;
  server.failing = true;
  await caller.ask('GET', '/api/v1/me', { expect: 503 });
  server.failing = false;
  await caller.ask('GET', `/api/v1/me/cases/${'0'.repeat(32)}`, { expect: 404 });
});
