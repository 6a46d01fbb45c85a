import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Release } from '../../workers/release/index.ts';
import { release as releaseOf } from '../../workers/release/support.test.ts';
import { Identities } from './identities.ts';
import { StandbyLog } from './standby-log.ts';
import { type Lack, Standbys, type StandbyWorker } from './standbys.ts';

const OLD: Release = releaseOf('1');
const NEW: Release = { ...OLD };

class FakeWorker implements StandbyWorker {
  readonly id: number;
  readonly release: Release;
  readonly start = { lack: 'did not listen' };
  readonly exited: Promise<void>;
  readonly end: () => void;
  readonly pid = 0;
  slot: number;
  isStandby = true;
  isWarm = false;
  isResponsive = true;
  report: StandbyWorker['report'];
  killedBecause: string | undefined;
  isDrained = false;

  constructor(id: number, slot: number, release: Release) {
    this.id = id;
    this.slot = slot;
    this.release = release;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.exited = promise;
    this.end = () => {
      this.isDrained = true;
      resolve();
    };
  }

  kill(because: string): void {
    this.killedBecause = because;
  }

  serve(slot: number): void {
    this.slot = slot;
    this.isStandby = false;
  }
}

interface World {
  readonly standbys: Standbys<FakeWorker>;
  readonly started: FakeWorker[];
  readonly identities: Identities;
  readonly logged: string[];
  lack: Lack | undefined;
  shortage: string | undefined;
  release: Release;
  /** The last one that was started can serve. */
  warm(): void;
  pass(ms: number): Promise<void>;
}

/** Two slots serve, and one standby is wanted. */
async function create(t: TestContext): Promise<World> {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  let nowMs = 0;
  const started: FakeWorker[] = [];
  const logged: string[] = [];
  const note = (_fields: object, message: string): void => void logged.push(message);
  const identities = new Identities();
  const log = new StandbyLog<FakeWorker>({
    log: { debug: note, info: note, warn: note, error: note },
    exitOf: () => ({ code: 1, signal: null }),
    problemOf: () => 'ENOMEM',
  });
  const standbys = new Standbys<FakeWorker>({
    wanted: 1,
    workers: 2,
    rules: { isStandby: true, startTimeoutMs: 60_000, deployTimeoutMs: 1, stableMs: 1, loopStableMs: 1 },
    nowMs: () => nowMs,
    blockedLoop: { unreadyMs: 2000, evidenceMs: 2000, killMs: 10_000 },
    log,
    identities,
    release: () => world.release,
    start(slot, release) {
      const worker = new FakeWorker(10 + started.length, slot, release);
      started.push(worker);
      return worker;
    },
    lack: () => world.lack,
    shortage: () => world.shortage,
    emptied() {},
  });
  const world: World = {
    standbys,
    started,
    identities,
    logged,
    lack: undefined,
    shortage: undefined,
    release: OLD,
    warm() {
      const worker = started.at(-1);
      const own = standbys.slots[0];
      assert.ok(worker !== undefined && own !== undefined);
      worker.isWarm = true;
      standbys.warm(worker, own);
    },
    async pass(ms) {
      nowMs += ms;
      t.mock.timers.tick(ms);
      await settled();
    },
  };
  standbys.start();
  await settled();
  return world;
}

/** Starts wait for the end of what has led to them. */
async function settled(): Promise<void> {
  for (let i = 0; i < 4; i += 1) await Promise.resolve();
}

test('a standby is given once, and its own number goes with it', async (t) => {
  const world = await create(t);
  const { standbys, started, identities } = world;
  assert.equal(standbys.isReady(OLD), false);
  world.warm();
  assert.equal(standbys.isReady(OLD), true);
  assert.equal(standbys.give(1, OLD, true), started[0]);
  assert.deepEqual([started[0]?.slot, started[0]?.isStandby, standbys.isReady(OLD)], [1, false, false]);
  assert.equal(standbys.give(2, OLD, true), undefined);
  assert.deepEqual([identities.of(1), identities.of(2), identities.of(3)], [3, 2, 1]);
  await settled();
  assert.deepEqual([started.length, started[1]?.slot], [2, 3]);
  assert.equal(standbys.give(2, OLD, true), started[1], 'also while it is starting');
});

test('none is started while a slot lacks a worker, and the reason for lack of memory is logged once', async (t) => {
  const world = await create(t);
  const { standbys, started, logged } = world;
  world.warm();
  world.lack = { kind: 'moment' };
  standbys.give(1, OLD, true);
  await settled();
  assert.equal(started.length, 1);
  world.lack = { kind: 'reason', text: 'it needs about 80 MB' };
  await world.pass(3000);
  const told = logged.filter((line) => line.includes('no standby'));
  assert.deepEqual(told, ['no standby is started (supervisor.standby): it needs about 80 MB']);
  assert.deepEqual([started.length, standbys.status.lack], [1, 'it needs about 80 MB']);
  world.lack = undefined;
  await world.pass(1000);
  assert.deepEqual([started.length, standbys.status.lack], [2, undefined]);
});

test('one of the old version is not given for the new one, and goes when the rolling restart is over', async (t) => {
  const world = await create(t);
  const { standbys, started } = world;
  world.warm();
  standbys.pause();
  assert.equal(standbys.give(1, NEW, true), undefined, 'its files may be the same and have another content');
  world.release = NEW;
  assert.equal(standbys.isReady(OLD), true, 'a slot that is still of the old version may have it');
  await standbys.resume();
  await settled();
  assert.equal(started[0]?.isDrained, true);
  assert.deepEqual([started.length, started[1]?.release === NEW], [2, true]);
});

test('a rolling restart that fails leaves the standby alone', async (t) => {
  const world = await create(t);
  world.warm();
  world.standbys.pause();
  await world.standbys.resume();
  assert.deepEqual([world.started[0]?.isDrained, world.standbys.isReady(OLD)], [false, true]);
});

test('when memory is short the standby is the first to go', async (t) => {
  const world = await create(t);
  world.warm();
  world.shortage = '95 % of the memory of the control group is used';
  await world.pass(1000);
  assert.equal(world.started[0]?.isDrained, true);
  assert.equal(world.standbys.isReady(OLD), false);
  assert.ok(world.logged.some((line) => line.includes('given up') && line.includes('95 %')));
});

test('a blocked standby, or one that has doubled, is killed; one that does not respond is not given', async (t) => {
  const world = await create(t);
  world.warm();
  const worker = world.started[0];
  assert.ok(worker !== undefined);
  const MB = 1024 * 1024;
  const says = (report: Partial<NonNullable<StandbyWorker['report']>>): void => {
    worker.report = { gapMs: 0, rssBytes: 80 * MB, debugger: false, ...report };
    world.standbys.reported(worker);
  };
  says({});
  says({ gapMs: 1900 });
  says({ gapMs: 9000, debugger: true });
  says({ rssBytes: 179 * MB });
  assert.equal(worker.killedBecause, undefined);
  says({ rssBytes: 190 * MB });
  assert.equal(worker.killedBecause, 'was a standby that had grown by 110 MB');
  assert.equal(world.standbys.isReady(OLD), false, 'it is about to end');
  worker.killedBecause = undefined;
  says({ gapMs: 2100 });
  assert.equal(worker.killedBecause, 'was a standby whose event loop was blocked for 2.1 s');
  worker.killedBecause = undefined;
  worker.isResponsive = false;
  assert.equal(world.standbys.isReady(OLD), false);
});

test('takeovers are counted and timed, and say how an incident ended', async (t) => {
  const world = await create(t);
  const { takeovers } = world.standbys;
  assert.equal(takeovers.stepOf(1), 'replaced');
  world.warm();
  const worker = world.standbys.give(1, OLD, true);
  assert.ok(worker !== undefined);
  assert.equal(takeovers.count, 0, 'it does not serve yet');
  takeovers.served(worker);
  assert.deepEqual([takeovers.count, takeovers.lastMs], [1, 0]);
  assert.equal(takeovers.stepOf(1), 'replaced by the standby in 0 ms');
  takeovers.served(new FakeWorker(20, 1, OLD));
  assert.equal(takeovers.stepOf(1), 'replaced');
});

test('a standby that ends is started again later and later, and the status says so', async (t) => {
  const world = await create(t);
  const { standbys, started, logged } = world;
  const own = standbys.slots[0];
  const end = { how: 'ended with exit code 1', cause: 'exit', isFromOutside: false } as const;
  for (let deaths = 0; deaths < 6; deaths += 1) {
    const worker = started.at(-1);
    assert.ok(worker !== undefined);
    own?.exited(worker, end);
    await world.pass(8000);
  }
  assert.equal(started.length, 6, 'the seventh waits for 30 s');
  const text = 'worker 15, a standby, ended with exit code 1, the 6th time within 60 s';
  assert.equal(standbys.status.lack, `${text}; another one is started in 30.0 s`);
  assert.ok(logged.includes(`${text}; no request was lost, and another one is started in 30.0 s`));
  await world.pass(30_000);
  assert.deepEqual([started.length, standbys.status.lack], [7, undefined]);
});
