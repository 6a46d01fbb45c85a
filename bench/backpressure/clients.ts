// `node clients.ts <plan as JSON>`: fast clients, slow clients and a ping, in a process of their own. Prints a line when it begins to
// measure and one when it has ended, so that somebody else can look at the server then, and what it saw.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BEGINS, ENDS, type Plan, type Seen } from './plan.ts';

const PING_BYTES = 8;
const READ_EVERY_MS = 50;
const STALLED_AT_ONCE = 50;
/** Until the server has answered the last of them. */
const SETTLE_MS = 1000;

const plan = JSON.parse(process.argv[2] ?? '') as Plan;
console.log(JSON.stringify(await run()));
process.exit();

function request(messages: number, messageBytes: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(messages, 0);
  bytes.writeUInt32BE(messageBytes, 4);
  return bytes;
}

async function dial(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: plan.port, noDelay: true });
  await once(socket, 'connect');
  socket.on('error', () => {});
  return socket;
}

async function run(): Promise<Seen> {
  await startStalled();
  const fast = await Promise.all(Array.from({ length: plan.fast.clients }, startFast));
  const slow = await Promise.all(Array.from({ length: plan.slow.clients }, startSlow));
  const pings = await startPings();
  await sleep(plan.warmUpMs);
  for (const client of [...fast, ...slow]) client.bytes = 0;
  pings.length = 0;
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  console.log(BEGINS);
  await sleep(plan.durationMs);
  console.log(ENDS);
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(startedCpu);
  const slowBytes = slow.map(({ bytes }) => bytes);
  return {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    fastBytes: fast.reduce((total, { bytes }) => total + bytes, 0),
    slowLeastBytes: Math.min(...slowBytes),
    slowMostBytes: Math.max(...slowBytes),
    slowGone: slow.filter(({ socket }) => socket.destroyed).length,
    pingsMs: [...pings],
  };
}

interface Client {
  readonly socket: Socket;
  bytes: number;
}

/** A few at a time: the server takes one connection a turn, and the kernel refuses what waits too long. */
async function startStalled(): Promise<void> {
  const ask = request(1024, 8192);
  for (let started = 0; started < plan.stalledClients; started += STALLED_AT_ONCE) {
    const count = Math.min(STALLED_AT_ONCE, plan.stalledClients - started);
    const sockets = await Promise.all(Array.from({ length: count }, dial));
    for (const socket of sockets) socket.pause().write(ask);
  }
  if (plan.stalledClients > 0) await sleep(SETTLE_MS);
}

/**
 * Reads into the same memory again and again, so that the clients are not the limit. libuv reads up to 32 times in a row from
 * one socket: with a larger buffer the ping, in the same process, would wait for that rather than for the server.
 */
async function startFast(): Promise<Client> {
  const { messages, messageBytes } = plan.fast;
  const ask = request(messages, messageBytes);
  let left = messages * messageBytes;
  const client = { bytes: 0 } as { socket: Socket; bytes: number };
  const onread = {
    buffer: Buffer.alloc(64 * 1024),
    callback(bytes: number): boolean {
      client.bytes += bytes;
      left -= bytes;
      if (left === 0) {
        left = messages * messageBytes;
        client.socket.write(ask);
      }
      return true;
    },
  };
  client.socket = connect({ host: '127.0.0.1', port: plan.port, noDelay: true, onread });
  await once(client.socket, 'connect');
  client.socket.write(ask);
  return client;
}

async function startSlow(): Promise<Client> {
  const { messages, messageBytes, everyMs, bytesPerSecond } = plan.slow;
  const client: Client = { socket: await dial(), bytes: 0 };
  const { socket } = client;
  socket.pause();
  const ask = request(messages, messageBytes);
  socket.write(ask);
  setInterval(() => socket.write(ask), everyMs);
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

/** Counted from when each was due, so that a server that stands still is not asked less often for it. */
async function startPings(): Promise<number[]> {
  const socket = await dial();
  const waits: number[] = [];
  const due: number[] = [];
  let received = 0;
  socket.on('data', (bytes: Buffer) => {
    received += bytes.length;
    for (; received >= PING_BYTES; received -= PING_BYTES)
      waits.push(performance.now() - (due.shift() ?? NaN));
  });
  const ask = request(1, PING_BYTES);
  let nextMs = performance.now();
  setInterval(() => {
    for (const nowMs = performance.now(); nextMs <= nowMs; nextMs += plan.pingEveryMs) {
      due.push(nextMs);
      socket.write(ask);
    }
  }, 1);
  return waits;
}
