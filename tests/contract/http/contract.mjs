// openapi.yaml as a judge: what it has against an answer, and what of it was never seen. The document is
// read and checked by a validator of OpenAPI, bodies by ajv.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

export const file = fileURLToPath(new URL('../../../orchestrator/adapters/http/openapi.yaml', import.meta.url));
const METHODS = ['get', 'post', 'put', 'delete', 'patch', 'head', 'options'];
const SECURITY_HEADERS = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin', 'content-security-policy': /^default-src 'none'/ };

// A client ignores what it doesn't know; the server may not say what isn't documented.
function close(schema) {
  if (Array.isArray(schema)) return schema.map(close);
  if (schema === null || typeof schema !== 'object') return schema;
  const closed = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, close(value)]));
  if (closed.properties && !('additionalProperties' in closed) && closed.type === 'object') closed.additionalProperties = false;
  return closed;
}

export class Contract {
  operations = []; // {id, method, path, parts, operation, parameters}
  #seen = new Set(); // "operationId status"
  #events = new Set(); // names of stream events that were seen
  #schemas = new Map(); // JSON of a schema → its check

  static async read() {
    const contract = new Contract();
    contract.document = parse(readFileSync(file, 'utf8'));
    const verdict = await new Validator().validate(structuredClone(contract.document));
    if (!verdict.valid) throw new Error(`${file} is not OpenAPI: ${JSON.stringify(verdict.errors)}`);
    contract.#prepare();
    return contract;
  }

  #prepare() {
    this.ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true, strictRequired: false });
    addFormats(this.ajv);
    this.ajv.addVocabulary(['components']);
    this.ajv.addSchema({ $id: 'document', components: { schemas: close(this.document.components.schemas) } });
    for (const [path, item] of Object.entries(this.document.paths)) {
      for (const method of METHODS.filter((name) => item[name])) {
        const operation = item[method];
        const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((one) => this.#follow(one));
        this.operations.push({ id: operation.operationId, method: method.toUpperCase(), path, parts: path.split('/'), operation, parameters });
      }
    }
    for (const schema of Object.keys(this.document.components.schemas)) this.#check({ $ref: `#/components/schemas/${schema}` });
  }

  #follow(node) {
    if (!node?.$ref) return node;
    return node.$ref.slice(2).split('/').reduce((at, key) => at[key], this.document);
  }

  #check(schema) {
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/');
    if (!this.#schemas.has(text)) this.#schemas.set(text, this.ajv.compile(close(JSON.parse(text))));
    return this.#schemas.get(text);
  }

  // What a schema has against a value, as sentences.
  flaws(schema, value) {
    const check = this.#check(schema);
    return check(value) ? [] : check.errors.map(({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`);
  }

  // The operation of a request: literal paths before those with parameters, the portal's files last.
  find(method, path) {
    const parts = path.split('/');
    const fits = (one) => one.method === method && one.parts.length === parts.length &&
      one.parts.every((part, i) => (part.startsWith('{') ? parts[i] !== '' : part === parts[i]));
    const found = this.operations.filter((one) => one.id !== 'file' && fits(one));
    found.sort((a, b) => a.path.split('{').length - b.path.split('{').length);
    const isFile = method === 'GET' && !path.startsWith('/api/') && !found.length;
    return isFile ? this.operations.find(({ id }) => id === 'file') : found[0];
  }

  isKnown(path) {
    return METHODS.some((method) => this.find(method.toUpperCase(), path) !== undefined);
  }

  // What the document has against this answer; [] where it is as documented. `body` is its text.
  judge({ method, path, status, headers, body, sent }) {
    const name = `${method} ${path} ${status}`;
    const flaws = [];
    for (const [header, expected] of Object.entries(SECURITY_HEADERS)) {
      const value = headers.get(header) ?? '';
      if (!(expected instanceof RegExp ? expected.test(value) : value === expected)) flaws.push(`${header}: ${value}`);
    }
    const operation = this.find(method, path);
    let response = this.#follow(operation?.operation.responses[status]);
    if (!operation && status === 405 && this.isKnown(path)) response = this.document.components.responses.WrongMethod;
    if (!operation && status === 404) response = this.document.components.responses.NotFound;
    if (!response) return [`${name}: ${operation ? 'this status' : 'this route'} is not documented`];
    if (operation) this.#seen.add(`${operation.id} ${status}`);
    flaws.push(...this.#flawsOfHeaders(response, headers), ...this.#flawsOfBody(response, headers, body));
    if (status < 300 && operation) flaws.push(...this.#flawsOfRequest(operation, sent ?? {}));
    return flaws.map((flaw) => `${name}: ${flaw}`);
  }

  #flawsOfHeaders(response, headers) {
    return Object.entries(response.headers ?? {}).flatMap(([header, { required, schema }]) => {
      const value = headers.get(header);
      if (value === null) return required ? [`the header ${header} is missing`] : [];
      return this.flaws(schema, value).map((flaw) => `${header}: ${flaw}`);
    });
  }

  #flawsOfBody(response, headers, body) {
    const type = (headers.get('content-type') ?? '').split(';')[0];
    if (!response.content) return body === '' && type === '' ? [] : ['expected no body'];
    const media = response.content[type] ?? response.content['*/*'];
    if (!media) return [`the media type ${type} is not documented`];
    if (!type.endsWith('json')) return this.flaws(media.schema, body);
    try {
      return this.flaws(media.schema, JSON.parse(body));
    } catch (error) {
      return [`not JSON: ${error.message}`];
    }
  }

  // What was accepted must have been asked for as documented.
  #flawsOfRequest({ operation, parameters }, { headers = {}, body, query = {} }) {
    const flaws = [];
    const given = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
    for (const { name, in: where, required, schema } of parameters) {
      const value = where === 'header' ? given[name.toLowerCase()] : where === 'query' ? query[name] : undefined;
      if (value === undefined) {
        if (required && where !== 'path') flaws.push(`sent without ${name}`);
      } else {
        flaws.push(...this.flaws(schema, schema.type === 'integer' ? Number(value) : value).map((flaw) => `sent ${name}: ${flaw}`));
      }
    }
    for (const query_name of Object.keys(query)) {
      if (!parameters.some(({ name, in: where }) => name === query_name && where === 'query')) flaws.push(`the parameter ${query_name} is not documented`);
    }
    const type = (given['content-type'] ?? '').split(';')[0];
    if (!operation.requestBody) return body === undefined ? flaws : [...flaws, 'no body is documented'];
    const media = operation.requestBody.content[type];
    if (!media) return [...flaws, `sent as ${type}`];
    return [...flaws, ...this.flaws(media.schema, type.endsWith('json') ? JSON.parse(body) : body).map((flaw) => `sent: ${flaw}`)];
  }

  // The events of a stream: [{event, data}].
  judgeEvents(events) {
    const documented = this.document.paths['/api/v1/me/stream'].get.responses[200].content['text/event-stream']['x-events'];
    return events.flatMap(({ event, data }) => {
      if (!documented[event]) return [`the event ${event} is not documented`];
      this.#events.add(event);
      return this.flaws(documented[event], data).map((flaw) => `event ${event}: ${flaw}`);
    });
  }

  // What is documented and was never answered.
  unseen() {
    const statuses = this.operations.flatMap(({ id, operation }) => Object.keys(operation.responses).map((status) => `${id} ${status}`));
    const stream = this.document.paths['/api/v1/me/stream'].get.responses[200].content['text/event-stream']['x-events'];
    return [...statuses.filter((one) => !this.#seen.has(one)), ...Object.keys(stream).filter((one) => !this.#events.has(one)).map((one) => `event ${one}`)];
  }
}

// One who asks: keeps cookies, and holds every answer against the contract.
export class Caller {
  cookie = '';
  csrf = '';
  constructor(contract, url) {
    this.contract = contract;
    this.url = url;
  }

  // `body`: sent as it is if text, else as JSON. Throws where the answer is not `expected` or not as documented.
  async ask(method, path, { expect = 200, body, headers = {}, query = {}, type = 'application/json', cookie = this.cookie, csrf = this.csrf } = {}) {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const sent = {
      ...(text === undefined ? {} : { 'content-type': type }), ...(cookie ? { cookie } : {}), ...(method !== 'GET' && csrf ? { 'x-csrf-token': csrf } : {}), ...headers,
    };
    const search = Object.keys(query).length ? `?${new URLSearchParams(query)}` : '';
    const answer = await fetch(`${this.url}${path}${search}`, { method, headers: sent, body: text, redirect: 'manual', signal: AbortSignal.timeout(30_000) });
    const said = await answer.text();
    const flaws = this.contract.judge({ method, path, status: answer.status, headers: answer.headers, body: said, sent: { headers: sent, body: text, query } });
    if (answer.status !== expect) flaws.unshift(`${method} ${path}: expected ${expect}, found ${answer.status}: ${said.slice(0, 500)}`);
    if (flaws.length) throw new Error(flaws.join('\n'));
    const set = answer.headers.get('set-cookie');
    if (set && answer.status === 204 && !('cookie' in headers)) this.cookie = set.split(';')[0];
    const isJson = (answer.headers.get('content-type') ?? '').split(';')[0].endsWith('json');
    return { status: answer.status, headers: answer.headers, text: said, json: isJson ? JSON.parse(said) : undefined };
  }

  async read(path, query) {
    return (await this.ask('GET', path, { query })).json;
  }
}
