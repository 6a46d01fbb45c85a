// Each row is one of the drills: what was found, what else was the case, and what it has to be called.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchdogReport } from '../../../worker/index.ts';
import type { Finding } from '../detectors/index.ts';
import { type Circumstances, NOTHING_KNOWN } from './circumstances.ts';
import { diagnose } from './diagnose.ts';

const MB = 1024 * 1024;

const report = (given: Partial<WatchdogReport> = {}): WatchdogReport =>
  ({
    oldGenerationBytes: 40 * MB,
    oldGenerationLimitBytes: 256 * MB,
    starvedMs: 0,
    ...given,
  }) as WatchdogReport;

const draft = (cause: Finding['cause'], severity: Finding['severity'] = 'replace'): Finding => ({
  cause,
  severity,
  summary: `found ${cause}`,
  facts: ['seen'],
});

const POOL = {
  peers: [
    { peer: '10.0.0.7:5432', count: 5 },
    { peer: '10.0.0.8:6379', count: 1 },
  ],
};
const FULL = { path: '/srv', freeBytes: 0, totalBytes: 100 * MB, freeFiles: undefined };
const FULL_HEAP = report({ oldGenerationBytes: 250 * MB });

interface Row {
  readonly drill: string;
  readonly found: Finding;
  readonly when?: Partial<Circumstances>;
  readonly cause: Finding['cause'];
  readonly severity?: Finding['severity'];
  readonly says?: RegExp;
}

const ROWS: readonly Row[] = [
  { drill: 'while(true)', found: draft('event-loop-blocked'), cause: 'event-loop-blocked' },
  {
    drill: 'while(true) on a crowded machine',
    found: draft('event-loop-blocked'),
    when: { cpu: { cores: 2, load: 8, throttledMs: undefined }, reports: [report({ starvedMs: 3000 })] },
    cause: 'event-loop-blocked',
    says: /waited 3\.0 s for a processor lately\nthe load of the machine is 8\.0 on 2 cores/,
  },
  {
    drill: 'a loop that stands still since it only collects garbage',
    found: draft('event-loop-blocked', 'kill'),
    when: { reports: [report(), FULL_HEAP] },
    cause: 'gc-death-spiral',
    severity: 'kill',
    says: /98 % of its heap is in use \(250 of 256 MB\)/,
  },
  { drill: 'a heap leak of 20 MB/s', found: draft('gc-death-spiral'), cause: 'gc-death-spiral' },
  { drill: 'a heap leak of 2 MB/min', found: draft('memory-leak'), cause: 'memory-leak' },
  {
    drill: 'a pool exhausted by a database that never answers',
    found: draft('stuck-requests'),
    when: { ...POOL, waiting: [{ route: 'GET /query', count: 8, oldestMs: 31_000 }] },
    cause: 'stuck-requests',
    severity: 'replace',
    says: /5 connections to 10\.0\.0\.7:5432, the peer of most[^]*8 wait for GET \/query, up to 31 s/,
  },
  {
    drill: 'calls to a service that does not answer',
    found: draft('stuck-requests'),
    when: {
      ...POOL,
      calls: [
        { origin: 'http://mailbox.internal', count: 7 },
        { origin: 'http://search.internal', count: 1 },
      ],
    },
    cause: 'stuck-requests',
    severity: 'replace',
    says: /; 7 calls to http:\/\/mailbox\.internal wait for a response; 5 connections[^]*\n1 call to http:\/\/search\.internal waits for a response/,
  },
  {
    drill: 'the same after a worker was replaced for it',
    found: draft('stuck-requests'),
    when: { ...POOL, triedBefore: { worker: 1, agoMs: 40_000 } },
    cause: 'dependency-slow',
    severity: 'unready',
    says: /worker 1 was replaced for the same 40 s ago, which did not help/,
  },
  {
    drill: 'a dependency that its probe calls down',
    found: draft('stuck-requests'),
    when: {
      ...POOL,
      troubles: [
        { name: 'cache', kind: 'slow', address: '10.0.0.8:6379' },
        { name: 'db', kind: 'down', address: '10.0.0.7:5432', detail: 'connection refused' },
      ],
    },
    cause: 'dependency-down',
    severity: 'unready',
    says: /db \(10\.0\.0\.7:5432\) is down: connection refused/,
  },
  {
    drill:
      'a pool that is dead in one worker, while another one answers, whatever a probe says and was tried before',
    found: { ...draft('stuck-requests'), isAnsweredElsewhere: true },
    when: {
      ...POOL,
      troubles: [{ name: 'search', kind: 'down' }],
      triedBefore: { worker: 1, agoMs: 40_000 },
    },
    cause: 'stuck-requests',
    severity: 'replace',
  },
  {
    drill: 'a server that was closed',
    found: draft('server-closed'),
    cause: 'server-closed',
    severity: 'replace',
  },
  {
    drill: 'a dependency that its probe calls slow, of which no address is known',
    found: draft('stuck-requests'),
    when: { troubles: [{ name: 'search', kind: 'slow' }] },
    cause: 'dependency-slow',
    severity: 'unready',
  },
  {
    drill: 'stuck, and nothing known about on what',
    found: draft('stuck-requests'),
    cause: 'stuck-requests',
    says: /^found stuck-requests\nseen$/,
  },
  { drill: 'leaked descriptors', found: draft('descriptors-exhausted'), cause: 'descriptors-exhausted' },
  {
    drill: 'too many clients',
    found: draft('overload', 'replace'),
    cause: 'overload',
    severity: 'warning',
  },
  {
    drill: 'a starved machine',
    found: draft('cpu-starved', 'incident'),
    cause: 'cpu-starved',
    severity: 'incident',
  },
  { drill: 'a full disk', found: draft('disk-full', 'incident'), cause: 'disk-full' },
  { drill: 'killed by the kernel', found: draft('killed-by-kernel'), cause: 'killed-by-kernel' },
  { drill: 'an uncaught exception', found: draft('crash'), when: { reports: [report()] }, cause: 'crash' },
  {
    drill: 'V8 has aborted for lack of heap',
    found: draft('crash'),
    when: { reports: [FULL_HEAP], marks: ['out-of-memory'] },
    cause: 'gc-death-spiral',
    says: /it ran out of heap, 98 % of which was in use/,
  },
  {
    drill: 'an uncaught EMFILE',
    found: draft('crash'),
    when: { marks: ['too-many-files'] },
    cause: 'descriptors-exhausted',
  },
  {
    drill: 'an uncaught ENOSPC',
    found: draft('crash'),
    when: { marks: ['no-space'], fullDisks: [FULL] },
    cause: 'disk-full',
    says: /no room is left on the disk of \/srv/,
  },
  {
    drill: 'a start that fails since the database refuses',
    found: draft('start-failed'),
    when: { marks: ['connection-refused'], troubles: [{ name: 'db', kind: 'down' }] },
    cause: 'dependency-down',
  },
  {
    drill: 'a start that fails, with a refused connection of which nobody knows to what',
    found: draft('start-failed'),
    when: { marks: ['connection-refused'] },
    cause: 'start-failed',
  },
  {
    drill: 'something that nothing explains',
    found: draft('unknown'),
    when: { cpu: { cores: 2, load: 1, throttledMs: 0 } },
    cause: 'unknown',
  },
];

for (const { drill, found, when, cause, severity, says } of ROWS) {
  test(`${drill}: ${cause}`, () => {
    const diagnosis = diagnose(found, { ...NOTHING_KNOWN, ...when });
    assert.equal(diagnosis.cause, cause);
    assert.equal(diagnosis.severity, severity ?? found.severity);
    assert.ok(diagnosis.summary.startsWith(found.summary) && diagnosis.facts.includes('seen'));
    if (says !== undefined) assert.match([diagnosis.summary, ...diagnosis.facts].join('\n'), says);
  });
}

test('whatever the cause, a machine in trouble is among the facts', () => {
  const { facts } = diagnose(draft('crash'), {
    ...NOTHING_KNOWN,
    memory: { limitBytes: 100, usedBytes: 95, source: 'control group' },
    cpu: { cores: 2, load: 4, throttledMs: undefined },
  });
  assert.deepEqual(facts, [
    'seen',
    'the load of the machine is 4.0 on 2 cores',
    '95 % of the memory of the control group is used',
  ]);
});
