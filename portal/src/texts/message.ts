import { IntlMessageFormat } from 'intl-messageformat';
import type { Language } from './language';
import type labels from './labels.json';

// A label that lacks a language does not compile.
type InEveryLanguage<Labels extends Record<string, Record<Language, string>>> = Labels;
export type TextKey = keyof InEveryLanguage<typeof labels>;
export type TextArguments = Record<string, string | number | Date>;

// The build parses every label that has arguments (vite.config.ts); the others are plain text.
type Pattern = string | Exclude<ConstructorParameters<typeof IntlMessageFormat>[0], string>;

// A visitor reads one language: the build makes a file of each, fetched when it is chosen.
const SOURCES: Record<Language, () => Promise<{ default: Record<string, unknown> }>> = {
  et: () => import('./labels.json?et'),
  en: () => import('./labels.json?en'),
  ru: () => import('./labels.json?ru'),
};
const catalogues: Partial<Record<Language, Record<string, unknown>>> = {};

export async function loadTexts(language: Language): Promise<void> {
  catalogues[language] ??= (await SOURCES[language]()).default;
}

const LOCALES: Record<Language, string> = { et: 'et', en: 'en-GB', ru: 'ru' };

// Every date and time of the service is Estonia's, wherever the browser stands.
const timeZone = 'Europe/Tallinn';
const FORMATS = {
  date: { long: { day: 'numeric', month: 'long', year: 'numeric', timeZone } },
  time: { short: { hour: '2-digit', minute: '2-digit', timeZone } },
} as const;

const formats = new Map<string, IntlMessageFormat>();

// The label `key` in `language`, whose texts are loaded, with its ICU arguments filled in.
export function message(language: Language, key: TextKey, values: TextArguments = {}): string {
  const pattern = catalogues[language]![key] as Pattern;
  if (typeof pattern === 'string') return pattern;
  const name = `${language} ${key}`;
  let format = formats.get(name);
  if (!format) {
    format = new IntlMessageFormat(pattern, LOCALES[language], FORMATS);
    formats.set(name, format);
  }
  return String(format.format(values)).trim();
}

// A calendar date or an instant of the API as a Date: a calendar date stands at noon UTC, which is
// the same day in Tallinn all year.
export function toDate(value: string): Date {
  return new Date(value.length === 10 ? `${value}T12:00:00Z` : value);
}
