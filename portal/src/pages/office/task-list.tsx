import { Button } from '@tehik-ee/tedi-react/tedi';
import { useCallback, useId, useState, type FormEvent } from 'react';
import { officeApi, type Official, type TakenFile } from '../../api/office';
import { useRead } from '../../api/use-resource';
import { LoadProblem } from '../../blocks/load-problem';
import { Loading } from '../../blocks/loading';
import { Notice } from '../../blocks/notice';
import { PageTitle } from '../../blocks/page-title';
import { Section } from '../../blocks/section';
import { To } from '../../routing/to';
import { useTexts } from '../../texts/use-texts';

// What waits for an official, the first due first, and the file that carries the same.
export function TaskList({ official }: { official: Official }) {
  const { language, text, date, moment } = useTexts();
  const load = useCallback(() => officeApi.tasks(language), [language]);
  const { value: tasks, failure, refresh } = useRead(load);
  if (!tasks) return failure === null ? <Loading /> : <LoadProblem status={failure} retry={refresh} />;
  return (
    <div className="page">
      <PageTitle parts={[text('office_tasks')]}>{text('office_tasks')}</PageTitle>
      <p>{text(tasks.length > 0 ? 'office_tasks_lead' : 'office_no_tasks')}</p>
      {tasks.length > 0 && (
        <div className="office-scroll" role="region" aria-label={text('office_tasks')} tabIndex={0}>
          <table className="office-table">
            <thead>
              <tr>
                {(['office_task', 'office_number', 'office_by', 'office_since'] as const).map((key) => <th key={key} scope="col">{text(key)}</th>)}
              </tr>
            </thead>
            <tbody>
              {tasks.map((row) => (
                <tr key={row.task}>
                  <th scope="row"><To path={`/office/tasks/${row.task}`}>{row.title}</To></th>
                  <td>{row.number}</td>
                  <td>
                    {row.by && <time dateTime={row.by}>{date(row.by)}</time>}
                    {row.overdue && <strong className="office-overdue">{text('office_overdue')}</strong>}
                  </td>
                  <td><time dateTime={row.since}>{moment(row.since)}</time></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Section id="file" title={text('office_file')}><TaskFile official={official} done={refresh} /></Section>
    </div>
  );
}

function TaskFile({ official, done }: { official: Official; done: () => void }) {
  const { language, text } = useTexts();
  const [taken, setTaken] = useState<TakenFile | null>(null);
  const [failed, setFailed] = useState(false);
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const file = new FormData(event.currentTarget).get('file');
    if (!(file instanceof File) || file.size === 0) return;
    setTaken(null);
    setFailed(false);
    officeApi.takeTaskFile(file, official.csrf, language).then(
      (found) => {
        setTaken(found);
        done();
      },
      () => setFailed(true),
    );
  };
  return (
    <>
      <p className="quiet">{text('office_file_lead')}</p>
      <ul className="office-files">
        <li><a href={officeApi.taskFile('csv', language)} download>{text('office_file_csv')}</a></li>
        <li><a href={officeApi.taskFile('jsonl', language)} download>{text('office_file_jsonl')}</a></li>
      </ul>
      <form onSubmit={submit} className="office-form">
        <div className="office-field">
          <label htmlFor={id}>{text('office_file_back')}</label>
          <input id={id} name="file" type="file" accept=".csv,.jsonl" required />
        </div>
        <Button type="submit">{text('office_file_send')}</Button>
        <div role="status">
          {failed && <Notice type="danger">{text('office_file_bad')}</Notice>}
          {taken && (
            <Notice type={taken.refused > 0 ? 'warning' : 'success'}>
              <p>{text('office_file_result', { taken: taken.taken, repeated: taken.repeated, refused: taken.refused, left: taken.left })}</p>
              {taken.refused > 0 && (
                <ul>
                  {taken.lines.filter((line) => line.outcome === 'refused').map((line) => (
                    <li key={line.line}>
                      {text('office_file_line', { line: line.line })}: {line.problems.map((one) => [one.field, one.text].filter(Boolean).join(': ')).join('; ')}
                    </li>
                  ))}
                </ul>
              )}
            </Notice>
          )}
        </div>
      </form>
    </>
  );
}
