// Plays made-up connections against a server, several at a time, for a given time.
import net from 'node:net';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { Dice } from './dice.ts';

const AT_ONCE = 8;
/** A connection that is left open ends this late, so that some of what it sent is answered. */
const LONGEST_MS = 60;

/** A short run on a busy machine goes on until there were as many, for a while. */
const MIN_CONNECTIONS = 100;
const MIN_RECEIVED_BYTES = 10_000;
const MAX_MORE_MS = 20_000;

export interface FuzzOptions {
  readonly port: number;
  readonly packets: (dice: Dice) => readonly Buffer[];
  readonly seed: number;
  readonly seconds: number;
  /** Asked between connections: true ends the run, since what was looked for has been found. */
  readonly hasFailed: () => boolean;
}

export interface FuzzReport {
  readonly connections: number;
  /** Bytes that the server answered in all. */
  readonly receivedBytes: number;
}

export async function fuzz({ port, packets, seed, seconds, hasFailed }: FuzzOptions): Promise<FuzzReport> {
  let connections = 0;
  let receivedBytes = 0;
  const endsMs = performance.now() + seconds * 1000;
  const givesUpMs = endsMs + MAX_MORE_MS;
  const isOver = (): boolean => {
    const nowMs = performance.now();
    const isEnough = connections >= MIN_CONNECTIONS && receivedBytes >= MIN_RECEIVED_BYTES;
    return nowMs >= givesUpMs || (nowMs >= endsMs && isEnough);
  };
  const lane = async (): Promise<void> => {
    while (!isOver() && !hasFailed()) {
      connections += 1;
      const bytes = await converse(port, packets, new Dice(seed + connections));
      receivedBytes += bytes;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return { connections, receivedBytes };
}

/** @returns The bytes that came back. */
async function converse(port: number, packets: FuzzOptions['packets'], dice: Dice): Promise<number> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: dice.chance(0.5) });
  let bytes = 0;
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
  });
  socket.on('error', () => {});
  if (dice.chance(0.85)) socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
  for (const packet of packets(dice)) {
    if (socket.destroyed) break;
    socket.write(packet);
    if (dice.chance(0.3)) await delay(dice.below(5));
    else await turn();
  }
  const ending = dice.below(8);
  if (ending >= 2) await Promise.race([closed, delay(dice.below(LONGEST_MS))]);
  if (ending === 3) socket.end();
  if (ending >= 3) await Promise.race([closed, delay(dice.below(LONGEST_MS))]);
  // libuv can't reset a connection that is still being made, or that it is ending in order: its close would never come.
  if (ending % 2 === 0 && !socket.connecting && !socket.writableEnded) socket.resetAndDestroy();
  else socket.destroy();
  await Promise.race([closed, delay(LONGEST_MS)]);
  socket.destroy(); // a reset waits until everything has been written
  await closed;
  return bytes;
}
