// The development control panel against registers that only note what they are asked.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { demandDevelopment, Panel } from '../../deploy/play/panel.mjs';
import { launch, openPage, violations, WIDTHS } from './browser.mjs';

let register;
let panel;
let browser;
let page;
const asked = [];
const clock = [new Date('2026-05-04T09:00:00Z')]; // what it was set to, the last is what it shows

before(async () => {
  register = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    if (request.method === 'POST') asked.push([request.url, JSON.parse(text)]);
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({
      applications: [{ id: 'a-1<b>', kov: '0653', state: 'offered' }],
      offers: [{ id: 'o-1', application: 'a-1<b>', revision: 2, state: 'open' }],
    }));
  });
  await new Promise((ready) => register.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${register.address().port}`;
  panel = await new Panel({
    clock: { show: async () => clock.at(-1), set: async (time) => clock.push(time) }, population: url, place: url,
  }).start();
  browser = await launch();
  page = await openPage(browser);
  await page.goto(panel.url);
});
after(async () => {
  await browser?.close();
  await panel?.stop();
  register?.closeAllConnections();
  register?.close();
});

it('says loudly what it is, has no violation and needs no sideways scroll', async () => {
  await page.getByText('Never for real families.', { exact: false }).waitFor();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    assert.deepEqual(await violations(page), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width}`);
  }
});

it('sends the offer with what was filled in, by the keyboard alone', async () => {
  await page.getByLabel('start', { exact: true }).fill('2027-09-01');
  await page.getByRole('button', { name: 'Make an offer' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Sent: Make an offer.').waitFor();
  assert.deepEqual(asked.pop(), ['/control/offer', { application: 'a-1<b>', start: '2027-09-01' }]);
});

it('retracts the offer that stands', async () => {
  await page.getByRole('button', { name: 'Retract the offer' }).click();
  await page.getByText('Sent: Retract the offer.').waitFor();
  assert.deepEqual(asked.pop(), ['/control/retract', { offer: 'o-1', reason: 'group_not_opened', fault: 'us' }]);
});

it('moves the program and both registers to the same day, never back', async () => {
  asked.length = 0;
  await page.getByRole('button', { name: '+ 14 days' }).click();
  await page.getByText('The case clock shows 2026-05-18', { exact: false }).waitFor();
  assert.equal(clock.at(-1).toISOString().slice(0, 10), '2026-05-18');
  assert.deepEqual(asked, [['/control/clock', { today: '2026-05-18' }], ['/control/clock', { today: '2026-05-18' }]]);
  await page.getByLabel('date', { exact: true }).fill('2026-05-01');
  await page.getByRole('button', { name: 'Move to this day' }).click();
  await page.getByText('Failed: expected a day after', { exact: false }).waitFor();
  assert.equal(clock.length, 2);
});

it('does nothing for a page of another site, and nothing with production settings', async () => {
  asked.length = 0;
  const foreign = await fetch(`${panel.url}/do`, { method: 'POST', headers: { origin: 'https://elsewhere.example' }, body: 'what=contract&application=a-1' });
  assert.equal(foreign.status, 403);
  assert.deepEqual(asked, []);
  const folder = await mkdtemp(join(tmpdir(), 'elukaar-panel-'));
  const settings = join(folder, 'elukaar.yaml');
  await writeFile(settings, 'environment: production\n');
  await assert.rejects(demandDevelopment(settings), /expected `environment: development`, found production/);
  await writeFile(settings, 'environment: development\n');
  await demandDevelopment(settings);
  await rm(folder, { recursive: true });
});

it('stays up and says so where the registers do not answer', async () => {
  const lonely = await new Panel({ clock: { show: async () => clock.at(-1) }, population: 'http://127.0.0.1:1', place: 'http://127.0.0.1:1' }).start();
  for (let times = 0; times < 2; times += 1) {
    const answer = await fetch(lonely.url);
    assert.equal(answer.status, 503);
    assert.match(await answer.text(), /^Failed: /);
  }
  await lonely.stop();
});
