import { ChoiceGroup } from '@tehik-ee/tedi-react/tedi';
import type { ChoiceQuestion, FieldError } from '../api/types';
import { ChoiceLabel } from './choice-label';
import { FieldErrorText } from './error-summary';
import { fieldTarget } from './validate';

interface ChoiceFieldProps {
  question: ChoiceQuestion;
  value: string | null;
  change: (value: string) => void;
  error: FieldError | undefined;
}

// One of a few, as radio cards (TEDI's own indicator carries an attribute that is not
// allowed there; the mark is ours).
export function ChoiceField({ question, value, change, error }: ChoiceFieldProps) {
  const { id, label, help, options } = question;
  return (
    <div className={error ? 'field field-wrong' : 'field'}>
      <ChoiceGroup
        id={id}
        name={id}
        label={label}
        variant="card"
        layout="separated"
        direction={options.some((option) => option.effect) ? 'column' : 'row'}
        value={value}
        onChange={(picked) => typeof picked === 'string' && change(picked)}
        items={options.map((option, index) => ({
          id: index === 0 ? fieldTarget(id) : `${id}-${option.value}`,
          label: <ChoiceLabel label={option.label} effect={option.effect} />,
          value: option.value,
        }))}
        {...(help ? { helper: { text: help, id: `${id}-helper` } } : {})}
      />
      <FieldErrorText id={`${id}-error`} error={error} />
    </div>
  );
}
