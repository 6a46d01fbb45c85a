import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Listener } from '../detect/probes/index.ts';
import { resolveSupervisorOptions } from './options.ts';
import type { SupervisorConfig } from './contract.ts';
import { SETTINGS } from '../workers/release/support.test.ts';
import { warnOfSilentStart } from './silent-start.ts';

const PID = 4711;

interface Start {
  readonly listens?: boolean;
  readonly ready?: 'message';
  readonly lacksSockets?: boolean;
  /** When the worker is ready, in ms; never if undefined. */
  readonly readyMs?: number;
  /** What the kernel says of its process group. */
  readonly listeners?: readonly Listener[];
}

/** What is logged of a first worker within two minutes. */
async function logged(t: TestContext, start: Start): Promise<readonly string[]> {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 0 });
  const lines: string[] = [];
  const log = { warn: (_: object, line: string) => lines.push(line) } as unknown as SupervisorConfig['log'];
  const worker = { pid: PID, start: { lacksSockets: start.lacksSockets ?? true } };
  warnOfSilentStart(
    {
      log,
      supervisor: { ...resolveSupervisorOptions(), listens: start.listens ?? true },
      settings: { ...SETTINGS, ready: start.ready ?? 'listen' },
    },
    () => (Date.now() < (start.readyMs ?? Number.POSITIVE_INFINITY) ? worker : undefined),
    async (leader) => (leader === PID ? (start.listeners ?? []) : []),
  );
  t.mock.timers.tick(120_000);
  t.mock.timers.reset();
  await new Promise((resolve) => setImmediate(resolve));
  return lines;
}

test('a script that does not listen is named after 10 s and after a minute', async (t) => {
  const lines = await logged(t, {});
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? '', /^the script has not listened on any port after 10 s/);
  assert.match(lines[1] ?? '', /^the script has not listened on any port after 60 s/);
});

const ELSEWHERE: readonly (readonly [string, readonly Listener[], RegExp])[] = [
  [
    'a worker thread or a native addon',
    [{ pid: PID, protocol: 'tcp', address: '[::]:3000' }],
    /a worker thread or a native addon of it listens on \[::\]:3000\..* listen in the main thread/,
  ],
  [
    'a process that the script has started',
    [
      { pid: PID, protocol: 'udp', address: '127.0.0.1:40000' },
      { pid: 4712, protocol: 'tcp', address: '127.0.0.1:3000' },
    ],
    /process 4712, which it has started, listens on 127\.0\.0\.1:3000\..* run with "respite run"/,
  ],
  [
    'UDP',
    [5353, 5354, 5355, 5356].map((port): Listener => ({
      pid: PID,
      protocol: 'udp',
      address: `0.0.0.0:${port}`,
    })),
    /on UDP only after 10 s: 0\.0\.0\.0:5353, 0\.0\.0\.0:5354, 0\.0\.0\.0:5355 and 1 more\. Start it with --no-listen/,
  ],
];

for (const [what, listeners, expected] of ELSEWHERE) {
  test(`the warning names what listens in its place: ${what}`, async (t) => {
    const [line] = await logged(t, { listeners });
    assert.match(line ?? '', expected);
  });
}

test('one that need not listen has blocked its event loop, or has not said that it is ready', async (t) => {
  const [blocked] = await logged(t, { listens: false, lacksSockets: false });
  assert.match(blocked ?? '', /^the script has blocked its event loop since its start, 10 s/);
  const [message] = await logged(t, { listens: false, lacksSockets: false, ready: 'message' });
  assert.match(message ?? '', /^the script has not called process\.send\('ready'\) after 10 s/);
});

test("one that listens and has not called process.send('ready') is not taken for one that does not listen", async (t) => {
  const [message] = await logged(t, { lacksSockets: false, ready: 'message' });
  assert.match(message ?? '', /^the script has not called process\.send\('ready'\) after 10 s/);
});

test('nothing is logged of one that is ready in time, or that warms up, which has a line of its own', async (t) => {
  assert.deepEqual(await logged(t, { readyMs: 9000 }), []);
  assert.deepEqual(await logged(t, { lacksSockets: false }), []);
});
