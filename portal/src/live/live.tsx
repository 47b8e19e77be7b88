import { createContext, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { ApiError, api } from '../api/client';
import { useSession } from '../session/session';
import { useTexts } from '../texts/use-texts';
import { useAnnounce } from './announcer';
import { LiveConnection } from './connection';
import type { LiveEvent } from './events';
import { shareConnection } from './shared-connection';

type Listener = (event: LiveEvent) => void;

interface Live {
  listeners: Set<Listener>;
  // Time of the data shown, where the server has been out of reach for ten seconds.
  offlineSince: number | null;
  backOnline: boolean;
}

const ONLINE_NOTE_MS = 8_000;
const LiveContext = createContext<Live | null>(null);

export function LiveProvider({ children }: { children: ReactNode }) {
  const { me, lost } = useSession();
  const { language, text } = useTexts();
  const announce = useAnnounce();
  const listeners = useRef(new Set<Listener>()).current;
  const [offlineSince, setOfflineSince] = useState<number | null>(null);
  const [backOnline, setBackOnline] = useState(false);
  const latest = useRef({ language, text, announce, lost });
  latest.current = { language, text, announce, lost };
  const open = me !== null;

  useEffect(() => {
    if (!open) return;
    let noteEnds: ReturnType<typeof setTimeout> | undefined;
    const reach = (event: Extract<LiveEvent, { kind: 'reach' }>) => {
      const { text: say, announce: speak } = latest.current;
      setOfflineSince(event.reached ? null : event.since);
      setBackOnline(event.reached);
      clearTimeout(noteEnds);
      if (event.reached) noteEnds = setTimeout(() => setBackOnline(false), ONLINE_NOTE_MS);
      speak(event.reached ? say('online') : say('offline', { at: new Date(event.since) }));
    };
    const listen: Listener = (event) => {
      if (event.kind === 'reach') reach(event);
      listeners.forEach((listener) => listener(event));
    };
    const poll = () =>
      api.cases(latest.current.language).catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 401) latest.current.lost();
        throw error;
      });
    const stop = shareConnection((tell) => {
      const connection = new LiveConnection({
        open: () => new EventSource('/api/v1/me/stream'),
        poll,
        tell,
        random: Math.random,
      });
      connection.start();
      return () => connection.stop();
    }, listen);
    return () => {
      clearTimeout(noteEnds);
      stop();
    };
  }, [open, listeners]);

  const live = useMemo(
    () => ({ listeners, offlineSince, backOnline }),
    [listeners, offlineSince, backOnline],
  );
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

function useLiveContext(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error('live needs a LiveProvider above it');
  return live;
}

export function useReach() {
  const { offlineSince, backOnline } = useLiveContext();
  return { offlineSince, backOnline };
}

// Calls `listener` for every event of the server while the component is shown.
export function useLiveEvents(listener: Listener): void {
  const { listeners } = useLiveContext();
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const call: Listener = (event) => latest.current(event);
    listeners.add(call);
    return () => {
      listeners.delete(call);
    };
  }, [listeners]);
}
