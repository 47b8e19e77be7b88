import { ChoiceGroup } from '@tehik-ee/tedi-react/tedi';
import type { ChoiceQuestion, FieldError } from '../api/types';
import { FieldErrorText } from './error-summary';
import { fieldTarget } from './validate';

interface ChoiceFieldProps {
  question: ChoiceQuestion;
  value: string | null;
  change: (value: string) => void;
  error: FieldError | undefined;
}

// One of a few, as radio cards (TEDI's plain radios carry an attribute that is not allowed there).
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
        direction="row"
        showIndicator
        value={value}
        onChange={(picked) => typeof picked === 'string' && change(picked)}
        items={options.map((option, index) => ({
          id: index === 0 ? fieldTarget(id) : `${id}-${option.value}`,
          label: option.label,
          value: option.value,
        }))}
        {...(help ? { helper: { text: help, id: `${id}-helper` } } : {})}
      />
      <FieldErrorText id={`${id}-error`} error={error} />
    </div>
  );
}
