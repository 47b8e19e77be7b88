import { useEffect, useRef } from 'react';
import type { FieldError, RankedQuestion } from '../api/types';
import { Icon, type IconName } from '../blocks/icon';
import { useAnnounce } from '../live/announcer';
import { useTexts } from '../texts/use-texts';
import { FieldErrorText } from './error-summary';
import { added, moved, removed } from './ranking';
import { fieldTarget } from './validate';

interface RankedFieldProps {
  question: RankedQuestion;
  order: string[];
  change: (order: string[]) => void;
  error: FieldError | undefined;
}

// Choices put into an order with buttons alone: no dragging is needed.
export function RankedField({ question, order, change, error }: RankedFieldProps) {
  const { text } = useTexts();
  const announce = useAnnounce();
  const field = useRef<HTMLFieldSetElement>(null);
  const focusNext = useRef<string | null>(null);
  const label = (value: string) => question.options.find((one) => one.value === value)?.label ?? value;
  const others = question.options.filter((one) => !order.includes(one.value));
  const full = order.length >= question.atMost;
  const help = `${question.id}-help`;
  const problem = `${question.id}-error`;

  // The pressed button may have moved or gone; the focus goes to the control that follows.
  useEffect(() => {
    const name = focusNext.current;
    focusNext.current = null;
    if (name) field.current?.querySelector<HTMLElement>(`[data-control="${CSS.escape(name)}"]`)?.focus();
  }, [order]);

  const apply = (next: string[], focus: string, value: string) => {
    if (next === order) return;
    focusNext.current = focus;
    change(next);
    const position = next.indexOf(value) + 1;
    announce(position ? text('ranked_now', { label: label(value), position }) : text('ranked_removed', { label: label(value) }));
  };
  const add = (value: string) => {
    const index = others.findIndex((one) => one.value === value);
    const neighbour = others[index + 1] ?? others[index - 1];
    const willBeFull = order.length + 1 >= question.atMost;
    const focus = neighbour && !willBeFull ? `add ${neighbour.value}` : `remove ${value}`;
    apply(added(order, value, question.atMost), focus, value);
  };
  const remove = (value: string) => {
    const left = removed(order, value);
    const index = Math.min(order.indexOf(value), left.length - 1);
    apply(left, left[index] ? `remove ${left[index]}` : `add ${value}`, value);
  };

  return (
    <fieldset ref={field} id={fieldTarget(question.id)} tabIndex={-1}
      className={error ? 'field field-wrong' : 'field'}
      aria-describedby={`${question.help ? help : ''} ${error ? problem : ''}`.trim() || undefined}>
      <legend>{question.label}</legend>
      {question.help && <p id={help} className="field-help">{question.help}</p>}
      <FieldErrorText id={problem} error={error} />

      <h3 className="ranked-title">{text('ranked_chosen')}</h3>
      {order.length === 0 && <p className="ranked-none">{text('ranked_none')}</p>}
      <ol className="ranked">
        {order.map((value, index) => (
          <li key={value}>
            <span className="ranked-number" aria-hidden="true">{index + 1}</span>
            <span className="ranked-label">{label(value)}</span>
            <span className="ranked-controls">
              <Control icon="up" name={`up ${value}`} label={`${text('ranked_up')}: ${label(value)}`}
                off={index === 0} press={() => apply(moved(order, value, -1), `up ${value}`, value)} />
              <Control icon="down" name={`down ${value}`} label={`${text('ranked_down')}: ${label(value)}`}
                off={index === order.length - 1} press={() => apply(moved(order, value, 1), `down ${value}`, value)} />
              <Control icon="cross" name={`remove ${value}`} label={`${text('ranked_remove')}: ${label(value)}`}
                press={() => remove(value)} />
            </span>
          </li>
        ))}
      </ol>

      {others.length > 0 && <h3 className="ranked-title">{text('ranked_others')}</h3>}
      {full && others.length > 0 && <p className="field-help">{text('ranked_full')}</p>}
      {!full && (
        <ul className="ranked-others">
          {others.map(({ value, label: words }) => (
            <li key={value}>
              <button type="button" data-control={`add ${value}`} onClick={() => add(value)}>
                <Icon name="plus" />
                <span><span className="sr-only">{text('ranked_add')}: </span>{words}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </fieldset>
  );
}

interface ControlProps {
  icon: IconName;
  name: string;
  label: string;
  press: () => void;
  off?: boolean;
}

// `off` keeps the button focusable, so that the focus is not lost at the end of the list.
function Control({ icon, name, label, press, off = false }: ControlProps) {
  return (
    <button type="button" className="control" data-control={name} aria-label={label} title={label}
      aria-disabled={off || undefined} onClick={() => !off && press()}>
      <Icon name={icon} />
    </button>
  );
}
