// The HTTP API's answers by the names that the portal has for them. What they hold stands in schema.ts, which
// `npm run api` makes of orchestrator/adapters/http/openapi.yaml. Dates are `YYYY-MM-DD`, instants RFC 3339; every
// text is already in the language that was asked for.
import type {
  ChoiceQuestion as Choice, DevelopmentPersons, FormProblem, Option, RankedQuestion, Reason, TimelineItem,
} from './schema';

export type {
  Act as Sent, Action as ActionView, Answers, Card as SubjectCard, Case as CaseView, CaseAction, CaseStatus, CaseSummary,
  DataUse, Form as FormView, KnownItem, LegalClock, Me, Outcome, RankedQuestion, Reason, Receipt,
  RuleTrace, Said, TimelineItem, Turn, Viewer,
} from './schema';

export type DevelopmentPerson = DevelopmentPersons['persons'][number];
export type FieldError = FormProblem['errors'][number];
// The page asks for an action's reason as for an answer: such options say what follows from them.
export type ChoiceQuestion = Omit<Choice, 'options'> & { options: (Option & Partial<Pick<Reason, 'effect'>>)[] };
export type Question = RankedQuestion | ChoiceQuestion;
export type TimelineGroup = TimelineItem['group'];
