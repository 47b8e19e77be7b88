import { useEffect, useRef, useState } from 'react';
import { ApiError, api } from '../api/client';
import type { Answers, FormView } from '../api/types';
import { useSession } from '../session/session';

const KEEP_AFTER_MS = 1_500; // without a further change
const AGAIN_AFTER_MS = 10_000; // where it could not be kept
const KEEPS_NOTHING = [403, 404, 409]; // the case has moved on: there is nothing to try again

export interface KeptDraft {
  savedAt: string | null;
  failed: boolean;
}

// Keeps the answers with the server while they are being given, so that they outlast the page and the
// session; nothing is written in the browser. `active`: not while they are being sent, nor after that.
export function useDraft(id: string, form: FormView | null, answers: Answers, active: boolean): KeptDraft {
  const { me, lost } = useSession();
  const [state, setState] = useState<KeptDraft & { attempt: number }>({ savedAt: null, failed: false, attempt: 0 });
  const kept = useRef<string | null>(null);
  const over = useRef(false);
  const pending = useRef<(() => void) | null>(null);
  const name = form?.form;
  const csrf = me?.csrf;
  const text = JSON.stringify(answers);
  if (form && kept.current === null) kept.current = JSON.stringify(form.draft?.answers ?? {});

  useEffect(() => () => pending.current?.(), []); // leaves for another page of ours
  useEffect(() => {
    if (!active || !form?.keepsDraft || !name || !csrf || over.current || text === kept.current) return;
    const keep = (leaving: boolean) => {
      kept.current = text;
      api.keepDraft(id, name, JSON.parse(text) as Answers, csrf, leaving).then(
        ({ savedAt }) => setState((former) => ({ ...former, savedAt, failed: false })),
        (error: unknown) => {
          const status = error instanceof ApiError ? error.status : 0;
          kept.current = '';
          over.current = KEEPS_NOTHING.includes(status);
          if (status === 401) lost();
          if (!over.current) setState((former) => ({ ...former, failed: true, attempt: former.attempt + 1 }));
        },
      );
    };
    const timer = setTimeout(keep, state.failed ? AGAIN_AFTER_MS : KEEP_AFTER_MS, false);
    const leave = () => {
      clearTimeout(timer);
      if (kept.current !== text) keep(true);
    };
    window.addEventListener('pagehide', leave);
    pending.current = leave;
    return () => {
      pending.current = null;
      clearTimeout(timer);
      window.removeEventListener('pagehide', leave);
    };
  }, [active, csrf, form?.keepsDraft, id, lost, name, state.attempt, state.failed, text]);

  return { savedAt: state.savedAt ?? form?.draft?.savedAt ?? null, failed: state.failed };
}
