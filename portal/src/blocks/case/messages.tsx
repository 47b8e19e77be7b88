import { Button } from '@tehik-ee/tedi-react/tedi';
import { useId, useState } from 'react';
import type { Said } from '../../api/types';
import { useTexts } from '../../texts/use-texts';
import type { Block } from '../case-block';
import { Section } from '../section';
import './messages.css';

const SHOWN = 3;

// Everything that was said, the newest first. A correction stands right above what it corrects, and
// that is struck through: nothing that was said is taken away.
export function Messages({ said, changes }: { said: Said[]; changes: number }) {
  const { text } = useTexts();
  const [full, setFull] = useState(false);
  const list = useId();
  const ordered = inOrder(said);
  return (
    <Section id="messages" title={text('messages_title')} changes={changes}>
      {said.length === 0 && <p className="quiet">{text('matters_empty_body')}</p>}
      <ol className="messages" id={list}>
        {(full ? ordered : ordered.slice(0, SHOWN)).map((entry) => <Entry key={`${entry.at} ${entry.title}`} entry={entry} />)}
      </ol>
      {ordered.length > SHOWN && (
        <Button visualType="link" aria-expanded={full} aria-controls={list} onClick={() => setFull(!full)}>
          {text(full ? 'tl_compact' : 'messages_all', { n: ordered.length })}
        </Button>
      )}
    </Section>
  );
}

// Newest first; what was corrected follows its correction.
export function inOrder(said: Said[]): Said[] {
  const place = (index: number): number => {
    const by = said[index]!.correctedBy;
    return by === null ? index : by - 0.5;
  };
  return said.map((_, index) => index).sort((a, b) => place(b) - place(a)).map((index) => said[index]!);
}

function Entry({ entry }: { entry: Said }) {
  const { text, moment } = useTexts();
  const corrected = entry.correctedBy !== null;
  return (
    <li className={corrected ? 'message-corrected' : ''}>
      <h3>
        {corrected && <span>{text('messages_corrected')} </span>}
        {entry.kind === 'correction' && <span>{text('messages_correction')} </span>}
        {corrected ? <s>{entry.title}</s> : entry.title}
      </h3>
      <p className="quiet"><time dateTime={entry.at}>{moment(entry.at)}</time></p>
      {entry.text && <p>{corrected ? <s>{entry.text}</s> : entry.text}</p>}
    </li>
  );
}

export const block: Block = {
  column: 'main',
  place: 50,
  shows: 'messages',
  Show: ({ view, changes }) => <Messages said={view.messages} changes={changes} />,
};
