import { Button } from '@tehik-ee/tedi-react/tedi';
import { useId, useState } from 'react';
import type { TimelineGroup, TimelineItem } from '../../api/types';
import { useTexts, type Texts } from '../../texts/use-texts';
import type { Block } from '../case-block';
import { Icon } from '../icon';
import { Section } from '../section';
import { shorten } from '../shorten';
import './timeline.css';

const GROUPS: TimelineGroup[] = ['done', 'now', 'next'];
const LABELS = { done: 'tl_done', now: 'tl_now', next: 'tl_next' } as const;

export function Timeline({ items, changes }: { items: TimelineItem[]; changes: number }) {
  const { text } = useTexts();
  const [full, setFull] = useState(false);
  const list = useId();
  const shown = (group: TimelineGroup) =>
    full ? items.filter((item) => item.group === group) : shorten(items, group);
  const hidesSome = GROUPS.some((group) => shorten(items, group).length < items.filter((i) => i.group === group).length);

  return (
    <Section id="timeline" title={text('timeline_title')} changes={changes}>
      <div className="timeline" id={list}>
        {GROUPS.map((group) => {
          const entries = shown(group);
          if (entries.length === 0) return null;
          return (
            <div key={group} className={`timeline-group timeline-${group}`}>
              <h3 id={`${list}-${group}`}>{text(LABELS[group])}</h3>
              <ol aria-labelledby={`${list}-${group}`}>
                {entries.map((item) => <Entry key={`${item.branch} ${item.title} ${item.at ?? ''}`} item={item} />)}
              </ol>
            </div>
          );
        })}
      </div>
      {hidesSome && (
        <Button visualType="link" aria-expanded={full} aria-controls={list} onClick={() => setFull(!full)}>
          {text(full ? 'tl_compact' : 'tl_full')}
        </Button>
      )}
    </Section>
  );
}

function Entry({ item }: { item: TimelineItem }) {
  const texts = useTexts();
  const when = whenText(item, texts);
  return (
    <li {...(item.group === 'now' ? { 'aria-current': 'step' as const } : {})}>
      <span className="timeline-mark"><Icon name={item.group === 'done' ? 'check' : 'clock'} size={14} /></span>
      <div className="timeline-entry">
        <p className="timeline-what">
          {item.branch && <span className="timeline-branch">{item.branch}: </span>}
          {item.title}
          <span className="sr-only">, {texts.text(LABELS[item.group])}{when ? ',' : ''}</span>
        </p>
        <p className="timeline-who">
          {when && <time dateTime={item.at ?? item.by ?? undefined}>{when}</time>}
          {when && item.actor && <span aria-hidden="true"> · </span>}
          {item.actor}
        </p>
        {item.text && <p>{item.text}</p>}
      </div>
    </li>
  );
}

function whenText(item: TimelineItem, { text, date }: Texts): string | null {
  if (item.at) return date(item.at);
  return item.by ? text('timeline_by', { at: new Date(`${item.by.slice(0, 10)}T12:00:00Z`) }) : null;
}

export const block: Block = {
  column: 'main',
  place: 30,
  shows: 'timeline',
  Show: ({ view, changes }) => view.timeline.length > 0 && <Timeline items={view.timeline} changes={changes} />,
};
