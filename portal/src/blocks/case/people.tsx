import type { DataUse, Viewer } from '../../api/types';
import { useTexts } from '../../texts/use-texts';
import type { Block } from '../case-block';
import { Section } from '../section';
import { inSum } from '../shorten';
import './people.css';

// Who can see the case, and who has used its data for what.
export function People({ seenBy, dataUse, changes }: { seenBy: Viewer[]; dataUse: DataUse[]; changes: number }) {
  const { text, moment } = useTexts();
  return (
    <Section id="people" title={text('seen_title')} changes={changes}>
      <ul className="people">
        {seenBy.map((viewer) => (
          <li key={`${viewer.role} ${viewer.name}`}>
            <span>{viewer.you ? text('seen_you', { name: viewer.name }) : viewer.name}</span>
            <span className="quiet">{viewer.role}</span>
          </li>
        ))}
      </ul>
      <h3>{text('data_use_title')}</h3>
      {dataUse.length === 0 && <p className="quiet">{text('data_use_empty')}</p>}
      <ul className="people">
        {inSum(dataUse).map((use) => (
          <li key={`${use.at} ${use.who} ${use.purpose}`}>
            <span>{use.who}</span>
            <span className="quiet">{use.purpose}</span>
            <span className="quiet">
              <time dateTime={use.at}>{moment(use.at)}</time>
              {use.times > 1 && ` · ${text('data_use_times', { n: use.times })}`}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

export const block: Block = {
  column: 'side',
  place: 40,
  shows: 'seenBy',
  Show: ({ view, changes }) => (
    view.seenBy.length > 0 && <People seenBy={view.seenBy} dataUse={view.dataUse} changes={changes} />
  ),
};
