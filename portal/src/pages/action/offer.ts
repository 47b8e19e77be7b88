import type { Answers, CaseAction, FieldError, FormView, KnownItem } from '../../api/types';

// What can be done, and for whom.
export interface Offer {
  action: CaseAction;
  form: FormView | null;
  subject: string;
  service: string;
  // What the act is about, as its card shows it.
  facts: KnownItem[];
}

// The answer to the question that an action's reasons make.
export const REASON = 'reason';

// How far the sending of it has come.
export interface Sending {
  busy: boolean;
  failed: boolean;
  attempt: number;
  fieldErrors: FieldError[];
  send: (action: CaseAction, answers: Answers) => void;
}
