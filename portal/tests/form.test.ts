import { webcrypto } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Question } from '../src/api/types';
import { IdempotencyKey } from '../src/form/idempotency';
import { added, moved, removed } from '../src/form/ranking';
import { validate } from '../src/form/validate';
import { loadTexts, message, type TextArguments, type TextKey } from '../src/texts/message';

globalThis.crypto ??= webcrypto as Crypto; // as in every browser; Node 18 has it not

const text = (key: TextKey, values?: TextArguments) => message('en', key, values);
const QUESTIONS: Question[] = [
  { id: 'preferences', type: 'ranked', label: 'Kindergartens', help: null, atLeast: 1, atMost: 2, options: [] },
  { id: 'wishedStart', type: 'choice', label: 'Start', help: null, options: [] },
];

describe('validation', () => {
  beforeAll(() => loadTexts('en'));

  it('finds what is missing, in the order of the questions', () => {
    expect(validate(QUESTIONS, {}, text)).toEqual([
      { field: 'preferences', text: 'Kindergartens: choose at least 1.' },
      { field: 'wishedStart', text: 'Start: choose one answer.' },
    ]);
  });

  it('finds too many choices', () => {
    const answers = { preferences: ['a', 'b', 'c'], wishedStart: '2027-09-01' };
    expect(validate(QUESTIONS, answers, text).map((error) => error.field)).toEqual(['preferences']);
  });

  it('is content with complete answers', () => {
    expect(validate(QUESTIONS, { preferences: ['a'], wishedStart: '2027-09-01' }, text)).toEqual([]);
  });
});

describe('a ranking', () => {
  it('moves a choice by one place', () => {
    expect(moved(['a', 'b', 'c'], 'c', -1)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b', 'c'], 'a', 1)).toEqual(['b', 'a', 'c']);
  });

  it('stays as it is at its ends and for an unknown choice', () => {
    const order = ['a', 'b'];
    expect(moved(order, 'a', -1)).toBe(order);
    expect(moved(order, 'b', 1)).toBe(order);
    expect(moved(order, 'x', 1)).toBe(order);
  });

  it('takes each choice once and no more than its limit', () => {
    expect(added(['a'], 'b', 2)).toEqual(['a', 'b']);
    expect(added(['a'], 'a', 2)).toEqual(['a']);
    expect(added(['a', 'b'], 'c', 2)).toEqual(['a', 'b']);
    expect(removed(['a', 'b'], 'a')).toEqual(['b']);
  });
});

describe('an idempotency key', () => {
  it('is one version 4 UUID for one content', () => {
    const key = new IdempotencyKey();
    const first = key.keyFor({ form: { preferences: ['a'] } });
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(key.keyFor({ form: { preferences: ['a'] } })).toBe(first);
  });

  it('is another one for another content', () => {
    const key = new IdempotencyKey();
    expect(key.keyFor({ a: 1 })).not.toBe(key.keyFor({ a: 2 }));
  });
});
