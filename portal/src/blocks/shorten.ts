import type { DataUse, TimelineGroup, TimelineItem } from '../api/types';

// What the short form shows: the last thing done, now, and the next two.
export function shorten(items: TimelineItem[], group: TimelineGroup): TimelineItem[] {
  const all = items.filter((item) => item.group === group);
  if (group === 'done') return all.slice(-1);
  return group === 'next' ? all.slice(0, 2) : all;
}

// A register that is silent is asked again and again: the same use by the same stands there once, with
// its last time and how often it was. The newest use comes first.
export function inSum(uses: DataUse[]): (DataUse & { times: number })[] {
  const sums = new Map<string, DataUse & { times: number }>();
  for (const use of uses) {
    const key = `${use.who}\n${use.purpose}`;
    const former = sums.get(key);
    if (!former) sums.set(key, { ...use, times: 1 });
    else sums.set(key, { ...former, at: former.at > use.at ? former.at : use.at, times: former.times + 1 });
  }
  return [...sums.values()];
}
