// Starts a real client against a worker that sheds, kills it in the middle of its work, and does so again and again.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Dice } from '../fuzz/dice.ts';
import { chosenSeed } from '../seed.ts';
import { rawConnection } from '../raw.ts';
import { temporaryDirectory } from '../process.ts';
import { respite, type RunningRespite } from '../respite.ts';
import { until } from '../until.ts';
import type { ClientKind, Ports } from './kinds.ts';

const UPLOAD_BYTES = 300 * 1024;
/** HTTP/1, HTTP/2 and gRPC: a worker says where it listens three times. */
const SERVERS = 3;

/** Kills the client this many times; the worker that answers in the end must be the one that did in the beginning. */
export async function killMidway(t: TestContext, kind: ClientKind, kills: number): Promise<void> {
  const seed = chosenSeed();
  const dice = new Dice(seed);
  const running = respite(t, 'sheds.mjs', {
    config: {
      admission: { limit: 1, turnBudget: false, priority: false },
      supervisor: { drainTimeoutMs: 100 },
    },
  });
  const ports = { http: await running.port(0), http2: await running.port(1), grpc: await running.port(2) };
  const [worker] = await running.ready();
  const holder = await rawConnection(t, ports.http);
  await holder.write('GET /hold HTTP/1.1\r\nHost: x\r\n\r\n');
  await running.saysOnStdout('holding');

  const atWork = await killClients(kind, kills, ports, dice, {
    hasFailed: () => running.ports.length > SERVERS,
    decided: async () => (await running.status()).totals.requests.reduce((sum, { count }) => sum + count, 0),
  });
  t.diagnostic(`RESPITE_TEST_SEED=${seed}: ${atWork} of ${kills} were killed at work`);
  assert.equal(running.ports.length, SERVERS, `a worker has died\n${running.transcript()}`);
  assert.ok(atWork >= kills / 2, `only ${atWork} of ${kills} were killed at work`);

  holder.destroy();
  await untilNothingIsCounted(running);
  const { workers, totals } = await running.status();
  assert.deepEqual(
    workers.map(({ pid }) => pid),
    [worker?.pid],
    running.transcript(),
  );
  const shed = totals.requests.filter(({ decision }) => decision === 'shed');
  assert.ok(shed.length > 0, 'nothing was shed');
}

/** What the worker shows. */
interface Seen {
  readonly hasFailed: () => boolean;
  /** Requests that the worker has decided on so far. */
  readonly decided: () => Promise<number>;
}

/** @returns How many were still at work when they were killed. */
async function killClients(
  kind: ClientKind,
  kills: number,
  ports: Ports,
  dice: Dice,
  { hasFailed, decided }: Seen,
): Promise<number> {
  const cwd = temporaryDirectory();
  const file = path.join(cwd, 'upload');
  writeFileSync(file, Buffer.alloc(UPLOAD_BYTES, 'u'));
  const commands = kind.commands(ports, file);
  let atWork = 0;
  for (let kill = 0; kill < kills && !hasFailed(); kill += 1) {
    const [program = '', ...args] = commands[kill % commands.length] ?? [];
    const before = await decided();
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    const exited = once(child, 'exit');
    let output = '';
    child.stdout.on('data', (text: Buffer) => (output = (output + text.toString()).slice(-100)));
    await until(`${kind.name} to begin`, async () => {
      const hasBegun = kind.saysGoing === true ? output.includes('going') : (await decided()) > before;
      return hasBegun || child.exitCode !== null || hasFailed();
    });
    await Promise.race([exited, delay(dice.below(kind.killedWithinMs))]);
    if (child.exitCode === null && child.pid !== undefined) {
      atWork += 1;
      process.kill(-child.pid, 'SIGKILL'); // with its own children: a browser has many
    }
    await exited;
  }
  return atWork;
}

async function untilNothingIsCounted(running: RunningRespite): Promise<void> {
  let counted = '';
  await running
    .untilStatus('every counter to return to 0', ({ workers }) => {
      const { inFlight = NaN, bytesInFlight = NaN } = workers[0]?.sample?.admission ?? {};
      counted = `in flight ${inFlight}, bytes ${bytesInFlight}`;
      return inFlight === 0 && bytesInFlight === 0;
    })
    .catch((error: unknown) => assert.fail(`${counted}: ${String(error)}`));
}
