// The pages in a real browser against scripted answers: accessibility, layout, keyboard, live
// changes and the content security policy. Chromium and the built portal are needed.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { LANGUAGES, launch, openPage, violations, WIDTHS } from './browser.mjs';
import { CASE, ContractServer, OTHER_CASE, TASK } from './contract-server.mjs';

const casePath = `/cases/${CASE}`;
const formPath = `${casePath}/actions/apply`;
let browser;
let server;
let page;

before(async () => {
  browser = await launch();
});
after(() => browser.close());
beforeEach(async () => {
  server = await new ContractServer().start();
});
afterEach(async () => {
  if (page) {
    assert.deepEqual(page.problems, [], 'the browser complained');
    await page.context().close();
    page = undefined;
  }
  await server.stop();
});

async function open(path, options = {}) {
  page = await openPage(browser, options);
  await page.goto(`${server.url}${path}`);
  await page.locator('h1').first().waitFor({ state: 'attached' });
  return page;
}
const ready = () => page.getByTestId('loading').waitFor({ state: 'detached' });
const announced = () => page.getByTestId('announcer').textContent();
const submit = () => page.locator('form button[type=submit]').click();

async function fill({ first = /Lagedi/, second = /Peetri/ } = {}) {
  await page.getByRole('button', { name: first }).click();
  await page.getByRole('button', { name: second }).click();
  await page.getByText('september 2028').click();
  await page.getByText('eesti', { exact: true }).click();
}

async function send() {
  await submit();
  await page.waitForURL('**/review');
  await page.locator('.form-end button').click();
  await page.waitForURL('**/sent/*');
  await page.locator('.received').waitFor();
}

describe('every page, in every language, on a narrow and a wide screen', () => {
  const STATES = {
    'log-in': ['/', { loggedIn: false }],
    'log-in without persons': ['/', { loggedIn: false, empty: true }],
    'log-in of a production server': ['/', { loggedIn: false, production: true }],
    'my matters': ['/'],
    'no matters': ['/', { empty: true }],
    'case that may be applied for': [casePath],
    'case while a register is slow': [casePath, { stage: 'slow' }],
    'case in the queue': [casePath, { stage: 'queued' }],
    'case with an offer': [casePath, { stage: 'offered' }],
    'case with an offer that has ended, the clock stopped': [casePath, { stage: 'expired', clock: 'paused' }],
    'declining an offer': [`${casePath}/actions/decline`, { stage: 'offered' }],
    'accepting an offer': [`${casePath}/actions/accept`, { stage: 'offered' }],
    'somebody else\'s case': [`/cases/${OTHER_CASE}`],
    'unknown page': ['/somewhere/else'],
    'application form': [formPath],
    'accessibility statement': ['/accessibility'],
    'office log-in': ['/office'],
    'office log-in of a production server': ['/office', { production: true }],
    'office list': ['/office', { official: 'Kadri Kask' }],
    'office case': [`/office/${CASE}`, { official: 'Kadri Kask', stage: 'offered' }],
    'office tasks': ['/office/tasks', { official: 'Kadri Kask' }],
    'office without tasks': ['/office/tasks', { official: 'Kadri Kask', taskDone: true }],
    'office task': [`/office/tasks/${TASK}`, { official: 'Kadri Kask' }],
    'office task that is gone': [`/office/tasks/${TASK}`, { official: 'Kadri Kask', taskDone: true }],
    'page that could not be read': [casePath, {}, { failAfterLogin: true }],
    'page that is being read': [casePath, { delayMs: 3_000 }, { loading: true }],
  };
  // Everything that holds for a page, in both widths: the page is loaded once for each language.
  async function check(place) {
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      assert.deepEqual(await violations(page), [], `${place} ${width}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${place} ${width}: scrolls sideways`);
    }
    assert.equal(await page.locator('h1').count(), 1, place);
    assert.deepEqual(await skippedLevels(), [], place);
    assert.deepEqual(await smallTargets(), [], place);
  }

  for (const [name, [path, setting = {}, how = {}]] of Object.entries(STATES)) {
    it(`${name}: no violation, no sideways scroll, one h1, no level skipped`, async () => {
      Object.assign(server, setting);
      page = await openPage(browser);
      if (how.failAfterLogin) await page.route('**/api/v1/me/cases/**', (route) => route.fulfill({ status: 503, body: '{}' }));
      for (const language of LANGUAGES) {
        await page.goto(`${server.url}${path}?lang=${language}`);
        await page.locator('h1').waitFor({ state: 'attached' });
        if (how.loading) await page.locator('.loading').waitFor();
        else await ready();
        assert.equal(await page.getAttribute('html', 'lang'), language);
        await check(`${name} ${language}`);
      }
    });
  }

  for (const step of ['errors', 'review', 'receipt', 'refusal']) {
    it(`application, ${step}: no violation, no sideways scroll`, async () => {
      server.outcome = step === 'refusal' ? 'refused' : 'pending';
      await open(`${formPath}?lang=et`);
      if (step === 'errors') await submit();
      else {
        await fill();
        if (step === 'review') await submit();
        else await send();
      }
      for (const language of LANGUAGES) {
        if (language !== LANGUAGES[0]) { // the texts of the server follow in the other language
          const told = page.waitForResponse((answer) => answer.url().includes(`lang=${language}`));
          await page.locator(`.languages a[lang=${language}]`).click();
          await told;
        }
        await page.locator(`html[lang=${language}]`).waitFor();
        await check(`${step} ${language}`);
      }
    });
  }

  const skippedLevels = () =>
    page.evaluate(() => {
      const levels = [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((heading) => Number(heading.tagName[1]));
      return levels.filter((level, index) => level > (levels[index - 1] ?? 1) + 1); // errors stand above the h1
    });

  // Targets are at least 24 px (WCAG 2.5.8), buttons 40 px high or more.
  const smallTargets = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('a, button')]
        .filter((one) => one.checkVisibility() && !one.classList.contains('skip-link') && !one.closest('p'))
        .map((one) => ({ text: one.textContent, height: Math.round(one.getBoundingClientRect().height) }))
        .filter((one) => one.height < 24),
    );
});

describe('the content security policy', () => {
  it('lets the portal work and stops an inline script', async () => {
    await open(casePath);
    await ready();
    assert.deepEqual(page.problems, []);
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.inlineScriptRan = true';
      document.head.append(script);
      return window.inlineScriptRan === true;
    });
    assert.equal(ran, false);
    assert.equal(page.problems.length, 1, 'the browser reports the breach');
    page.problems.length = 0;
  });
});

describe('the case page', () => {
  it('has a title from the particular to the general', async () => {
    await open(`${casePath}?lang=en`);
    await ready();
    assert.equal(await page.title(), 'You can apply for a kindergarten place – Juhan Maasikas – Kindergarten place – Elukaar');
  });

  it('can be walked with the keyboard in the order of what is seen', async () => {
    await open(casePath);
    await ready();
    const walk = [];
    for (let step = 0; step < 12; step += 1) {
      await page.keyboard.press('Tab');
      walk.push(await page.evaluate(() => document.activeElement.textContent.trim()));
    }
    assert.deepEqual(walk, [
      'Liigu põhisisu juurde', 'Elukaar', 'Eesti', 'English', 'Русский', 'Logi välja', 'Minu asjad',
      'Esita taotlus', 'Miks?', 'Näita kogu käiku', '+372 605 6750', 'haridus@rae.example',
    ]);
  });

  it('shows an outline of two pixels where the focus is', async () => {
    await open(casePath);
    await ready();
    for (let step = 0; step < 10; step += 1) {
      await page.keyboard.press('Tab');
      const outline = await page.evaluate(() => {
        const style = getComputedStyle(document.activeElement);
        return { style: style.outlineStyle, width: parseFloat(style.outlineWidth) };
      });
      assert.ok(outline.style !== 'none' && outline.width >= 2, JSON.stringify(outline));
    }
  });

  it('skips to the main content', async () => {
    await open(casePath);
    await ready();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  });

  it('unfolds the whole way and folds it again', async () => {
    await open(casePath);
    const toggle = page.getByRole('button', { name: 'Näita kogu käiku' });
    await toggle.click();
    assert.equal(await page.locator('.timeline li').count(), 6);
    const folded = page.getByRole('button', { name: 'Näita lühidalt' });
    assert.equal(await folded.getAttribute('aria-expanded'), 'true');
    await folded.click();
    assert.equal(await page.locator('.timeline li').count(), 4);
    assert.equal(await page.locator('.timeline [aria-current=step]').count(), 1);
  });

  it('changes its language without leaving the page, and remembers it', async () => {
    await open(casePath);
    await page.getByRole('link', { name: 'Русский' }).click();
    await page.getByRole('heading', { level: 2, name: 'Вы можете подать заявление на место в детском саду' }).waitFor();
    assert.equal(new URL(page.url()).pathname, casePath);
    await page.goto(`${server.url}/`);
    await page.getByRole('heading', { level: 1, name: 'Мои дела' }).waitFor();
    const stored = await page.evaluate(() => Object.entries({ ...localStorage }));
    assert.deepEqual(stored, [['elukaar.language', 'ru']], 'nothing else is stored');
    assert.deepEqual(await page.evaluate(() => Object.entries({ ...sessionStorage })), []);
  });

  it('moves nothing where less motion is asked for', async () => {
    await open(casePath, { reducedMotion: 'reduce' });
    await ready();
    const moving = await page.evaluate(() =>
      [...document.querySelectorAll('*')].filter((one) => {
        const { transitionDuration, transitionProperty, animationName } = getComputedStyle(one);
        return animationName !== 'none' || (transitionProperty !== 'none' && parseFloat(transitionDuration) > 0);
      }).length,
    );
    assert.equal(moving, 0);
  });
});

async function streamed() {
  for (let tries = 0; server.openStreams === 0 && tries < 100; tries += 1) await page.waitForTimeout(50);
}

describe('a pushed change', () => {

  it('replaces the text in place, speaks it once, marks it new and leaves the focus', async () => {
    await open(`${casePath}?lang=en`);
    await ready();
    await streamed();
    await page.waitForTimeout(1_200);
    assert.equal(await announced(), '', 'nothing is spoken on the first load');
    await page.evaluate(() => {
      window.spoken = [];
      const region = document.querySelector('[data-testid=announcer]');
      new MutationObserver(() => window.spoken.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
    });
    await page.getByRole('link', { name: 'Why?' }).focus();
    const scrolled = await page.evaluate(() => scrollY);

    await server.become('queued', ['status', 'timeline', 'why']);
    await page.getByRole('heading', { level: 2, name: 'The application is in the queue' }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Why?');
    assert.equal(await page.evaluate(() => scrollY), scrolled);
    assert.ok((await page.locator('.status').getByText('New', { exact: true }).count()) === 1);
    await page.waitForTimeout(1_500);
    assert.deepEqual(await page.evaluate(() => window.spoken), ['Application status changed: The application is in the queue']);
    assert.deepEqual(await violations(page), []);
  });

  it('is told by one stream to every tab of the browser', async () => {
    await open(casePath);
    await ready();
    await streamed();
    const second = await page.context().newPage();
    await second.goto(`${server.url}${casePath}`);
    await second.getByRole('heading', { level: 2, name: 'Saate taotleda lasteaiakohta' }).waitFor();
    assert.equal(server.openStreams, 1);
    await server.become('queued');
    await second.getByRole('heading', { level: 2, name: 'Taotlus on järjekorras' }).waitFor();
    await page.getByRole('heading', { level: 2, name: 'Taotlus on järjekorras' }).waitFor();
    await page.close(); // the leading tab: the other takes the stream over
    page = Object.assign(second, { problems: [] });
    await streamed();
    await server.become('checking');
    await second.getByRole('heading', { level: 2, name: 'Saime taotluse kätte' }).waitFor();
  });

  it('is made up for after a break of the connection', async () => {
    await open(casePath);
    await ready();
    await streamed();
    server.streamBroken = true;
    server.dropStreams();
    server.stage = 'queued'; // unseen by the page: its stream is gone
    server.revision += 1;
    await page.waitForTimeout(500);
    server.streamBroken = false;
    await page.getByRole('heading', { level: 2, name: 'Taotlus on järjekorras' }).waitFor({ timeout: 30_000 });
  });

  it('stops with a banner after ten seconds without the server, and says when it is back', async () => {
    await open(`${casePath}?lang=en`);
    await ready();
    await streamed();
    const { port } = server;
    await server.stop();
    await page.getByText(/^Connection lost\. You see the state at \d\d:\d\d\.$/).first().waitFor({ timeout: 20_000 });
    assert.deepEqual(await violations(page), []);
    assert.ok(await page.getByRole('heading', { level: 2, name: 'You can apply for a kindergarten place' }).isVisible());
    server.stage = 'queued';
    server.revision += 1;
    await server.start(port);
    await page.getByText('Connected again, the data are up to date.').first().waitFor({ timeout: 60_000 });
    await page.getByRole('heading', { level: 2, name: 'The application is in the queue' }).waitFor();
  });

  it('takes the page away when the right to it has ended', async () => {
    await open(casePath);
    await ready();
    await streamed();
    server.loggedIn = false;
    server.streamBroken = true;
    server.dropStreams();
    await page.getByText('Seanss lõppes.', { exact: false }).first().waitFor({ timeout: 20_000 });
    assert.equal(await page.getByRole('heading', { level: 2, name: 'Saate taotleda lasteaiakohta' }).isVisible(), false);
  });
});

describe('the application', () => {
  it('shows what is known with its origin and asks only for the rest', async () => {
    await open(formPath);
    await ready();
    assert.equal(await page.getByText('Allikas: rahvastikuregister, 12. juuli 2027').count(), 4);
    assert.equal(await page.locator('input:not([type=radio]), select, textarea').count(), 0);
  });

  it('is filled in and put in order with the keyboard alone', async () => {
    await open(formPath);
    await ready();
    await page.getByRole('button', { name: 'Lisa: Lagedi lasteaed' }).focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Lisa: Peetri lasteaed');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Tõsta ettepoole: Peetri lasteaed' }).focus();
    await page.keyboard.press('Enter');
    assert.deepEqual(await page.locator('.ranked-label').allTextContents(), ['Peetri lasteaed', 'Lagedi lasteaed']);
    assert.equal(
      await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Tõsta ettepoole: Peetri lasteaed',
      'the focus stays on the button that was pressed',
    );
    await page.keyboard.press('Enter');
    assert.deepEqual(await page.locator('.ranked-label').allTextContents(), ['Peetri lasteaed', 'Lagedi lasteaed']);
    await page.locator('#field-wishedStart').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.locator('input[name=wishedStart]:checked').getAttribute('value'), '2028-01-01');
  });

  it('lists what is wrong at the top, takes the focus there and leads to each field', async () => {
    await open(`${formPath}?lang=en`);
    await ready();
    await submit();
    assert.equal(await page.evaluate(() => document.activeElement.className), 'error-summary');
    assert.match(await page.title(), /^Error: /);
    const box = page.locator('.error-summary');
    assert.equal(await box.getByRole('heading', { level: 2 }).textContent(), 'Fix 3 errors');
    const words = await box.getByRole('link').allTextContents();
    assert.deepEqual(words, await page.locator('.field-error').allTextContents(), 'the same words as at the field');
    await box.getByRole('link').nth(1).click();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'field-wishedStart');
    assert.equal(await page.locator('main').evaluate((main) => main.querySelector('.page').firstElementChild.className), 'error-summary');
  });

  it('keeps the answers when the language changes, the case changes and the session ends', async () => {
    await open(formPath);
    await ready();
    await fill();
    await page.getByRole('link', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'What we need from you' }).waitFor();
    await server.become('informed', ['status']);
    server.loggedIn = false;
    server.streamBroken = true;
    server.dropStreams();
    await page.getByText('Your session has ended.', { exact: false }).first().waitFor({ timeout: 20_000 });
    server.streamBroken = false;
    await page.getByRole('button', { name: /Mari Maasikas/ }).click();
    await page.getByRole('heading', { name: 'What we need from you' }).waitFor();
    assert.deepEqual(await page.locator('.ranked-label').allTextContents(), ['Lagedi lasteaed', 'Peetri lasteaed']);
    assert.equal(await page.locator('input:checked').count(), 2);
    await page.waitForFunction(() => document.title.startsWith('Kindergarten application – '));
  });

  it('is kept while it is filled in, and begun anew only by whoever wants it so', async () => {
    await open(formPath);
    await ready();
    await page.getByRole('button', { name: /Lagedi/ }).click();
    await page.getByText('Mustand on salvestatud', { exact: false }).waitFor();
    assert.deepEqual(server.draft.answers, { preferences: ['k3'] });
    await page.getByText('eesti', { exact: true }).click();
    await page.getByRole('link', { name: 'Tagasi', exact: false }).first().click(); // sooner than it is kept by itself
    await page.waitForURL(`**${casePath}`);
    await page.goto(`${server.url}${formPath}/review`); // another day, another browser
    await page.waitForURL(`**${formPath}`);
    await page.getByText('Mustand on salvestatud', { exact: false }).waitFor();
    assert.deepEqual(await page.locator('.ranked-label').allTextContents(), ['Lagedi lasteaed']);
    assert.equal(await page.locator('input[name=language]:checked').getAttribute('value'), 'et');
    assert.equal(server.draftsKept, 2, 'what has not changed is not kept again');
    assert.equal(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]).includes('k3')), false);
  });

  it('says that a draft could not be kept, tries again, and gives up where the case has moved on', async () => {
    await open(formPath);
    await ready();
    server.draftStatus = 503;
    await page.getByRole('button', { name: /Lagedi/ }).click();
    await page.getByText('Mustandit ei õnnestunud salvestada.', { exact: false }).waitFor();
    server.draftStatus = 200;
    await page.getByText('Mustand on salvestatud', { exact: false }).waitFor({ timeout: 20_000 });
    server.draftStatus = 409;
    await page.getByRole('button', { name: /Peetri/ }).click();
    await page.waitForResponse((response) => response.status() === 409);
    await page.getByRole('button', { name: /Assaku/ }).click();
    await page.waitForTimeout(2_500);
    assert.equal(server.draftsRefused, 2, 'one for the server that was away, one for the case that has moved on');
  });

  it('sends once what is clicked twice, and shows the receipt and then the outcome', async () => {
    await open(formPath);
    await ready();
    await fill();
    await submit();
    server.delayMs = 300;
    await page.locator('.form-end button').dblclick();
    await page.getByText('Vastus on käes: 4. mai 2026, kell 09:12. Tähtaja jaoks loeb see aeg.').waitFor();
    assert.equal(new Set(server.received.map((one) => one.key)).size, 1);
    assert.deepEqual(server.received[0].body, {
      subject: 's1', revision: '1',
      form: { preferences: ['k3', 'k4'], wishedStart: '2028-09-01', language: 'et' },
    });
    await page.getByText('Ootame, kas selle saab arvesse võtta.', { exact: false }).waitFor();
    server.delayMs = 0;
    server.decide('accepted');
    await page.locator('main').getByText('Vastus on arvesse võetud.').waitFor();
  });

  it('can be tried again after a failure under the same key', async () => {
    await open(formPath);
    await ready();
    await fill();
    await submit();
    await page.waitForURL('**/review');
    let answers = 0;
    await page.route('**/actions/apply', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      answers += 1;
      if (answers > 1) return route.continue();
      await route.fetch(); // it arrives, but its answer is lost
      return route.abort();
    });
    const button = page.locator('.form-end button');
    await button.click();
    await page.getByRole('alert').getByText('Saatmine ei õnnestunud.', { exact: false }).waitFor();
    await button.click();
    await page.waitForURL('**/sent/*');
    assert.equal(server.received.length, 2);
    assert.equal(server.received[0].key, server.received[1].key);
  });

  it('shows what the server refuses at the field', async () => {
    server.refuseFields = [{ field: 'preferences', text: 'Valige teine lasteaed.' }];
    await open(formPath);
    await ready();
    await fill();
    await submit();
    await page.waitForURL('**/review');
    await page.locator('.form-end button').click();
    await page.locator('.error-summary').getByText('Valige teine lasteaed.').waitFor();
    assert.equal(await page.locator('.ranked-label').count(), 2);
  });

  it('says why it was refused and leads back to the answers', async () => {
    await open(formPath);
    await ready();
    await fill();
    await send();
    server.decide('refused');
    await page.getByText('Me ei saanud seda arvesse võtta, sest andmed olid vahepeal muutunud.').waitFor();
    await page.getByRole('button', { name: 'Tagasi vormi juurde' }).click();
    await page.getByRole('heading', { name: 'Mida vajame teilt' }).waitFor();
    assert.deepEqual(await page.locator('.ranked-label').allTextContents(), ['Lagedi lasteaed', 'Peetri lasteaed']);
  });

  it('puts nothing of it into the address or the storage', async () => {
    await open(formPath);
    await ready();
    await fill();
    await send();
    assert.doesNotMatch(page.url(), /lasteaed|Maasikas|k3|2028/);
    const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    assert.doesNotMatch(stored, /lasteaed|Maasikas|k3|2028/);
  });
});

describe('an offer', () => {
  const opened = () => server.received.filter((one) => one.name === 'open-offer');
  const answered = () => server.received.filter((one) => one.name !== 'open-offer');
  const offered = async (path = casePath) => {
    server.stage = 'offered';
    await open(`${path}?lang=en`);
    await ready();
  };
  const heading = (name) => page.getByRole('heading', { name });

  it('is opened by the page itself, once for each version of it', async () => {
    await offered();
    for (let tries = 0; opened().length === 0 && tries < 100; tries += 1) await page.waitForTimeout(50);
    const [{ body }] = opened();
    assert.deepEqual(body, { subject: 'offer-7', revision: '1', form: {} });
    await streamed();
    const readAgain = page.waitForResponse(`**${casePath}?lang=en`);
    await server.become('offered');
    await readAgain;
    server.offerRevision = 2;
    await server.become('offered');
    for (let tries = 0; opened().length < 2 && tries < 100; tries += 1) await page.waitForTimeout(50);
    assert.deepEqual(opened().map((one) => one.body.revision), ['1', '2']);
    assert.equal(await page.getByRole('button', { name: 'open-offer' }).count(), 0, 'there is no button for it');
  });

  it('shows before the choice what follows from each answer and from none', async () => {
    await offered();
    const card = page.locator('#card');
    for (const words of ['Lagedi lasteaed', '1 September 2028', '9 days left', 'If there is no answer, we count it as declined.',
      'We ask the register to confirm.', 'What follows depends on the reason.', 'The place stays yours if']) {
      assert.ok(await card.getByText(words, { exact: false }).first().isVisible(), words);
    }
    assert.equal(await page.locator('.clock').innerText(), 'Time to offer a place: 23 days used, 37 days left · due 1 May 2028');
    await page.getByText('If you accept:').first().waitFor();
  });

  it('is declined with the keyboard alone, with the reason and its effect', async () => {
    await offered();
    await page.locator('#card-accept').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/actions/decline');
    await heading('What you are answering').waitFor();
    await page.locator('#field-reason').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/review');
    await page.getByText('What follows: the application keeps its place in the queue.').waitFor();
    await page.goBack();
    await page.waitForURL('**/actions/decline');
    assert.equal(await page.locator('input:checked').getAttribute('value'), 'too-far', 'going back keeps the reason');
    await page.goBack();
    await heading('The offer').waitFor();
    assert.equal(await page.locator('#card input:checked').getAttribute('value'), 'decline', 'and the choice');
    await page.goForward();
    await page.locator('#field-reason').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/review');
    await page.locator('.form-end button').press('Enter');
    await page.locator('.received').waitFor();
    assert.deepEqual(answered().map(({ name, body }) => [name, body]), [
      ['decline', { subject: 'offer-7', revision: '1', form: {}, reason: 'too-far' }],
    ]);
  });

  it('is postponed to a month of the list', async () => {
    await offered(`${casePath}/actions/postpone`);
    await page.getByText('November 2028').click();
    await submit();
    await page.waitForURL('**/review');
    await page.locator('.form-end button').click();
    await page.locator('.received').waitFor();
    assert.deepEqual(answered()[0].body, { subject: 'offer-7', revision: '1', form: { start: '2028-11-01' } });
  });

  it('that has changed on the way is shown beside a warning, and its own version is answered', async () => {
    await offered(`${casePath}/actions/accept`);
    await heading('What you are answering').waitFor();
    await streamed();
    server.offerRevision = 2;
    await server.become('offered');
    await page.getByText('Something changed meanwhile. Check the new state and confirm again.').waitFor();
    await page.locator('.form-end button').click();
    await page.locator('.received').waitFor();
    assert.equal(answered()[0].body.revision, '2');
  });

  it('that ended on the way says so and leads back', async () => {
    await offered(`${casePath}/actions/accept`);
    await heading('What you are answering').waitFor();
    await streamed();
    await server.become('expired');
    await heading('Something changed meanwhile').waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole('link', { name: 'See where it stands' }).click();
    await heading('The offer').waitFor();
    assert.ok(await page.locator('#card').getByText('The time to answer ended').isVisible(), 'the card stays and says what happened');
    assert.equal(await page.locator('#card input').count(), 0);
  });

  it('and what was said before: a correction stands above what it corrects', async () => {
    await offered();
    const said = await page.locator('.messages h3').allTextContents();
    assert.deepEqual(said, ['The application is in the queue', 'Correction: We correct our message', 'Corrected: We have the application']);
    assert.equal(await page.locator('.messages s').first().textContent(), 'We have the application');
  });
});

describe('the office', () => {
  it('lets an official in, and enters an offer and a family\'s answer with the keyboard alone', async () => {
    server.stage = 'offered';
    await open('/office?lang=en');
    await page.getByLabel("Official's name").fill('Kadri Kask');
    await page.getByRole('button', { name: 'Rae vald' }).press('Enter');
    await page.getByRole('link', { name: '0653-482195' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Juhan Maasikas' }).waitFor();

    await page.getByText('An offer was made').press('Enter');
    await page.getByLabel('offer.id (required)').fill('o-1');
    await page.getByLabel('offer.start (required)').fill('2028-09-01');
    await page.getByLabel('offer.kind (required)').selectOption('first');
    await page.getByLabel('offer.canPostpone (required)').selectOption('false');
    await page.getByRole('button', { name: 'Save' }).first().press('Enter');
    await page.getByText('The entry has been taken.').first().waitFor();
    assert.deepEqual(server.received.at(-1), { name: 'entries/offer-made', key: undefined, body: { data: {
      offer: { id: 'o-1', revision: 1, start: '2028-09-01', kind: 'first', canPostpone: false } } } });

    await page.getByLabel('Your answer').selectOption('decline');
    await page.getByLabel('Reason').selectOption('too-far');
    await page.getByLabel('When it arrived').fill('2028-04-14T23:58');
    await page.getByLabel('How the person was identified').selectOption('control-questions');
    await page.getByRole('button', { name: 'Save' }).last().press('Enter');
    await page.getByText('The entry has been taken.').last().waitFor();
    const { name, body } = server.received.at(-1);
    assert.equal(name, 'answers/decline');
    const { receivedAt, ...rest } = body;
    assert.match(receivedAt, /^2028-04-1[45]T\d\d:58:00.000Z$/);
    assert.deepEqual(rest, { guardian: 0, identifiedBy: 'control-questions', subject: 'offer-7', revision: '1', reason: 'too-far' });
  });

  it('says which field of an entry was refused', async () => {
    Object.assign(server, { official: 'Kadri Kask', stage: 'offered', refuseFields: [{ field: '/offer/id', text: 'expected another' }] });
    await open(`/office/${CASE}?lang=en`);
    await page.getByText('An offer was made').click();
    await page.getByLabel('offer.id (required)').fill('o-1');
    await page.getByLabel('offer.start (required)').fill('2028-09-01');
    await page.getByLabel('offer.kind (required)').selectOption('first');
    await page.getByLabel('offer.canPostpone (required)').selectOption('true');
    await page.getByRole('button', { name: 'Save' }).first().click();
    await page.getByText('/offer/id: expected another').waitFor();
    assert.deepEqual(await violations(page), []);
  });
});

describe('the office\'s tasks', () => {
  beforeEach(() => { server.official = 'Kadri Kask'; });

  it('are found, read and done with the keyboard alone, and what is late is said in words', async () => {
    await open('/office?lang=en');
    await page.getByRole('link', { name: 'Tasks' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor();
    const row = page.getByRole('row', { name: /Enter the application in the list/ });
    assert.match(await row.textContent(), /11 August 2027.*Overdue/);
    await row.getByRole('link').press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Enter the application in the list' }).waitFor();
    await page.getByText('personal code 52503150198').waitFor();
    assert.equal(await page.getByText('1 December 2027').count(), 1);

    await page.getByLabel('Number in the list (required)').focus();
    await page.keyboard.type('Muhu 4');
    await page.keyboard.press('Tab');
    await page.keyboard.type('In the');
    await page.keyboard.press('Tab');
    await page.keyboard.type('4');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('The answer is taken. The case goes on.').waitFor();
    assert.deepEqual(server.received.at(-1), { name: 'task', body: { done: { registerId: 'Muhu 4', status: 'queued', queue: { position: 4 } } } });
    assert.equal(await page.getByRole('button', { name: 'Save' }).count(), 0, 'it is done once');
    assert.deepEqual(await violations(page), []);
  });

  it('are refused for a reason from the list', async () => {
    await open(`/office/tasks/${TASK}?lang=en`);
    await page.getByLabel('Why').selectOption('application-refused');
    await page.getByRole('button', { name: 'Refuse the task' }).press('Enter');
    await page.getByText('The answer is taken. The case goes on.').waitFor();
    assert.deepEqual(server.received.at(-1).body, { refused: { code: 'application-refused' } });
  });

  it('keep what was filled in when it is not enough, and say which field', async () => {
    server.refuseFields = [{ field: '/queue/position', text: 'expected at least 1' }];
    await open(`/office/tasks/${TASK}?lang=en`);
    await page.getByLabel('Number in the list (required)').fill('Muhu 4');
    await page.getByLabel('Where the application stands (required)').selectOption('queued');
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    await page.getByText('Place in the queue: expected at least 1').waitFor();
    assert.equal(await page.getByLabel('Number in the list (required)').inputValue(), 'Muhu 4');
    assert.deepEqual(await violations(page), []);
    Object.assign(server, { refuseFields: null, taskConflict: true });
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    await page.getByText('Somebody has answered this task otherwise meanwhile.', { exact: false }).waitFor();
  });

  it('go out and come back as a file, line by line', async () => {
    await open('/office/tasks?lang=en');
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Spreadsheet (CSV)' }).press('Enter');
    assert.equal((await download).suggestedFilename(), 'tasks-0478-2027-08-12.csv');
    const buffer = Buffer.from('task;result.outcome\r\nõ;done\r\n');
    await page.getByLabel('File with answers').setInputFiles({ name: 'tasks.csv', mimeType: 'text/csv', buffer });
    await page.getByRole('button', { name: 'Bring the file back' }).press('Enter');
    await page.getByText('Taken: 1. Known already: 0. Refused: 1. Left open: 0.').waitFor();
    await page.getByText('Line 3: /queue/position: expected at least 1').waitFor();
    assert.deepEqual(server.received.at(-1), { name: 'file', type: 'text/csv', body: buffer.toString() });
    assert.deepEqual(await violations(page), []);
    server.refuseFile = true;
    await page.getByRole('button', { name: 'Bring the file back' }).press('Enter');
    await page.getByText('The file could not be read.', { exact: false }).waitFor();
  });
});

describe('the development log-in', () => {
  it('says loudly what it is and lets a chosen person in', async () => {
    server.loggedIn = false;
    await open('/?lang=en');
    await page.getByText('Development environment. All persons and data are invented.').waitFor();
    await page.getByRole('button', { name: /Mari Maasikas/ }).click();
    await page.getByRole('heading', { level: 1, name: 'My matters' }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { level: 1, name: 'Log in to the development environment' }).waitFor();
  });

  it('says what is wrong with a personal code', async () => {
    server.loggedIn = false;
    await open('/?lang=en');
    await page.getByLabel('Personal code (isikukood)').fill('123');
    await page.keyboard.press('Enter');
    await page.getByText('There is no person with this code.', { exact: false }).waitFor();
    assert.deepEqual(await violations(page), []);
  });
});
