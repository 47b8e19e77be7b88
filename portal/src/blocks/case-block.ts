import type { ReactNode } from 'react';
import type { CaseView } from '../api/types';

// A block of a case's page. Each is a file of `case/` that exports its `block`; the page finds them there
// (case-blocks.ts), so that a new one is named nowhere else.
export interface Block {
  column: 'main' | 'side';
  place: number; // within the column, from the top; each stands once
  // The part of the answer whose changes mark the block as new; without it nothing does.
  shows?: keyof CaseView;
  // `changes` counts up with every pushed change of what it shows. Draws nothing where it has nothing to say.
  Show: (props: { view: CaseView; changes: number }) => ReactNode;
}
