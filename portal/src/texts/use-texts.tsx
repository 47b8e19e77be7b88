import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { remember, type Language } from './language';
import { loadTexts, message, toDate, type TextArguments, type TextKey } from './message';

export interface Texts {
  language: Language;
  choose: (language: Language) => void;
  text: (key: TextKey, values?: TextArguments) => string;
  date: (value: string) => string;
  // Date and time of day.
  moment: (value: string) => string;
}

const TextsContext = createContext<Texts | null>(null);

// `first` is the language to begin with; its texts are loaded.
export function TextsProvider({ first, children }: { first: Language; children: ReactNode }) {
  const [language, setLanguage] = useState(first);

  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  const texts = useMemo<Texts>(
    () => ({
      language,
      choose(chosen) {
        remember(chosen);
        loadTexts(chosen).then(() => setLanguage(chosen), () => undefined);
      },
      text: (key, values) => message(language, key, values),
      date: (value) => message(language, 'date', { at: toDate(value) }),
      moment: (value) => message(language, 'moment', { at: toDate(value) }),
    }),
    [language],
  );
  return <TextsContext.Provider value={texts}>{children}</TextsContext.Provider>;
}

export function useTexts(): Texts {
  const texts = useContext(TextsContext);
  if (!texts) throw new Error('useTexts needs a TextsProvider above it');
  return texts;
}
