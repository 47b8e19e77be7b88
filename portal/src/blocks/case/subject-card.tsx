import { Card, CardContent, Heading } from '@tehik-ee/tedi-react/tedi';
import { lazy, Suspense, useRef } from 'react';
import type { CaseAction, CaseView, SubjectCard as Subject } from '../../api/types';
import { useTexts } from '../../texts/use-texts';
import type { Block } from '../case-block';
import { KnownItems } from '../known-items';
import { Notice } from '../notice';
import { NewBadge, useFresh } from '../section';
import './subject-card.css';

export const answersTo = (view: CaseView): CaseAction[] =>
  view.card?.open ? view.actions.filter((one) => !one.automatic && one.subject === view.card?.subject) : [];

// Fetched when there is something to answer: most visits only read.
const Answer = lazy(() => import('../../form/answer'));

// An offer: what it is, until when, what no answer means, and each answer with what follows from it.
// When it is over it stays, and says what happened.
export function SubjectCard({ view, card, changes }: { view: CaseView; card: Subject; changes: number }) {
  const { text, date, moment } = useTexts();
  const place = useRef<HTMLElement>(null);
  const fresh = useFresh(place, changes);
  return (
    <section ref={place} id="card" aria-labelledby="card-title" className={`block subject ${card.open ? 'subject-open' : ''}`}>
      <Card>
        <CardContent>
          <div className="block-title">
            <Heading element="h2" modifiers="h3" id="card-title" tabIndex={-1}>{card.title}</Heading>
            {fresh && <NewBadge />}
          </div>
          {!card.open && card.outcome && (
            <Notice type="info">
              <p><strong>{card.outcome.title}</strong> <time dateTime={card.outcome.at}>{moment(card.outcome.at)}</time></p>
              {card.outcome.text && <p>{card.outcome.text}</p>}
            </Notice>
          )}
          <div className={card.open ? '' : 'subject-past'}><KnownItems items={card.facts} /></div>
          {card.deadline && (
            <p className="status-by">
              {text('card_deadline')}: <strong><time dateTime={card.deadline}>{date(card.deadline)}</time></strong>
              {card.daysLeft && <span className="days-left"> · {card.daysLeft}</span>}
            </p>
          )}
          {card.silence && <p>{card.silence}</p>}
          {card.open && <Suspense><Answer case={view.case} card={card} answers={answersTo(view)} /></Suspense>}
        </CardContent>
      </Card>
    </section>
  );
}

export const block: Block = {
  column: 'main',
  place: 20,
  shows: 'card',
  Show: ({ view, changes }) => view.card && <SubjectCard view={view} card={view.card} changes={changes} />,
};
