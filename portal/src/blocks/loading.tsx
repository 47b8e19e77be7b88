import { Skeleton } from '@tehik-ee/tedi-react/tedi';
import { useEffect, useState } from 'react';
import { useAnnounce } from '../live/announcer';
import { useTexts } from '../texts/use-texts';

const SHOW_AFTER_MS = 200;

// Grey shapes of about the size of what is being read; nothing at all for a quick answer.
export function Loading() {
  const { text } = useTexts();
  const announce = useAnnounce();
  const [slow, setSlow] = useState(false);
  const label = text('loading');

  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SHOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    if (slow) announce(label);
  }, [slow, announce, label]);

  return (
    <div className="page" data-testid="loading">
      <h1 className="sr-only">{label}</h1>
      {slow && (
        <div className="loading" aria-hidden="true">
          <Skeleton.Block width={40} height={40} />
          <Skeleton.Block width={100} height={260} />
          <Skeleton.Block width={100} height={180} />
        </div>
      )}
    </div>
  );
}
