import { Button, Card, CardContent, Heading } from '@tehik-ee/tedi-react/tedi';
import { useCallback, useRef, useState } from 'react';
import { api } from '../api/client';
import type { CaseSummary } from '../api/types';
import { useResource } from '../api/use-resource';
import { LoadProblem } from '../blocks/load-problem';
import { Loading } from '../blocks/loading';
import { PageTitle } from '../blocks/page-title';
import { TurnBadge } from '../blocks/turn-badge';
import { useLiveEvents } from '../live/live';
import { To } from '../routing/to';
import { useTexts } from '../texts/use-texts';

// All cases of the person, the ones that wait for him first.
export function MattersPage() {
  const { language, text } = useTexts();
  const load = useCallback(() => api.cases(language), [language]);
  const { value: cases, failure, refresh } = useResource(load);
  useLiveEvents((event) => {
    if (event.kind === 'change' || event.kind === 'gone') refresh();
    if (event.kind === 'snapshot' && !sameRevisions(event.cases, cases)) refresh();
  });

  const list = useRef<HTMLDivElement>(null);
  const { shown, waiting, showAll } = useSteadyList(cases, list);
  if (!shown) return failure === null ? <Loading /> : <LoadProblem status={failure} retry={refresh} />;

  const yours = shown.filter((entry) => entry.turn === 'resident');
  const others = shown.filter((entry) => entry.turn !== 'resident');
  return (
    <div className="page">
      <PageTitle parts={[text('matters_title')]}>{text('matters_title')}</PageTitle>
      <p className="lead">{text('matters_lead')}</p>
      {waiting > 0 && (
        <Button visualType="secondary" onClick={showAll}>{text('show_new', { n: waiting })}</Button>
      )}
      {shown.length === 0 && (
        <Card><CardContent>
          <Heading element="h2" modifiers="h3">{text('matters_empty')}</Heading>
          <p>{text('matters_empty_body')}</p>
        </CardContent></Card>
      )}
      <div ref={list}>
        <Matters title={text('matters_yours')} cases={yours} />
        <Matters title={text('matters_others')} cases={others} />
      </div>
    </div>
  );
}

function Matters({ title, cases }: { title: string; cases: CaseSummary[] }) {
  const { text, date } = useTexts();
  if (cases.length === 0) return null;
  return (
    <section className="matters">
      <h2>{title}</h2>
      <ul>
        {cases.map((entry) => (
          <li key={entry.case}>
            <Card className={`matter status-${entry.turn}`}>
              <CardContent>
                <div className="matter-child">{entry.subject.name} · {entry.municipality.name}</div>
                <h3><To path={`/cases/${entry.case}`} className="matter-link">{entry.headline}</To></h3>
                <div className="matter-foot">
                  <TurnBadge turn={entry.turn} text={entry.turnText} />
                  {entry.by && (
                    <span className="quiet">
                      {text('by')}: <time dateTime={entry.by}>{date(entry.by)}</time>
                    </span>
                  )}
                </div>
              </CardContent>
            </Card>
          </li>
        ))}
      </ul>
    </section>
  );
}

function sameRevisions(told: { case: string; revision: number }[], shown: CaseSummary[] | null): boolean {
  return shown !== null && told.length === shown.length &&
    told.every((entry) => shown.some((one) => one.case === entry.case && one.revision >= entry.revision));
}

// New cases wait behind a button while the list holds the focus or the pointer, so that nothing
// moves under the hand; changed words of shown cases are replaced in place.
function useSteadyList(cases: CaseSummary[] | null, list: React.RefObject<HTMLElement>) {
  const [known, setKnown] = useState<ReadonlySet<string> | null>(null);
  const ids = cases?.map((entry) => entry.case) ?? [];
  const added = known ? ids.filter((id) => !known.has(id)) : [];
  const held = list.current?.matches(':hover, :focus-within') ?? false;
  if (cases && (!known || (added.length > 0 && !held))) setKnown(new Set(ids));
  return {
    shown: cases && known && held ? cases.filter((entry) => known.has(entry.case)) : cases,
    waiting: held ? added.length : 0,
    showAll: () => setKnown(new Set(ids)),
  };
}
