export const LANGUAGES = ['et', 'en', 'ru'] as const;
export type Language = (typeof LANGUAGES)[number];

// Each in its own language, as the links to them are written.
export const LANGUAGE_NAMES: Record<Language, string> = {
  et: 'Eesti',
  en: 'English',
  ru: 'Русский',
};

const REMEMBERED = 'elukaar.language';

function known(name: string | null | undefined): Language | undefined {
  return LANGUAGES.find((language) => name?.toLowerCase().startsWith(language));
}

// The link that was followed (`?lang=`) wins over the remembered choice, that over the browser's.
export function firstLanguage(): Language {
  const asked = known(new URLSearchParams(window.location.search).get('lang'));
  return asked ?? known(remembered()) ?? navigator.languages.map(known).find(Boolean) ?? 'et';
}

function remembered(): string | null {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null; // storage may be switched off; the choice then lasts as long as the page
  }
}

export function remember(language: Language): void {
  try {
    localStorage.setItem(REMEMBERED, language);
  } catch {
    // as above
  }
}
