import type { CaseView } from '../../api/types';
import { To } from '../../routing/to';
import { useTexts } from '../../texts/use-texts';
import type { Block } from '../case-block';
import { Section } from '../section';
import { actionPath } from './status-card';
import { answersTo } from './subject-card';

// What may be done besides, each with its effect.
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

export const block: Block = { column: 'side', place: 10, Show: OtherActions };
