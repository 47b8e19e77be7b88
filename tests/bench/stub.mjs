// A place register that only counts: answers after 20 ms, every 50th request is refused with a 503. Prints its
// port; GET /counts says how many calls had an effect, were repeated, were refused. PUT /away refuses every
// request until DELETE /away.
import { createServer } from 'node:http';

const delay = 20;
const refuseEvery = 50;
const taken = new Set();
const counts = { effects: 0, repeated: 0, unavailable: 0 };
let requests = 0;
let away = false;

function answer(request, response) {
  response.setHeader('content-type', 'application/json');
  if (request.url === '/counts') return response.end(JSON.stringify(counts));
  request.resume();
  if (request.url === '/away') {
    away = request.method === 'PUT';
    return response.end();
  }
  response.setHeader('x-road-id', request.headers['x-road-id']);
  setTimeout(() => {
    if (++requests % refuseEvery === 0 || away) {
      ++counts.unavailable;
      response.writeHead(503).end();
      return;
    }
    const key = request.headers['idempotency-key'];
    ++counts[taken.has(key) ? 'repeated' : 'effects'];
    taken.add(key);
    response.end('{"status":"tagasi võetud"}');
  }, delay);
}

const server = createServer({ keepAliveTimeout: 60_000 }, answer);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
