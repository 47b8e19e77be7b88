// A test double of the portal's server: the HTTP API of a running Elukaar with scripted answers, the
// built portal, and the headers that the real server sends. It brings the page into states that the
// real stack reaches rarely (slow, failing, offline, refused); what is true of the real stack is
// tested in story.test.mjs.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CASE, caseView, formView, officeCase, officeRow, OTHER_CASE, postponeView, summary, TASK, taskRow, taskView } from './contract-cases.mjs';

const DIST = fileURLToPath(new URL('../../portal/dist', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };

export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const SECURITY = {
  'Content-Security-Policy': POLICY,
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
};

export class ContractServer {
  // What the next answers are; tests set these.
  stage = 'informed';
  revision = 3;
  delayMs = 0;
  failing = false; // every read is answered 503
  streamBroken = false;
  production = false;
  empty = false;
  loggedIn = true;
  outcome = 'pending';
  draft = null; // what was kept of the application's form: {answers, savedAt}
  draftStatus = 200; // what a draft is answered with
  draftsKept = 0;
  draftsRefused = 0;
  offerRevision = 1;
  clock = 'running';
  official = null;
  taskDone = false; // somebody has answered the only task
  taskConflict = false;
  refuseFile = false;
  refuseFields = null;
  // What was received: [{key, body}], each action counted once per idempotency key.
  received = [];
  #actions = new Map();
  #streams = new Set();
  #server;

  async start(port = 0) {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => {
        response.writeHead(500).end(String(error));
      });
    });
    await new Promise((ready) => this.#server.listen(port, '127.0.0.1', ready));
    this.port = this.#server.address().port;
    this.url = `http://127.0.0.1:${this.port}`;
    return this;
  }

  async stop() {
    this.dropStreams();
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  get openStreams() {
    return this.#streams.size;
  }

  dropStreams() {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  // Moves the case on and tells the open pages.
  async become(stage, changed = ['status', 'timeline']) {
    this.stage = stage;
    this.revision += 1;
    this.#push('change', { case: CASE, revision: this.revision, changed });
  }

  decide(outcome) {
    this.outcome = outcome;
    for (const action of this.#actions.values()) this.#push('action', { action: action.action, case: CASE, outcome });
  }

  #push(event, data) {
    for (const stream of this.#streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.url);
    if (!url.pathname.startsWith('/api/')) return this.#file(url.pathname, response);
    if (this.delayMs) await new Promise((later) => setTimeout(later, this.delayMs));
    const send = (status, body, more = {}) => {
      const type = status < 400 ? 'application/json' : 'application/problem+json';
      response.writeHead(status, {
        ...SECURITY, ...(body === undefined ? {} : { 'Content-Type': type }), ...(status === 503 ? { 'Retry-After': '5' } : {}),
        ...(body?.action ? { Location: `/api/v1/me/actions/${body.action}` } : {}), ...more,
      });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    const cookie = (name, value) => ({ 'Set-Cookie': `${name}=${value}; Path=/; HttpOnly; SameSite=Strict${value ? '' : '; Max-Age=0'}` });
    const problem = (status, more = {}) => send(status, { type: 'about:blank', title: 'problem', status, ...more });
    const path = url.pathname.slice('/api/v1'.length);
    const lang = url.searchParams.get('lang') ?? 'et';
    const body = ['POST', 'PUT'].includes(request.method) ? await readBody(request) : null; // a text where it is no JSON

    if (path === '/login/dev') {
      if (this.production) return problem(404);
      if (request.method === 'POST') {
        if (body.personalCode && body.personalCode.length !== 11) return problem(404);
        this.loggedIn = true;
        return send(204, undefined, cookie('elukaar_session', 'c00c1e'));
      }
      return send(200, { development: true, persons: this.empty ? [] : [
        { person: 'p1', name: 'Mari Maasikas', municipality: 'Rae vald', headline: summary(this, lang).headline },
        { person: 'p2', name: 'Aleksandra Konstantinova-Meriväli', municipality: 'Rae vald', headline: summary(this, lang).headline },
      ] });
    }
    if (path.startsWith('/office/')) return this.#office(path.slice('/office'.length), lang, request, body, send, problem);
    if (path === '/logout') {
      this.loggedIn = false;
      return send(204, undefined, cookie('elukaar_session', ''));
    }
    if (!this.loggedIn) return problem(401);
    if (this.failing) return problem(503);
    if (path === '/me') return send(200, { name: 'Mari Maasikas', csrf: 'c0ffee', expiresAt: '2099-01-01T00:00:00Z', development: true });
    if (path === '/me/stream') return this.#stream(request, response, problem);
    if (path === '/me/cases') return send(200, { cases: this.empty ? [] : [summary(this, lang)] });
    if (path === `/me/cases/${CASE}`) return send(200, caseView(this, lang));
    if (path === `/me/cases/${CASE}/forms/application`) return send(200, formView(lang, this.draft));
    if (path === `/me/cases/${CASE}/forms/application/draft`) {
      if (request.headers['x-csrf-token'] !== 'c0ffee') return problem(403);
      if (this.draftStatus !== 200) {
        this.draftsRefused += 1;
        return problem(this.draftStatus);
      }
      this.draftsKept += 1;
      this.draft = { answers: body.form, savedAt: '2027-07-19T06:05:00Z' };
      return send(200, { savedAt: this.draft.savedAt });
    }
    if (path === `/me/cases/${CASE}/forms/postpone`) return send(200, postponeView(lang));
    const act = path.startsWith(`/me/cases/${CASE}/actions/`) && path.split('/').at(-1);
    if (act) return this.#act(act, request, body, send, problem);
    const action = path.startsWith('/me/actions/') && this.#actions.get(path.slice('/me/actions/'.length));
    if (action) return send(200, { ...action, outcome: this.outcome, reason: this.outcome === 'refused' ? refusal(lang) : null });
    return problem(404);
  }

  #office(path, lang, request, body, send, problem) {
    if (path === '/login/dev') {
      if (this.production) return problem(404);
      if (request.method === 'GET') return send(200, { development: true, municipalities: [{ municipality: '0653', name: 'Rae vald' }] });
      this.official = body.name;
      return send(204, undefined, { 'Set-Cookie': 'elukaar_office=c00c1e; Path=/; HttpOnly; SameSite=Strict' });
    }
    if (!this.official) return problem(401);
    if (request.method === 'POST' && request.headers['x-csrf-token'] !== 'c0ffee') return problem(403);
    if (path === '/me') return send(200, { name: this.official, municipality: 'Rae vald', csrf: 'c0ffee', development: true });
    if (path === '/cases') return send(200, { cases: [officeRow(this, lang)] });
    if (path === `/cases/${CASE}`) return send(200, officeCase(this, lang));
    if (path.startsWith('/task')) return this.#task(path, lang, request, body, send, problem);
    if (request.method !== 'POST') return problem(404);
    this.received.push({ name: path.slice(`/cases/${CASE}/`.length), key: request.headers['idempotency-key'], body });
    return this.refuseFields ? problem(422, { detail: 'the entry is not complete', errors: this.refuseFields }) : send(202, { id: '5e4f2c1a-9f1e-4b57-9d0c-1f6a7c3b2e10' });
  }

  #task(path, lang, request, body, send, problem) {
    if (path === '/tasks') return send(200, { tasks: this.taskDone ? [] : [taskRow(lang)] });
    if (path === `/tasks/${TASK}`) return this.taskDone ? problem(404) : send(200, taskView(lang));
    if (path === `/tasks/${TASK}/answer`) {
      this.received.push({ name: 'task', body });
      if (this.refuseFields) return problem(422, { detail: 'the answer is not complete', errors: this.refuseFields });
      if (this.taskConflict) return problem(409, { detail: 'answered otherwise' });
      this.taskDone = true;
      return send(200, { task: TASK, outcome: 'taken' });
    }
    if (path !== '/task-file') return problem(404);
    if (request.method === 'GET') {
      return send(200, undefined, { 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': 'attachment; filename="tasks-0478-2027-08-12.csv"' });
    }
    this.received.push({ name: 'file', type: request.headers['content-type'], body });
    if (this.refuseFile) return problem(400, { detail: 'line 1: expected a column `task`, found none' });
    return send(200, { taken: 1, repeated: 0, refused: 1, left: 0, lines: [
      { line: 2, task: TASK, outcome: 'taken', problems: [] },
      { line: 3, task: TASK, outcome: 'refused', problems: [{ field: '/queue/position', text: 'expected at least 1' }] },
    ] });
  }

  #act(name, request, body, send, problem) {
    const key = request.headers['idempotency-key'];
    if (request.headers['x-csrf-token'] !== 'c0ffee') return problem(403);
    if (!key) return problem(400);
    this.received.push({ name, key, body });
    if (this.refuseFields) return problem(422, { detail: 'the form is not complete', errors: this.refuseFields });
    const action = `a${key.replaceAll('-', '').slice(1)}`;
    this.#actions.set(action, { action, case: CASE, name, receivedAt: '2026-05-04T06:12:00Z' });
    return send(202, { action, receivedAt: '2026-05-04T06:12:00Z', outcome: 'pending' });
  }

  #stream(request, response, problem) {
    if (this.streamBroken) return problem(503);
    response.writeHead(200, { ...SECURITY, 'Content-Type': 'text/event-stream' });
    response.write(`retry: 5000\n\nevent: snapshot\ndata: ${JSON.stringify({ cases: [{ case: CASE, revision: this.revision }] })}\n\n`);
    this.#streams.add(response);
    request.on('close', () => this.#streams.delete(response));
  }

  async #file(path, response) {
    const file = extname(path) ? normalize(path) : '/index.html';
    try {
      const content = await readFile(join(DIST, file));
      response.writeHead(200, { ...SECURITY, 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' });
      response.end(content);
    } catch {
      response.writeHead(404, SECURITY).end();
    }
  }
}

async function readBody(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  if (!/json$/.test((request.headers['content-type'] ?? '').split(';')[0])) return text;
  return text ? JSON.parse(text) : {};
}

const refusal = (lang) => ({
  code: 'details_changed',
  text: { et: 'andmed olid vahepeal muutunud', en: 'the details had changed meanwhile', ru: 'данные за это время изменились' }[lang],
});

export { CASE, OTHER_CASE, TASK };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await new ContractServer().start(Number(process.argv[2] ?? 4173));
  console.log(`the portal with scripted answers: ${server.url}`);
}
