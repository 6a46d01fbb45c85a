import http from 'node:http';
import http2 from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { createChannel, createWriteBudget, pipe, type WriteBudget } from 'respite/backpressure';
import { dial, KB, listen, MB } from './support.ts';

const LIMIT_BYTES = 16 * MB;
const PIPELINED = 400;
const SESSIONS = 10;
const STREAMS = 30;
const LOOK_EVERY_MS = 5;
const LOOK_FOR_MS = 2000;

export interface ResponsesBound {
  readonly limitBytes: number;
  readonly pipelined: UsedBound;
  readonly http2: UsedBound;
}

interface UsedBound {
  readonly responses: number;
  readonly mostUsedBytes: number;
}

/** Responses of 1 MB each to clients that don't read them: pipelined over one connection, and over HTTP/2 with closed windows. */
export async function responses(): Promise<ResponsesBound> {
  return { limitBytes: LIMIT_BYTES, pipelined: await pipelined(), http2: await closedWindows() };
}

async function pipelined(): Promise<UsedBound> {
  const budget = createWriteBudget({ limitBytes: LIMIT_BYTES });
  let started = 0;
  const server = http.createServer((_, response) => {
    started += 1;
    void pipe(megabyte(), createChannel(response, { budget, slowPeer: false }));
  });
  const client = await dial(await listen(server));
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(PIPELINED));
  const mostUsedBytes = await mostUsed(budget);
  client.destroy();
  server.close();
  return { responses: started, mostUsedBytes };
}

async function closedWindows(): Promise<UsedBound> {
  const budget = createWriteBudget({ limitBytes: LIMIT_BYTES });
  let started = 0;
  const server = http2.createServer((_, response) => {
    started += 1;
    void pipe(megabyte(), createChannel(response, { budget, slowPeer: false }));
  });
  const port = await listen(server);
  const sessions = Array.from({ length: SESSIONS }, () => {
    const session = http2.connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 0 } });
    session.on('error', () => {});
    for (let i = 0; i < STREAMS; i += 1) session.request({ ':path': '/' }).on('error', () => {});
    return session;
  });
  const mostUsedBytes = await mostUsed(budget);
  for (const session of sessions) session.destroy();
  server.close();
  return { responses: started, mostUsedBytes };
}

function* megabyte(): Generator<Buffer> {
  for (let i = 0; i < 128; i += 1) yield Buffer.alloc(8 * KB, i);
}

async function mostUsed(budget: WriteBudget): Promise<number> {
  let most = 0;
  for (const startedMs = performance.now(); performance.now() - startedMs < LOOK_FOR_MS;) {
    most = Math.max(most, budget.stats().usedBytes);
    await sleep(LOOK_EVERY_MS);
  }
  return most;
}
