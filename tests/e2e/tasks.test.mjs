// A municipality without an electronic register, in the browser on the real program: the family's page and the
// official's, side by side.
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { ByHand } from '../support/by_hand.mjs';
import { root, Services } from '../support/site.mjs';
import { launch } from './browser.mjs';
import { Visitor } from './visitor.mjs';

let services; // ours, where tests/run has not started any
let browser;
let town;
let family;
let official;

before(async () => {
  services = Services.given() ? null : await Services.start();
  town = await ByHand.begin(Services.given() ?? services, join(root, 'portal/dist'));
  browser = await launch();
}, { timeout: 300_000 });
after(async () => {
  await browser?.close();
  await town?.close();
  await services?.stop();
});

test('the family reads that it is the municipality\'s turn', { timeout: 120_000 }, async () => {
  const { id } = await town.apply();
  family = await Visitor.enter(browser, town, town.applicant);
  await family.open(`/cases/${id}?lang=en`);
  await family.reads('Waiting for the queue to be confirmed');
  await family.finds('Our turn');
  await family.finds('An official of the municipality enters the application in the queue');
  await family.sound();
});

test('an official does the task by keyboard, and the family\'s open page says so by itself', { timeout: 120_000 }, async () => {
  official = await Visitor.enterOffice(browser, town, 'Kadri Kask', 'Muhu vald');
  official.keyboard = true;
  const { page } = official;
  await official.press(page.getByRole('link', { name: 'Tasks' }));
  await official.press(page.getByRole('link', { name: 'Enter the application in the list' }));
  await official.shown(official.heading('Enter the application in the list', 1));
  await official.finds('personal code');
  await official.sound();

  const fill = async (label, words) => {
    await page.getByLabel(label).focus();
    await page.keyboard.type(words);
  };
  await fill('Number in the list (required)', 'Muhu 4');
  await fill('Where the application stands (required)', 'In the queue');
  await official.press(page.getByRole('button', { name: 'Save' }));
  await official.finds('expected the place in the queue'); // whoever stands in a queue has a place in it
  await official.sound();

  await fill('Which queue', 'muhu');
  await fill('Place in the queue', '4');
  await fill('How many are in the queue', '6');
  await page.getByLabel('Rule that orders the queue').selectOption('application-time');
  await official.press(page.getByRole('button', { name: 'Save' }));
  await official.finds('The answer is taken. The case goes on.');
  await official.sound();
  await family.reads('The application is in the queue');
  await family.sound();
  await official.press(page.getByRole('link', { name: 'Tasks' }).first());
  await official.finds('There is nothing to do now.');
  await official.sound();
});
