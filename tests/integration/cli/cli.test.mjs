// One clear line with what to change and exit code 2; logs that are JSON lines; health and figures.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { benchEvent, elukaar, freePort, layOutContent, Services, Site, until } from '../../support/site.mjs';

const WITHIN = 30_000;
const services = Services.given();
const options = { skip: services ? false : 'ELUKAAR_TEST_POSTGRES and ELUKAAR_TEST_KAFKA are not set; tests/run sets them' };
let site;
before(async () => {
  if (!services) return;
  const port = await freePort();
  site = new Site(services, { '0001': 'bench/bench.yaml' },
    `http: { listen: 127.0.0.1, port: ${port}, public_url: "http://127.0.0.1:${port}", portal_dir: . }`);
  site.url = `http://127.0.0.1:${port}`;
  await site.prepare();
});
after(() => site?.close());

// Starts the program with changed settings; it must end by itself.
function refused(change, ...words) {
  const file = join(site.folder, 'changed.yaml');
  writeFileSync(file, change(readFileSync(site.settings, 'utf8')));
  const { status, stdout, stderr } = spawnSync(elukaar, [...(words.length ? words : ['run', '--roles', 'orchestrator']), '--settings', file],
    { encoding: 'utf8', timeout: WITHIN });
  return { status, lines: stderr.trim().split('\n'), stdout };
}

const cases = [
  ['an unknown setting, with the nearest known one', (text) => text.replace('lane_lease_ms', 'lane_laese_ms'), [/lane_laese_ms/, /lane_lease_ms/, /changed\.yaml:\d+:\d+/]],
  ['a setting out of range', (text) => text.replace('workers: 2', 'workers: 0'), [/workers/, /1 to 64/]],
  ['a setting of the wrong kind', (text) => text.replace('workers: 2', 'workers: many'), [/workers/, /changed\.yaml:\d+:\d+/]],
  ['an unknown environment', (text) => text.replace('environment: development', 'environment: test'), [/production/, /development/]],
  ['one topic for all where each municipality has its own', (text) => text.replace('.{ehak}.', '.'), [/kafka\.topics\.service_events/, /\{ehak\}/]],
  ['an unknown topic, with the nearest known one', (text) => text.replace('service_events:', 'service_event:'), [/service_event`/, /service_events/]],
  ['a workflow file that is not there', (text) => text.replace('bench/bench.yaml', 'bench/none.yaml'), [/none\.yaml/]],
  ['a file of another municipality', (text) => text.replace('ehak: "0001"', 'ehak: "0002"'), [/0001/, /0002/]],
  ['keys that are not there', (text) => text.replace('directory: secrets/keys', 'directory: secrets/none'), [/none/]],
  ['an unreachable PostgreSQL', (text) => text.replace(/host: 127\.0\.0\.1, port: \d+, database/, 'host: 127.0.0.1, port: 1, database'), [/127\.0\.0\.1/, /port 1\b|:1\b/]],
  ['a database that is not there', (text) => text.replace(/database: \w+/, 'database: nowhere'), [/nowhere/]],
  ['an unreachable Kafka', (text) => text.replace(/brokers: "[^"]+"/, 'brokers: "127.0.0.1:1"'), [/127\.0\.0\.1:1\b/]],
];

for (const [what, change, expected] of cases) {
  test(`refuses ${what}`, options, () => {
    const { status, lines } = refused(change);
    assert.equal(status, 2, lines.join('\n'));
    assert.equal(lines.length, 1, lines.join('\n'));
    for (const pattern of expected) assert.match(lines[0], pattern);
    assert.ok(!lines[0].includes(new URL(services.postgres).password), 'the password stands in the message');
  });
}

test('refuses a bad workflow file with the place of the mistake', options, () => {
  layOutContent(join(site.folder, 'other'));
  const base = join(site.folder, 'other/workflows/bench/1/workflow.yaml');
  writeFileSync(base, readFileSync(base, 'utf8').replace('target: s3', 'target: s33'));
  const { status, lines } = refused((text) => text.replace('content/workflows', 'other/workflows').replace('content_dir: content', 'content_dir: other'));
  assert.equal(status, 2, lines.join('\n'));
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.match(lines[0], /workflow\.yaml:\d+:\d+: .*s33/);
});

test('refuses a secret that others may read', options, () => {
  const secret = join(site.folder, 'secrets/postgres-password');
  chmodSync(secret, 0o644);
  try {
    const { status, lines } = refused((text) => text);
    assert.equal(status, 2);
    assert.match(lines[0], /chmod 600/);
  } finally {
    chmodSync(secret, 0o600);
  }
});

test('refuses an empty database and says which command is missing', options, () => {
  site.sql('alter table public.elukaar_migration rename to elukaar_migration_away');
  try {
    const { status, lines } = refused((text) => text);
    assert.equal(status, 2);
    assert.equal(lines.length, 1);
    assert.match(lines[0], /elukaar setup/);
  } finally {
    site.sql('alter table public.elukaar_migration_away rename to elukaar_migration');
  }
});

test('refuses words that it does not know', options, () => {
  for (const words of [['fly'], ['run', '--settings', site.settings, '--roles', 'pilot'], ['run']]) {
    const { status, stderr } = spawnSync(elukaar, words, { encoding: 'utf8', timeout: WITHIN });
    assert.equal(status, 2, words.join(' '));
    assert.ok(stderr.trim().length > 0);
  }
});

test('setup may be run again', options, () => {
  assert.match(site.run('setup', '--settings', site.settings), /up to date/);
});

test('retention run erases what is due, leaves the rest, and says in one line what that was', options, () => {
  site.sql(`insert into elukaar.parked (id, origin, position, reason, detail, bytes, parked_at)
    select gen_random_uuid(), 'kafka/old/0', day, 'test', 'a test', 'sealed', now() - day * interval '1 day'
    from unnest(array[1, 29, 31, 400]) as day`);
  const run = () => site.run('retention', 'run', '--settings', site.settings);
  assert.equal(run(), '2 parked records were discarded, 0 personal values were erased\n');
  assert.equal(site.sql("select string_agg(position::text, ' ' order by position) from elukaar.parked where status = 'parked'").trim(), '1 29');
  assert.equal(run(), '0 parked records were discarded, 0 personal values were erased\n');
  site.sql("delete from elukaar.parked where origin = 'kafka/old/0'");
  const help = spawnSync(elukaar, ['retention', 'run', '--help'], { encoding: 'utf8', timeout: WITHIN });
  assert.equal(help.status, 0);
  assert.match(help.stdout, /Example:\n +elukaar retention run --settings/);
});

test('logs JSON lines that name the event, and answers for its health and figures', options, async () => {
  const topic = `${site.name}.0001.service-events`;
  await site.start('one', 'orchestrator,portal');
  await until('readiness', WITHIN, () => fetch(`${site.url}/health/ready`).then((answer) => answer.ok, () => false));
  assert.equal((await fetch(`${site.url}/health/live`)).status, 200);
  site.produce(topic, [
    { key: 'a', value: benchEvent('a', 0) },
    { key: 'a', value: '{"specversion":"1.0"' },
    { key: 'a', value: { ...benchEvent('a', 1), municipality: '0999', id: 'foreign' } },
  ]);
  await until('two parked records', WITHIN, () => site.number('elukaar.parked') === 2);
  const figures = await (await fetch(`${site.url}/metrics`)).text();
  assert.match(figures, /^elukaar_inputs_total\{disposition="applied"\} 1$/m);
  assert.match(figures, /^elukaar_parked_total\{reason="not-served"\} 1$/m);
  await site.end('one');
  const lines = site.log('one').trim().split('\n').map((line) => JSON.parse(line));
  for (const line of lines) assert.ok(line.at && line.level && line.event, JSON.stringify(line));
  const parked = lines.filter((line) => line.event === 'parked');
  assert.equal(parked.length, 2);
  assert.ok(parked.some((line) => line.event_id === 'foreign' && line.source === '/test' && line.reason === 'not-served'));
});

test('a case in an incident is logged with its case id and its event id', options, async () => {
  // A context that no longer fits: the next event's expression cannot be evaluated.
  const id = await until('the case', WITHIN, () => site.sql('select id from elukaar.cases'));
  site.sql(`update elukaar.cases set context = '{"item":"a","due":null}'`);
  await site.start('two', 'orchestrator');
  site.produce(`${site.name}.0001.service-events`, [{ key: 'a', value: benchEvent('a', 1) }]);
  await until('the incident', WITHIN, () => site.sql('select lifecycle from elukaar.cases') === 'incident');
  await site.end('two');
  const line = site.log('two').trim().split('\n').map((text) => JSON.parse(text)).find((each) => each.event === 'incident');
  assert.equal(line.case_id, id);
  assert.equal(line.event_id, 'a-1');
});
