import { Button } from '@tehik-ee/tedi-react/tedi';
import { useCallback, useEffect, useState } from 'react';
import { ApiError } from '../../api/client';
import { officeApi, type OfficeCase, type Official } from '../../api/office';
import { KnownItems } from '../../blocks/known-items';
import { LoadProblem } from '../../blocks/load-problem';
import { Loading } from '../../blocks/loading';
import { Messages } from '../../blocks/case/messages';
import { PageTitle } from '../../blocks/page-title';
import { Section } from '../../blocks/section';
import { Timeline } from '../../blocks/case/timeline';
import { TurnBadge } from '../../blocks/turn-badge';
import { To } from '../../routing/to';
import { useTexts } from '../../texts/use-texts';
import { AnswerForm, EntryForm } from './office-forms';

// One case: as each guardian reads it, what may be entered, and everything that happened.
export function OfficeCasePage({ id, official }: { id: string; official: Official }) {
  const { language, text, moment } = useTexts();
  const [reader, setReader] = useState(0);
  const [view, setView] = useState<OfficeCase | null>(null);
  const [failure, setFailure] = useState<number | null>(null);
  const load = useCallback(() => {
    officeApi.case(id, reader, language).then(setView, (error: unknown) => {
      setFailure(error instanceof ApiError ? error.status : 0);
    });
  }, [id, reader, language]);
  useEffect(load, [load]);
  if (!view) return failure === null ? <Loading /> : <LoadProblem status={failure} retry={load} />;

  const { seen } = view;
  return (
    <div className="page">
      <header className="case-header">
        <nav aria-label={text('breadcrumb')}><To path="/office" back>{text('office_cases')}</To></nav>
        <p className="overline">{seen.service} · {text('case_number', { number: seen.number })}</p>
        <PageTitle parts={[seen.subject.name, seen.number]}>{seen.subject.name}</PageTitle>
      </header>
      <Section id="seen" title={text('office_seen')}>
        <div className="office-buttons" role="group" aria-label={text('office_reader')}>
          {view.guardians.map((guardian, index) => (
            <Button key={index} visualType={index === view.reader ? 'primary' : 'secondary'} aria-pressed={index === view.reader}
              onClick={() => setReader(index)}>{guardian.name}</Button>
          ))}
        </div>
        <div className="office-seen">
          <TurnBadge turn={seen.status.turn} text={seen.status.turnText} />
          <h3>{seen.status.headline}</h3>
          <p>{seen.status.body}</p>
          <p>{seen.status.next}</p>
          {seen.clock && <p>{seen.clock.text}</p>}
          {seen.card && <><h3>{seen.card.title}</h3><KnownItems items={seen.card.facts} /></>}
        </div>
        <Button visualType="link" onClick={load}>{text('office_reload')}</Button>
      </Section>
      <Section id="entries" title={text('office_enter')}>
        <p className="quiet">{text('office_enter_lead')}</p>
        {view.entries.map((entry) => (
          <details key={entry.event} className="office-entry">
            <summary>{entry.title}</summary>
            <EntryForm id={id} entry={entry} official={official} done={load} />
          </details>
        ))}
      </Section>
      <Section id="answers" title={text('office_answer')}>
        <p className="quiet">{text('office_answer_lead')}</p>
        <AnswerForm view={view} official={official} done={load} />
      </Section>
      <Timeline items={seen.timeline} changes={0} />
      <Messages said={seen.messages} changes={0} />
      <Section id="history" title={text('office_history')}>
        <div className="office-scroll" role="group" aria-label={text('office_history')} tabIndex={0}>
          <table className="office-table">
            <tbody>
              {view.history.map((row, index) => (
                <tr key={index}>
                  <th scope="row"><time dateTime={row.at}>{moment(row.at)}</time></th>
                  <td>{row.name}</td>
                  <td>{row.disposition}</td>
                  <td>{row.rules.join(', ')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
    </div>
  );
}
