import type { LiveEvent } from './events';

const NAME = 'elukaar-live';
const REPEAT_REACH = 'repeat reach';

type Tell = (event: LiveEvent) => void;

// Runs `open` in one tab of the browser only (the holder of a Web Lock) and gives what it tells to
// `listen` in every tab. When the leading tab closes, the browser hands the lock to another. Without
// Web Locks each tab opens its own. Returns the function that stops it.
export function shareConnection(open: (tell: Tell) => () => void, listen: Tell): () => void {
  if (!('locks' in navigator) || typeof BroadcastChannel === 'undefined') return open(listen);

  const channel = new BroadcastChannel(NAME);
  const waiting = new AbortController();
  let stopLeading: (() => void) | undefined;
  let lastReach: LiveEvent | undefined;

  channel.onmessage = ({ data }: MessageEvent<LiveEvent | typeof REPEAT_REACH>) => {
    if (data !== REPEAT_REACH) listen(data);
    else if (lastReach) channel.postMessage(lastReach);
  };
  channel.postMessage(REPEAT_REACH);

  const lead = () =>
    new Promise<void>((release) => {
      const close = open((event) => {
        if (event.kind === 'reach') lastReach = event;
        listen(event);
        channel.postMessage(event);
      });
      stopLeading = () => {
        close();
        release();
      };
    });
  navigator.locks.request(NAME, { signal: waiting.signal }, lead).catch(() => undefined);

  return () => {
    waiting.abort();
    stopLeading?.();
    channel.close();
  };
}
