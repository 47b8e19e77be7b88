// One family's way through the real system, seen in a browser: a birth is announced, the day of the
// notice comes, a parent applies, the population register is slow, the program is killed and comes
// back, and the place in the queue changes; another family sees none of it.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { launch, openPage, violations } from './browser.mjs';
import { until } from '../support/site.mjs';
import { Stack } from '../support/stack.mjs';

const THE_DAY = new Date('2026-05-04T06:00:00Z'); // the births were generated for it
const DAYS_TO_NOTICE = 14; // Rae's `opensAt`
const SHOWN_WITHIN_MS = 90_000;

let stack;
let browser;
let page; // of the family that applies
let casePath;
let family;
let otherFamily;

before(async () => {
  stack = await Stack.start({ today: THE_DAY, retryMs: 2_000 });
  browser = await launch();
  family = stack.records.find((record) => record.plays);
  otherFamily = stack.records.find(({ kind, credential, event }) =>
    kind === 'birth' && credential === 'rr-0653' && event.data.child.bornOn < family.event.data.child.bornOn &&
    event.data.guardians.every((one) => family.event.data.guardians.every((other) => other.personalCode !== one.personalCode)));
}, { timeout: 300_000 });

after(async () => {
  await browser?.close();
  await stack?.stop();
});

// The steps of the story need each other: after one that failed, the others say so.
let broken = false;
const step = (name, play) =>
  it(name, { timeout: 240_000 }, async () => {
    assert.ok(!broken, 'an earlier step of the story failed');
    broken = true;
    try {
      await play();
    } catch (error) {
      const said = page ? await page.locator('main').innerText().catch(() => '') : '';
      error.message += `\n--- the page says\n${said}\n--- the program's log\n${await stack.logs()}`;
      throw error;
    }
    broken = false;
  });

const heading = (name) => page.getByRole('heading', { name });
const says = (headline) => page.locator('#status-title', { hasText: headline });
const shown = (locator) => locator.waitFor({ timeout: SHOWN_WITHIN_MS });

async function logIn(person, language) {
  const opened = await openPage(browser, { width: 1280, language });
  const code = person.personalCode;
  // The person is known as soon as the birth has gone its way from the intake to the case.
  await until('the person can log in', SHOWN_WITHIN_MS, async () =>
    (await opened.request.post(`${stack.url}/api/v1/login/dev`, { data: { personalCode: code } })).status() === 204);
  await opened.goto(`${stack.url}/?lang=${language}`);
  return opened;
}

step('two births are announced; before their day the page shows nothing', async () => {
  await stack.announce(family);
  await stack.announce(otherFamily);
  page = await logIn(family.event.data.guardians[0], 'et');
  await shown(heading('Minu asjad'));
  await shown(heading('Praegu ei ole siin ühtegi asja'));
});

step('on the day of the notice the case appears on the open page', async () => {
  const notice = new Date(`${family.event.data.child.bornOn}T09:00:00Z`);
  notice.setUTCDate(notice.getUTCDate() + DAYS_TO_NOTICE);
  await stack.moveClock(notice);
  const entry = page.getByRole('link', { name: 'Saate taotleda lasteaiakohta' });
  await shown(entry);
  assert.deepEqual(await violations(page), []);
  await entry.click();
  await shown(page.getByRole('heading', { level: 2, name: 'Saate taotleda lasteaiakohta' }));
  casePath = new URL(page.url()).pathname;
  assert.match(casePath, /^\/cases\/[0-9a-f]{32}$/);
  assert.deepEqual(await violations(page), []);
});

step('the form knows the child and asks for the rest; the language changes on the way', async () => {
  await page.locator('.status-do a').first().click();
  await shown(page.locator('form'));
  const { firstName, lastName } = family.event.data.child;
  await shown(page.locator('.item-value', { hasText: `${firstName} ${lastName}` }).first());
  await page.locator('.ranked-others button').first().click();
  await page.locator('.ranked-others button').first().click();
  const chosen = () => page.locator('.ranked [data-control^="remove "]').evaluateAll((all) => all.map((one) => one.dataset.control));
  const before = await chosen();
  assert.equal(before.length, 2);
  await page.getByRole('link', { name: 'English' }).click();
  // The page's own words come first, the names of the kindergartens when the form has come again.
  await shown(page.locator('.ranked-label', { hasText: 'kindergarten' }).first());
  await shown(heading('What we need from you'));
  assert.deepEqual(await chosen(), before, 'the choices stay');
  for (const name of await page.locator('input[type=radio]').evaluateAll((all) => [...new Set(all.map((one) => one.name))])) {
    await page.locator(`input[name="${name}"] + label`).first().click();
  }
  assert.deepEqual(await violations(page), []);
});

step('what is begun outlasts the browser, is seen by nobody else, and disturbs nobody', async () => {
  await shown(page.locator('main').getByText('Your draft is saved', { exact: false }));
  const chosen = await page.locator('.ranked-label').allTextContents();
  const elsewhere = await logIn(family.event.data.guardians[0], 'en');
  await elsewhere.getByRole('link', { name: 'Your application is not sent yet' }).click();
  await elsewhere.locator('.status-do a').first().click();
  await shown(elsewhere.locator('.ranked-label').first());
  assert.deepEqual(await elsewhere.locator('.ranked-label').allTextContents(), chosen);
  await elsewhere.context().close();
  const other = await logIn(family.event.data.guardians[1], 'en');
  await other.getByRole('link', { name: 'The other parent has begun an application' }).click();
  await other.locator('.status-do a').first().click();
  await shown(other.locator('form'));
  assert.equal(await other.locator('.ranked-label').count(), 0);
  await other.context().close();
  assert.equal(await page.getByText('Something changed meanwhile', { exact: false }).count(), 0);
});

step('a double click sends one application, and its receipt is shown', async () => {
  // Slow for long enough that the program can be killed while the page says so.
  await stack.control(stack.registers, 'faults', { operation: 'residence', first: 3, status: 503 });
  await page.locator('form button[type=submit]').click();
  await page.waitForURL('**/review');
  const posts = [];
  page.on('request', (request) => request.method() === 'POST' && posts.push(request.headers()['idempotency-key']));
  await page.locator('.form-end button').dblclick();
  await shown(page.locator('main').getByText('Your answer arrived on', { exact: false }).first());
  assert.equal(new Set(posts).size, 1);
  await shown(page.locator('main').getByText('Your answer is taken.'));
  await page.getByRole('link', { name: 'See where it stands' }).click();
});

step('the page says that the register is slow', async () => {
  await shown(says('We have the application'));
  await shown(page.locator('main').getByText('does not answer at the moment', { exact: false }).first());
});

step('the program is killed and comes back: nothing is lost, the page finds its way', async () => {
  await stack.killProgram();
  await shown(page.getByText('Connection lost.', { exact: false }).first());
  assert.ok(await says('We have the application').isVisible(), 'the last state stays readable');
  await stack.startProgram();
  await shown(says('The application is in the queue'));
  assert.deepEqual(await violations(page), []);
});

step('a change in the queue is told with its rule, and the focus stays where it was', async () => {
  await page.getByRole('link', { name: 'Why?' }).focus();
  const before = await page.locator('.status-body').innerText();
  const { calls } = await stack.control(stack.placeRegister, 'calls');
  const application = calls.map((call) => call.subject).findLast(Boolean);
  await stack.control(stack.placeRegister, 'move', { application });
  await until('another place in the queue', SHOWN_WITHIN_MS, async () => (await page.locator('.status-body').innerText()) !== before);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Why?');
  assert.match(await page.locator('.status-body').innerText(), /by this rule: /);
  assert.ok((await page.locator('.why > li').count()) >= 3, 'the rule trace has a step for each thing that happened');
  assert.deepEqual(page.problems, [], 'the browser complained, or the policy was breached');
});

step('another family is told that the page does not exist', async () => {
  const other = await logIn(otherFamily.event.data.guardians[0], 'en');
  const asked = (id) => other.request.get(`${stack.url}/api/v1/me/cases/${id}?lang=en`);
  const theirs = await asked(casePath.split('/').at(-1));
  const nobodys = await asked('0'.repeat(32));
  assert.equal(theirs.status(), 404);
  assert.equal(await theirs.text(), await nobodys.text(), 'a case of others looks like one that is not there');
  await other.goto(`${stack.url}${casePath}`);
  await shown(other.getByRole('heading', { level: 1, name: 'This page does not exist' }));
  await other.context().close();
});
