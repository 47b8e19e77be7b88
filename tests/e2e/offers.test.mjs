// Offers in the real system, seen in a browser by the families that get them: taken with the keyboard
// alone, declined on a telephone's screen, objected to, answered in the last minute, answered too late for
// its terms; and a place register that is out for a day. One stack plays them all: the clock of the cases
// only moves on, and each story says where it has to stand.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { Resident } from '../../deploy/play/api.mjs';
import { Family, fillIn, Register } from '../../deploy/play/family.mjs';
import { until } from '../support/site.mjs';
import { Stack } from '../support/stack.mjs';
import { launch } from './browser.mjs';
import { Visitor } from './visitor.mjs';

const DAY = new Date('2026-05-04T06:00:00Z'); // the births were generated for it
const OLD_ENOUGH = '2026-04-19'; // born before: told at once
const WITHIN_MS = 60_000;

let stack;
let browser;
let register;
const visitors = [];

before(async () => {
  stack = await Stack.start({ today: DAY, retryMs: 500, split: true });
  await stack.noFaults();
  register = new Register(stack.registers);
  browser = await launch();
}, { timeout: 300_000 });

after(async () => {
  await browser?.close();
  await stack?.stop();
});

// A story that fails says what the pages said.
const story = (name, play) =>
  it(name, { timeout: 240_000 }, async () => {
    visitors.length = 0;
    try {
      await play();
    } catch (error) {
      for (const visitor of visitors) error.message += `\n--- ${visitor.page.url()} says\n${await visitor.said()}`;
      error.message += `\n--- the program's log\n${await stack.logs()}`;
      throw error;
    } finally {
      await Promise.all(visitors.map((visitor) => visitor.leave()));
    }
  });

// Each story has a family of its own.
const taken = { 1: 0, 2: 0 };
async function bear(guardians) {
  const birth = stack.families({ before: OLD_ENOUGH, guardians })[taken[guardians]++];
  await stack.announce(birth);
  return birth.event.data.guardians;
}

async function visit(person, how) {
  const visitor = await Visitor.enter(browser, stack, person, how);
  visitors.push(visitor);
  return visitor;
}

// A family that stands in the queue, by the same requests as its page sends.
async function queued(guardians) {
  const resident = new Resident(stack.url);
  await until('the family is told', WITHIN_MS, async () =>
    (await resident.logIn(guardians[0].personalCode)) && (await resident.cases()).length > 0);
  const [{ case: id }] = await resident.cases();
  const family = new Family({ resident, id, register, patienceMs: WITHIN_MS });
  const form = await family.form('application');
  await family.apply(form, fillIn(form));
  await family.watch.shows(WITHIN_MS, 'queued');
  return family;
}

// The last one that the register was told of.
const application = async () => {
  const { calls } = await stack.control(stack.placeRegister, 'calls');
  return calls.filter(({ operation }) => operation === 'register').at(-1).subject;
};
const standsInRegister = async (id) => (await stack.control(stack.placeRegister, 'state')).applications.find((one) => one.id === id).state;
const answersOf = async (offer) =>
  (await stack.control(stack.placeRegister, 'calls')).calls.filter(({ operation, subject }) => operation === 'answer' && subject === offer);

story('told, applied, queued, offered, accepted, signed: with the keyboard alone', async () => {
  const [mother] = await bear(1);
  const page = await visit(mother, { keyboard: true });
  await page.openCase('You can apply for a kindergarten place');
  await page.sound();
  await page.press(page.page.locator('.status-do a').first());
  await page.fillIn();
  await page.sound();
  await page.toReview();
  await page.sound();
  await page.send();
  await page.finds('Your answer is taken.');
  await page.sound();
  await page.backToCase();
  await page.reads('The application is in the queue');
  await page.sound();

  const id = await application();
  await register.order('offer', { application: id, start: '2027-09-01' });
  await page.reads('We offer you a place');
  await page.finds('Answer by'); // the page told that it was received, and the time to answer runs
  await page.sound();
  await page.answer('accept');
  await page.finds('The place is certain once the register has confirmed it.');
  await page.sound();
  // The queue moves while the answer is on its way, and that refuses nothing.
  const passed = heldBack(page, '**/actions/accept', async () => {
    const { id: moved } = await register.order('move', { application: id });
    await until('the case knows its new place', WITHIN_MS, async () =>
      (await stack.sql(`select count(*) from elukaar.journal where event_id = '${moved}' and disposition = 'applied'`)) === '1');
  });
  await page.send();
  await passed;
  await page.finds('Your answer is taken.');
  await page.backToCase();
  await page.reads('Sign the contract');
  await page.sound();
  assert.equal(await standsInRegister(id), 'accepted');

  await register.order('contract', { application: id });
  await page.reads('The place is confirmed');
  await page.finds('First day: 1 September 2027.');
  await page.sound();
});

story('declined for a reason of the municipality, on a screen of 320 px: back to the queue', async () => {
  const guardians = await bear(1);
  const family = await queued(guardians);
  const { offer } = await register.order('offer', { application: family.application });
  const page = await visit(guardians[0], { width: 320 });
  await page.openCase('We offer you a place');
  await page.finds('Answer by');
  await page.sound();
  await page.answer('decline');
  await page.shown(page.heading('What you are answering'));
  await page.sound();
  await page.choose(page.page.locator('input[name=reason]').first());
  await page.toReview();
  await page.finds('the application stays in the queue for the next school year');
  await page.sound();
  await page.send();
  await page.finds('Your answer is taken.');
  await page.sound();
  await page.backToCase();
  await page.reads('The application is back in the queue');
  await page.finds('You declined the offered place.');
  await page.finds('Effect on the queue: the application stays in the queue for the next school year');
  await page.shown(page.page.locator('#actions').getByRole('link', { name: 'Withdraw the application' }));
  assert.equal(await page.page.locator('.status-do').getByText('Withdraw').count(), 0, 'nobody is asked to withdraw');
  await page.sound();
  assert.equal((await answersOf(offer)).length, 1);
  assert.equal(await standsInRegister(family.application), 'queued');
});

// Holds the page's next answer back, as a slow line does, until `meanwhile` has happened.
function heldBack(visitor, pattern, meanwhile) {
  let held = false;
  return new Promise((passed, failed) => {
    const hold = async (route) => {
      if (route.request().method() === 'POST' && !held) {
        held = true;
        await meanwhile().then(passed, failed);
      }
      await route.continue();
    };
    visitor.page.route(pattern, hold).catch(failed);
  });
}

story('an answer to terms that have changed meanwhile is refused with its reason, and can be given anew', async () => {
  const guardians = await bear(1);
  const family = await queued(guardians);
  const { offer } = await register.order('offer', { application: family.application, start: '2027-09-01' });
  const page = await visit(guardians[0]);
  await page.openCase('We offer you a place');
  await page.finds('Answer by');
  await page.answer('accept');
  const passed = heldBack(page, '**/actions/accept', async () => {
    await register.order('offer', { application: family.application, start: '2027-10-01' });
    await family.watch.until('the new terms', WITHIN_MS, () => family.watch.pages.at(-1).status.body.includes('1 October 2027'));
  });
  await page.press(page.page.locator('.form-end button'));
  await passed;
  await page.finds('We could not take it, because the details had changed meanwhile.');
  await page.sound();
  assert.deepEqual(await answersOf(offer), [], 'the register was not told of it');

  await page.press(page.page.getByRole('button', { name: 'Back to the form' }));
  await page.shown(page.page.locator('.item-value', { hasText: '1 October 2027' }));
  await page.sound();
  await page.send();
  await page.finds('Your answer is taken.');
  await page.backToCase();
  await page.reads('Sign the contract');
  assert.equal((await answersOf(offer)).length, 1);
});

// What happens is looked at only when the case clock shows `backAt`: until then the portal alone is up.
async function whileNobodyDecides(happens, backAt) {
  await stack.killProgram('orchestrator');
  await happens();
  await stack.moveClock(backAt);
  await stack.startProgram('orchestrator', 'orchestrator,dispatcher');
}

story('the other guardian is told and objects: the offer stays, past its last day, until an official has decided', async () => {
  const guardians = await bear(2);
  const family = await queued(guardians);
  const { offer } = await register.order('offer', { application: family.application });
  const other = await visit(guardians[1]);
  await other.openCase('The child has been offered a place');
  await other.finds('If you do not agree, say so here by 11 May 2026.');
  await other.sound();
  await other.press(other.page.getByRole('link', { name: 'I do not agree' }));
  await other.finds('An official decides. The time to answer stands still until then.');
  await other.send();
  await other.finds('Your answer is taken.');
  await other.backToCase();
  await other.reads('The parents disagree; an official decides');
  await other.finds('You told us that you do not agree.');
  await other.sound();
  const applicant = await visit(guardians[0]);
  await applicant.openCase('The parents disagree; an official decides');
  await applicant.finds('The other parent with custody does not agree.');
  assert.equal(await applicant.page.locator('#card form').count(), 0, 'nobody answers meanwhile');

  await stack.moveClock(new Date('2026-05-13T06:00:00Z')); // the last day to answer was the 11th
  await applicant.finds('An official');
  assert.deepEqual(await answersOf(offer), [], 'the register was told of no answer');

  const office = await Visitor.enterOffice(browser, stack, 'Kadri Kask');
  visitors.push(office);
  await office.sound();
  await office.open(`/office/${family.id}?lang=en`);
  await office.press(office.page.locator('summary', { hasText: 'An official decided between the guardians' }));
  await office.sound();
  const entry = office.page.locator('details[open]');
  await entry.getByLabel('decision (required)').selectOption('accept');
  await office.press(entry.getByRole('button', { name: 'Save' }));
  await office.finds('The entry has been taken.');
  await applicant.reads('Sign the contract');
  await other.reads('The place is accepted, the contract is not signed');
  assert.equal((await answersOf(offer)).length, 1);
});

story('an answer of the last minute counts, although it is looked at after midnight', async () => {
  const guardians = await bear(1);
  const family = await queued(guardians);
  await register.order('offer', { application: family.application, answerBy: '2026-05-14' });
  const page = await visit(guardians[0]);
  await page.openCase('We offer you a place');
  await page.finds('14 May 2026');
  await stack.moveClock(new Date('2026-05-14T20:58:00Z')); // 23:58 in Tallinn
  await page.answer('accept');
  await page.finds('The last day ends at midnight.');
  await whileNobodyDecides(async () => {
    await page.send();
    await page.finds('Your answer arrived on 14 May 2026, 23:58. This time counts for the deadline.');
    await page.finds('Your answer is sent. We are waiting to see if it can be taken.');
    await page.sound();
  }, new Date('2026-05-14T21:10:00Z'));
  await page.finds('Your answer is taken.');
  await page.backToCase();
  await page.reads('Sign the contract');
});

story('an answer of the last minute counts after three days in which nothing was looked at', async () => {
  const guardians = await bear(1);
  const family = await queued(guardians);
  await register.order('offer', { application: family.application, answerBy: '2026-05-15' });
  await family.watch.shows(WITHIN_MS, 'offered');
  await stack.moveClock(new Date('2026-05-15T20:59:00Z'));
  const { actions } = await family.resident.case(family.id);
  const { subject, revision } = actions.find(({ name }) => name === 'accept');
  await whileNobodyDecides(() => family.resident.act(family.id, 'accept', { subject, revision }), new Date('2026-05-18T21:00:00Z'));
  await family.watch.shows(WITHIN_MS, 'contract_pending');
});

story('the place register is out for a day: the page says so, and the case goes on when it is back', async () => {
  const guardians = await bear(1);
  await stack.moveClock(new Date('2026-05-20T06:00:00Z'));
  await register.order('faults', { operation: 'register', status: 503 });
  const page = await visit(guardians[0], { width: 320 });
  await page.openCase('You can apply for a kindergarten place');
  await page.press(page.page.locator('.status-do a').first());
  await page.fillIn();
  await page.toReview();
  await page.send();
  await page.finds('Your answer is taken.');
  await page.backToCase();
  const waits = async () => {
    await page.reads('Waiting for the queue to be confirmed');
    await page.finds('The register "Register of kindergarten places" does not answer at the moment. We keep trying; your place in time is kept.');
    await page.finds('Your time of application does not change.');
    await page.sound();
  };
  await waits();
  await stack.moveClock(new Date('2026-05-21T06:00:00Z'));
  await page.page.reload();
  await waits();
  await stack.noFaults();
  await page.reads('The application is in the queue');
  await page.sound();
  assert.equal(await page.page.getByText('does not answer at the moment').count(), 0, 'what was slow is no longer said');
  const id = await application();
  const { applications } = await stack.control(stack.placeRegister, 'state');
  const { submittedAt } = applications.find((one) => one.id === id);
  assert.equal(submittedAt.slice(0, 10), '2026-05-20', 'the register was told the time of sending');
});
