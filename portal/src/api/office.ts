import { request } from './client';
import type { CaseView, Turn } from './types';
import type { Language } from '../texts/language';

// The officials' side of the HTTP API.

export interface Official {
  name: string;
  municipality: string;
  csrf: string;
  development: boolean;
}

export interface OfficeRow {
  case: string;
  number: string;
  service: string;
  headline: string;
  turn: Turn;
  turnText: string;
  by: string | null;
  changedAt: string;
}

export interface EntryField {
  path: string;
  type: 'text' | 'number' | 'yes-no' | 'date' | 'moment' | 'choice';
  required: boolean;
  about: string;
  options: string[];
  proposed: string | number | boolean | null;
}

export interface Entry {
  event: string;
  title: string;
  fields: EntryField[];
}

export interface OfficeCase {
  case: string;
  reader: number;
  guardians: { name: string }[];
  seen: CaseView;
  entries: Entry[];
  identifiedBy: string[];
  history: { at: string; kind: string; name: string; disposition: string; rules: string[] }[];
}

// What an official does in place of a register.
export interface TaskRow {
  task: string;
  case: string;
  number: string;
  title: string;
  by: string | null;
  overdue: boolean;
  since: string;
}

export interface TaskField {
  path: string;
  type: EntryField['type'];
  required: boolean;
  label: string;
  options: { value: string; label: string }[];
  proposed: EntryField['proposed'];
}

export interface Task extends TaskRow {
  todo: string;
  persons: { who: string; label: string; name: string; personalCode: string | null }[];
  facts: { label: string; text: string }[];
  fields: TaskField[];
  refusals: { value: string; label: string }[];
}

export type TaskAnswer = { done: unknown } | { refused: { code: string } };

// What became of the lines of a file that came back.
export interface TakenFile {
  taken: number;
  repeated: number;
  refused: number;
  left: number;
  lines: { line: number; task: string; outcome: 'taken' | 'repeated' | 'refused' | 'left'; problems: { field: string; text: string }[] }[];
}

export interface FamilyAnswer {
  guardian: number;
  receivedAt: string;
  identifiedBy: string;
  subject: string;
  revision: string;
  reason?: string;
}

const JSON_TYPE = 'application/json';
const segment = encodeURIComponent;

async function read<T>(path: string): Promise<T> {
  return (await (await request('GET', `/office${path}`, {})).json()) as T;
}

const change = (path: string, csrf: string, body: unknown, more: Record<string, string> = {}) =>
  request('POST', `/office${path}`, { 'Content-Type': JSON_TYPE, 'X-CSRF-Token': csrf, ...more }, body);

export const officeApi = {
  municipalities: () =>
    read<{ municipalities: { municipality: string; name: string }[] }>('/login/dev').then((found) => found.municipalities),
  logIn: (municipality: string, name: string) =>
    request('POST', '/office/login/dev', { 'Content-Type': JSON_TYPE }, { municipality, name }),
  logOut: (csrf: string) => change('/logout', csrf, {}),
  me: () => read<Official>('/me'),
  cases: (lang: Language) => read<{ cases: OfficeRow[] }>(`/cases?lang=${lang}`).then((found) => found.cases),
  case: (id: string, reader: number, lang: Language) =>
    read<OfficeCase>(`/cases/${segment(id)}?lang=${lang}&reader=${reader}`),
  tasks: (lang: Language) => read<{ tasks: TaskRow[] }>(`/tasks?lang=${lang}`).then((found) => found.tasks),
  task: (id: string, lang: Language) => read<Task>(`/tasks/${segment(id)}?lang=${lang}`),
  answerTask: (id: string, answer: TaskAnswer, csrf: string) => change(`/tasks/${segment(id)}/answer`, csrf, answer),
  taskFile: (format: 'csv' | 'jsonl', lang: Language) => `/api/v1/office/task-file?format=${format}&lang=${lang}`,
  takeTaskFile: async (file: File, csrf: string, lang: Language): Promise<TakenFile> => {
    const type = file.name.endsWith('.jsonl') ? 'application/jsonl' : 'text/csv';
    const headers = { 'Content-Type': type, 'X-CSRF-Token': csrf };
    return (await (await request('POST', `/office/task-file?lang=${lang}`, headers, await file.text())).json()) as TakenFile;
  },
  enter: (id: string, event: string, data: unknown, csrf: string) =>
    change(`/cases/${segment(id)}/entries/${segment(event)}`, csrf, { data }),
  answer: (id: string, action: string, answer: FamilyAnswer, csrf: string, key: string) =>
    change(`/cases/${segment(id)}/answers/${segment(action)}`, csrf, answer, { 'Idempotency-Key': key }),
};
