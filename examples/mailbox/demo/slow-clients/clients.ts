// `node clients.ts <plan as JSON>`: all clients of one run, in a process of their own; prints a tick a line.
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { framedBytes, MAIL_BYTES, MAILS } from '../../socket/mails.ts';
import { quantile } from '../../storm/call-figures.ts';
import { type ClientsPlan, type ClientsTick, TICK_MS } from './plan.ts';

const READ_EVERY_MS = 50;
const FETCH = Buffer.from('FETCH user1\r\n');
const NOOP = Buffer.from('NOOP\r\n');
const OK = Buffer.from('+OK');
const STATUS = Buffer.from(`+OK ${MAILS} ${MAIL_BYTES}`);
const MAILBOX_BYTES = framedBytes(STATUS) + MAILS * framedBytes(Buffer.alloc(MAIL_BYTES));
const PONG_BYTES = framedBytes(OK);

interface Client {
  readonly socket: Socket;
  bytes: number;
}

const plan = JSON.parse(process.argv[2] ?? '') as ClientsPlan;

async function dial(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: plan.port, noDelay: true });
  await once(socket, 'connect');
  // The server may die: that is seen from what comes no more.
  socket.on('error', () => {});
  return socket;
}

async function startFast(): Promise<Client> {
  const client: Client = { socket: await dial(), bytes: 0 };
  let missing = MAILBOX_BYTES;
  client.socket.on('data', ({ length }: Buffer) => {
    client.bytes += length;
    missing -= length;
    if (missing > 0) return;
    missing += MAILBOX_BYTES;
    client.socket.write(FETCH);
  });
  client.socket.write(FETCH);
  return client;
}

async function startSlow(): Promise<Client> {
  const { askEveryMs, bytesPerSecond } = plan.slow;
  const client: Client = { socket: await dial(), bytes: 0 };
  const { socket } = client;
  socket.pause();
  socket.write(FETCH);
  setInterval(() => socket.write(FETCH), askEveryMs);
  // By the clock: a timer that is late must not make the client slower.
  let readAtMs = performance.now();
  let credit = 0;
  setInterval(() => {
    const nowMs = performance.now();
    credit = Math.min(bytesPerSecond, credit + ((nowMs - readAtMs) / 1000) * bytesPerSecond);
    readAtMs = nowMs;
    const chunk = (socket.read(Math.floor(credit)) ?? socket.read()) as Buffer | null;
    credit -= chunk?.length ?? 0;
    client.bytes += chunk?.length ?? 0;
  }, READ_EVERY_MS);
  return client;
}

interface Pings {
  /** Of those that were answered since it was last looked. */
  waitsMs: number[];
  /** When those were due that were not answered yet. */
  readonly due: number[];
}

/** Counted from when each was due, so that a server that stands still is not asked less often for it. */
async function startPings(): Promise<Pings> {
  const socket = await dial();
  const pings: Pings = { waitsMs: [], due: [] };
  let received = 0;
  socket.on('data', ({ length }: Buffer) => {
    received += length;
    for (; received >= PONG_BYTES; received -= PONG_BYTES) {
      pings.waitsMs.push(performance.now() - (pings.due.shift() ?? NaN));
    }
  });
  let nextMs = performance.now();
  setInterval(() => {
    for (const nowMs = performance.now(); nextMs <= nowMs; nextMs += plan.pingEveryMs) {
      pings.due.push(nextMs);
      socket.write(NOOP);
    }
  }, 1);
  return pings;
}

const fast = await Promise.all(Array.from({ length: plan.fastClients }, startFast));
const slow = await Promise.all(Array.from({ length: plan.slow.clients }, startSlow));
const pings = await startPings();
const startedMs = performance.now();
let lastMs = startedMs;
while (lastMs - startedMs < plan.lengthMs) {
  await sleep(TICK_MS);
  const nowMs = performance.now();
  const seconds = (nowMs - lastMs) / 1000;
  const tick: ClientsTick = {
    atMs: nowMs - startedMs,
    fastBytesPerSecond: fast.reduce((sum, { bytes }) => sum + bytes, 0) / seconds,
    slowBytesPerSecond: Math.min(...slow.map(({ bytes }) => bytes)) / seconds,
    pingP99Ms: pings.waitsMs.length === 0 ? undefined : quantile(pings.waitsMs, 0.99),
    pingWaitingMs: nowMs - (pings.due[0] ?? nowMs),
    gone: [...fast, ...slow].filter(({ socket }) => socket.destroyed).length,
  };
  console.log(JSON.stringify(tick));
  for (const client of [...fast, ...slow]) client.bytes = 0;
  pings.waitsMs = [];
  lastMs = nowMs;
}
process.exit();
