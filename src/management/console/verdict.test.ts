import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Incident, SupervisorStatus } from '../../supervisor/index.ts';
import { statusOf } from '../support.test.ts';
import { type Recent, verdictOf } from './verdict.ts';

const NOW = 1_000_000_000;
const CALM: Recent = { served: 1234.4, wouldRefuse: 0, refused: { turn: 0, priority: 0 } };

function incident(given: Partial<Incident>): Incident {
  return {
    id: 'a',
    cause: 'event-loop-blocked',
    summary: 'the event loop of worker 2 has been blocked for 4 s',
    worker: { id: 2, slot: 2, pid: 102 },
    openedAtMs: NOW - 10_000,
    endedAtMs: undefined,
    steps: [],
    facts: [],
    report: undefined,
    stack: undefined,
    ...given,
  };
}

const running = (given: Partial<SupervisorStatus> = {}): SupervisorStatus => ({
  ...statusOf('running', ['ready', 'ready']),
  ...given,
});

const say = (status: SupervisorStatus, recent: Recent = CALM, unready: readonly string[] = []): string => {
  const { level, title, detail } = verdictOf(status, recent, unready, NOW);
  return `${level}: ${title}. ${detail}`;
};

test('well', () => {
  assert.equal(say(running()), 'well: Healthy. 1,234 requests a second are served, none is refused.');
  const healed = incident({ endedAtMs: NOW - 1000, outcome: 'recovered' });
  assert.match(say(running({ incidents: [healed] })), /1 fault has healed in the last 24 hours\.$/);
  const old = incident({ endedAtMs: NOW - 90_000_000, outcome: 'recovered' });
  assert.doesNotMatch(say(running({ incidents: [old] })), /healed/);
});

test('refusing says how many and why', () => {
  const recent: Recent = { served: 900, wouldRefuse: 0, refused: { turn: 90, priority: 10 } };
  assert.equal(
    say(running(), recent),
    'refusing: Refusing. 100 of 1,000 requests a second (10 %), mostly since the event loop is too busy to come to them in time. Capture a CPU profile of a worker, then add a worker or an instance.',
  );
  assert.match(
    say(running(), { ...recent, refused: { priority: 90 } }),
    /mostly to make room for more important ones\. Add an instance if this lasts\.$/,
  );
});

test('a dry run says what it would do', () => {
  assert.match(say(running({ dryRun: true })), /^well: .*Dry run: nothing would be refused/);
  assert.match(
    say(running({ dryRun: true }), { ...CALM, wouldRefuse: 7.25 }),
    /7\.3 requests a second would be refused/,
  );
});

test('healing comes before refusing', () => {
  const two = statusOf('running', ['ready', 'starting']);
  assert.match(say(two), /^starting: Starting\. 1 of 2 workers take requests/);
  const status = running({ ...two, incidents: [incident({})] });
  assert.equal(
    say(status, { ...CALM, refused: { turn: 50 } }),
    'healing: Healing. Event loop blocked in worker 2. 1 of 2 workers take requests. The incident below has the evidence.',
  );
});

test('down', () => {
  const none = statusOf('running', ['unresponsive']);
  assert.match(say(none), /^down: No worker takes requests\. Connections wait/);
  assert.match(say({ ...none, fallbackResponder: { isPresent: true, answered: 3 } }), /503/);
  assert.match(say(running(), CALM, ['database']), /^down: Not ready\. database: down/);
  assert.match(say(statusOf('stopping', ['ready'])), /^down: Stopping/);
});

test('starting and leaving', () => {
  assert.match(say(statusOf('starting', ['starting'])), /^starting:/);
  assert.match(say(statusOf('draining', ['ready'])), /^leaving:/);
});
