import { Button, Card, CardContent, Heading } from '@tehik-ee/tedi-react/tedi';
import { useState, type FormEvent } from 'react';
import type { Answers, FieldError, FormView, KnownItem, Question } from '../../api/types';
import { KnownItems } from '../../blocks/known-items';
import { Notice } from '../../blocks/notice';
import { ChoiceField } from '../../form/choice-field';
import type { KeptDraft } from '../../form/draft';
import { ErrorSummary } from '../../form/error-summary';
import { RankedField } from '../../form/ranked-field';
import { chosen, validate } from '../../form/validate';
import { toDate } from '../../texts/message';
import { useTexts } from '../../texts/use-texts';
import { ActionHeader } from './action-header';
import type { Offer } from './offer';

interface FormStepProps {
  offer: Offer;
  form: FormView;
  answers: Answers;
  draft: KeptDraft;
  setAnswers: (change: (former: Answers) => Answers) => void;
  changed: boolean;
  // What the server refused about the answers.
  refused: FieldError[];
  back: string;
  next: () => void;
}

// What is known, shown once with its origin, and only the rest asked.
export function FormStep({ offer, form, answers, draft, setAnswers, changed, refused, back, next }: FormStepProps) {
  const { text } = useTexts();
  const [attempt, setAttempt] = useState(refused.length > 0 ? 1 : 0);
  const [checked, setChecked] = useState(false);
  // Errors are shown after a submission; then they follow the answers (and the language).
  const found = checked ? validate(form.asked, answers, text) : [];
  const errors = found.length > 0 || checked ? found : refused;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (validate(form.asked, answers, text).length === 0) return next();
    setChecked(true);
    setAttempt(attempt + 1);
  };

  return (
    <div className="page page-narrow">
      <ErrorSummary errors={errors} attempt={attempt} />
      <ActionHeader offer={offer} title={form.title} back={back} step={1} wrong={errors.length > 0} />
      {changed && <Notice type="info">{text('stale')}</Notice>}
      <About facts={offer.facts} />
      {form.known.length > 0 && (
        <section aria-labelledby="known-title">
          <Card background="primary">
            <CardContent>
              <Heading element="h2" modifiers="h3" id="known-title">{text('form_known')}</Heading>
              <p className="quiet">{text('form_known_lead')}</p>
              <KnownItems items={form.known} />
            </CardContent>
          </Card>
        </section>
      )}
      <form onSubmit={submit} noValidate>
        <Card>
          <CardContent>
            <Heading element="h2" modifiers="h3">{text('form_asked')}</Heading>
            {form.asked.map((question) => (
              <Field key={question.id} question={question} answers={answers}
                error={errors.find((error) => error.field === question.id)}
                change={(value) => setAnswers((former) => ({ ...former, [question.id]: value }))} />
            ))}
          </CardContent>
        </Card>
        {draft.failed && <p className="quiet">{text('draft_failed')}</p>}
        {!draft.failed && draft.savedAt && <p className="quiet">{text('draft_saved', { at: toDate(draft.savedAt) })}</p>}
        <div className="form-end"><Button type="submit">{text('review_button')}</Button></div>
      </form>
    </div>
  );
}

// What is being answered, where the act has a card.
export function About({ facts }: { facts: KnownItem[] }) {
  const { text } = useTexts();
  if (facts.length === 0) return null;
  return (
    <section aria-labelledby="about-title">
      <Card background="primary">
        <CardContent>
          <Heading element="h2" modifiers="h3" id="about-title">{text('card_about')}</Heading>
          <KnownItems items={facts} />
        </CardContent>
      </Card>
    </section>
  );
}

interface FieldProps {
  question: Question;
  answers: Answers;
  error: FieldError | undefined;
  change: (value: string | string[]) => void;
}

function Field({ question, answers, error, change }: FieldProps) {
  const answer = chosen(answers, question.id);
  if (question.type === 'ranked') {
    return <RankedField question={question} order={answer} change={change} error={error} />;
  }
  return <ChoiceField question={question} value={answer[0] ?? null} change={change} error={error} />;
}
