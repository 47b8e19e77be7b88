import { Card, CardContent, Heading } from '@tehik-ee/tedi-react/tedi';
import { useRef } from 'react';
import type { CaseAction, CaseView } from '../../api/types';
import { To } from '../../routing/to';
import { useTexts } from '../../texts/use-texts';
import type { Block } from '../case-block';
import { ClockLine } from '../clock-line';
import { Notice } from '../notice';
import { NewBadge, useFresh } from '../section';
import { answersTo } from './subject-card';
import { TurnBadge } from '../turn-badge';
import './status-card.css';

export const actionPath = (id: string, action: CaseAction) => `/cases/${id}/actions/${action.name}`;

// What the case says now: whose turn, what happened and why, what comes next and by when.
export function StatusCard({ view, changes }: { view: CaseView; changes: number }) {
  const { text, date } = useTexts();
  const { status } = view;
  const primary = view.actions.find((action) => action.primary);
  const answered = primary !== undefined && answersTo(view).includes(primary);
  const place = useRef<HTMLElement>(null);
  const fresh = useFresh(place, changes);

  return (
    <section ref={place} aria-labelledby="status-title" className={`block status status-${status.turn}`}>
      <Card>
        <CardContent>
          <div className="status-turn">
            <TurnBadge turn={status.turn} text={status.turnText} />
            {fresh && <NewBadge />}
          </div>
          <Heading element="h2" id="status-title">{status.headline}</Heading>
          <p className="status-body">{status.body}</p>
          {status.delayed && <Notice type="warning" icon="clock">{status.delayed.text}</Notice>}
          <div className="status-next">
            <h3>{text('status_next')}</h3>
            <p>{status.next}</p>
            {status.by && (
              <p className="status-by">
                {text('by')}: <strong><time dateTime={status.by}>{date(status.by)}</time></strong>
                {status.daysLeft && <span className="days-left"> · {status.daysLeft}</span>}
              </p>
            )}
          </div>
          {view.clock && <ClockLine clock={view.clock} />}
          <div className="status-do">
            {answered && <a href="#card" className="plain-link" onClick={() => focusTitle('card')}>{text('card_go')}</a>}
            {primary && !answered && (
              <To path={actionPath(view.case, primary)} button="primary">{primary.label}</To>
            )}
            <a href="#why" className="plain-link" onClick={() => focusTitle('why')}>{text('status_why')}</a>
          </div>
        </CardContent>
      </Card>
    </section>
  );
}

// The browser scrolls to the target of the link; the reading position has to follow it.
function focusTitle(block: string) {
  requestAnimationFrame(() => document.getElementById(`${block}-title`)?.focus());
}

export const block: Block = {
  column: 'main',
  place: 10,
  shows: 'status',
  Show: StatusCard,
};
