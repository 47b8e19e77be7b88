// Makes pictures for a designer's review, from the scripted answers of tests/e2e's contract server:
//   node screenshots.mjs [folder]
// Build the portal first. The picture of the README is of the real program: ELUKAAR_PICTURES=FOLDER tests/run e2e
// keeps each page that its stories see there; the offered place was cut below the answer and made small.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, openPage } from '../tests/e2e/browser.mjs';
import { CASE, ContractServer } from '../tests/e2e/contract-server.mjs';

const folder = process.argv[2] ?? 'screenshots';
const WIDTHS = [1280, 320];

await mkdir(folder, { recursive: true });
const server = await new ContractServer().start();
const browser = await launch();

async function picture(name, path, { language = 'et', width = 1280, prepare } = {}) {
  const page = await openPage(browser, { width, language });
  await page.goto(`${server.url}${path}?lang=${language}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await prepare?.(page);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(folder, `${name}-${language}-${width}.png`), fullPage: true });
  await page.context().close();
}

async function fill(page) {
  await page.getByRole('button', { name: /Lagedi/ }).click();
  await page.getByRole('button', { name: /Peetri/ }).click();
  await page.getByText('september 2028').click();
  await page.getByText('eesti', { exact: true }).click();
}

const form = `/cases/${CASE}/actions/apply`;
const submit = (page) => page.locator('form button[type=submit]').click();
for (const width of WIDTHS) {
  await picture('matters', '/', { width });
  await picture('case-informed', `/cases/${CASE}`, { width });
  await picture('form', form, { width, prepare: fill });
  await picture('form-errors', form, { width, language: 'en', prepare: submit });
  const review = async (page) => {
    await fill(page);
    await submit(page);
    await page.waitForURL('**/review');
  };
  await picture('review', form, { width, prepare: review });
  const send = async (page) => {
    await review(page);
    await page.locator('.form-end button').click();
    await page.waitForURL('**/sent/*');
    await page.locator('.received').waitFor();
  };
  await picture('receipt', form, { width, prepare: send });
  server.stage = 'slow';
  await picture('case-slow', `/cases/${CASE}`, { width, language: 'ru' });
  server.stage = 'queued';
  await picture('case-queued', `/cases/${CASE}`, { width, language: 'en' });
  server.stage = 'offered';
  await picture('case-offered', `/cases/${CASE}`, { width });
  await picture('decline', `/cases/${CASE}/actions/decline`, { width, language: 'en' });
  await picture('accept', `/cases/${CASE}/actions/accept`, { width, language: 'ru' });
  server.stage = 'expired';
  server.clock = 'paused';
  await picture('case-expired', `/cases/${CASE}`, { width, language: 'en' });
  server.stage = 'informed';
  server.loggedIn = false;
  await picture('login', '/', { width });
  server.loggedIn = true;
}

await browser.close();
await server.stop();
