// Clients that break every rule at once. None of them waits for an answer.
import { connect } from 'node:net';
import { below, randomBytes } from '../harness/seed.ts';

const CLIENTS = 20;
const MAX_BYTES = 2000;
const PIPELINED = 5000;

type Attack = (random: () => number) => string | Uint8Array;

const ATTACKS: readonly Attack[] = [
  (random) => randomBytes(random, below(random, MAX_BYTES)),
  (random) => `GET /${'x'.repeat(below(random, 30_000))} HTTP/1.1\r\nHost: x\r\n\r\n`,
  () => 'POST /restart HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{',
  () => 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: nonsense\r\n\r\nnonsense',
  () => 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(PIPELINED),
  () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff',
];

/** Connects, writes something, and resets the connection after a moment. */
export function attack(port: number, random: () => number): void {
  for (let i = 0; i < CLIENTS; i += 1) {
    const bytes = ATTACKS[below(random, ATTACKS.length)]?.(random) ?? '';
    const patienceMs = below(random, 500);
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(bytes);
      setTimeout(() => socket.resetAndDestroy(), patienceMs);
    });
    socket.on('error', () => {});
    socket.resume();
  }
}
