import type {
  ActionView, Answers, CaseSummary, CaseView, DevelopmentPerson, FieldError, FormView, Me, Receipt, Sent,
} from './types';
import type { Language } from '../texts/language';

// An answer that is not a success. `status` 0: the server was not reached.
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly fieldErrors: FieldError[] = [],
  ) {
    super(`the server answered ${status}`);
  }
}

const JSON_TYPE = 'application/json';
const REQUEST_LIMIT_MS = 20_000;

// `leaving`: the answer is not waited for, and the request outlasts the page.
export async function request(method: string, path: string, headers: Record<string, string>, body?: unknown, leaving = false) {
  let answer: Response;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method,
      headers: { Accept: JSON_TYPE, ...headers },
      credentials: 'same-origin',
      cache: 'no-store',
      keepalive: leaving,
      signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
      // A text is sent as it is: a file.
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  } catch {
    throw new ApiError(0);
  }
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => ({}))) as { errors?: FieldError[] };
  throw new ApiError(answer.status, problem.errors ?? []);
}

async function read<T>(path: string): Promise<T> {
  return (await (await request('GET', path, {})).json()) as T;
}

const segment = encodeURIComponent;

export const api = {
  developmentPersons: (lang: Language) =>
    read<{ persons: DevelopmentPerson[] }>(`/login/dev?lang=${lang}`).then((found) => found.persons),

  async logIn(as: { person: string } | { personalCode: string }): Promise<void> {
    await request('POST', '/login/dev', { 'Content-Type': JSON_TYPE }, as);
  },

  async logOut(csrf: string): Promise<void> {
    await request('POST', '/logout', { 'X-CSRF-Token': csrf });
  },

  me: () => read<Me>('/me'),

  cases: (lang: Language) =>
    read<{ cases: CaseSummary[] }>(`/me/cases?lang=${lang}`).then((found) => found.cases),

  case: (id: string, lang: Language) => read<CaseView>(`/me/cases/${segment(id)}?lang=${lang}`),

  form: (id: string, form: string, lang: Language) =>
    read<FormView>(`/me/cases/${segment(id)}/forms/${segment(form)}?lang=${lang}`),

  async keepDraft(id: string, form: string, answers: Answers, csrf: string, leaving: boolean): Promise<{ savedAt: string }> {
    const headers = { 'Content-Type': JSON_TYPE, 'X-CSRF-Token': csrf };
    const path = `/me/cases/${segment(id)}/forms/${segment(form)}/draft`;
    return (await (await request('PUT', path, headers, { form: answers }, leaving)).json()) as { savedAt: string };
  },

  action: (action: string, lang: Language) =>
    read<ActionView>(`/me/actions/${segment(action)}?lang=${lang}`),

  // The same key with the same body is answered with the same receipt, so a repeat is harmless.
  async act(
    id: string,
    name: string,
    sent: Sent,
    guard: { csrf: string; idempotencyKey: string },
  ): Promise<Receipt> {
    const headers = {
      'Content-Type': JSON_TYPE,
      'X-CSRF-Token': guard.csrf,
      'Idempotency-Key': guard.idempotencyKey,
    };
    const path = `/me/cases/${segment(id)}/actions/${segment(name)}`;
    return (await (await request('POST', path, headers, sent)).json()) as Receipt;
  },
};
