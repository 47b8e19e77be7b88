import type { TimelineGroup, TimelineItem } from '../api/types';

// What the short form shows: the last thing done, now, and the next two.
export function shorten(items: TimelineItem[], group: TimelineGroup): TimelineItem[] {
  const all = items.filter((item) => item.group === group);
  if (group === 'done') return all.slice(-1);
  return group === 'next' ? all.slice(0, 2) : all;
}
