// The real thing for a test: PostgreSQL, Kafka, the simulated registers and the program, in a folder of
// their own under /tmp and on free ports. What is started here is stopped here, by its process id.
import { execFile, spawn } from 'node:child_process';
import { open, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { postToIntake, readRecords } from '../../deploy/play/births.mjs';
import { Program } from '../../deploy/play/program.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const elukaar = process.env.ELUKAAR ?? join(root, 'build/release/elukaar');
const READY_WITHIN_MS = 60_000;
const SERVICES_WITHIN_MS = 180_000;

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Asks again until the answer is truthy, and returns it.
export async function until(what, withinMs, ask) {
  const end = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`${withinMs / 1000} s passed before this was seen: ${what}`);
    await pause(200);
  }
}

export class Stack {
  #running = new Map(); // name → child process

  // `today` is the day of the registers and, until it is moved, of the program.
  static async start({ today }) {
    const stack = new Stack();
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
      '--intake-token-file', `0653=${join(this.folder, 'secrets/intake/pr-0653.token')}`,
    ]);
    await until('the simulated registers answer', READY_WITHIN_MS, () => answers(`${this.registers}/control/calls`));
    await this.startProgram();
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
    this.url = `http://127.0.0.1:${http}`;
    this.settings = join(this.folder, 'elukaar.yaml');
  }

  async startProgram() {
    await this.#spawn('program', elukaar, ['run', '--settings', this.settings]);
    await until('the program is ready', READY_WITHIN_MS, async () => {
      const child = this.#running.get('program');
      if (child.exitCode !== null) throw new Error(`the program ended:\n${await this.log('program')}`);
      return answers(`${this.url}/health/ready`);
    });
  }

  // Like a power cut: no signal that the program could hear.
  async killProgram() {
    await this.#end('program', 'SIGKILL');
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

  // Announces a birth as the population register of its municipality does.
  async announce({ credential, event }) {
    const token = (await readFile(join(this.folder, `secrets/intake/${credential}.token`), 'utf8')).trim();
    const { status, said } = await postToIntake(this.url, token, JSON.stringify(event));
    if (status !== 202) throw new Error(`the intake answered ${status}: ${said}`);
  }

  async log(name) {
    const text = await readFile(join(this.folder, `${name}.log`), 'utf8').catch(() => '');
    return text.split('\n').slice(-40).join('\n');
  }

  async stop() {
    for (const name of ['program', 'simulators']) await this.#end(name, 'SIGTERM');
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
