// The attacker's process: attacker.ts <attack> <port>, until it is ended. A process of its own leaves honest clients their time.
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  FLAG,
  frame,
  headerBlock,
  number32,
  PREFACE,
  SETTING,
  settings,
  TYPE,
} from '../../test/harness/fuzz/frames.ts';
import type { AttackName } from './attacks.ts';

const [name = '', port = ''] = process.argv.slice(2);

const HOST = 'Host: 127.0.0.1\r\n';
const GET = `GET / HTTP/1.1\r\n${HOST}\r\n`;
const PIPELINED = GET.repeat(500);
const TINY_CHUNKS = '1\r\nx\r\n'.repeat(5000);
const SILENT_MS = 300;
const STREAMS = 1000;
const FLOODED = `GET /health/x HTTP/1.1\r\n${HOST}\r\n`;
const INTERNAL_ERROR = number32(2);
const CANCEL = number32(8);
/** A pause after a connection that failed, so that a server that is down is not what is measured. */
const RETRY_MS = 10;

async function connection(): Promise<net.Socket> {
  const socket = net.connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.once('connect', resolve).once('close', () => resolve()));
  return socket;
}

async function closed(socket: net.Socket): Promise<void> {
  if (socket.destroyed) return;
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}

/** Writes the same again and again, as fast as the server takes it. */
async function pour(socket: net.Socket, first: string | Buffer, again: () => string | Buffer): Promise<void> {
  socket.resume();
  const more = (): void => {
    while (socket.writable && socket.write(again()));
  };
  socket.write(first);
  socket.on('drain', more);
  more();
  await closed(socket);
}

function silent(expect: string): () => Promise<void> {
  return async () => {
    const socket = await connection();
    socket.write(`POST / HTTP/1.1\r\n${HOST}${expect}Content-Length: 1000\r\n\r\n`);
    socket.resume();
    await Promise.race([closed(socket), delay(SILENT_MS)]);
    socket.destroy();
  };
}

function open(stream: number, path: string): Buffer {
  const block = headerBlock([
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', 'x'],
  ]);
  return frame(TYPE.headers, FLAG.endStream | FLAG.endHeaders, stream, block);
}

async function rapidReset(): Promise<void> {
  const socket = await connection();
  let stream = -1;
  await pour(socket, Buffer.concat([PREFACE, settings({})]), () => {
    const frames: Buffer[] = [];
    for (let i = 0; i < 100; i += 1) {
      stream += 2;
      frames.push(open(stream, '/'), frame(TYPE.rstStream, 0, stream, i % 2 === 0 ? CANCEL : INTERNAL_ERROR));
    }
    return Buffer.concat(frames);
  });
}

async function zeroWindow(): Promise<void> {
  const socket = await connection();
  socket.resume();
  socket.write(Buffer.concat([PREFACE, settings({ [SETTING.initialWindowSize]: 0 })]));
  const streams = Array.from({ length: STREAMS }, (_, i) => 2 * i + 1);
  socket.write(Buffer.concat(streams.map((stream) => open(stream, '/hold'))));
  await delay(SILENT_MS);
  socket.write(Buffer.concat(streams.map((stream) => frame(TYPE.rstStream, 0, stream, INTERNAL_ERROR))));
  await Promise.race([closed(socket), delay(SILENT_MS)]);
  socket.destroy();
}

/** One request at a time, each when the one before is answered. */
async function flood(): Promise<void> {
  const socket = await connection();
  socket.on('data', () => socket.write(FLOODED));
  socket.write(FLOODED);
  await closed(socket);
}

const LANES: Readonly<Record<AttackName, readonly [count: number, once: () => Promise<void>]>> = {
  announced: [
    1,
    async () => {
      const socket = await connection();
      socket.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 300000000\r\n\r\n`);
      await closed(socket.resume());
    },
  ],
  silent: [100, silent('')],
  expect: [100, silent('Expect: 100-continue\r\n')],
  resets: [
    40,
    async () => {
      const socket = await connection();
      if (socket.destroyed) return;
      socket.write(GET, () => socket.resetAndDestroy());
      await closed(socket);
    },
  ],
  pipelining: [20, async () => pour(await connection(), PIPELINED, () => PIPELINED)],
  exempt: [60, flood],
  'rapid-reset': [10, rapidReset],
  'zero-window': [2, zeroWindow],
  'tiny-chunks': [
    30,
    async () =>
      pour(
        await connection(),
        `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`,
        () => TINY_CHUNKS,
      ),
  ],
};

const [count, once] = LANES[name as AttackName];
await Promise.all(
  Array.from({ length: count }, async () => {
    for (;;) {
      await once();
      await delay(name === 'resets' ? 0 : RETRY_MS);
    }
  }),
);
