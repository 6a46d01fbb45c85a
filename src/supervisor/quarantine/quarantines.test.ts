import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { QuarantineRules, Suspect, ToWorker } from '../../worker/index.ts';
import type { Log } from '../log.ts';
import { type QuarantinedWorker, Quarantines } from './quarantines.ts';
import type { QuarantineMode } from './status.ts';

const SUSPECT: Suspect = {
  name: 'GET /search',
  request: 'request',
  caller: 'caller',
  shape: 'shape',
  place: 'place',
  identity: 'identity',
  isNamed: false,
};

const silent = { info: () => {}, warn: () => {} } as unknown as Log;

class FakeWorker extends EventEmitter implements QuarantinedWorker {
  readonly id: number;
  readonly slot = 1;
  state = 'ready';
  rules: QuarantineRules | undefined;

  constructor(id: number) {
    super();
    this.id = id;
  }

  tell(message: ToWorker): void {
    if (message.kind === 'quarantine') this.rules = message.rules;
  }

  /** Its event loop is blocked by the suspect. */
  blocks(): void {
    this.state = 'unresponsive';
    this.emit('suspect', SUSPECT, false);
    this.emit('report', { gapMs: 3000 });
  }
}

/** A function: a property that was undefined would stay so for the compiler. */
function sentTo({ rules }: FakeWorker): QuarantineRules | undefined {
  return rules;
}

interface Made {
  readonly quarantines: Quarantines<FakeWorker>;
  readonly remarks: readonly string[];
  readonly start: (id: number) => FakeWorker;
  readonly pass: (ms: number) => void;
}

function make(mode: QuarantineMode = 'on'): Made {
  let nowMs = 0;
  const live = new Set<FakeWorker>();
  const remarks: string[] = [];
  const quarantines = new Quarantines<FakeWorker>({
    mode: () => mode,
    log: silent,
    live,
    remark: (_, what) => void remarks.push(what),
    nowMs: () => nowMs,
  });
  const start = (id: number): FakeWorker => {
    const worker = new FakeWorker(id);
    live.add(worker);
    quarantines.join(worker);
    return worker;
  };
  return { quarantines, remarks, start, pass: (ms) => void (nowMs += ms) };
}

test('two workers that die on a request: all others hear of it, also those to come', () => {
  const { quarantines, remarks, start } = make();
  const [one, two, three] = [start(1), start(2), start(3)];
  assert.equal(three.rules, undefined, 'while nothing has happened nothing is sent');
  one.blocks();
  quarantines.blame(one, 'event-loop-blocked');
  assert.partialDeepStrictEqual(sentTo(three), { isAlert: true, rules: [] });
  two.emit('suspect', SUSPECT, true);
  quarantines.blame(two, 'crash');
  const keys = (worker: FakeWorker): unknown => worker.rules?.rules.map(({ key }) => key);
  assert.deepEqual([keys(three), keys(start(4))], [['request'], ['request']]);
  assert.match(
    remarks.join(),
    /^quarantine q1 begins: identical requests \(GET \/search\) by one caller .* 2 /,
  );
  assert.equal(quarantines.status.entries[0]?.deaths, 2);
});

test('a worker that is blocked on what another has died on counts at once', () => {
  const { quarantines, start } = make();
  const [one, two] = [start(1), start(2)];
  two.blocks();
  one.blocks();
  assert.deepEqual(quarantines.status.entries, [], 'nothing has died');
  quarantines.blame(one, 'event-loop-blocked');
  two.emit('report', { gapMs: 3250 });
  assert.equal(quarantines.status.entries.length, 1);
});

test('a worker that came back is not blamed for what it was at', () => {
  const { quarantines, start } = make();
  for (const id of [1, 2, 3]) {
    const worker = start(id);
    worker.blocks();
    worker.state = 'ready';
    worker.emit('report', { gapMs: 0 });
    quarantines.blame(worker, 'crash');
  }
  assert.deepEqual(quarantines.status.entries, []);
});

test('a script may clean up for a while after an error, and survive it', () => {
  const { quarantines, start, pass } = make();
  const [one, two, three] = [start(1), start(2), start(3)];
  for (const worker of [one, two, three]) {
    worker.emit('suspect', SUSPECT, true);
    worker.emit('report', { gapMs: 0 });
  }
  quarantines.blame(one, 'crash');
  pass(10_000);
  two.emit('report', { gapMs: 0 });
  quarantines.blame(two, 'crash');
  assert.deepEqual(quarantines.status.entries, [], 'the second has survived its error');
  quarantines.blame(three, 'crash');
  assert.equal(quarantines.status.entries.length, 1, 'of the third no report has come since');
});

test('no request is blamed for a leak', () => {
  const { quarantines, start } = make();
  for (const id of [1, 2]) {
    const worker = start(id);
    worker.blocks();
    quarantines.blame(worker, 'memory-leak');
  }
  assert.deepEqual(quarantines.status.entries, []);
});

test('released by command, or by a probe that was answered', () => {
  const { quarantines, start } = make();
  const begin = (from: number): void => {
    for (const id of [from, from + 1]) {
      const worker = start(id);
      worker.blocks();
      quarantines.blame(worker, 'crash');
    }
  };
  const calm = start(9);
  begin(1);
  assert.equal(quarantines.release('q7'), false);
  assert.equal(quarantines.release('q1'), true);
  assert.deepEqual(calm.rules?.rules, []);
  begin(3);
  assert.equal(calm.rules?.rules.length, 1);
  calm.emit('message', { kind: 'probe-served', id: 'q2' });
  assert.deepEqual(calm.rules?.rules, []);
});

test('only one worker lets probes through', () => {
  const { quarantines, start, pass } = make();
  for (const id of [1, 2]) {
    const worker = start(id);
    worker.blocks();
    quarantines.blame(worker, 'crash');
  }
  pass(3_600_000);
  const [three, four] = [start(3), start(4)];
  assert.deepEqual(
    [three, four].map((worker) => worker.rules?.rules.map(({ probes }) => probes)),
    [[true], [false]],
  );
  assert.equal(quarantines.status.entries[0]?.isProbing, true);
});

test('switched off it hears and sends nothing', () => {
  const { quarantines, start } = make('off');
  const worker = start(1);
  worker.blocks();
  quarantines.blame(worker, 'crash');
  assert.equal(worker.rules, undefined);
  assert.equal(quarantines.status.mode, 'off');
});
