import { useCallback, useEffect, useRef, useState } from 'react';
import { api } from '../api/client';
import type { CaseView } from '../api/types';
import { useResource } from '../api/use-resource';
import { KnownItems } from '../blocks/known-items';
import { LoadProblem } from '../blocks/load-problem';
import { Loading } from '../blocks/loading';
import { PageTitle } from '../blocks/page-title';
import { People } from '../blocks/people';
import { ContactBlock, Rights } from '../blocks/rights';
import { Messages } from '../blocks/messages';
import { Section } from '../blocks/section';
import { actionPath, StatusCard } from '../blocks/status-card';
import { answersTo, SubjectCard } from '../blocks/subject-card';
import { Timeline } from '../blocks/timeline';
import { Why } from '../blocks/why';
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
          <StatusCard view={view} changes={changes.status} />
          {view.card && <SubjectCard view={view} card={view.card} changes={changes.card} />}
          {view.timeline.length > 0 && <Timeline items={view.timeline} changes={changes.timeline} />}
          <Application view={view} changes={changes.application} />
          <Messages said={view.messages} changes={changes.messages} />
          <Why steps={view.why} changes={changes.why} />
        </div>
        <div className="column-side">
          <OtherActions view={view} />
          <ContactBlock contact={view.status.contact} />
          <Rights basis={view.status.legalBasis} />
          {view.seenBy.length > 0 && (
            <People seenBy={view.seenBy} dataUse={view.dataUse} changes={changes.seenBy} />
          )}
        </div>
      </div>
    </div>
  );
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

function Application({ view, changes }: { view: CaseView; changes: number }) {
  const { text } = useTexts();
  const canStillApply = view.actions.some((action) => action.form !== null && !answersTo(view).includes(action));
  const title = text(canStillApply ? 'application_known' : 'application_title');
  return (
    <Section id="application" title={title} changes={changes}>
      {view.application.length === 0 ? <p className="quiet">{text('application_empty')}</p>
        : <KnownItems items={view.application} />}
    </Section>
  );
}

function OtherActions({ view }: { view: CaseView }) {
  const { text } = useTexts();
  const answers = answersTo(view);
  const others = view.actions.filter((one) => !one.primary && !one.automatic && !answers.includes(one));
  if (others.length === 0) return null;
  return (
    <Section id="actions" title={text('actions_title')}>
      <ul className="actions">
        {others.map((action) => (
          <li key={action.name}>
            <To path={actionPath(view.case, action)}>{action.label}</To>
            {action.effect && <span className="quiet">{action.effect}</span>}
          </li>
        ))}
      </ul>
    </Section>
  );
}

const BLOCKS = ['status', 'card', 'timeline', 'application', 'messages', 'why', 'seenBy'] as const;
type Changes = Record<(typeof BLOCKS)[number], number>;
const NO_CHANGES: Changes = { status: 0, card: 0, timeline: 0, application: 0, messages: 0, why: 0, seenBy: 0 };

// Counts, block by block, the changes that came while the page was open, and speaks a new status.
// The same revision in another language is no change.
function useChanges(view: CaseView | null): Changes {
  const { text } = useTexts();
  const announce = useAnnounce();
  const shown = useRef<{ view: CaseView; text: typeof text } | null>(null);
  const [changes, setChanges] = useState(NO_CHANGES);

  useEffect(() => {
    const former = shown.current;
    if (!view || former?.view === view) return;
    shown.current = { view, text };
    if (!former || former.view.revision === view.revision || former.text !== text) return;
    setChanges((counts) => {
      const next = { ...counts };
      for (const block of BLOCKS) {
        if (JSON.stringify(former.view[block]) !== JSON.stringify(view[block])) next[block] += 1;
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
