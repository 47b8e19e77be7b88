import { Button } from '@tehik-ee/tedi-react/tedi';
import { To } from '../routing/to';
import { useTexts } from '../texts/use-texts';
import { Notice } from './notice';
import { PageTitle } from './page-title';

// What stands in a page's place when it cannot be read: nothing there for this person, or a failure
// that may pass.
export function LoadProblem({ status, retry }: { status: number; retry: () => void }) {
  const { text } = useTexts();
  if (status === 404) return <NotFound />;
  return (
    <div className="page">
      <PageTitle parts={[text('retry')]} hidden>{text('load_error')}</PageTitle>
      <Notice type="warning">
        <p>{text('load_error')}</p>
        <Button visualType="secondary" onClick={retry}>{text('retry')}</Button>
      </Notice>
    </div>
  );
}

export function NotFound() {
  const { text } = useTexts();
  return (
    <div className="page">
      <PageTitle parts={[text('not_found_title')]}>{text('not_found_title')}</PageTitle>
      <p>{text('not_found_body')}</p>
      <p><To path="/">{text('matters_title')}</To></p>
    </div>
  );
}
