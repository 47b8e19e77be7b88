import { createContext, useCallback, useContext, useEffect, useRef, useState, type ReactNode } from 'react';

const MERGE_MS = 1_000;

type Announce = (text: string) => void;
const AnnounceContext = createContext<Announce>(() => undefined);

// The page's one polite live region. It stands in the document from the first paint, because a
// screen reader does not speak a region that comes together with its text. What arrives within a
// second is said together, each text once.
export function Announcer({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState('');
  const waiting = useRef<string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>();

  const announce = useCallback<Announce>((text) => {
    if (!waiting.current.includes(text)) waiting.current.push(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setSaid(waiting.current.join(' '));
      waiting.current = [];
    }, MERGE_MS);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);

  return (
    <AnnounceContext.Provider value={announce}>
      {children}
      <div role="status" className="sr-only" data-testid="announcer">
        {said}
      </div>
    </AnnounceContext.Provider>
  );
}

export const useAnnounce = () => useContext(AnnounceContext);
