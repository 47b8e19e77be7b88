import { useEffect } from 'react';
import { api } from '../api/client';
import type { CaseView } from '../api/types';
import { useSession } from '../session/session';

// What this visit has sent by itself: once for each subject and its version.
const sent = new Set<string>();

// Takes the actions that have no button, as "the family has opened the offer": when the page is
// really looked at. What could not be sent is sent with the next reading.
export function useAutomaticActions(view: CaseView | null): void {
  const { me } = useSession();
  useEffect(() => {
    if (!view || !me) return;
    const send = () => {
      if (document.visibilityState !== 'visible') return;
      for (const { name, subject, revision, automatic } of view.actions) {
        const what = [view.case, name, subject, revision].join(' ');
        if (!automatic || sent.has(what)) continue;
        sent.add(what);
        const guard = { csrf: me.csrf, idempotencyKey: crypto.randomUUID() };
        api.act(view.case, name, { subject, revision, form: {} }, guard).catch(() => sent.delete(what));
      }
    };
    send();
    document.addEventListener('visibilitychange', send);
    return () => document.removeEventListener('visibilitychange', send);
  }, [view, me]);
}
