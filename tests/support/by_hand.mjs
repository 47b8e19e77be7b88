// Muhu, which keeps its list of places by hand, on the real program: one family has applied and waits for an
// official. For tests of tasks, with or without a browser.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Resident } from '../../deploy/play/api.mjs';
import { postToIntake, readRecords } from '../../deploy/play/births.mjs';
import { freePort, root, Site, until } from './site.mjs';

export const WITHIN = 60_000;
const MUHU = '0478';
const SOURCE = '/register/population/0478';
const token = 'a-token-for-this-test-alone-0123456789';

export class ByHand {
  // `portal`: the folder of the pages, where a browser is to see them.
  static async begin(services, portal = '.') {
    const town = new ByHand();
    const [http, population, place] = [await freePort(), await freePort(), await freePort()];
    const site = new Site(services, { [MUHU]: 'muhu/kindergarten-place.yaml' }, `http: { listen: 127.0.0.1, port: ${http}, public_url: "http://127.0.0.1:${http}", portal_dir: ${portal} }
intake:
  credentials:
    - { name: rr-0478, token_file: secrets/rr-0478.token, municipality: "${MUHU}", source: ${SOURCE}, types: [ee.elukaar.birth.registered.v1, ee.elukaar.birth.annulled.v1] }
connectors:
  population-register: { security_server: "http://127.0.0.1:${population}", client: EE/GOV/70000001/elukaar, provider: EE/GOV/70008440/rr, service: elukaar-rahvastik, retry_interval_ms: 500 }`);
    Object.assign(town, { site, url: `http://127.0.0.1:${http}` });
    writeFileSync(join(site.folder, 'secrets/rr-0478.token'), `${token}\n`, { mode: 0o600 });
    await site.prepare();
    // A generated family of Rae, as if it lived in Muhu.
    const file = join(site.folder, 'births.jsonl');
    assert.equal(spawnSync('node', [join(root, 'events/examples/generate-births.mjs'), '--out', file], { encoding: 'utf8' }).status, 0);
    const { event } = (await readRecords(file)).find(({ plays }) => plays);
    event.source = SOURCE;
    event.data.residenceKov = MUHU;
    town.birth = event;
    writeFileSync(file, `${JSON.stringify({ event })}\n`);
    await site.spawn('simulators', 'node', [join(root, 'connectors/simulators/main.mjs'), '--population-port', String(population),
      '--place-port', String(place), '--births', file, '--today', '2027-08-10', '--no-faults']);
    await until('the registers', WITHIN, () => fetch(`http://127.0.0.1:${population}/control/calls`).then(({ ok }) => ok, () => false));
    await town.start('one');
    town.clock('2026-05-04T06:00:00Z');
    await town.send(event);
    await until('the case', WITHIN, () => site.number('elukaar.cases') === 1);
    town.clock('2027-08-10T09:00:00Z'); // beyond the notice's date
    return town;
  }

  async start(name, roles = 'orchestrator,dispatcher,portal') {
    const child = await this.site.start(name, roles);
    await until('readiness', WITHIN, () => {
      assert.equal(child.exitCode, null, this.site.log(name));
      return fetch(`${this.url}/health/ready`).then(({ ok }) => ok, () => false);
    });
  }

  clock(moment) {
    this.site.run('clock', '--settings', this.site.settings, 'set', `--offset=${Math.round((Date.parse(moment) - Date.now()) / 1000)}`, '--factor=1');
  }

  // What the population register says.
  async send(event) {
    const { status, said } = await postToIntake(this.url, token, JSON.stringify(event));
    assert.equal(status, 202, said);
  }

  get applicant() { return this.birth.data.guardians[0]; }

  // The mother applies with the form's first choices; her session and the case's id.
  async apply() {
    const parent = new Resident(this.url);
    await until('the parent to be known', WITHIN, () => parent.logIn(this.applicant.personalCode));
    const { case: id } = await until('the notice', WITHIN, async () => (await parent.cases())[0]);
    const { actions } = await parent.case(id);
    const form = await parent.form(id, 'application');
    const answers = Object.fromEntries(form.asked.filter(({ options }) => options.length > 0)
      .map(({ id: field, type, options: [first] }) => [field, type === 'ranked' ? [first.value] : first.value]));
    const apply = actions.find(({ name }) => name === 'apply');
    await parent.act(id, 'apply', { subject: apply.subject, revision: apply.revision, form: answers });
    return { parent, id };
  }

  async close() { await this.site.close(); }
}

// An official's session.
export class Office {
  static async logIn(url, name, municipality = MUHU) {
    const made = new Office();
    made.url = url;
    const answer = await made.ask('POST', '/login/dev', { municipality, name });
    assert.equal(answer.status, 204);
    [made.cookie] = /elukaar_office=[^;]+/.exec(answer.headers.get('set-cookie'));
    made.me = await (await made.ask('GET', '/me')).json();
    return made;
  }
  ask(method, path, body, type = 'application/json') {
    return fetch(`${this.url}/api/v1/office${path}`, { method,
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
