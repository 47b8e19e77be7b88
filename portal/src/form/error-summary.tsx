import { Heading } from '@tehik-ee/tedi-react/tedi';
import { useEffect, useRef } from 'react';
import type { FieldError } from '../api/types';
import { useTexts } from '../texts/use-texts';
import { fieldTarget } from './validate';

// All errors of a form at its top, each a link to its field in the same words as there. Takes the
// focus whenever `attempt` counts up, that is on a submission and never while typing.
export function ErrorSummary({ errors, attempt }: { errors: FieldError[]; attempt: number }) {
  const { text } = useTexts();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (attempt > 0) box.current?.focus();
  }, [attempt]);

  if (errors.length === 0) return null;
  return (
    <div ref={box} tabIndex={-1} className="error-summary" aria-labelledby="errors-title" role="group">
      <Heading element="h2" modifiers="h4" id="errors-title">
        {text('errors_title', { n: errors.length })}
      </Heading>
      <ul>
        {errors.map((error) => (
          <li key={error.field}>
            <a href={`#${fieldTarget(error.field)}`} onClick={(event) => {
              event.preventDefault();
              document.getElementById(fieldTarget(error.field))?.focus();
            }}>
              {error.text}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function FieldErrorText({ id, error }: { id: string; error: FieldError | undefined }) {
  if (!error) return null;
  return <p id={id} className="field-error">{error.text}</p>;
}
