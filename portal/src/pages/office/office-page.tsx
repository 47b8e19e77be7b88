import { Button, Card, CardContent, TextField } from '@tehik-ee/tedi-react/tedi';
import { useCallback, useEffect, useState, type FormEvent } from 'react';
import { ApiError } from '../../api/client';
import { officeApi, type Official } from '../../api/office';
import { useRead } from '../../api/use-resource';
import { LoadProblem } from '../../blocks/load-problem';
import { Loading } from '../../blocks/loading';
import { PageTitle } from '../../blocks/page-title';
import { TurnBadge } from '../../blocks/turn-badge';
import { To } from '../../routing/to';
import { useTexts } from '../../texts/use-texts';
import { OfficeCasePage } from './office-case';
import { TaskList } from './task-list';
import { TaskPage } from './task-page';
import './office.css';

// The officials' page: the municipality's cases, one case, what may be entered. Its session is apart
// from a resident's. No `id`: the list; `tasks` and `tasks/…`: what officials do in place of a register.
export default function OfficePage({ id }: { id: string }) {
  const [official, setOfficial] = useState<Official | null>(null);
  const [failure, setFailure] = useState<number | null>(null);
  const refresh = useCallback(() => {
    setFailure(null);
    officeApi.me().then(setOfficial, (error: unknown) => {
      setOfficial(null);
      setFailure(error instanceof ApiError ? error.status : 0);
    });
  }, []);
  useEffect(refresh, [refresh]);

  if (official) return <Office id={id} official={official} refresh={refresh} />;
  if (failure === null) return <Loading />;
  return failure === 401 ? <OfficeLogin done={refresh} /> : <LoadProblem status={failure} retry={refresh} />;
}

function Office({ id, official, refresh }: { id: string; official: Official; refresh: () => void }) {
  const { text } = useTexts();
  const logOut = () => void officeApi.logOut(official.csrf).then(refresh, refresh);
  return (
    <>
      <div className="page office-top">
        {official.development && <p className="development">{text('dev_banner')}</p>}
        <p><strong>{official.municipality}</strong> · {official.name}{' '}
          <Button visualType="link" onClick={logOut}>{text('log_out')}</Button></p>
        <nav aria-label={text('office_nav')} className="office-nav">
          <To path="/office">{text('office_cases')}</To>
          <To path="/office/tasks">{text('office_tasks')}</To>
        </nav>
      </div>
      {page(id, official)}
    </>
  );
}

function page(id: string, official: Official) {
  if (!id) return <OfficeList />;
  if (id === 'tasks') return <TaskList official={official} />;
  if (!id.startsWith('tasks/')) return <OfficeCasePage key={id} id={id} official={official} />;
  return <TaskPage key={id} id={id.slice('tasks/'.length)} official={official} />;
}

function OfficeList() {
  const { language, text, date, moment } = useTexts();
  const load = useCallback(() => officeApi.cases(language), [language]);
  const { value: cases, failure, refresh } = useRead(load);
  if (!cases) return failure === null ? <Loading /> : <LoadProblem status={failure} retry={refresh} />;
  return (
    <div className="page">
      <PageTitle parts={[text('office_cases')]}>{text('office_cases')}</PageTitle>
      {cases.length === 0 && <p>{text('office_none')}</p>}
      <div className="office-scroll" role="region" aria-label={text('office_cases')} tabIndex={0}>
        <table className="office-table">
          <thead>
            <tr>
              {(['office_number', 'office_state', 'office_turn', 'by', 'office_changed'] as const).map((key) => (
                <th key={key} scope="col">{text(key)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cases.map((row) => (
              <tr key={row.case}>
                <th scope="row"><To path={`/office/${row.case}`}>{row.number}</To></th>
                <td>{row.headline}</td>
                <td><TurnBadge turn={row.turn} text={row.turnText} /></td>
                <td>{row.by && <time dateTime={row.by}>{date(row.by)}</time>}</td>
                <td><time dateTime={row.changedAt}>{moment(row.changedAt)}</time></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

// Whoever is named is believed: development only. A production server answers 404.
function OfficeLogin({ done }: { done: () => void }) {
  const { text } = useTexts();
  const [municipalities, setMunicipalities] = useState<{ municipality: string; name: string }[] | null>(null);
  const [name, setName] = useState('');
  useEffect(() => {
    officeApi.municipalities().then(setMunicipalities, () => setMunicipalities([]));
  }, []);
  if (!municipalities) return <Loading />;
  const submit = (event: FormEvent, municipality: string) => {
    event.preventDefault();
    if (name.trim()) officeApi.logIn(municipality, name.trim()).then(done, done);
  };
  return (
    <div className="page page-narrow">
      <PageTitle parts={[text('office_login')]}>{text('office_login')}</PageTitle>
      {municipalities.length === 0 ? <p>{text('login_closed')}</p> : (
        <>
          <p className="development">{text('dev_banner')}</p>
          <Card><CardContent>
            <form onSubmit={(event) => submit(event, municipalities[0]!.municipality)} noValidate>
              <TextField id="official-name" label={text('office_name')} value={name} onChange={setName} input={{ autoComplete: 'off' }} />
              <div className="form-end office-buttons">
                {municipalities.map((one) => (
                  <Button key={one.municipality} type="button" visualType="secondary" onClick={(event) => submit(event, one.municipality)}>
                    {one.name}
                  </Button>
                ))}
              </div>
            </form>
          </CardContent></Card>
        </>
      )}
    </div>
  );
}
