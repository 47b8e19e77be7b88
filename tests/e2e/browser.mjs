// A headless Chromium for the tests and the pictures. playwright-core and axe-core are the portal's
// development dependencies, so `npm ci` in portal/ is the only install.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const fromPortal = createRequire(new URL('../../portal/package.json', import.meta.url));
const { chromium } = fromPortal('playwright-core');
const axe = readFileSync(fromPortal.resolve('axe-core/axe.min.js'), 'utf8');

export const WIDTHS = [320, 1280];
export const LANGUAGES = ['et', 'en', 'ru'];

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });

// A page of its own browser context. `problems` collects what the browser complained about: script
// errors and every breach of the content security policy.
export async function openPage(browser, { width = 1280, height = 900, language = 'et', ...more } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, locale: language, ...more });
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(String(error)));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) page.problems.push(message.text());
  });
  return page;
}

// The violations of the rules of portal/docs/resident-page.md, section 6, one line each.
// axe comes through the debugging protocol, which the page's policy does not bind.
export async function violations(page) {
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
}
