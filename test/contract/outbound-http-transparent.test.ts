// What callers of node:http observe, in many situations: the same with policies for the origin as without.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { policeOutbound } from '../../src/outbound/index.ts';

/** What the server does, by path. */
const ANSWERS: Readonly<Record<string, http.RequestListener>> = {
  '/echo': (request, response) => {
    response.writeHead(200, { 'x-method': request.method, 'x-names': names(request.rawHeaders) });
    request.pipe(response);
  },
  '/collect': (request, response) => {
    void text(request).then((body) => response.end(`collected ${body}`));
  },
  '/hang': () => {},
  '/half': (_request, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('half', () => response.destroy());
  },
  '/slow-body': (_request, response) => void response.writeHead(200).write('first'),
  '/reset': (request) => request.socket.destroy(),
  '/garbage': (request) => request.socket.end('not HTTP\r\n\r\n'),
  '/hints': (_request, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' });
    response.end('hinted');
  },
  '/trailers': (_request, response) => {
    response.writeHead(200, { trailer: 'x-last' }).write('body');
    response.addTrailers({ 'x-last': '1' });
    response.end();
  },
  '/empty': (_request, response) => response.writeHead(204).end(),
  '/failing': (_request, response) => response.writeHead(500).end('failing'),
  '/early': (request, response) => {
    response.writeHead(413, { connection: 'close' }).end('too large');
    request.resume();
  },
};

/** Ports differ from run to run. */
function names(rawHeaders: readonly string[]): string {
  return rawHeaders.filter((_, i) => i % 2 === 0).join(' ');
}

const server = http.createServer((request, response) =>
  ANSWERS[request.url?.split('?')[0] ?? '']?.(request, response),
);
server.on('checkContinue', (request: http.IncomingMessage, response: http.ServerResponse) => {
  response.writeContinue();
  request.pipe(response);
});
server.on('upgrade', (_request, socket: net.Socket) => {
  socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: test\r\n\r\nhello');
});
server.on('connect', (_request, socket: net.Socket) => {
  socket.end('HTTP/1.1 200 Connection Established\r\n\r\ntunnel');
});
let port = 0;
const host = '127.0.0.1';

before(async () => {
  await once(server.listen(0, '0.0.0.0'), 'listening');
  ({ port } = server.address() as AddressInfo);
});

after(() => {
  server.closeAllConnections();
  server.close();
});

type Log = (what: string) => void;

const REQUEST_EVENTS = ['socket', 'finish', 'continue', 'timeout', 'abort', 'close'] as const;

/** Notes the events of a request and of its response. Resolves when both are over. */
async function observe(request: http.ClientRequest, log: Log): Promise<void> {
  for (const event of REQUEST_EVENTS) request.on(event, () => log(event));
  request.on('error', (error: NodeJS.ErrnoException) =>
    log(`error ${error.name} ${error.code} ${error.message.replaceAll(/:\d+/g, '')}`),
  );
  request.on('information', ({ statusCode }) => log(`information ${statusCode}`));
  request.on('response', (response) => {
    log(`response ${response.statusCode} ${String(response.headers['x-names'] ?? '')}`);
    log(
      `its request: ${'req' in response && response.req === request}, its socket: ${response.socket === request.socket}`,
    );
    response.on('aborted', () => log('response aborted'));
    response.on('error', (error: NodeJS.ErrnoException) => log(`response error ${error.code}`));
    response.on('end', () => log(`response end ${JSON.stringify(response.trailers)}`));
    response.on('close', () => log('response close'));
    response.setEncoding('utf8').on('data', (chunk: string) => log(`data ${chunk}`));
  });
  await new Promise((resolve) => void request.on('close', resolve));
  log(`destroyed ${request.destroyed}, aborted ${request.aborted}, reused ${request.reusedSocket}`);
}

type Situation = (log: Log, options: http.RequestOptions) => Promise<unknown>;

function get(path: string, own: http.RequestOptions = {}): Situation {
  return (log, options) => observe(http.get({ ...options, path, ...own }), log);
}

const SITUATIONS: Readonly<Record<string, Situation>> = {
  'a GET': get('/echo'),
  'a GET by its URL, with a callback': async (log) => {
    const [response] = await new Promise<[http.IncomingMessage]>((resolve) => {
      http.get(`http://${host}:${port}/echo?a=1#b`, { headers: { 'X-Own': '1' } }, (...values) =>
        resolve(values),
      );
    });
    log(`${response.statusCode}`);
    response.resume();
    await once(response, 'close');
  },
  'a URL object and options': (log) =>
    observe(http.get(new URL(`http://${host}:${port}/echo`), { headers: { accept: 'a/b' } }), log),
  'a HEAD': get('/echo', { method: 'HEAD' }),
  'a 204': get('/empty'),
  'a 500': get('/failing'),
  'early hints': get('/hints'),
  trailers: get('/trailers'),
  'a connection that is reset': (log, options) => {
    const request = http.request({ ...options, path: '/reset', method: 'POST' });
    request.end('body');
    return observe(request, log);
  },
  'a response that breaks': get('/half'),
  'no HTTP at all': get('/garbage'),
  'fields as a list': get('/echo', { headers: ['Host', 'a.b', 'X-One', '1', 'x-one', '2'] as never }),
  'a body in parts': async (log, options) => {
    const request = http.request({ ...options, path: '/collect', method: 'POST' });
    const observed = observe(request, log);
    log(`write ${request.write('one ')}`);
    await delay(5);
    request.end('two', () => log('ended'));
    await observed;
  },
  'a body from a pipe': async (log, options) => {
    const request = http.request({ ...options, path: '/collect', method: 'PUT' });
    const observed = observe(request, log);
    await pipeline(Readable.from(['a', 'b']), request);
    await observed;
  },
  'an answer before the body': async (log, options) => {
    const request = http.request({ ...options, path: '/early', method: 'POST' });
    const observed = observe(request, log);
    request.flushHeaders();
    await once(request, 'response');
    request.end('late');
    await observed;
  },
  '100-continue': async (log, options) => {
    const headers = { expect: '100-continue' };
    const request = http.request({ ...options, path: '/echo', method: 'POST', headers });
    const observed = observe(request, log);
    request.on('continue', () => request.end('continued'));
    request.flushHeaders();
    await observed;
  },
  'an upgrade': async (log, options) => {
    const request = http.get({ ...options, headers: { connection: 'upgrade', upgrade: 'test' } });
    request.on('close', () => log('close'));
    const [response, socket, head] = (await once(request, 'upgrade')) as [
      http.IncomingMessage,
      net.Socket,
      Buffer,
    ];
    log(`upgrade ${response.statusCode} ${String(head)}`);
    socket.destroy();
  },
  'a tunnel': async (log, options) => {
    const request = http.request({ ...options, method: 'CONNECT', path: 'a.b:80' }).end();
    const [response, socket] = (await once(request, 'connect')) as [http.IncomingMessage, net.Socket];
    log(`connect ${response.statusCode}`);
    socket.destroy();
  },
  'a time-out as an option, without an end': async (log, options) => {
    const request = http.get({ ...options, path: '/hang', timeout: 200 });
    request.on('timeout', () => request.destroy());
    await observe(request, log);
  },
  'a time-out by setTimeout()': async (log, options) => {
    const request = http.get({ ...options, path: '/hang' });
    request.setTimeout(200, () => request.destroy(new Error('mine')));
    await observe(request, log);
  },
  'abort()': async (log, options) => {
    const request = http.get({ ...options, path: '/hang' });
    request.on('socket', () => setImmediate(() => request.abort()));
    await observe(request, log);
  },
  'a signal': async (log, options) => {
    const caller = new AbortController();
    const request = http.get({ ...options, path: '/hang', signal: caller.signal });
    request.on('finish', () => caller.abort());
    await observe(request, log);
  },
  'destroyed at once': async (log, options) => {
    const request = http.get({ ...options, path: '/echo' });
    log(`${request.destroy() === request}`);
    await observe(request, log);
  },
  'destroyed within the body': async (log, options) => {
    const request = http.get({ ...options, path: '/slow-body' });
    request.on('response', (response) => response.once('data', () => request.destroy()));
    await observe(request, log);
  },
  'the response has no listener': async (log, options) => {
    const request = http.get({ ...options, path: '/echo' });
    await once(request, 'close');
    log(`destroyed ${request.destroyed}`);
  },
  'an agent with one kept connection': async (log, options) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const calls = ['one', 'two', 'three'].map((name) => {
      const request = http.get({ ...options, path: '/echo', agent });
      log(`${name}: agent ${'agent' in request && request.agent === agent}`);
      return observe(request, (what) => log(`${name}: ${what}`));
    });
    await Promise.all(calls);
    log(`free ${Object.values(agent.freeSockets).flat().length}`);
    agent.destroy();
  },
  'an agent that is destroyed': async (log, options) => {
    const agent = new http.Agent({ keepAlive: true });
    const request = http.get({ ...options, path: '/hang', agent });
    request.on('finish', () => setImmediate(() => agent.destroy()));
    await observe(request, log);
  },
  'no agent': get('/echo', { agent: false }),
  'a connection of the caller': get('/echo', { createConnection: () => net.connect(port, host) }),
  'a connection that is refused': async (log, options) => {
    const request = http.request({
      ...options,
      method: 'POST',
      createConnection: () => net.connect(1, host),
    });
    request.end('x');
    await observe(request, log);
  },
  'arguments that node:http refuses': async (log, options) => {
    for (const bad of [
      () => http.get('no url'),
      () => http.get({ ...options, path: '/ a' }),
      () => http.get({ ...options, method: 'B AD' }),
      () => http.get({ ...options, protocol: 'https:' }),
      () => http.get({ ...options, headers: { a: 'b\n' } }),
      () => http.get({ ...options, agent: {} as http.Agent }),
      () => http.get({ ...options, timeout: 'x' as never }),
    ]) {
      try {
        bad().destroy();
        log('no error');
      } catch (error) {
        log(`${(error as NodeJS.ErrnoException).code}`);
      }
    }
  },
  'own properties': async (log, options) => {
    const request = http.get({ ...options, path: '/echo' });
    log(Object.keys(request).toSorted().join(' '));
    await observe(request, log);
  },
};

async function logOf(situation: Situation): Promise<readonly string[]> {
  const lines: string[] = [];
  // Which connections are kept from before must not matter.
  http.globalAgent.destroy();
  await situation((what) => lines.push(what), { host, port });
  // What comes after the end, such as a second 'close'.
  await new Promise(setImmediate);
  return lines;
}

for (const [name, situation] of Object.entries(SITUATIONS)) {
  test(name, { timeout: 30_000 }, async () => {
    const without = await logOf(situation);
    const origins = { [`http://${host}:${port}`]: {}, 'http://a.b': {} };
    const restore = policeOutbound({ origins, retry: { attempts: 1 } });
    try {
      assert.deepEqual(await logOf(situation), without);
    } finally {
      restore();
    }
    assert.ok(without.length > 0);
  });
}
