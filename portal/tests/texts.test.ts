import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES, type Language } from '../src/texts/language';
import { loadTexts, message, toDate, type TextKey } from '../src/texts/message';

const labels: Record<string, Record<string, string>> =
  JSON.parse(readFileSync(new URL('../src/texts/labels.json', import.meta.url), 'utf8'));
const read = (language: Language): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).map(([key, label]) => [key, label[language]!]));

const CATEGORIES: Record<Language, string[]> = {
  et: ['one', 'other'],
  en: ['one', 'other'],
  ru: ['few', 'many', 'one', 'other'],
};

function walk(elements: MessageFormatElement[], visit: (element: MessageFormatElement) => void): void {
  for (const element of elements) {
    visit(element);
    if (element.type === TYPE.plural || element.type === TYPE.select) {
      for (const option of Object.values(element.options)) walk(option.value, visit);
    }
  }
}

function argumentsOf(text: string): string[] {
  const found = new Set<string>();
  walk(parse(text), (element) => {
    if (element.type !== TYPE.literal && element.type !== TYPE.pound) found.add(`${element.value}:${element.type}`);
  });
  return [...found].sort();
}

describe('the labels', () => {
  it('are there in every language and in no other', () => {
    for (const [key, label] of Object.entries(labels)) expect(Object.keys(label), key).toEqual([...LANGUAGES]);
  });

  it.each(Object.keys(read('et')))('%s takes the same arguments in every language', (key) => {
    for (const language of LANGUAGES) expect(argumentsOf(read(language)[key]!)).toEqual(argumentsOf(read('et')[key]!));
  });

  it.each(LANGUAGES)('have every plural category of %s', (language) => {
    for (const text of Object.values(read(language))) {
      walk(parse(text), (element) => {
        if (element.type !== TYPE.plural) return;
        const categories = Object.keys(element.options).filter((name) => !name.startsWith('=')).sort();
        expect(categories, text).toEqual(CATEGORIES[language]);
      });
    }
  });

  it.each(LANGUAGES)('are never empty and never shout in %s', (language) => {
    for (const [key, text] of Object.entries(read(language))) {
      expect(text.trim(), key).not.toBe('');
      expect(text, key).not.toContain('!');
    }
  });

  it('use no word that the wording rules forbid', () => {
    const forbidden = /menetlus|staatus|teostama|vastavalt|käesolev|осуществля|в соответствии с|надлежащ|\bpending\b|pursuant/i;
    for (const language of LANGUAGES) {
      for (const [key, text] of Object.entries(read(language))) expect(text, key).not.toMatch(forbidden);
    }
  });

  it('are all used', () => {
    const sources = import.meta.glob('../src/**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true });
    const code = Object.values(sources).join('\n');
    expect(Object.keys(read('et')).filter((key) => !code.includes(`'${key}'`))).toEqual([]);
  });
});

describe('a label', () => {
  beforeAll(() => Promise.all(LANGUAGES.map(loadTexts)));

  it('writes dates and times of Tallinn in the words of its language', () => {
    const at = toDate('2026-05-03T21:30:00Z'); // half past midnight of the 4th in Tallinn
    expect(message('et', 'moment', { at })).toBe('4. mai 2026, kell 00:30');
    expect(message('en', 'moment', { at })).toBe('4 May 2026, 00:30');
    expect(message('ru', 'moment', { at })).toBe('4 мая 2026 г., 00:30');
  });

  it('keeps a calendar date on its day', () => {
    for (const day of ['2026-03-29', '2026-10-25', '2026-12-31']) {
      expect(message('en', 'date', { at: toDate(day) })).toContain(String(Number(day.slice(8))));
    }
  });

  it('declines Russian numbers', () => {
    const errors = (n: number) => message('ru', 'errors_title' satisfies TextKey, { n });
    expect([errors(1), errors(2), errors(5), errors(21)]).toEqual([
      'Исправьте 1 ошибку', 'Исправьте 2 ошибки', 'Исправьте 5 ошибок', 'Исправьте 21 ошибку',
    ]);
  });
});
