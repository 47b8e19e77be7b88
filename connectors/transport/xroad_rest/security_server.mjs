// The door in front of a simulated register: what a pair of security servers does with an X-Road REST
// request (PR-REST 1.0.4), as far as a consumer can see it.
import { createServer } from "node:http";
import { randomUUID } from "node:crypto";
import { Problem } from "../../simulators/door.mjs";

const mostBodyBytes = 1024 * 1024;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const identifier = /^[A-Za-z0-9'()+,\-.=?]+$/;

class RoadError extends Error {
  constructor(status, type, message) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

async function readJson(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > mostBodyBytes) throw new Problem(413, "too-large", "the body is too large");
    chunks.push(chunk);
  }
  if (size === 0) return null;
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new Problem(400, "not-json", "the body is not JSON");
  }
}

function readRoad(request, register) {
  const [path, query] = request.url.split("?");
  const parts = path.split("/").slice(1).map(decodeURIComponent);
  if (parts[0] !== "r1" || parts.length < 7) {
    throw new RoadError(400, "Client.BadRequest", "expected /r1/INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE/…");
  }
  const client = request.headers["x-road-client"]?.split(",").at(-1).trim();
  if (!client) throw new RoadError(400, "Client.BadRequest", "Missing header: X-Road-Client");
  const clientParts = client.split("/");
  if (clientParts.length < 3 || clientParts.length > 4 || !clientParts.every((part) => identifier.test(part))) {
    throw new RoadError(400, "Client.BadRequest", "X-Road-Client is malformed");
  }
  const id = request.headers["x-road-id"] ?? randomUUID();
  if (!uuid.test(id)) throw new RoadError(400, "Client.BadRequest", "X-Road-Id is not a UUID");
  if (parts[5] !== register.service) {
    throw new RoadError(500, "Server.ServerProxy.UnknownService", "Unknown service");
  }
  return { client, id, service: parts.slice(1, 6).join("/"), rest: parts.slice(6), query: new URLSearchParams(query) };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function send(response, status, body, headers = {}) {
  if (response.destroyed) return;
  const type = status >= 400 ? "application/problem+json" : "application/json; charset=utf-8";
  response.writeHead(status, { "Content-Type": type, ...headers });
  response.end(body === undefined ? "" : JSON.stringify(body));
}

function sendRoadError(response, { status, type, message }, headers = {}) {
  send(response, status, { type, message, detail: randomUUID() }, { ...headers, "Content-Type": "application/json", "X-Road-Error": type });
}

// True where the fault has answered (or hung up).
async function play(fault, response, headers) {
  if (fault.delayMs) await pause(fault.delayMs);
  if (fault.drop) response.destroy();
  else if (fault.xroadError) sendRoadError(response, { status: fault.status ?? 500, type: fault.xroadError, message: "ordered" }, headers);
  else if (fault.refuse) {
    const status = fault.status ?? 422;
    send(response, status, { type: "about:blank", title: "Refused", status, code: fault.refuse }, headers);
  } else if (fault.garbage) response.writeHead(200, headers).end("<html>");
  else if (fault.status) {
    const extra = fault.retryAfter === undefined ? {} : { "Retry-After": String(fault.retryAfter) };
    send(response, fault.status, { type: "about:blank", title: "Not now", status: fault.status }, { ...headers, ...extra });
  } else return false;
  return true;
}

async function serveRoad(request, response, register, faults, list) {
  const road = readRoad(request, register);
  const headers = {
    "X-Road-Client": road.client,
    "X-Road-Service": road.service,
    "X-Road-Id": road.id,
    "X-Road-Request-Id": randomUUID(),
  };
  const body = await readJson(request);
  const route = register.route(request.method, road.rest, body, road.query);
  const key = request.headers["idempotency-key"]?.replace(/^"(.*)"$/, "$1") ?? null;
  const call = { register: register.name, operation: route.operation, id: road.id, key, issue: request.headers["x-road-issue"] ?? null, status: null };
  if (route.shown) call.subject = route.shown;
  list.add(call);
  response.once("close", () => (call.status ??= response.headersSent ? response.statusCode : 0));
  const fault = faults.due(route.operation, route.subject, body?.municipality ?? body?.kov);
  if (fault && !fault.afterEffect && (await play(fault, response, headers))) return;
  try {
    const answer = route.perform({ key, body, countEffect: () => list.countEffect(key) });
    if (fault?.afterEffect && (await play(fault, response, headers))) return;
    send(response, answer.status ?? 200, answer.body, headers);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    send(response, error.status, { type: "about:blank", title: error.message, status: error.status, code: error.code }, headers);
  }
}

// A listener for one register. `control(method, name, body)` answers /control/…, or undefined.
export function openDoor({ register, faults, list, control, host, port }) {
  const server = createServer(async (request, response) => {
    try {
      if (request.url.startsWith("/control/")) {
        const answer = await control(request.method, request.url.slice("/control/".length), await readJson(request));
        if (answer === undefined) throw new Problem(404, "unknown", "there is no such control");
        send(response, 200, answer);
        return;
      }
      await serveRoad(request, response, register, faults, list);
    } catch (error) {
      if (error instanceof RoadError) sendRoadError(response, error);
      else if (error instanceof Problem) send(response, error.status, { type: "about:blank", title: error.message, status: error.status, code: error.code });
      else {
        console.error(error.stack);
        send(response, 500, { type: "about:blank", title: "Fault of the simulator", status: 500 });
      }
    }
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(server));
  });
}
