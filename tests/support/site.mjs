// The program as an operator runs it, for tests that kill, stop and question it: its own database, topics,
// settings and keys on a PostgreSQL and a Kafka that are there. Everything started here is ended here.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
export const root = fileURLToPath(new URL('../..', import.meta.url));
export const elukaar = process.env.ELUKAAR ?? join(root, 'build/release/elukaar');
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Asks again until the answer is truthy, and returns it. Nothing is assumed to take a certain time.
export async function until(what, withinMs, ask) {
  const end = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`${withinMs / 1000} s passed before this was seen: ${what}`);
    await pause(50);
  }
}

// A port that nobody listens on at this moment.
export async function freePort() {
  const server = createServer();
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

// PostgreSQL and Kafka of this test file alone, which it may kill.
export class Services {
  static async start() {
    const services = new Services();
    services.folder = mkdtempSync(join(tmpdir(), 'elukaar-services-'));
    await execute(join(root, 'deploy/services'), ['start', services.folder], { timeout: 180_000 });
    return services;
  }
  // Those that tests/run has started.
  static given() {
    const { ELUKAAR_TEST_POSTGRES: postgres, ELUKAAR_TEST_KAFKA: kafka } = process.env;
    return postgres && kafka ? { postgres, kafka } : null;
  }
  #line(name) {
    const text = readFileSync(join(this.folder, 'services.env'), 'utf8');
    return new RegExp(`^${name}=(.*)$`, 'm').exec(text)[1];
  }
  get postgres() { return this.#line('ELUKAAR_TEST_POSTGRES'); }
  get kafka() { return this.#line('ELUKAAR_TEST_KAFKA'); }
  get kafkaProcess() { return Number(this.#line('ELUKAAR_TEST_KAFKA_PID')); }
  async do(what, name) {
    await execute(join(root, 'deploy/services'), [what, this.folder, name], { timeout: 180_000 });
  }
  async stop() {
    await execute(join(root, 'deploy/services'), ['stop', this.folder]).catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// kcat's lines, key and value with a tab between.
export const recordsOf = (lines) =>
  lines.split('\n').filter(Boolean).map((line) => {
    const tab = line.indexOf('\t');
    return { key: line.slice(0, tab), value: line.slice(tab + 1) };
  });

// Debian's `psql` is a script that looks for the real one, which takes longer than most questions.
const versions = '/usr/lib/postgresql';
export const psql = (existsSync(versions) ? readdirSync(versions).sort((a, b) => b - a) : [])
  .map((version) => join(versions, version, 'bin/psql')).find((path) => existsSync(path)) ?? 'psql';

// The tree's content with the bench's laid over it, in a folder that tests may change.
export function layOutContent(folder) {
  for (const from of [root, join(root, 'tests/bench/content')]) {
    for (const each of ['events', 'workflows']) cpSync(join(from, each), join(folder, each), { recursive: true });
  }
  symlinkSync(join(root, 'connectors'), join(folder, 'connectors'));
}

let sites = 0;

export class Site {
  #running = new Map(); // name → child process

  // `municipalities`: { ehak: file below workflows/municipalities }. `more`: lines for the settings.
  constructor(services, municipalities, more = '') {
    this.services = services;
    this.name = `t${process.pid}_${++sites}`;
    this.folder = mkdtempSync(join(tmpdir(), 'elukaar-site-'));
    const url = new URL(services.postgres);
    this.server = services.postgres;
    this.database = `postgresql://${url.username}:${url.password}@${url.host}/${this.name}`;
    this.topics = Object.fromEntries(['life-events', 'status', 'notifications'].map((topic) => [topic, `${this.name}.${topic}`]));
    this.settings = join(this.folder, 'elukaar.yaml');
    layOutContent(join(this.folder, 'content'));
    mkdirSync(join(this.folder, 'secrets'));
    writeFileSync(join(this.folder, 'secrets/postgres-password'), `${decodeURIComponent(url.password)}\n`, { mode: 0o600 });
    writeFileSync(this.settings, `environment: development
municipalities:
${Object.entries(municipalities).map(([ehak, file]) => `  - { ehak: "${ehak}", workflow: content/workflows/municipalities/${file} }`).join('\n')}
content_dir: content
kafka:
  brokers: "${services.kafka}"
  group: ${this.name}
  partitions: 4
  topics:
    life_events: ${this.topics['life-events']}
    service_events: ${this.name}.{ehak}.service-events
    status: ${this.topics.status}
    notifications: ${this.topics.notifications}
postgres: { host: ${url.hostname}, port: ${url.port}, database: ${this.name}, user: ${url.username}, password_file: secrets/postgres-password }
keys: { directory: secrets/keys }
engine: { workers: 2, lane_lease_ms: 3000 }
${more || 'http: { listen: 127.0.0.1, port: 0, public_url: "http://127.0.0.1", portal_dir: . }'}
`);
  }

  async prepare() {
    this.#psql(this.server, `create database ${this.name}`);
    this.run('keys', 'init', '--settings', this.settings);
    this.run('setup', '--settings', this.settings);
  }

  // A command of the program to its end; throws where it fails.
  run(...words) {
    const { status, stdout, stderr } = spawnSync(elukaar, words, { encoding: 'utf8', timeout: 60_000 });
    if (status !== 0) throw new Error(`elukaar ${words[0]} ended with ${status}: ${stderr}`);
    return stdout;
  }

  async start(name = 'one', roles = 'orchestrator') {
    const log = openSync(join(this.folder, `${name}.log`), 'a');
    const child = spawn(elukaar, ['run', '--settings', this.settings, '--roles', roles], { stdio: ['ignore', log, log] });
    this.#running.set(name, child);
    await new Promise((begun, failed) => child.once('spawn', begun).once('error', failed));
    return child;
  }

  // Any other process that belongs to the site.
  async spawn(name, command, words) {
    const log = openSync(join(this.folder, `${name}.log`), 'a');
    const child = spawn(command, words, { stdio: ['ignore', log, log] });
    this.#running.set(name, child);
    await new Promise((begun, failed) => child.once('spawn', begun).once('error', failed));
    return child;
  }

  // SIGKILL: like a power cut, no signal that the program could hear.
  async kill(name = 'one') { await this.end(name, 'SIGKILL'); }
  async end(name, signal = 'SIGTERM') {
    const child = this.#running.get(name);
    this.#running.delete(name);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(late);
  }
  signal(name, signal) { this.#running.get(name).kill(signal); }
  process(name = 'one') { return this.#running.get(name); }

  log(name = 'one') { return readFileSync(join(this.folder, `${name}.log`), 'utf8'); }
  // The end of what every process of the site has logged.
  logs(lines = 20) {
    return readdirSync(this.folder).filter((file) => file.endsWith('.log'))
      .map((file) => `${file}:\n${this.log(file.slice(0, -4)).split('\n').slice(-lines).join('\n')}`).join('\n');
  }

  #psql(address, statement) {
    const { status, stdout, stderr } = spawnSync(psql, ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', address, '-c', statement], { encoding: 'utf8', timeout: 30_000 });
    if (status !== 0) throw new Error(`psql: ${stderr}`);
    return stdout.trim();
  }
  sql(statement) { return this.#psql(this.database, statement); }
  number(from) { return Number(this.sql(`select count(*) from ${from}`)); }

  // A session of our own that holds a lock until `release`.
  async hold(lock) {
    const child = spawn(psql, ['-X', '-q', '-At', this.database], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.write(`begin; ${lock}; select 'held';\n`);
    await new Promise((held) => child.stdout.once('data', held));
    return { release: () => new Promise((ended) => { child.once('exit', ended); child.stdin.end('rollback;\n'); }) };
  }

  // [{key, value}] onto a topic, in order.
  produce(topic, records) {
    const input = records.map(({ key, value }) => `${key}\t${typeof value === 'string' ? value : JSON.stringify(value)}\n`).join('');
    const { status, stderr } = spawnSync('kcat', ['-P', '-b', this.services.kafka, '-t', topic, '-K', '\t', '-X', 'enable.idempotence=true',
      '-H', 'content-type=application/cloudevents+json; charset=UTF-8'], { input, encoding: 'utf8', timeout: 60_000 });
    if (status !== 0) throw new Error(`kcat: ${stderr}`);
  }

  // Everything on a topic: [{key, value}] in each partition's order.
  consume(topic) {
    const { status, stdout, stderr } = spawnSync('kcat', ['-C', '-e', '-q', '-b', this.services.kafka, '-t', topic, '-o', 'beginning', '-f', '%k\t%s\n'],
      { encoding: 'utf8', timeout: 60_000, maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(`kcat: ${stderr}`);
    return recordsOf(stdout);
  }

  async close() {
    for (const name of [...this.#running.keys()]) {
      this.#running.get(name).kill('SIGCONT');
      await this.end(name);
    }
    try {
      // Not `with (force)`: that is refused while the server itself vacuums there.
      this.#psql(this.server, `select pg_terminate_backend(pid, 5000) from pg_stat_activity where backend_type = 'client backend' and datname = '${this.name}'`);
      this.#psql(this.server, `drop database if exists ${this.name}`);
    } catch { /* the server may be away: the test that killed it has failed already */ }
    if (!process.env.ELUKAAR_KEEP) rmSync(this.folder, { recursive: true, force: true });
  }
}

// ---- The service `bench`: six events a case, a status at each ------------------------------------

export const steps = 6;

export function benchEvent(item, n) {
  return {
    specversion: '1.0', id: `${item}-${n}`, source: '/test',
    type: n === 0 ? 'ee.elukaar.bench.started.v1' : 'ee.elukaar.bench.step.v1',
    time: '2026-05-01T06:00:00Z', municipality: '0001', partitionkey: item, datacontenttype: 'application/json',
    data: { item, amount: 1, due: '2026-06-01', payload: { a: 'a'.repeat(60), b: 'b'.repeat(60), c: 'c'.repeat(60) } },
  };
}

// What is wrong with a topic of statuses, as sentences: gaps, second effects, repeats under another id,
// order. Empty: nothing is. `revisions`: how many a case has, or a function of the case's key.
export function flawsOfStatuses(records, cases, revisions) {
  const revisionsOf = typeof revisions === 'function' ? revisions : () => revisions;
  const flaws = [];
  const byCase = new Map();
  for (const { key, value } of records) {
    if (!byCase.has(key)) byCase.set(key, []);
    byCase.get(key).push({ value, ...JSON.parse(value) });
  }
  if (byCase.size !== cases) flaws.push(`${byCase.size} cases have statuses, expected ${cases}`);
  for (const [key, events] of byCase) {
    const first = new Map();
    const revisionsSeen = [];
    for (const event of events) {
      const known = first.get(event.id);
      if (known === undefined) {
        first.set(event.id, event.value);
        revisionsSeen.push(event.data.revision);
      } else if (known !== event.value) {
        flaws.push(`case ${key}: ${event.id} was published twice with different content`);
      }
    }
    const expected = Array.from({ length: revisionsOf(key) }, (_, i) => i + 1);
    if (JSON.stringify(revisionsSeen) !== JSON.stringify(expected)) {
      flaws.push(`case ${key}: revisions ${revisionsSeen.join(',')}, expected ${expected.join(',')}`);
    }
  }
  return flaws;
}
