import { Button } from '@tehik-ee/tedi-react/tedi';
import { useEffect, useState } from 'react';
import { Notice } from '../blocks/notice';
import { useAnnounce } from '../live/announcer';
import { toDate } from '../texts/message';
import { useTexts } from '../texts/use-texts';
import { useSession } from './session';

const WARN_BEFORE_MS = 2 * 60_000;
// Later ends are not watched: a timer holds no more than 24 days, and a clock that is moved for a
// test may say anything.
const LONGEST_WATCH_MS = 24 * 3_600_000;

// Two minutes before the session ends: says so and offers to stay. At the end, asks the server.
export function SessionWarning() {
  const { me, refresh } = useSession();
  const { text } = useTexts();
  const announce = useAnnounce();
  const [near, setNear] = useState(false);
  const ends = me?.expiresAt;

  useEffect(() => {
    setNear(false);
    const left = ends ? Date.parse(ends) - Date.now() : 0;
    if (left <= 0 || left > LONGEST_WATCH_MS) return;
    const warning = setTimeout(() => setNear(true), Math.max(0, left - WARN_BEFORE_MS));
    const end = setTimeout(() => void refresh(), left);
    return () => {
      clearTimeout(warning);
      clearTimeout(end);
    };
  }, [ends, refresh]);

  const warning = near && ends ? text('session_ends', { at: toDate(ends) }) : null;
  useEffect(() => {
    if (warning) announce(warning);
  }, [warning, announce]);

  if (!warning) return null;
  return (
    <Notice type="warning">
      {warning}{' '}
      <Button visualType="link" onClick={() => void refresh()}>
        {text('session_extend')}
      </Button>
    </Notice>
  );
}
