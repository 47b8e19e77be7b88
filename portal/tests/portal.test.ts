import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TimelineItem } from '../src/api/types';
import { inSum, shorten } from '../src/blocks/shorten';
import { match } from '../src/routing/match';

describe('a route', () => {
  it('gives its named parts', () => {
    expect(match('/cases/:id/actions/:name', '/cases/7c/actions/apply')).toEqual({ id: '7c', name: 'apply' });
    expect(match('/', '/')).toEqual({});
  });

  it('fits neither a longer nor a shorter nor another path', () => {
    expect(match('/cases/:id', '/cases/7c/actions')).toBeNull();
    expect(match('/cases/:id/review', '/cases/7c')).toBeNull();
    expect(match('/', '/cases')).toBeNull();
  });
});

describe('the short timeline', () => {
  it('shows the last thing done, now, and the next two', () => {
    const items = ['done 1', 'done 2', 'now 1', 'next 1', 'next 2', 'next 3'].map(
      (title) => ({ group: title.split(' ')[0], title }) as TimelineItem,
    );
    const titles = (['done', 'now', 'next'] as const).flatMap((group) => shorten(items, group)).map((item) => item.title);
    expect(titles).toEqual(['done 2', 'now 1', 'next 1', 'next 2']);
  });
});

describe('the uses of data', () => {
  it('stand once for each who and what for, with the last time and how often', () => {
    const use = (at: string, purpose: string) => ({ at, who: 'Register', purpose });
    expect(inSum([use('2026-05-21', 'queue'), use('2026-05-20', 'queue'), use('2026-05-19', 'check'), use('2026-05-18', 'queue')])).toEqual([
      { at: '2026-05-21', who: 'Register', purpose: 'queue', times: 3 },
      { at: '2026-05-19', who: 'Register', purpose: 'check', times: 1 },
    ]);
  });
});

describe('the lock file', () => {
  it('names no place that packages come from', () => {
    const lock = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
    expect(lock).not.toMatch(/"resolved"/);
  });
});

describe('the blocks of a case', () => {
  const sources: Record<string, string> = import.meta.glob('../src/blocks/case/*.tsx', { query: '?raw', import: 'default', eager: true });
  const blocks = Object.values(sources).map((source) => source.slice(source.indexOf('export const block: Block')))
    .map((block) => ({ column: /column: '(\w+)'/.exec(block)?.[1], place: Number(/place: (\d+)/.exec(block)?.[1]), shows: /shows: '(\w+)'/.exec(block)?.[1] }));

  it('stand each alone in its place', () => {
    const places = blocks.map(({ column, place }) => `${column} ${place}`);
    expect(places.length).toBeGreaterThan(9);
    expect([...new Set(places)]).toEqual(places);
  });

  it('are marked as new by changes of what they show', () => {
    expect(blocks.map(({ shows }) => shows)).toEqual(expect.arrayContaining(
      ['application', 'card', 'messages', 'seenBy', 'status', 'timeline', 'why'],
    ));
  });
});
