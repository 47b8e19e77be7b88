import { useCallback, useEffect, useRef, useState } from 'react';
import { useSession } from '../session/session';
import { ApiError } from './client';

export interface Resource<T> {
  // What was last read; kept while it is read again (a push, another language).
  value: T | null;
  // The HTTP status that stands in the way (0: no answer), where there is nothing to show.
  failure: number | null;
  refresh: () => void;
}

// Reads with `load` at once and whenever `load` is another function (so memoise it). Answers that
// were overtaken by a later read are dropped; `failed` hears of the other failures.
export function useRead<T>(load: () => Promise<T>, failed?: (status: number) => void): Resource<T> {
  const [value, setValue] = useState<T | null>(null);
  const [failure, setFailure] = useState<number | null>(null);
  const newest = useRef(0);

  const refresh = useCallback(() => {
    const mine = ++newest.current;
    load().then(
      (read) => {
        if (mine !== newest.current) return;
        setValue(read);
        setFailure(null);
      },
      (error: unknown) => {
        if (mine !== newest.current) return;
        const status = error instanceof ApiError ? error.status : 0;
        failed?.(status);
        if (status === 404) setValue(null);
        setFailure(status);
      },
    );
  }, [load, failed]);

  useEffect(() => {
    refresh();
    return () => {
      newest.current += 1;
    };
  }, [refresh]);

  return { value, failure, refresh };
}

// The same for what a resident's session opens: a 401 says that it has ended, and what could not be read
// because of that is read once there is one again.
export function useResource<T>(load: () => Promise<T>): Resource<T> {
  const { lost, state } = useSession();
  const ended = useCallback((status: number) => {
    if (status === 401) lost();
  }, [lost]);
  const resource = useRead(load, ended);
  const { failure, refresh } = resource;
  useEffect(() => {
    if (state === 'open' && failure === 401) refresh();
  }, [state, failure, refresh]);
  return resource;
}
