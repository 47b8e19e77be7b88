// The real thing for a test: PostgreSQL, Kafka, the simulated registers and the program, in a folder of
// their own under /tmp and on free ports. What is started here is stopped here, by its process id.
import { execFile, spawn } from 'node:child_process';
import { open, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postToIntake, readRecords } from '../../deploy/play/births.mjs';
import { Program } from '../../deploy/play/program.mjs';
import { elukaar, psql, recordsOf, root, until } from './site.mjs';

const run = promisify(execFile);
const READY_WITHIN_MS = 60_000;
const SERVICES_WITHIN_MS = 180_000;

export class Stack {
  #running = new Map(); // name → child process

  // `today` is the day of the registers and, until it is moved, of the program. `retryMs`: when a silent
  // register is asked again, `timeoutMs`: how long its answer is waited for. `split`: the portal is a
  // process of its own.
  static async start({ today, retryMs, timeoutMs = 30_000, split = false }) {
    const stack = new Stack();
    Object.assign(stack, { retryMs, timeoutMs, split });
    stack.folder = await mkdtemp(join(tmpdir(), 'elukaar-story-'));
    try {
      await stack.#start(today);
    } catch (error) {
      await stack.stop();
      throw error;
    }
    return stack;
  }

  async #start(today) {
    await run(join(root, 'deploy/services'), ['start', this.folder], { timeout: SERVICES_WITHIN_MS });
    await this.#writeSettings();
    await this.#elukaar('keys', 'init', '--settings', this.settings);
    await this.#elukaar('setup', '--settings', this.settings);
    this.program = new Program(elukaar, this.settings);

    const births = join(this.folder, 'births.jsonl');
    await run('node', [join(root, 'events/examples/generate-births.mjs'), '--out', births]);
    this.records = await readRecords(births);
    this.registers = `http://127.0.0.1:${this.ports.population}`;
    this.placeRegister = `http://127.0.0.1:${this.ports.place}`;
    const day = today.toISOString().slice(0, 10);
    await this.#spawn('simulators', 'node', [
      join(root, 'connectors/simulators/main.mjs'),
      '--population-port', this.ports.population, '--place-port', this.ports.place, '--births', births, '--today', day,
      '--intake-url', `${this.url}/api/v1/intake/events`,
      ...['0653', '0317'].flatMap((kov) => ['--intake-token-file', `${kov}=${join(this.folder, `secrets/intake/pr-${kov}.token`)}`]),
    ]);
    await until('the simulated registers answer', READY_WITHIN_MS, () => answers(`${this.registers}/control/calls`));
    if (this.split) {
      await this.startProgram('portal', 'portal');
      await this.startProgram('orchestrator', 'orchestrator,dispatcher');
    } else await this.startProgram();
    await this.program.setClock(today);
  }

  async #writeSettings() {
    const services = await readFile(join(this.folder, 'services.env'), 'utf8');
    const postgres = new URL(/^ELUKAAR_TEST_POSTGRES=(.*)$/m.exec(services)[1]);
    const kafka = /^ELUKAAR_TEST_KAFKA=.*:(\d+)$/m.exec(services)[1];
    const script = `set -euo pipefail; root=$1 folder=$2 postgres=$3 kafka=$4
      for part in steps processes settings; do . "$root/deploy/lib/$part.sh"; done
      http=$(free_port) population=$(free_port) place=$(free_port)
      write_settings "$folder" "$http" "$postgres" "$kafka" "$population" "$place"
      echo "$http $population $place"`;
    const { stdout } = await run('bash', ['-c', script, 'settings', root, this.folder, postgres.port, kafka]);
    const [http, population, place] = stdout.trim().split(/\s+/).slice(-3);
    this.ports = { http, population, place };
    this.database = postgres.href;
    this.brokers = `127.0.0.1:${kafka}`;
    this.url = `http://127.0.0.1:${http}`;
    this.settings = join(this.folder, 'elukaar.yaml');
    await this.#hurry();
  }

  // Nobody waits for minutes in a test.
  async #hurry() {
    let text = await readFile(this.settings, 'utf8');
    if (this.retryMs) {
      const patience = { retry_interval_ms: this.retryMs, retry_interval_max_ms: this.retryMs, total_timeout_ms: this.timeoutMs };
      const lines = Object.entries(patience).map(([key, ms]) => `    ${key}: ${ms}\n`).join('');
      text = text.replace(/^ +retry_interval_ms:.*\n/gm, '').replace(/^ +security_server:.*\n/gm, (line) => line + lines);
    }
    await writeFile(this.settings, `${text}engine: { workers: 2, lane_lease_ms: 3000 }\n`);
  }

  async startProgram(name = 'program', roles = 'orchestrator,dispatcher,portal') {
    await this.#spawn(name, elukaar, ['run', '--settings', this.settings, '--roles', roles]);
    await until(`${name} is ready`, READY_WITHIN_MS, async () => {
      const child = this.#running.get(name);
      if (child.exitCode !== null) throw new Error(`${name} ended:\n${await this.log(name)}`);
      return !roles.includes('portal') || answers(`${this.url}/health/ready`);
    });
  }

  // Like a power cut: no signal that the program could hear.
  async killProgram(name = 'program') {
    await this.#end(name, 'SIGKILL');
  }

  // SIGSTOP and SIGCONT: a process that hangs, and goes on.
  signal(name, signal) {
    this.#running.get(name).kill(signal);
  }

  // `what`: kill or restart; `name`: postgres or kafka.
  async service(what, name) {
    await run(join(root, 'deploy/services'), [what, this.folder, name], { timeout: SERVICES_WITHIN_MS });
  }

  // What a statement of the superuser's finds, as text.
  async sql(statement) {
    try {
      return (await run(psql, ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', this.database, '-c', statement])).stdout.trim();
    } catch (error) {
      throw new Error(`psql: ${error.stderr}`); // without the address, which holds the password
    }
  }

  // Everything on a topic: [{key, value}] in each partition's order.
  async consume(topic) {
    const { stdout } = await run('kcat', ['-C', '-e', '-q', '-b', this.brokers, '-t', topic, '-o', 'beginning', '-f', '%k\t%s\n'], { maxBuffer: 1 << 28 });
    return recordsOf(stdout);
  }

  // Moves the program's clock and the registers' day.
  async moveClock(time) {
    await this.program.setClock(time);
    await this.control(this.registers, 'clock', { today: time.toISOString().slice(0, 10) });
  }

  async control(register, name, body) {
    const answer = await fetch(`${register}/control/${name}`, body === undefined ? {} : {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`/control/${name} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  // The registers answer at once from now on; at their start the first residence check is refused.
  async noFaults() {
    await fetch(`${this.registers}/control/faults`, { method: 'DELETE' });
  }

  // Births of Rae, or of another municipality, whose families play no other part, each guardian with this
  // child alone; the youngest child first. `before`: born before that day.
  families({ before, guardians, municipality = '0653' }) {
    const births = this.records.filter(({ kind, plays, credential }) => kind === 'birth' && !plays && credential === `rr-${municipality}`);
    const named = new Set(this.records.flatMap(({ after }) => after ?? []));
    const children = new Map();
    for (const { event } of births) {
      for (const { personalCode } of event.data.guardians) children.set(personalCode, (children.get(personalCode) ?? 0) + 1);
    }
    return births.filter(({ event: { id, data } }) =>
      !named.has(id) && data.child.bornOn < before && data.guardians.length === guardians &&
      data.guardians.every(({ personalCode }) => children.get(personalCode) === 1))
      .sort((a, b) => (a.event.data.child.bornOn < b.event.data.child.bornOn ? 1 : -1));
  }

  // Announces a birth as the population register of its municipality does: while it is told to come
  // again, it does.
  async announce({ credential, event }) {
    const token = (await readFile(join(this.folder, `secrets/intake/${credential}.token`), 'utf8')).trim();
    await until('the intake takes a birth', READY_WITHIN_MS, async () => {
      const { status, said } = await postToIntake(this.url, token, JSON.stringify(event));
      if (status !== 202 && status !== 503) throw new Error(`the intake answered ${status}: ${said}`);
      return status === 202;
    });
  }

  // The end of what the program's processes have logged.
  async logs() {
    const all = await Promise.all(['program', 'portal', 'orchestrator'].map((name) => this.log(name)));
    return all.filter(Boolean).join('\n');
  }

  async log(name) {
    const text = await readFile(join(this.folder, `${name}.log`), 'utf8').catch(() => '');
    return text.split('\n').slice(-40).join('\n');
  }

  async stop() {
    this.#running.get('simulators')?.kill('SIGCONT');
    for (const name of ['orchestrator', 'portal', 'program', 'simulators']) await this.#end(name, 'SIGTERM');
    await run(join(root, 'deploy/services'), ['stop', this.folder]).catch(() => undefined);
    if (!process.env.ELUKAAR_KEEP) await rm(this.folder, { recursive: true, force: true });
  }

  async #elukaar(...words) {
    await run(elukaar, words).catch((error) => {
      throw new Error(`elukaar ${words[0]} failed: ${error.stderr || error.message}`);
    });
  }

  async #spawn(name, command, words) {
    const log = await open(join(this.folder, `${name}.log`), 'a');
    const child = spawn(command, words, { stdio: ['ignore', log.fd, log.fd] });
    await new Promise((begun, failed) => child.once('spawn', begun).once('error', failed));
    await log.close();
    this.#running.set(name, child);
  }

  async #end(name, signal) {
    const child = this.#running.get(name);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(late);
  }
}

const answers = (url) => fetch(url).then((answer) => answer.ok, () => false);
