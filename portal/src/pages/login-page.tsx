import { Button, Card, CardContent, Heading, TextField } from '@tehik-ee/tedi-react/tedi';
import { useCallback, useState, type FormEvent } from 'react';
import { ApiError, api } from '../api/client';
import { useResource } from '../api/use-resource';
import { Icon } from '../blocks/icon';
import { LoadProblem } from '../blocks/load-problem';
import { Loading } from '../blocks/loading';
import { PageTitle } from '../blocks/page-title';
import { useSession } from '../session/session';
import { useTexts } from '../texts/use-texts';

// The log-in of a development installation: whoever is chosen is believed. A production server does
// not have it and answers 404.
export default function LoginPage() {
  const { language, text } = useTexts();
  const { refresh } = useSession();
  const load = useCallback(() => api.developmentPersons(language), [language]);
  const { value: persons, failure, refresh: again } = useResource(load);

  if (!persons && failure === 404) {
    return (
      <div className="page page-narrow">
        <PageTitle parts={[text('login_closed_title')]}>{text('login_closed_title')}</PageTitle>
        <p>{text('login_closed')}</p>
      </div>
    );
  }
  if (!persons) return failure === null ? <Loading /> : <LoadProblem status={failure} retry={again} />;

  const logInAs = (person: string) => {
    api.logIn({ person }).then(refresh, again);
  };
  return (
    <div className="page page-narrow">
      <p className="development">{text('dev_banner')}</p>
      <PageTitle parts={[text('login_title')]}>{text('login_title')}</PageTitle>
      <p className="lead">{text('login_lead')}</p>
      <section className="persons" aria-labelledby="persons-title">
        <Heading element="h2" modifiers="h4" id="persons-title">{text('login_persons')}</Heading>
        {persons.length === 0 && <p>{text('login_none')}</p>}
        <ul>
          {persons.map(({ person, name, municipality, headline }) => (
            <li key={person}>
              <button type="button" className="person" onClick={() => logInAs(person)}>
                <span className="person-mark"><Icon name="person" /></span>
                <span className="person-words">
                  <strong>{name}</strong>
                  <span className="quiet">{municipality} · {headline}</span>
                </span>
                <Icon name="right" />
              </button>
            </li>
          ))}
        </ul>
      </section>
      <CodeForm />
    </div>
  );
}

function CodeForm() {
  const { text } = useTexts();
  const { refresh } = useSession();
  const [code, setCode] = useState('');
  const [wrong, setWrong] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    api.logIn({ personalCode: code.trim() }).then(refresh, (error: unknown) => {
      setWrong(error instanceof ApiError);
      document.getElementById('personal-code')?.focus();
    });
  };
  return (
    <Card>
      <CardContent>
        <form onSubmit={submit} noValidate className="code-form">
          <Heading element="h2" modifiers="h4">{text('login_code_title')}</Heading>
          <TextField id="personal-code" label={text('login_code')} value={code} onChange={setCode}
            invalid={wrong} input={{ inputMode: 'numeric', autoComplete: 'off' }}
            helper={{ id: 'personal-code-helper', text: text(wrong ? 'login_failed' : 'login_code_help'), type: wrong ? 'error' : 'hint' }} />
          <Button type="submit" visualType="secondary">{text('login_button')}</Button>
        </form>
      </CardContent>
    </Card>
  );
}
