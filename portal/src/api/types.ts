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
  final: boolean;
  delayed: { text: string; system: string; since: string } | null;
  legalBasis: LegalBasis[];
  contact: Contact | null;
  catalogue: string;
}

export interface CaseAction {
  name: string;
  label: string;
  primary: boolean;
  form: string | null;
  subject: string;
  revision: string;
  effect: string | null;
}

export type TimelineGroup = 'done' | 'now' | 'next';

export interface TimelineItem {
  group: TimelineGroup;
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
  actions: CaseAction[];
  timeline: TimelineItem[];
  application: KnownItem[];
  why: RuleTrace[];
  seenBy: Viewer[];
  dataUse: DataUse[];
}

export interface Option {
  value: string;
  label: string;
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
  submitLabel: string;
}

export type Answers = Record<string, string | string[]>;

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
