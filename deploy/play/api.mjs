// The portal's HTTP API as a resident's browser uses it: a session cookie, a CSRF token, a stream of changes.
import { randomUUID } from "node:crypto";

const triesToConnect = 60;
const pauseBetweenTriesMs = 500;

// An answer that was not the expected one, with what the server said about it.
export class Refused extends Error {
  constructor(method, path, status, body) {
    const said = body?.detail ?? body?.title ?? (typeof body === "string" ? body.slice(0, 200) : "");
    super(`${method} ${path} answered ${status}${said ? `: ${said}` : ""}`);
    this.status = status;
    this.body = body;
  }
}

export class Resident {
  #url;
  #cookie = null;
  #csrf = null;

  constructor(url) {
    this.#url = url;
  }

  // Development's login. False when the portal knows no such person yet.
  async logIn(personalCode) {
    const answer = await this.#send("POST", "/api/v1/login/dev", { personalCode }, {}, [204, 401, 404, 422]);
    if (answer.status !== 204) return false;
    // Not getSetCookie(): Debian's Node 18 lacks it.
    [this.#cookie] = /elukaar_session=[^;,\s]+/.exec(answer.headers.get("set-cookie") ?? "") ?? [null];
    if (!this.#cookie) throw new Error("the login set no session cookie");
    this.me = await this.get("/api/v1/me");
    this.#csrf = this.me.csrf;
    return true;
  }

  async get(path) {
    return (await this.#send("GET", path, undefined, {}, [200])).body;
  }

  async cases() {
    return (await this.get("/api/v1/me/cases?lang=en")).cases;
  }

  async case(id) {
    return this.get(`/api/v1/me/cases/${id}?lang=en`);
  }

  async form(id, name) {
    return this.get(`/api/v1/me/cases/${id}/forms/${name}?lang=en`);
  }

  async act(id, name, body) {
    const headers = { "Idempotency-Key": randomUUID() };
    return (await this.#send("POST", `/api/v1/me/cases/${id}/actions/${name}`, body, headers, [202])).body;
  }

  async action(id) {
    return this.get(`/api/v1/me/actions/${id}?lang=en`);
  }

  // The changes as they are pushed: yields { event, data } until the signal is aborted. A lost connection is
  // made anew, as a browser does.
  async *changes(signal) {
    for (let tries = 0; !signal.aborted; tries++) {
      if (tries === triesToConnect) throw new Error("the portal cannot be reached any more");
      try {
        const answer = await fetch(`${this.#url}/api/v1/me/stream`, {
          headers: { cookie: this.#cookie, accept: "text/event-stream" },
          signal,
        });
        if (answer.status !== 200) throw new Refused("GET", "/api/v1/me/stream", answer.status, await answer.text());
        for await (const each of readEvents(answer.body)) {
          tries = 0;
          yield each;
        }
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Refused) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, pauseBetweenTriesMs));
    }
  }

  async #send(method, path, body, headers, expected) {
    const all = { accept: "application/json", origin: this.#url, ...headers };
    if (this.#cookie) all.cookie = this.#cookie;
    if (body !== undefined) all["content-type"] = "application/json";
    if (method !== "GET" && this.#csrf) all["x-csrf-token"] = this.#csrf;
    const answer = await fetch(this.#url + path, { method, headers: all, body: body && JSON.stringify(body) });
    const text = await answer.text();
    let read = text;
    try {
      read = text ? JSON.parse(text) : null;
    } catch {
      // Not JSON: an error page of something between us. The text itself goes into the message.
    }
    if (!expected.includes(answer.status)) throw new Refused(method, path, answer.status, read);
    return { status: answer.status, headers: answer.headers, body: read };
  }
}

// Server-sent events out of a response body (WHATWG HTML, section 9.2.6, the fields that we use).
export async function* readEvents(body) {
  let rest = "";
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      let event = "message";
      const data = [];
      for (const line of block.split("\n")) {
        if (line.startsWith("event:")) event = line.slice(6).trim();
        if (line.startsWith("data:")) data.push(line.slice(5).trim());
      }
      if (data.length > 0) yield { event, data: JSON.parse(data.join("\n")) };
    }
  }
}
