import { useCallback, useMemo, useRef, useState } from 'react';
import { ApiError, api } from '../../api/client';
import type { Answers, CaseAction, FieldError, FormView, Question } from '../../api/types';
import { useResource } from '../../api/use-resource';
import { LoadProblem, NotFound } from '../../blocks/load-problem';
import { Loading } from '../../blocks/loading';
import { Notice } from '../../blocks/notice';
import { useDraft } from '../../form/draft';
import { IdempotencyKey } from '../../form/idempotency';
import { useLiveEvents } from '../../live/live';
import { useRouter } from '../../routing/router';
import { To } from '../../routing/to';
import { useSession } from '../../session/session';
import type { Language } from '../../texts/language';
import { useTexts } from '../../texts/use-texts';
import { ActionHeader } from './action-header';
import { FormStep } from './form-step';
import { REASON, type Sending } from './offer';
import { ReceiptStep } from './receipt-step';
import { ReviewStep } from './review-step';

export type Step = 'form' | 'review' | 'sent';

interface ActionPageProps {
  id: string;
  name: string;
  step: Step;
  sent?: string;
}

// An act of the resident: its form, the review, and the receipt with what became of it. The answers
// live in this component, so they outlast a change of language, a push, a failure and a refusal; where
// the form keeps a draft they are with the server as well, and never in the browser's storage.
export default function ActionPage({ id, name, step, sent }: ActionPageProps) {
  const { language, text } = useTexts();
  const { navigate } = useRouter();
  const load = useCallback(() => loadAction(id, name, language), [id, name, language]);
  const { value: found, failure, refresh } = useResource(load);
  const [given, setGiven] = useState<Answers | null>(null);
  const path = `/cases/${id}/actions/${name}`;
  const sending = useSending(id, name, (receipt) => navigate(`${path}/sent/${receipt}`));
  const baseline = useRef<string | null>(null);
  const form = useMemo(
    () => (found?.action ? withReasons(found.action, found.form, text('reason_question')) : null),
    [found, text],
  );

  const begun = form?.draft?.answers ?? {};
  const answers = given ?? begun;
  const draft = useDraft(id, form, answers, step !== 'sent' && !sending.busy);

  useLiveEvents((event) => {
    if (event.kind === 'change' && event.case === id && step !== 'sent') refresh();
  });

  if (step === 'sent' && sent) {
    return <ReceiptStep id={id} name={name} action={sent} retry={() => { baseline.current = null; refresh(); navigate(path); }} />;
  }
  if (!found) return failure === null ? <Loading /> : <LoadProblem status={failure} retry={refresh} />;
  if (!found.action) return baseline.current === null ? <NotFound /> : <Gone offer={found} back={`/cases/${id}`} />;
  const offer = { ...found, action: found.action, form };
  const seen = seenOf(id, found.action, found.form);
  baseline.current ??= seen;

  const changed = baseline.current !== seen;
  const back = `/cases/${id}`;
  if (step === 'review' || !form) {
    return (
      <ReviewStep offer={offer} answers={answers} changed={changed} back={back} path={path} sending={sending}
        send={() => sending.send(offer.action, answers)} />
    );
  }
  return (
    <FormStep offer={offer} form={form} answers={answers} draft={draft} changed={changed} back={back}
      setAnswers={(change) => setGiven((former) => change(former ?? begun))}
      refused={sending.fieldErrors} next={() => navigate(`${path}/review`)} />
  );
}

// What a person has seen of what is acted on: where it changes he is told. A form about the case itself
// is what it shows and offers; the case's other news, its own draft among them, do not touch it.
function seenOf(id: string, action: CaseAction, form: FormView | null): string {
  if (!form || action.subject !== id) return `${action.subject} ${action.revision}`;
  const offered = form.asked.map((question) => [question.id, ...question.options.map((option) => option.value)]);
  return JSON.stringify([form.known.map((item) => item.id), offered]);
}

// The act is no longer offered: something happened while the page was open.
function Gone({ offer, back }: { offer: { subject: string; service: string }; back: string }) {
  const { text } = useTexts();
  return (
    <div className="page page-narrow">
      <ActionHeader offer={offer} title={text('gone_title')} back={back} />
      <Notice type="info">{text('stale')}</Notice>
      <div className="status-do"><To path={back} button="primary">{text('receipt_to_case')}</To></div>
    </div>
  );
}

async function loadAction(id: string, name: string, language: Language) {
  const view = await api.case(id, language);
  const action = view.actions.find((one) => one.name === name) ?? null;
  const form = action?.form ? await api.form(id, action.form, language) : null;
  const facts = action && view.card?.subject === action.subject ? view.card.facts : [];
  return { action, form, subject: view.subject.name, service: view.service, facts };
}

// The form with the question for a reason, where there are reasons to choose from.
function withReasons(action: CaseAction, form: FormView | null, label: string): FormView | null {
  if (!action.reasons) return form;
  const question: Question = { id: REASON, type: 'choice', label, help: null, options: action.reasons };
  const { subject, revision, label: title } = action;
  if (!form) return { form: '', title, subject, revision, known: [], asked: [question], keepsDraft: false, draft: null, submitLabel: title };
  return { ...form, asked: [...form.asked, question] };
}

function useSending(id: string, name: string, done: (action: string) => void): Sending {
  const { me, lost } = useSession();
  const { navigate } = useRouter();
  const key = useMemo(() => new IdempotencyKey(), []);
  const busy = useRef(false);
  const [state, setState] = useState({ busy: false, failed: false, attempt: 0, fieldErrors: [] as FieldError[] });

  const failWith = (error: unknown) => {
    const problem = error instanceof ApiError ? error : new ApiError(0);
    if (problem.status === 401) lost();
    const fieldErrors = problem.fieldErrors;
    setState((former) => ({ busy: false, failed: fieldErrors.length === 0, attempt: former.attempt + 1, fieldErrors }));
    if (fieldErrors.length > 0) navigate(`/cases/${id}/actions/${name}`);
  };
  const send: Sending['send'] = (action, answers) => {
    if (busy.current || !me) return; // a second click while the first is on its way
    busy.current = true;
    const { subject, revision } = action;
    const { [REASON]: reason, ...form } = answers;
    const body = { subject, revision, form, ...(action.reasons && typeof reason === 'string' ? { reason } : {}) };
    setState((former) => ({ ...former, busy: true, failed: false, fieldErrors: [] }));
    api
      .act(id, name, body, { csrf: me.csrf, idempotencyKey: key.keyFor(body) })
      .then((receipt) => {
        setState((former) => ({ ...former, busy: false }));
        done(receipt.action);
      }, failWith)
      .finally(() => {
        busy.current = false;
      });
  };
  return { ...state, send };
}
