import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeToSupervisor, parseMessage } from './decode.ts';
import type { ToSupervisor } from './protocol.ts';
import type { SentSample } from './sample.ts';
import type { WatchdogMessage } from './watchdog/index.ts';

const FRAME = { functionName: 'handler', url: 'file:///app.js', line: 3, column: 1 };

const ON_PIPE: readonly WatchdogMessage[] = [
  {
    kind: 'report',
    sequence: 1,
    gapMs: 0,
    lagMs: 0,
    starvedMs: 0,
    starvedGapMs: 0,
    debugger: false,
    oldGenerationLimitBytes: 1,
    oldGenerationBytes: 1,
    liveBytes: 1,
    majorCollections: 1,
    externalBytes: 1,
    rssBytes: 1,
    utilization: 0.5,
    shortBlocksMs: 0,
    inFlight: 0,
    completions: 0,
    abandoned: 0,
    waiting: 0,
    oldestWaitingMs: 0,
    lastRequest: 'GET /',
  },
  { kind: 'stack', gapMs: 5000, frames: [FRAME] },
  { kind: 'captured', id: 1, part: '{}', isLast: true },
  { kind: 'output', text: 'hello' },
  {
    kind: 'uncaught',
    origin: 'uncaughtException',
    chain: [{ name: 'Error', message: 'no', code: undefined, frames: [FRAME] }],
  },
  { kind: 'exit', code: 1, frames: [] },
];

const SAMPLE: SentSample = {
  admission: {
    limit: Infinity,
    inFlight: 0,
    bodyBudgetBytes: 1,
    bytesInFlight: 0,
    utilization: 0,
    refusedShare: 0,
    pressure: [{ signal: 'event-loop', value: 1, pressure: 0 }],
    connectionsRefused: 0,
  },
  eventLoopUtilization: 0.1,
  eventLoopDelayP99Seconds: 0,
  rssBytes: 1,
  heapUsedBytes: 1,
  cpuSeconds: 1,
  instruments: [{ name: 'a_total', help: 'A.', type: 'counter', series: [{ labels: {}, value: 1 }] }],
  counters: {
    labels: [{ kind: 'ended', route: '/', method: 'GET', status: 200 }],
    cells: new Float64Array(32),
  },
  exemplars: [],
};

const ON_CHANNEL: readonly ToSupervisor[] = [
  { kind: 'hello' },
  { kind: 'other-version', version: '9.9.9' },
  {
    kind: 'bound',
    anyKey: undefined,
    key: 'k',
    bound: { address: '::', port: 80, family: 'IPv6' },
    speaksHttp: true,
  },
  { kind: 'closed', key: 'k' },
  { kind: 'sample', sample: SAMPLE },
  { kind: 'waiting', routes: [{ route: 'GET /', count: 1, oldestMs: 1000 }] },
  {
    kind: 'tenant-rates',
    rates: [
      ['1', 3],
      ['1a0', 2.5],
    ],
    largestShare: 0.5,
  },
  {
    kind: 'health',
    reports: [
      {
        name: 'db',
        groups: ['ready'],
        critical: true,
        status: 'UP',
        sinceMs: 0,
        peer: undefined,
        trouble: undefined,
        slowSinceMs: undefined,
        error: undefined,
        durationMs: undefined,
        checkedAtMs: undefined,
        details: {},
      },
    ],
  },
];

/** Every way to take one part out of plain data or to put something else there; what is undefined may be missing. */
function* damaged(value: unknown): Generator {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) {
    yield Symbol('of no type that can be sent');
    return;
  }
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined) continue;
    const copy = (changed: unknown): unknown =>
      Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed };
    if (!Array.isArray(value)) yield copy(undefined);
    for (const changed of damaged(part)) yield copy(changed);
  }
}

describe('what a worker says', () => {
  for (const message of ON_CHANNEL) {
    test(`${message.kind}, over the channel`, () => {
      assert.equal(decodeToSupervisor(message), message);
      for (const wrong of damaged(message)) {
        // A sample's own counters may be missing: they lie in a file then.
        const isMissing =
          message.kind === 'sample' && (wrong as typeof message).sample?.counters === undefined;
        if (!isMissing) assert.equal(decodeToSupervisor(wrong), undefined);
      }
    });
  }

  for (const message of ON_PIPE) {
    test(`${message.kind}, on the pipe`, () => {
      const sent = JSON.parse(JSON.stringify(message)) as WatchdogMessage;
      assert.deepEqual(parseMessage(JSON.stringify(message)), sent);
      for (const wrong of damaged(sent)) {
        // JSON leaves out what can't be sent.
        assert.equal(parseMessage(JSON.stringify(wrong)), undefined);
      }
    });
  }

  test('more than we know is allowed: a newer version may say more', () => {
    assert.notEqual(
      decodeToSupervisor({ cmd: 'NODE_RESPITE', kind: 'closed', key: 'k', reason: 1 }),
      undefined,
    );
  });

  test('nothing that it could say throws', () => {
    fc.assert(
      fc.property(fc.anything(), (message) => {
        decodeToSupervisor(message);
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        parseMessage(line);
      }),
    );
    for (const kind of ['toString', '__proto__', 'constructor']) {
      assert.equal(decodeToSupervisor({ kind }), undefined);
    }
  });
});
