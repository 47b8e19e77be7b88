import type { CaseView } from '../../api/types';
import { useTexts } from '../../texts/use-texts';
import type { Block } from '../case-block';
import { KnownItems } from '../known-items';
import { Section } from '../section';
import { answersTo } from './subject-card';

// What is known: what was applied for, or, before that, what need not be asked.
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

export const block: Block = {
  column: 'main',
  place: 40,
  shows: 'application',
  Show: Application,
};
