// Kills and pauses real processes at named points and under load. The points are reached from outside: a
// lock of our own stops a worker before its commit, a stopped broker stops it before it publishes.
import assert from 'node:assert/strict';
import { after, afterEach, before, test as run } from 'node:test';
import { Services, Site, benchEvent, flawsOfStatuses, pause, steps, until } from '../support/site.mjs';

const WITHIN = 60_000;
const seed = Number(process.env.ELUKAAR_SEED ?? Math.floor(Math.random() * 2 ** 31));
let state = seed;
// A small generator, so that a seed repeats a run's choices.
const chance = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;

let services;
let site;
before(async () => {
  console.log(`seed ${seed} (set ELUKAAR_SEED to repeat it)`);
  services = await Services.start();
});
after(() => services?.stop());
afterEach(async () => {
  await site?.close();
  site = undefined;
});

// What the program said last belongs to what failed.
const test = (name, play) =>
  run(name, async () => {
    try {
      await play();
    } catch (error) {
      error.message += `\n--- the program's log\n${site?.logs() ?? 'no program was started'}`;
      throw error;
    }
  });

async function benchSite() {
  site = new Site(services, { '0001': 'bench/bench.yaml' });
  await site.prepare();
  return `${site.name}.0001.service-events`;
}

const items = (count, from = 0) => Array.from({ length: count }, (_, i) => `item-${from + i}`);
const events = (of, from = 0, to = steps) =>
  Array.from({ length: to - from }, (_, n) => of.map((item) => ({ key: item, value: benchEvent(item, from + n) }))).flat();
const completed = () => site.number("elukaar.cases where lifecycle = 'completed'");
const waiting = () => site.number("pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.application_name = 'elukaar worker'");
const published = () => site.consume(site.topics.status);

// Every item ended once, every event had one effect, the topic tells each case's whole story in order.
async function everythingOnce(count) {
  await until(`${count} cases completed`, WITHIN, () => completed() === count);
  assert.equal(site.number('elukaar.cases'), count);
  assert.equal(site.number('elukaar.journal'), count * steps);
  assert.equal(site.number(`elukaar.cases where (context::jsonb->>'amount')::int <> ${steps}`), 0);
  assert.equal(site.number('elukaar.parked'), 0);
  const all = await until('every status on the topic', WITHIN, () => {
    const records = published();
    return new Set(records.map(({ value }) => JSON.parse(value).id)).size >= count * steps ? records : null;
  });
  assert.deepEqual(flawsOfStatuses(all, count, steps), []);
  assert.equal(site.sql("select count(*) from elukaar.lane where kind = 'kafka' and applied + duplicates + parked <> coalesce(position, 0)"), '0');
  return all;
}

test('a kill before the commit leaves nothing behind, and the case goes on after the restart', async () => {
  const topic = await benchSite();
  await site.start();
  site.produce(topic, events(['a'], 0, 1));
  await until('the case', WITHIN, () => site.number('elukaar.cases') === 1);
  const lock = await site.hold('lock table elukaar.journal in share mode');
  site.produce(topic, events(['a'], 1, 2));
  await until('a worker that waits for our lock', WITHIN, () => waiting() > 0);
  await site.kill();
  await lock.release();
  assert.equal(site.number('elukaar.journal'), 1);
  site.produce(topic, events(['a'], 2));
  await site.start();
  await everythingOnce(1);
});

test('a kill between commit and publish loses no status and tells none under another id', async () => {
  const topic = await benchSite();
  await site.start();
  const of = items(20);
  site.produce(topic, events(of, 0, 1));
  await until('the first statuses', WITHIN, () => published().length === of.length);
  const lock = await site.hold('lock table elukaar.journal in share mode');
  site.produce(topic, events(of, 1));
  await until('a worker that waits for our lock', WITHIN, () => waiting() > 0);
  process.kill(services.kafkaProcess, 'SIGSTOP');
  let before;
  try {
    await lock.release();
    before = await until('a commit that nobody has been told of', WITHIN, () => {
      const rows = site.number('elukaar.journal');
      return rows > of.length ? rows : 0;
    });
    await site.kill();
  } finally {
    // Not woken: it would find in its sockets what the program had sent before it died.
    await services.do('kill', 'kafka');
    await services.do('restart', 'kafka');
  }
  assert.ok(published().length < before, 'the broker had been told after all');
  await site.start();
  await everythingOnce(of.length);
});

test('a kill after the commit and its publishing repeats statuses only under their ids', async () => {
  const topic = await benchSite();
  await site.start();
  const of = items(30);
  site.produce(topic, events(of));
  // The mark follows the broker's acknowledgement by up to a second: killed within it, a restart repeats.
  await until('the statuses', WITHIN, () => published().length >= of.length * steps);
  await site.kill();
  await site.start();
  site.produce(topic, events(of)); // the producer repeats as well
  await until('the repeats', WITHIN, () => Number(site.sql("select sum(duplicates) from elukaar.lane")) === of.length * steps);
  await everythingOnce(of.length);
});

test('random kills under load lose nothing and do nothing twice', async () => {
  const topic = await benchSite();
  const count = 240;
  await site.start();
  for (let round = 0; round < 6; ++round) {
    site.produce(topic, events(items(count / 6, (round * count) / 6)));
    await pause(100 + chance() * 900);
    await site.kill();
    await site.start();
  }
  await everythingOnce(count);
});

test('the broker is killed under load: the program reconnects by itself', async () => {
  const topic = await benchSite();
  const child = await site.start();
  const of = items(150);
  site.produce(topic, events(of, 0, 4));
  await until('the program to be at work', WITHIN, () => site.number('elukaar.journal') > 0);
  await services.do('kill', 'kafka');
  await services.do('restart', 'kafka');
  site.produce(topic, events(of, 4));
  await everythingOnce(of.length);
  assert.equal(child.exitCode, null);
});

test('PostgreSQL is killed under load: the program reconnects by itself', async () => {
  const topic = await benchSite();
  const child = await site.start();
  const of = items(150);
  site.produce(topic, events(of, 0, 4));
  await until('the program to be at work', WITHIN, () => site.number('elukaar.journal') > 0);
  await services.do('kill', 'postgres');
  await pause(1_000);
  await services.do('restart', 'postgres');
  site.produce(topic, events(of, 4));
  await everythingOnce(of.length);
  assert.equal(child.exitCode, null);
});

test('two orchestrators share the lanes; one that slept past its session commits nothing when it wakes', async () => {
  const topic = await benchSite();
  const one = await site.start('one');
  const two = await site.start('two');
  const lanesOf = (child) => site.number(`elukaar.lane where owner like '%/${child.pid}/%' and lease_until > clock_timestamp()`);
  await until('both to hold internal and Kafka lanes', WITHIN, () => {
    const shared = (kind) => site.number(`(select distinct split_part(owner, '/', 2) from elukaar.lane where kind = '${kind}') o`) === 2;
    return shared('internal') && shared('kafka') && site.sql("select count(*) from elukaar.lane where owner is null") === '0';
  });
  const of = items(60);
  site.produce(topic, events(of, 0, 2));
  await until('the first steps', WITHIN, () => site.number('elukaar.journal') === of.length * 2);
  // It sleeps in the middle of a transaction, with new records in its hands.
  const lock = await site.hold('lock table elukaar.journal in share mode');
  site.produce(topic, events(of, 2, 4));
  await until('both to wait for our lock', WITHIN, () => waiting() >= 2);
  site.signal('one', 'SIGSTOP');
  await lock.release();
  await until('the other to have every lane', WITHIN, () => {
    return site.number('elukaar.lane') === lanesOf(two);
  });
  site.produce(topic, events(of, 4));
  await until('the other to have done everything', WITHIN, () => completed() === of.length);
  site.signal('one', 'SIGCONT');
  await until('the woken one to have lanes again', WITHIN, () => lanesOf(one) > 0);
  await everythingOnce(of.length);
});
