import type { EntryField } from '../../api/office';

// Of a field what its value is made from.
type Typed = Pick<EntryField, 'path' | 'type'>;

// A local date and time as an instant.
export const momentOf = (local: string): string => new Date(local).toISOString();

// The data of an event, from a form whose fields are named by JSON pointers. What was left empty is
// left out.
export function dataOf(fields: Typed[], given: FormData): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const field of fields) {
    const value = String(given.get(field.path) ?? '').trim();
    if (value === '') continue;
    const steps = field.path.split('/').slice(1);
    let place = data;
    for (const step of steps.slice(0, -1)) place = (place[step] ??= {}) as Record<string, unknown>;
    place[steps.at(-1)!] = typed(field.type, value);
  }
  return data;
}

function typed(type: EntryField['type'], value: string): unknown {
  if (type === 'number') return Number(value);
  if (type === 'yes-no') return value === 'true';
  return type === 'moment' ? momentOf(value) : value;
}
