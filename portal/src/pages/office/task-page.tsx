import { Button } from '@tehik-ee/tedi-react/tedi';
import { useCallback, useEffect, useId, useState, type FormEvent } from 'react';
import { ApiError } from '../../api/client';
import { officeApi, type Official, type Task, type TaskAnswer, type TaskField } from '../../api/office';
import { LoadProblem } from '../../blocks/load-problem';
import { Loading } from '../../blocks/loading';
import { Notice } from '../../blocks/notice';
import { PageTitle } from '../../blocks/page-title';
import { Section } from '../../blocks/section';
import { To } from '../../routing/to';
import { useTexts } from '../../texts/use-texts';
import { dataOf } from './entry-data';
import { INPUT_TYPES } from './office-forms';

type Outcome = { kind: 'taken' } | { kind: 'failed'; status: number; words: string[] } | null;

// One task: for whom, what to do, by when; and what came of it.
export function TaskPage({ id, official }: { id: string; official: Official }) {
  const { language, text, date } = useTexts();
  const [task, setTask] = useState<Task | null>(null);
  const [failure, setFailure] = useState<number | null>(null);
  const [outcome, setOutcome] = useState<Outcome>(null);
  const load = useCallback(() => {
    officeApi.task(id, language).then(setTask, (error: unknown) => setFailure(error instanceof ApiError ? error.status : 0));
  }, [id, language]);
  useEffect(load, [load]);
  if (!task && failure === 404) {
    return (
      <div className="page">
        <PageTitle parts={[text('office_tasks')]}>{text('office_tasks')}</PageTitle>
        <p>{text('office_task_gone')}</p>
        <To path="/office/tasks" back>{text('office_tasks')}</To>
      </div>
    );
  }
  if (!task) return failure === null ? <Loading /> : <LoadProblem status={failure} retry={load} />;

  const send = (answer: TaskAnswer) => {
    const label = (path: string) => task.fields.find((field) => field.path === path)?.label ?? '';
    officeApi.answerTask(id, answer, official.csrf).then(
      () => setOutcome({ kind: 'taken' }),
      (error: unknown) => setOutcome(error instanceof ApiError
        ? { kind: 'failed', status: error.status, words: error.fieldErrors.map((one) => [label(one.field), one.text].filter(Boolean).join(': ')) }
        : { kind: 'failed', status: 0, words: [] }),
    );
  };
  return (
    <div className="page">
      <header className="case-header">
        <nav aria-label={text('breadcrumb')}><To path="/office/tasks" back>{text('office_tasks')}</To></nav>
        <p className="overline">{text('case_number', { number: task.number })}</p>
        <PageTitle parts={[task.title, task.number]}>{task.title}</PageTitle>
        {task.by && (
          <p>{text('office_by')}: <time dateTime={task.by}>{date(task.by)}</time>{' '}
            {task.overdue && <strong className="office-overdue">{text('office_overdue')}</strong>}</p>
        )}
      </header>
      <p>{task.todo}</p>
      <dl className="items">
        {task.persons.map((one) => (
          <div key={one.who}>
            <dt>{one.label}</dt>
            <dd>{one.name}{one.personalCode && <span className="origin">{text('office_code')} {one.personalCode}</span>}</dd>
          </div>
        ))}
        {task.facts.map((fact) => <div key={fact.label}><dt>{fact.label}</dt><dd>{fact.text}</dd></div>)}
      </dl>
      <To path={`/office/${task.case}`}>{text('office_open_case')}</To>
      <div role="status"><Told outcome={outcome} /></div>
      {outcome?.kind !== 'taken' && (
        <>
          <Section id="done" title={text('office_task_done')}><DoneForm fields={task.fields} send={send} /></Section>
          {task.refusals.length > 0 && (
            <Section id="refused" title={text('office_task_refused')}><RefusedForm refusals={task.refusals} send={send} /></Section>
          )}
        </>
      )}
    </div>
  );
}

function Told({ outcome }: { outcome: Outcome }) {
  const { text } = useTexts();
  if (!outcome) return null;
  if (outcome.kind === 'taken') return <Notice type="success">{text('office_task_taken')}</Notice>;
  if (outcome.status === 409) return <Notice type="danger">{text('office_task_conflict')}</Notice>;
  if (outcome.status === 404) return <Notice type="danger">{text('office_task_gone')}</Notice>;
  return (
    <Notice type="danger">
      <p>{text('office_failed')}</p>
      {outcome.words.length > 0 && <ul>{outcome.words.map((words) => <li key={words}>{words}</li>)}</ul>}
    </Notice>
  );
}

function DoneForm({ fields, send }: { fields: TaskField[]; send: (answer: TaskAnswer) => void }) {
  const { text } = useTexts();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    send({ done: dataOf(fields, new FormData(event.currentTarget)) });
  };
  return (
    <form onSubmit={submit} className="office-form">
      <p className="quiet">{text('office_task_done_lead')}</p>
      {fields.map((field) => <Input key={field.path} field={field} />)}
      <Button type="submit">{text('office_save')}</Button>
    </form>
  );
}

function Input({ field }: { field: TaskField }) {
  const { text } = useTexts();
  const id = useId();
  const proposed = field.proposed === null || field.type === 'moment' ? '' : String(field.proposed);
  return (
    <div className="office-field">
      <label htmlFor={id}>{field.label}{field.required && ` (${text('office_required')})`}</label>
      {field.type === 'choice' || field.type === 'yes-no' ? (
        <select id={id} name={field.path} defaultValue={proposed} required={field.required}>
          <option value="">–</option>
          {field.options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
        </select>
      ) : (
        <input id={id} name={field.path} type={INPUT_TYPES[field.type]} defaultValue={proposed} required={field.required} autoComplete="off" />
      )}
    </div>
  );
}

function RefusedForm({ refusals, send }: { refusals: Task['refusals']; send: (answer: TaskAnswer) => void }) {
  const { text } = useTexts();
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    send({ refused: { code: String(new FormData(event.currentTarget).get('code')) } });
  };
  return (
    <form onSubmit={submit} className="office-form">
      <p className="quiet">{text('office_task_refused_lead')}</p>
      <div className="office-field">
        <label htmlFor={id}>{text('office_reason')}</label>
        <select id={id} name="code" required defaultValue="">
          <option value="">–</option>
          {refusals.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}
        </select>
      </div>
      <Button type="submit" visualType="secondary">{text('office_refuse')}</Button>
    </form>
  );
}
