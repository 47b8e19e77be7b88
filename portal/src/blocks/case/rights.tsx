import type { CaseView } from '../../api/types';
import { useTexts } from '../../texts/use-texts';
import type { Block } from '../case-block';
import { Section } from '../section';

// The law behind the status, with links.
function Rights({ view }: { view: CaseView }) {
  const { text } = useTexts();
  const basis = view.status.legalBasis;
  if (basis.length === 0) return null;
  return (
    <Section id="rights" title={text('rights_title')}>
      <ul className="rights">
        {basis.map(({ id, text: words, url }) => (
          <li key={id}>{url ? <a className="plain-link" href={url} rel="external">{words}</a> : words}</li>
        ))}
      </ul>
    </Section>
  );
}

export const block: Block = { column: 'side', place: 30, Show: Rights };
