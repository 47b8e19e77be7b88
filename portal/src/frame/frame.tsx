import { Button } from '@tehik-ee/tedi-react/tedi';
import type { ReactNode } from 'react';
import { api } from '../api/client';
import { Notice } from '../blocks/notice';
import { useReach } from '../live/live';
import { useRouter } from '../routing/router';
import { To } from '../routing/to';
import { useSession } from '../session/session';
import { SessionWarning } from '../session/session-warning';
import { LANGUAGE_NAMES, LANGUAGES } from '../texts/language';
import { useTexts } from '../texts/use-texts';

// What stands around every page: skip link, banners, language and log-out above, help below.
export function Frame({ children }: { children: ReactNode }) {
  const { text } = useTexts();
  const { me, state } = useSession();
  return (
    <>
      <a className="skip-link" href="#main" onClick={() => document.getElementById('main')?.focus()}>
        {text('skip')}
      </a>
      <header>
        {me?.development && <p className="development">{text('dev_banner')}</p>}
        <Top />
        <div className="banners">
          <Reach />
          <SessionWarning />
          {state === 'ended' && <Notice type="warning" urgent>{text('session_ended')}</Notice>}
        </div>
      </header>
      <main id="main" tabIndex={-1}>{children}</main>
      <footer className="bottom">
        <div className="inner">
          <p>{text('footer_help')}</p>
          <To path="/accessibility">{text('accessibility')}</To>
        </div>
      </footer>
    </>
  );
}

function Top() {
  const { text } = useTexts();
  const { me, refresh } = useSession();
  const { navigate } = useRouter();
  const logOut = () => {
    if (!me) return;
    const leave = () => {
      navigate('/');
      void refresh();
    };
    api.logOut(me.csrf).then(leave, leave);
  };
  return (
    <div className="top">
      <div className="inner">
        <To path="/" plain className="brand"><Arc /><span>Elukaar</span></To>
        <Languages />
        {me && (
          <div className="who">
            <span className="who-name">{me.name}</span>
            <Button visualType="link" onClick={logOut}>{text('log_out')}</Button>
          </div>
        )}
      </div>
    </div>
  );
}

// Links in their own languages. The page, the case and what is filled in stay as they are.
function Languages() {
  const { language, choose, text } = useTexts();
  const { path } = useRouter();
  return (
    <nav aria-label={text('language_nav')} className="languages">
      <ul>
        {LANGUAGES.map((one) => (
          <li key={one}>
            <a href={`${path}?lang=${one}`} lang={one} hrefLang={one} aria-current={one === language ? 'true' : undefined}
              onClick={(event) => {
                event.preventDefault();
                choose(one);
              }}>
              {LANGUAGE_NAMES[one]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Reach() {
  const { text } = useTexts();
  const { offlineSince, backOnline } = useReach();
  if (offlineSince !== null) {
    return <Notice type="warning" icon="offline">{text('offline', { at: new Date(offlineSince) })}</Notice>;
  }
  return backOnline ? <Notice type="success">{text('online')}</Notice> : null;
}

function Arc() {
  return (
    <svg width="32" height="24" viewBox="0 0 32 24" aria-hidden="true" focusable="false">
      <path className="arc" d="M4 20a12 12 0 0 1 24 0" />
      <circle className="arc-dot" cx="16" cy="20" r="3.4" />
    </svg>
  );
}
