import { request } from './client';
import type {
  OfficeAnswer, OfficeCase, OfficeCases, OfficeMunicipalities, OfficeTakenFile, OfficeTask, OfficeTaskAnswer, OfficeTasks,
  Official,
} from './schema';
import type { Language } from '../texts/language';

// The officials' side of the HTTP API.

export type {
  EntryField, OfficeAnswer as FamilyAnswer, OfficeCase, OfficeTakenFile as TakenFile, OfficeTask as Task,
  OfficeTaskAnswer as TaskAnswer, Official,
} from './schema';
export type Entry = OfficeCase['entries'][number];
export type OfficeRow = OfficeCases['cases'][number];
export type TaskField = OfficeTask['fields'][number];
export type TaskRow = OfficeTasks['tasks'][number];

const JSON_TYPE = 'application/json';
const segment = encodeURIComponent;

async function read<T>(path: string): Promise<T> {
  return (await (await request('GET', `/office${path}`, {})).json()) as T;
}

const change = (path: string, csrf: string, body: unknown, more: Record<string, string> = {}) =>
  request('POST', `/office${path}`, { 'Content-Type': JSON_TYPE, 'X-CSRF-Token': csrf, ...more }, body);

export const officeApi = {
  municipalities: () =>
    read<OfficeMunicipalities>('/login/dev').then((found) => found.municipalities),
  logIn: (municipality: string, name: string) =>
    request('POST', '/office/login/dev', { 'Content-Type': JSON_TYPE }, { municipality, name }),
  logOut: (csrf: string) => change('/logout', csrf, {}),
  me: () => read<Official>('/me'),
  cases: (lang: Language) => read<OfficeCases>(`/cases?lang=${lang}`).then((found) => found.cases),
  case: (id: string, reader: number, lang: Language) =>
    read<OfficeCase>(`/cases/${segment(id)}?lang=${lang}&reader=${reader}`),
  tasks: (lang: Language) => read<OfficeTasks>(`/tasks?lang=${lang}`).then((found) => found.tasks),
  task: (id: string, lang: Language) => read<OfficeTask>(`/tasks/${segment(id)}?lang=${lang}`),
  answerTask: (id: string, answer: OfficeTaskAnswer, csrf: string) => change(`/tasks/${segment(id)}/answer`, csrf, answer),
  taskFile: (format: 'csv' | 'jsonl', lang: Language) => `/api/v1/office/task-file?format=${format}&lang=${lang}`,
  takeTaskFile: async (file: File, csrf: string, lang: Language): Promise<OfficeTakenFile> => {
    const type = file.name.endsWith('.jsonl') ? 'application/jsonl' : 'text/csv';
    const headers = { 'Content-Type': type, 'X-CSRF-Token': csrf };
    return (await (await request('POST', `/office/task-file?lang=${lang}`, headers, await file.text())).json()) as OfficeTakenFile;
  },
  enter: (id: string, event: string, data: unknown, csrf: string) =>
    change(`/cases/${segment(id)}/entries/${segment(event)}`, csrf, { data }),
  answer: (id: string, action: string, answer: OfficeAnswer, csrf: string, key: string) =>
    change(`/cases/${segment(id)}/answers/${segment(action)}`, csrf, answer, { 'Idempotency-Key': key }),
};
