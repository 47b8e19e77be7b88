import { Button, ChoiceGroup } from '@tehik-ee/tedi-react/tedi';
import { useState, type FormEvent } from 'react';
import type { CaseAction, SubjectCard } from '../api/types';
import { useRouter } from '../routing/router';
import { useTexts } from '../texts/use-texts';
import { ChoiceLabel } from './choice-label';
import { FieldErrorText } from './error-summary';

// The choice outlasts the way to the confirm page and back; it is written nowhere.
const chosenFor = new Map<string, string>();

interface AnswerProps {
  case: string;
  card: SubjectCard;
  answers: CaseAction[];
}

// The choice between the answers, each with what follows from it; the next page asks to confirm it.
export default function Answer({ case: id, card, answers }: AnswerProps) {
  const { text } = useTexts();
  const { navigate } = useRouter();
  const [choice, setChoice] = useState(chosenFor.get(card.subject) ?? null);
  const [missing, setMissing] = useState(false);
  if (answers.length === 0) return null;

  const choose = (name: string) => {
    chosenFor.set(card.subject, name);
    setChoice(name);
    setMissing(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const chosen = answers.find((answer) => answer.name === choice);
    if (chosen) return navigate(`/cases/${id}/actions/${chosen.name}`);
    setMissing(true);
    document.getElementById(`card-${answers[0]!.name}`)?.focus();
  };
  return (
    <form onSubmit={submit} noValidate className={missing ? 'field field-wrong' : 'field'}>
      <ChoiceGroup
        id="card-answer" name="card-answer" label={text('card_answer')} variant="card" layout="separated"
        direction="column" value={choice} onChange={(picked) => typeof picked === 'string' && choose(picked)}
        items={answers.map((answer) => ({
          id: `card-${answer.name}`,
          value: answer.name,
          label: <ChoiceLabel label={answer.label} effect={answer.effect} />,
        }))}
      />
      <FieldErrorText id="card-answer-error" error={missing ? { field: 'card-answer', text: text('card_missing') } : undefined} />
      <div className="status-do"><Button type="submit">{text('card_next')}</Button></div>
    </form>
  );
}
