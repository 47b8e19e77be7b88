import { lazy, Suspense, type ReactElement } from 'react';
import { LoadProblem, NotFound } from './blocks/load-problem';
import { Loading } from './blocks/loading';
import { AccessibilityPage } from './pages/accessibility-page';
import { CasePage } from './pages/case-page';
import { MattersPage } from './pages/matters-page';
import { match, type Parameters } from './routing/match';
import { useRouter } from './routing/router';
import { useSession } from './session/session';

// Pages with fields are fetched when they are opened: most visits only read.
const ActionPage = lazy(() => import('./pages/action/action-page'));
const OfficePage = lazy(() => import('./pages/office/office-page'));
const LoginPage = lazy(() => import('./pages/login-page'));

type Show = (named: { id: string; name: string; sent: string }) => ReactElement;

// The routes. The steps of one act share a key, so that its answers stay from step to step.
const ROUTES: [pattern: string, show: Show][] = [
  ['/', () => <MattersPage />],
  ['/cases/:id', ({ id }) => <CasePage key={id} id={id} />],
  ['/cases/:id/actions/:name', (to) => <ActionPage key={to.id + to.name} {...to} step="form" />],
  ['/cases/:id/actions/:name/review', (to) => <ActionPage key={to.id + to.name} {...to} step="review" />],
  ['/cases/:id/actions/:name/sent/:sent', (to) => <ActionPage key={to.id + to.name} {...to} step="sent" />],
];

export function App() {
  const { path } = useRouter();
  const { state, refresh } = useSession();
  if (path === '/accessibility') return <AccessibilityPage />;
  if (path === '/office' || path.startsWith('/office/')) {
    return <Suspense fallback={<Loading />}><OfficePage id={path.slice('/office/'.length)} /></Suspense>;
  }
  if (state === 'unknown') return <Loading />;
  if (state === 'unreachable') return <LoadProblem status={0} retry={() => void refresh()} />;
  // A session that has ended hides the page and does not forget it: what was filled in is still
  // there after the next log-in.
  return (
    <Suspense fallback={<Loading />}>
      {state !== 'open' && <LoginPage />}
      {state !== 'none' && <div hidden={state === 'ended'}>{route(path)}</div>}
    </Suspense>
  );
}

function route(path: string): ReactElement {
  for (const [pattern, show] of ROUTES) {
    const named: Parameters | null = match(pattern, path);
    if (named) return show({ id: '', name: '', sent: '', ...named });
  }
  return <NotFound />;
}
