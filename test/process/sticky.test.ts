// Sessions in the memory of one of several workers, with the library and the client that most people have them from.
import assert from 'node:assert/strict';
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { io, type Socket } from 'socket.io-client';
import { REFUSES_NOTHING, respite } from '../harness/respite.ts';
import { until } from '../harness/until.ts';

const CLIENTS = 50;
const PATIENT = { unreadyMs: 60_000, evidenceMs: 60_000, killMs: 60_000 };

interface ServedBy {
  readonly pid: number;
  readonly slot: number;
}

interface Client {
  readonly socket: Socket;
  readonly agent: Agent;
  /** Where its session lives; undefined while it has none. */
  servedBy: ServedBy | undefined;
  /** What went wrong before its first session. */
  readonly errors: string[];
}

/** A client with an address of its own. It begins with polling and goes on to a WebSocket, as by default. */
function connect(port: number, number: number): Client {
  // Polling without kept-alive connections: each request may reach another worker.
  const agent = new Agent({ localAddress: `127.0.0.${number + 2}` });
  const socket = io(`http://127.0.0.1:${port}`, {
    agent: agent as never,
    forceNew: true,
    reconnectionDelay: 50,
    reconnectionDelayMax: 500,
  });
  const client: Client = { socket, agent, servedBy: undefined, errors: [] };
  socket.on('served-by', (by: ServedBy) => (client.servedBy = by));
  socket.on('disconnect', () => (client.servedBy = undefined));
  socket.on('connect_error', ({ message }) => client.errors.push(message));
  return client;
}

/** The slot that answers a client with this address. */
async function slotFor(port: number, localAddress: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ port, localAddress, agent: false }, (response) => {
      text(response).then(resolve, reject);
    }).once('error', reject);
  });
}

async function isSticky(port: number): Promise<boolean> {
  const ask = async (last: number): Promise<ReadonlySet<string>> =>
    new Set(await Promise.all(Array.from({ length: 10 }, async () => slotFor(port, `127.0.0.${last}`))));
  const slots = await Promise.all([2, 3, 4, 5, 6, 7, 8, 9].map(ask));
  return slots.every(({ size }) => size === 1);
}

test(`socket.io, default transports, ${CLIENTS} clients, 2 workers: all connect at once, and again to the same slot after a rolling restart`, async (t) => {
  const running = respite(t, 'socket-io.mjs', {
    options: ['--workers', '2', '--sticky'],
    // A worker that is blocked loses its clients to others, which a busy machine must not do.
    config: { admission: REFUSES_NOTHING, supervisor: { trialMs: 0, detect: { blockedLoop: PATIENT } } },
  });
  const port = await running.port();
  const before = await running.ready();
  await running.until('both workers to know of each other', async () => isSticky(port));
  const clients = Array.from({ length: CLIENTS }, (_, i) => connect(port, i));
  t.after(() => {
    for (const { socket, agent } of clients) {
      socket.disconnect();
      agent.destroy();
    }
  });
  const states = (): string =>
    `${JSON.stringify(clients.map(({ servedBy, errors }) => ({ servedBy, errors })))}\n${running.transcript()}`;
  const all = async (what: string, isThere: (by: ServedBy) => boolean): Promise<readonly ServedBy[]> =>
    until(
      what,
      () => {
        const by = clients.map(({ servedBy }) => servedBy);
        return by.every((each) => each !== undefined && isThere(each)) && (by as ServedBy[]);
      },
      states,
    );

  const first = await all('a session of each client', () => true);
  assert.deepEqual(
    clients.flatMap(({ errors }) => errors),
    [],
  );
  const counts = [1, 2].map((slot) => first.filter((by) => by.slot === slot).length);
  assert.ok(Math.min(...counts) >= CLIENTS / 5, `${counts.join(' and ')} clients`);

  running.signal('SIGHUP');
  await running.untilStatus('new workers', ({ restarting, workers }) => {
    const isNew = workers.every(({ id, state }) => state === 'ready' && before.every((old) => old.id !== id));
    return !restarting && workers.length === 2 && isNew;
  });
  const second = await all('a session of each client in a new worker', ({ pid }) =>
    before.every((old) => old.pid !== pid),
  );
  assert.deepEqual(
    second.map(({ slot }) => slot),
    first.map(({ slot }) => slot),
  );
});
