import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { ApiError, api } from '../api/client';
import type { Me } from '../api/types';

// `unknown` until the server has said who is here; `ended` once a session that was open is not.
type State = 'unknown' | 'open' | 'none' | 'ended' | 'unreachable';

export interface Session {
  state: State;
  me: Me | null;
  // Asks the server again who is here.
  refresh: () => Promise<void>;
  // Somebody was answered 401: the session is over.
  lost: () => void;
}

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const [me, setMe] = useState<Me | null>(null);
  const [state, setState] = useState<State>('unknown');

  const lost = useCallback(() => {
    setMe(null);
    setState((former) => (former === 'open' || former === 'ended' ? 'ended' : 'none'));
  }, []);

  const refresh = useCallback(async () => {
    try {
      setMe(await api.me());
      setState('open');
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) lost();
      else setState((former) => (former === 'unknown' ? 'unreachable' : former));
    }
  }, [lost]);

  useEffect(() => {
    void refresh();
  }, [refresh]);

  const session = useMemo(() => ({ state, me, refresh, lost }), [state, me, refresh, lost]);
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession needs a SessionProvider above it');
  return session;
}
