import { PageTitle } from '../blocks/page-title';
import { toDate } from '../texts/message';
import { useTexts } from '../texts/use-texts';

const ASSESSED_ON = '2026-11-21';

// The accessibility statement, in the order of the EU's model (Decision (EU) 2018/1523).
export function AccessibilityPage() {
  const { text } = useTexts();
  return (
    <div className="page page-narrow prose">
      <PageTitle parts={[text('a11y_title')]}>{text('a11y_title')}</PageTitle>
      <p>{text('a11y_scope')}</p>
      <h2 className="h4">{text('a11y_known')}</h2>
      <p>{text('a11y_known_body')}</p>
      <h2 className="h4">{text('a11y_how')}</h2>
      <p>{text('a11y_how_body', { at: toDate(ASSESSED_ON) })}</p>
      <h2 className="h4">{text('a11y_complain')}</h2>
      <p>{text('a11y_complain_body')}</p>
    </div>
  );
}
