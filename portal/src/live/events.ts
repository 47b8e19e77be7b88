// What the server tells an open page: which case changed, never what it now says. The page reads the
// case again, and so has its rights checked again.

export interface CaseRevision {
  case: string;
  revision: number;
}

export type LiveEvent =
  | { kind: 'snapshot'; cases: CaseRevision[] }
  | { kind: 'change'; case: string; revision: number }
  | { kind: 'action'; action: string; case: string }
  | { kind: 'gone'; case: string }
  // Whether the server can be reached; `since` is the time of the data shown (ms since the epoch).
  | { kind: 'reach'; reached: boolean; since: number };

export const STREAM_EVENTS = ['snapshot', 'change', 'action', 'gone'] as const;

// The event `name` with the JSON text `data`, or null where the text is not what it should be.
export function readEvent(name: (typeof STREAM_EVENTS)[number], data: string): LiveEvent | null {
  try {
    return { ...(JSON.parse(data) as object), kind: name } as LiveEvent;
  } catch {
    return null;
  }
}
