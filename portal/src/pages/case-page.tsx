import { useCallback, useEffect, useRef, useState } from 'react';
import { api } from '../api/client';
import type { CaseView } from '../api/types';
import { useResource } from '../api/use-resource';
import type { Block } from '../blocks/case-block';
import { BLOCKS } from '../blocks/case-blocks';
import { LoadProblem } from '../blocks/load-problem';
import { Loading } from '../blocks/loading';
import { PageTitle } from '../blocks/page-title';
import { useAnnounce } from '../live/announcer';
import { useAutomaticActions } from '../live/automatic';
import { useLiveEvents } from '../live/live';
import { To } from '../routing/to';
import { toDate } from '../texts/message';
import { useTexts } from '../texts/use-texts';

// One case: how it stands now, its way, and everything that explains it.
export function CasePage({ id }: { id: string }) {
  const { language } = useTexts();
  const load = useCallback(() => api.case(id, language), [id, language]);
  const { value: view, failure, refresh } = useResource(load);
  useLiveEvents((event) => {
    if (event.kind === 'snapshot') {
      const told = event.cases.find((entry) => entry.case === id);
      if (!told || !view || told.revision > view.revision) refresh();
    } else if ('case' in event && event.case === id) {
      refresh();
    }
  });
  const changes = useChanges(view);
  useAutomaticActions(view);

  if (!view) return failure === null ? <Loading /> : <LoadProblem status={failure} retry={refresh} />;
  return (
    <div className="page">
      <CaseHeader view={view} />
      <div className="columns">
        <div className="column-main">
          <Column of="main" view={view} changes={changes} />
        </div>
        <div className="column-side">
          <Column of="side" view={view} changes={changes} />
        </div>
      </div>
    </div>
  );
}

function Column({ of, view, changes }: { of: Block['column']; view: CaseView; changes: Changes }) {
  return BLOCKS.filter(({ column }) => column === of).map(({ place, shows, Show }) => (
    <Show key={place} view={view} changes={shows ? changes[shows] ?? 0 : 0} />
  ));
}

function CaseHeader({ view }: { view: CaseView }) {
  const { text } = useTexts();
  const { subject, service, municipality } = view;
  return (
    <header className="case-header">
      <nav aria-label={text('breadcrumb')}><To path="/" back>{text('matters_title')}</To></nav>
      <p className="overline">{service} · {municipality.name}</p>
      <PageTitle parts={[view.status.headline, subject.name, service]}>{subject.name}</PageTitle>
      <p className="quiet case-facts">
        {subject.bornOn && <span>{text('born', { at: toDate(subject.bornOn) })}</span>}
        <span>{text('case_number', { number: view.number })}</span>
        <span>{text('updated', { at: toDate(view.updatedAt) })}</span>
      </p>
    </header>
  );
}

type Changes = Partial<Record<keyof CaseView, number>>;

// Counts, block by block, the changes that came while the page was open, and speaks a new status.
// The same revision in another language is no change.
function useChanges(view: CaseView | null): Changes {
  const { text } = useTexts();
  const announce = useAnnounce();
  const shown = useRef<{ view: CaseView; text: typeof text } | null>(null);
  const [changes, setChanges] = useState<Changes>({});

  useEffect(() => {
    const former = shown.current;
    if (!view || former?.view === view) return;
    shown.current = { view, text };
    if (!former || former.view.revision === view.revision || former.text !== text) return;
    setChanges((counts) => {
      const next = { ...counts };
      for (const { shows } of BLOCKS) {
        if (!shows || JSON.stringify(former.view[shows]) === JSON.stringify(view[shows])) continue;
        next[shows] = (counts[shows] ?? 0) + 1;
      }
      return next;
    });
    if (former.view.status.headline !== view.status.headline) {
      announce(text('live_status', { headline: view.status.headline }));
    } else if (view.status.delayed && !former.view.status.delayed) {
      announce(view.status.delayed.text);
    }
  }, [view, text, announce]);
  return changes;
}
