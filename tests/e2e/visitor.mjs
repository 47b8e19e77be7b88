// A person at the real portal, in a browser context of his own: what he reads and does there, with the
// mouse or with the keyboard alone.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openPage, violations } from './browser.mjs';
import { until } from '../support/site.mjs';

let pictures = 0;

const SHOWN_WITHIN_MS = 60_000;
const MOST_TABS = 150; // to any control of a page
const MOST_OPTIONS = 40; // in a group of radio buttons

export class Visitor {
  // Waits until the portal knows the person, which is when the birth has reached its case.
  static async enter(browser, stack, { personalCode }, { language = 'en', width = 1280, keyboard = false } = {}) {
    const visitor = new Visitor();
    visitor.page = await openPage(browser, { width, language });
    Object.assign(visitor, { stack, keyboard });
    await until('the person can log in', SHOWN_WITHIN_MS, async () =>
      (await visitor.page.request.post(`${stack.url}/api/v1/login/dev`, { data: { personalCode } })).status() === 204);
    await visitor.page.goto(`${stack.url}/?lang=${language}`);
    return visitor;
  }

  // An official, at the office's pages.
  static async enterOffice(browser, stack, name, municipality = 'Rae vald') {
    const visitor = new Visitor();
    visitor.page = await openPage(browser, { language: 'en' });
    Object.assign(visitor, { stack, keyboard: false });
    await visitor.page.goto(`${stack.url}/office?lang=en`);
    await visitor.page.getByLabel("Official's name").fill(name);
    await visitor.press(visitor.page.getByRole('button', { name: municipality }));
    return visitor;
  }

  heading(name, level) {
    return this.page.getByRole('heading', { name, exact: true, ...(level ? { level } : {}) });
  }

  async shown(locator) {
    await locator.waitFor({ timeout: SHOWN_WITHIN_MS });
  }

  // The status card's headline.
  async reads(headline) {
    await this.shown(this.page.locator('#status-title', { hasText: headline }));
  }

  // Words anywhere in what the page says.
  async finds(words) {
    await this.shown(this.page.locator('main').getByText(words, { exact: false }).first());
  }

  async said() {
    return this.page.locator('main').innerText().catch(() => '');
  }

  // What holds for every page, whatever it says. With ELUKAAR_PICTURES, a folder, it is also kept as a
  // picture, for a person to look at.
  async sound() {
    await this.page.getByTestId('loading').waitFor({ state: 'detached' });
    if (process.env.ELUKAAR_PICTURES) {
      pictures += 1;
      await this.page.screenshot({ path: join(process.env.ELUKAAR_PICTURES, `${String(pictures).padStart(2, '0')}.png`), fullPage: true });
    }
    assert.deepEqual(await violations(this.page), []);
    assert.ok(await this.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${this.page.url()} scrolls sideways`);
    assert.deepEqual(this.page.problems, [], 'the browser complained, or the policy was breached');
  }

  async open(path) {
    await this.page.goto(`${this.stack.url}${path}`);
  }

  async press(locator) {
    await this.shown(locator);
    if (!this.keyboard) return locator.click();
    await this.#reach(locator);
    await this.page.keyboard.press('Enter');
  }

  // A radio button, named by its input: TEDI's label lies over it.
  async choose(input) {
    await input.waitFor({ state: 'attached', timeout: SHOWN_WITHIN_MS });
    const id = await input.getAttribute('id');
    if (!this.keyboard) return this.page.locator(`label[for="${id}"]`).first().click();
    // A group is one stop of the Tab key: at what is chosen in it, or at its first.
    const name = await input.getAttribute('name');
    await this.#tabUntil(() => this.page.evaluate((one) => document.activeElement?.name === one, name), name);
    await this.page.keyboard.press('Space');
    for (let tries = 0; !(await input.isChecked()); tries += 1) {
      assert.ok(tries < MOST_OPTIONS, `the arrow keys do not reach ${id}`);
      await this.page.keyboard.press('ArrowDown');
    }
  }

  async #reach(locator) {
    await this.#tabUntil(() => locator.evaluate((one) => one === document.activeElement), locator);
  }

  async #tabUntil(isThere, what) {
    for (let tries = 0; !(await isThere()); tries += 1) {
      assert.ok(tries < MOST_TABS, `the Tab key does not reach ${what} on ${this.page.url()}`);
      await this.page.keyboard.press('Tab');
    }
  }

  // ---- What a family does ------------------------------------------------------------------------

  // From "my matters" to the case that says this there; its id.
  async openCase(headline) {
    await this.press(this.page.getByRole('link', { name: headline }));
    await this.reads(headline);
    this.case = /^\/cases\/([0-9a-f]{32})$/.exec(new URL(this.page.url()).pathname)[1];
    return this.case;
  }

  // The form's first choices, and the wishes given.
  async fillIn({ places = 2 } = {}) {
    await this.shown(this.page.locator('form'));
    for (let i = 0; i < places; i += 1) await this.press(this.page.locator('.ranked-others button').first());
    const names = await this.page.locator('input[type=radio]').evaluateAll((all) => [...new Set(all.map((one) => one.name))]);
    for (const name of names) await this.choose(this.page.locator(`input[name="${name}"]`).first());
  }

  async toReview() {
    await this.press(this.page.locator('form button[type=submit]'));
    await this.page.waitForURL('**/review');
  }

  // Sends what the review shows.
  async send() {
    await this.press(this.page.locator('.form-end button'));
    await this.shown(this.page.locator('.received'));
  }

  async receiptSays(words) {
    await this.finds(words);
  }

  async backToCase() {
    await this.press(this.page.getByRole('link', { name: 'See where it stands' }));
    await this.shown(this.page.locator('#status-title'));
  }

  // From the offer's card to the page that asks to confirm the answer.
  async answer(name) {
    await this.shown(this.page.locator('#card form'));
    await this.choose(this.page.locator(`#card-${name}`));
    await this.press(this.page.locator('#card form button[type=submit]'));
    await this.page.waitForURL(`**/actions/${name}`);
  }

  async leave() {
    await this.page.context().close();
  }
}
