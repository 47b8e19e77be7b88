import { Button } from '@tehik-ee/tedi-react/tedi';
import { useId, useState, type FormEvent } from 'react';
import { ApiError } from '../../api/client';
import { officeApi, type Entry, type EntryField, type FamilyAnswer, type OfficeCase, type Official } from '../../api/office';
import { Notice } from '../../blocks/notice';
import { useTexts } from '../../texts/use-texts';
import { dataOf, momentOf } from './entry-data';

type Outcome = { kind: 'sent' } | { kind: 'failed'; words: string[] } | null;

const problemOf = (error: unknown): Outcome => ({
  kind: 'failed',
  words: error instanceof ApiError ? error.fieldErrors.map((one) => `${one.field}: ${one.text}`) : [],
});

function Result({ outcome }: { outcome: Outcome }) {
  const { text } = useTexts();
  return (
    <div role="status">
      {outcome?.kind === 'sent' && <Notice type="success">{text('office_sent')}</Notice>}
      {outcome?.kind === 'failed' && (
        <Notice type="danger">
          <p>{text('office_failed')}</p>
          {outcome.words.length > 0 && <ul>{outcome.words.map((words) => <li key={words}>{words}</li>)}</ul>}
        </Notice>
      )}
    </div>
  );
}

// What a register would have sent, field by field as the event's schema has it.
export function EntryForm({ id, entry, official, done }: { id: string; entry: Entry; official: Official; done: () => void }) {
  const { text } = useTexts();
  const [outcome, setOutcome] = useState<Outcome>(null);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = dataOf(entry.fields, new FormData(event.currentTarget));
    officeApi.enter(id, entry.event, data, official.csrf).then(
      () => {
        setOutcome({ kind: 'sent' });
        done();
      },
      (error: unknown) => setOutcome(problemOf(error)),
    );
  };
  return (
    <form onSubmit={submit} className="office-form">
      {entry.fields.map((field) => <Input key={field.path} field={field} />)}
      <Button type="submit">{text('office_save')}</Button>
      <Result outcome={outcome} />
    </form>
  );
}

export const INPUT_TYPES = { text: 'text', number: 'number', date: 'date', moment: 'datetime-local' } as const;

function Input({ field }: { field: EntryField }) {
  const { text } = useTexts();
  const id = useId();
  const name = field.path;
  const proposed = field.proposed === null || field.type === 'moment' ? undefined : String(field.proposed);
  const options = field.type === 'yes-no' ? ['true', 'false'] : field.options;
  return (
    <div className="office-field">
      <label htmlFor={id}>{name.slice(1).replaceAll('/', '.')}{field.required && ` (${text('office_required')})`}</label>
      {field.type === 'choice' || field.type === 'yes-no' ? (
        <select id={id} name={name} defaultValue={proposed ?? ''} required={field.required} aria-describedby={`${id}-about`}>
          <option value="">–</option>
          {options.map((option) => <option key={option} value={option}>{option}</option>)}
        </select>
      ) : (
        <input id={id} name={name} type={INPUT_TYPES[field.type]} defaultValue={proposed} required={field.required}
          autoComplete="off" aria-describedby={`${id}-about`} />
      )}
      <p id={`${id}-about`} className="quiet">{field.about}</p>
    </div>
  );
}

// What a guardian said by telephone or on paper. It counts from when it arrived, not from now.
export function AnswerForm({ view, official, done }: { view: OfficeCase; official: Official; done: () => void }) {
  const { text } = useTexts();
  const [outcome, setOutcome] = useState<Outcome>(null);
  const [action, setAction] = useState('');
  const [key, setKey] = useState(() => crypto.randomUUID());
  const form = useId();
  // An act with a form of its own is the family's to fill in.
  const actions = view.seen.actions.filter((one) => !one.automatic && !one.form);
  const chosen = actions.find((one) => one.name === action);
  if (actions.length === 0) return <p>{text('office_no_answer')}</p>;

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!chosen) return;
    const given = new FormData(event.currentTarget);
    const reason = given.get('reason');
    const answer = {
      guardian: view.reader,
      receivedAt: momentOf(String(given.get('receivedAt'))),
      identifiedBy: String(given.get('identifiedBy')) as FamilyAnswer['identifiedBy'],
      subject: chosen.subject,
      revision: chosen.revision,
      ...(chosen.reasons && reason ? { reason: String(reason) } : {}),
    };
    officeApi.answer(view.case, chosen.name, answer, official.csrf, key).then(
      () => {
        setOutcome({ kind: 'sent' });
        setKey(crypto.randomUUID());
        done();
      },
      (error: unknown) => setOutcome(problemOf(error)),
    );
  };
  return (
    <form onSubmit={submit} className="office-form">
      <p><strong>{text('office_reader')}:</strong> {view.guardians[view.reader]?.name}</p>
      <Choice id={`${form}-action`} name="action" label={text('card_answer')} value={action} change={setAction}
        options={actions.map((one) => ({ value: one.name, label: one.label }))} />
      {chosen?.reasons && (
        <Choice id={`${form}-reason`} name="reason" label={text('reason_question')} options={chosen.reasons} />
      )}
      <div className="office-field">
        <label htmlFor={`${form}-at`}>{text('office_received')}</label>
        <input id={`${form}-at`} name="receivedAt" type="datetime-local" required />
      </div>
      <Choice id={`${form}-how`} name="identifiedBy" label={text('office_identified')}
        options={view.identifiedBy.map((value) => ({ value, label: value in HOW ? text(HOW[value]) : value }))} />
      <Button type="submit">{text('office_save')}</Button>
      <Result outcome={outcome} />
    </form>
  );
}

const HOW = {
  'id-document': 'office_by_document',
  'control-questions': 'office_by_questions',
  'signed-letter': 'office_by_letter',
} as const;

interface ChoiceProps {
  id: string;
  name: string;
  label: string;
  options: { value: string; label: string }[];
  value?: string;
  change?: (value: string) => void;
}

function Choice({ id, name, label, options, value, change }: ChoiceProps) {
  return (
    <div className="office-field">
      <label htmlFor={id}>{label}</label>
      <select id={id} name={name} required {...(change ? { value, onChange: (event) => change(event.target.value) } : { defaultValue: '' })}>
        <option value="">–</option>
        {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
      </select>
    </div>
  );
}
