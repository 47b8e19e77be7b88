// The HTTP API's answers as the portal reads them. Dates are `YYYY-MM-DD`, instants RFC 3339; every
// text is already in the language that was asked for.

export type Turn = 'resident' | 'municipality' | 'kindergarten' | 'register' | 'none';

export interface Me {
  name: string;
  csrf: string;
  expiresAt: string;
  development: boolean;
}

export interface DevelopmentPerson {
  person: string;
  name: string;
  municipality: string;
  headline: string;
}

export interface CaseSummary {
  case: string;
  revision: number;
  child: { name: string };
  municipality: { name: string };
  headline: string;
  turn: Turn;
  turnText: string;
  by: string | null;
}

export interface LegalBasis {
  id: string;
  text: string;
  url: string | null;
}

export interface Contact {
  unit: string;
  phone: string;
  email: string;
  hours: string;
}

export interface CaseStatus {
  key: string;
  headline: string;
  body: string;
  next: string;
  turn: Turn;
  turnText: string;
  by: string | null;
  daysLeft: string | null;
  final: boolean;
  delayed: { text: string; system: string; since: string } | null;
  legalBasis: LegalBasis[];
  contact: Contact | null;
  catalogue: string;
}

// One of the reasons to choose from, and what follows from it.
export interface Reason {
  value: string;
  label: string;
  effect: string | null;
}

export interface CaseAction {
  name: string;
  label: string;
  primary: boolean;
  // Sent by the page itself when it is shown; there is no button.
  automatic: boolean;
  form: string | null;
  subject: string;
  revision: string;
  effect: string | null;
  reasons: Reason[] | null;
}

// What the answers are about (an offer): its facts, until when, and what happens without an answer;
// when it is over, what ended it.
export interface SubjectCard {
  title: string;
  subject: string;
  open: boolean;
  facts: KnownItem[];
  deadline: string | null;
  daysLeft: string | null;
  silence: string | null;
  outcome: { title: string; at: string; text: string | null } | null;
}

export interface LegalClock {
  name: string;
  state: 'waiting' | 'running' | 'paused' | 'warned' | 'breached' | 'decided';
  due: string | null;
  text: string;
  paused: string | null;
}

// Something that was said to the reader; `corrects` and `correctedBy` are places in the list.
export interface Said {
  at: string;
  kind: 'action' | 'notice' | 'correction';
  title: string;
  text: string | null;
  corrects: number | null;
  correctedBy: number | null;
}

export type TimelineGroup = 'done' | 'now' | 'next';

export interface TimelineItem {
  group: TimelineGroup;
  // On which choice it depends: "If you accept".
  branch: string | null;
  title: string;
  at: string | null;
  by: string | null;
  actor: string;
  text: string | null;
}

export interface KnownItem {
  id: string;
  label: string;
  value: string;
  origin: { source: string; asOf: string; text: string } | null;
}

export interface RuleTrace {
  at: string;
  event: string;
  rule: string;
  outcome: string;
  facts: { name: string; value: string }[];
}

export interface Viewer {
  role: string;
  name: string;
  you: boolean;
}

export interface DataUse {
  at: string;
  who: string;
  purpose: string;
}

export interface CaseView {
  case: string;
  revision: number;
  updatedAt: string;
  number: string;
  service: string;
  child: { name: string; bornOn: string | null };
  municipality: { name: string };
  status: CaseStatus;
  clock: LegalClock | null;
  card: SubjectCard | null;
  actions: CaseAction[];
  timeline: TimelineItem[];
  messages: Said[];
  application: KnownItem[];
  why: RuleTrace[];
  seenBy: Viewer[];
  dataUse: DataUse[];
}

export interface Option {
  value: string;
  label: string;
  effect?: string | null;
}

export interface RankedQuestion {
  id: string;
  type: 'ranked';
  label: string;
  help?: string | null;
  atLeast: number;
  atMost: number;
  options: Option[];
}

export interface ChoiceQuestion {
  id: string;
  type: 'choice';
  label: string;
  help?: string | null;
  options: Option[];
}

export type Question = RankedQuestion | ChoiceQuestion;

export interface FormView {
  form: string;
  title: string;
  subject: string;
  revision: string;
  known: KnownItem[];
  asked: Question[];
  // Whether answers may be kept while the form is filled in, and what this person has given so far.
  keepsDraft: boolean;
  draft: { answers: Answers; savedAt: string } | null;
  submitLabel: string;
}

export type Answers = Record<string, string | string[]>;

// An act as it is sent.
export interface Sent {
  subject: string;
  revision: string;
  form: Answers;
  reason?: string;
}

export interface FieldError {
  field: string;
  text: string;
}

export type Outcome = 'pending' | 'accepted' | 'refused';

export interface Receipt {
  action: string;
  receivedAt: string;
  outcome: Outcome;
}

export interface ActionView extends Receipt {
  case: string;
  name: string;
  reason: { code: string; text: string } | null;
}
