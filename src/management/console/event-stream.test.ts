import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type InstanceMeasure } from '../../supervisor/instance/history/index.ts';
import { History } from '../../core/history.ts';
import { EventStream, type Sink } from './event-stream.ts';
import { EventStreams, type OpenSink } from './event-streams.ts';
import { resumeFrom } from './moments.ts';
import type { Moments } from './protocol.ts';

const NAMES: readonly InstanceMeasure[] = ['served', 'p99Ms'];

/** Takes what it is told to take. */
class FakeSink implements OpenSink {
  readonly written: string[] = [];
  readonly #listeners = { drain: [] as (() => void)[], close: [] as (() => void)[] };
  writableNeedDrain = false;
  isEnded = false;
  destroyed = false;
  /** Whether a write fills it. */
  fills = false;
  write(text: string): boolean {
    this.written.push(text);
    this.writableNeedDrain = this.fills;
    return !this.fills;
  }
  end(): void {
    this.isEnded = true;
  }
  destroy(): void {
    this.destroyed = true;
  }
  on(event: 'drain' | 'close', listener: () => void): void {
    this.#listeners[event].push(listener);
  }
  emit(event: 'drain' | 'close'): void {
    if (event === 'drain') this.writableNeedDrain = false;
    for (const listener of this.#listeners[event]) listener();
  }
  get moments(): Moments[] {
    return this.written
      .filter((text) => text.includes('event: moments'))
      .map((text) => JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '') as Moments);
  }
  get lastId(): string | undefined {
    return this.written.findLast((text) => text.startsWith('id: '))?.match(/^id: (.*)$/m)?.[1];
  }
}

class Run {
  readonly history: History<InstanceMeasure>;
  #second = 0;
  constructor(length = 3600) {
    this.history = new History(NAMES, length);
  }
  pass(seconds: number): void {
    for (let i = 0; i < seconds; i += 1) {
      this.#second += 1;
      const values = { served: this.#second, p99Ms: Number.NaN } as Record<InstanceMeasure, number>;
      this.history.add({ ...values, atMs: this.#second * 1000 });
    }
  }
  source(epoch = 7): ConstructorParameters<typeof EventStreams>[0] {
    return {
      epoch,
      names: NAMES,
      history: () => this.history,
      state: (nowMs, isAuthenticated) =>
        `event: state\ndata: ${JSON.stringify({ nowMs, isAuthenticated })}\n\n`,
    };
  }
}

function open(run: Run, sink: Sink, lastEventId?: string): EventStream {
  return new EventStream(sink, run.source(), { lastEventId, isAuthenticated: true, nowMs: 0 });
}

/** What a page has after these events. */
function received(all: readonly Moments[]): number[] {
  let values: (number | null)[] = [];
  for (const { from, isFresh, sinceMs, curves } of all) {
    if (isFresh) values = [];
    else assert.equal(from, values.at(-1) ?? 0, 'the next after the last');
    const curve = curves['served'] ?? null;
    values.push(
      ...sinceMs.map((_, i) =>
        typeof curve === 'object' && curve !== null ? (curve[i] ?? null) : (curve as number),
      ),
    );
  }
  return values.map(Number);
}

const counted = (to: number, from = 1): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('all that is kept at first, in pieces, then a moment a second, each with the state', () => {
  const run = new Run();
  run.pass(700);
  const sink = new FakeSink();
  const stream = open(run, sink);
  stream.pump(1000);
  assert.deepEqual(
    sink.moments.map(({ sinceMs }) => sinceMs.length),
    [300, 300, 100],
  );
  assert.deepEqual(received(sink.moments), counted(700));
  run.pass(1);
  stream.pump(2000);
  assert.deepEqual(received(sink.moments), counted(701));
  assert.equal(sink.written.filter((text) => text.startsWith('event: state')).length, 2);
});

test('a page that comes back gets what it has missed and no more', () => {
  const run = new Run();
  run.pass(10);
  const first = new FakeSink();
  open(run, first).pump(0);
  run.pass(5);
  const second = new FakeSink();
  open(run, second, first.lastId).pump(0);
  assert.equal(second.moments[0]?.isFresh, false);
  assert.deepEqual(received([...first.moments, ...second.moments]), counted(15));
});

test('a reader that comes back to another run, or too late, begins anew', () => {
  const kept = { oldest: 100, added: 200 };
  for (const id of [undefined, '', '8-150', '7-99', '7-201', '7-', 'x', '7-150x']) {
    assert.deepEqual(resumeFrom(id, 7, kept), { from: 100, isFresh: true }, String(id));
  }
  assert.deepEqual(resumeFrom('7-150', 7, kept), { from: 150, isFresh: false });
  assert.deepEqual(resumeFrom('7-200', 7, kept), { from: 200, isFresh: false });
});

test('nothing is kept for a reader that does not read; it gets it when it does', () => {
  const run = new Run();
  run.pass(1);
  const sink = new FakeSink();
  sink.fills = true;
  const stream = open(run, sink);
  stream.pump(0);
  const before = sink.written.length;
  for (let second = 1; second <= 50; second += 1) {
    run.pass(1);
    assert.ok(stream.pump(second * 1000));
  }
  assert.equal(sink.written.length, before);
  sink.fills = false;
  sink.writableNeedDrain = false;
  stream.pump(51_000);
  assert.deepEqual(received(sink.moments), counted(51));
});

test('a reader that has taken nothing for a minute is given up', () => {
  const run = new Run();
  run.pass(1);
  const sink = new FakeSink();
  sink.fills = true;
  const stream = open(run, sink);
  assert.ok(stream.pump(0));
  assert.ok(stream.pump(60_000));
  assert.ok(!stream.pump(60_001));
});

test('whenever it reads, breaks and comes back: no gap, and nothing twice', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ kind: fc.constant('full' as const) }),
    fc.record({ kind: fc.constant('drain' as const) }),
    fc.record({ kind: fc.constant('break' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const run = new Run();
      let sink = new FakeSink();
      let stream = open(run, sink);
      const all: Moments[] = [];
      let passed = 0;
      for (const each of steps) {
        if (each.kind === 'pass') {
          run.pass(each.seconds);
          passed += each.seconds;
        } else if (each.kind === 'full') sink.fills = true;
        else if (each.kind === 'drain') {
          sink.fills = false;
          sink.writableNeedDrain = false;
        } else {
          all.push(...sink.moments);
          const { lastId } = sink;
          sink = new FakeSink();
          stream = open(run, sink, lastId);
        }
        stream.pump(0);
      }
      sink.writableNeedDrain = false;
      sink.fills = false;
      stream.pump(0);
      assert.deepEqual(received([...all, ...sink.moments]), counted(passed));
    }),
  );
});

test('16 may look, 8 of them without authentication; a page that goes makes room', () => {
  const streams = new EventStreams(new Run().source(), () => 0);
  const unauthenticated = Array.from({ length: 8 }, () => new FakeSink());
  for (const sink of unauthenticated) {
    assert.ok(streams.hasRoom(false));
    streams.open(sink, { lastEventId: undefined, isAuthenticated: false });
  }
  assert.ok(!streams.hasRoom(false));
  for (let i = 0; i < 8; i += 1) {
    assert.ok(streams.hasRoom(true));
    streams.open(new FakeSink(), { lastEventId: undefined, isAuthenticated: true });
  }
  assert.ok(!streams.hasRoom(true));
  unauthenticated[0]?.emit('close');
  assert.ok(streams.hasRoom(false));
  streams.close();
  assert.equal(streams.size, 0);
  assert.ok(unauthenticated[1]?.isEnded && !unauthenticated[0]?.isEnded);
});

test('a page that had gone before its stream began takes no room', () => {
  const streams = new EventStreams(new Run().source(), () => 0);
  const gone = new FakeSink();
  gone.destroy();
  streams.open(gone, { lastEventId: undefined, isAuthenticated: false });
  assert.equal(streams.size, 0);
});

test('one that is given up is cut off; one that drains goes on at once', () => {
  const run = new Run();
  run.pass(1000);
  let nowMs = 0;
  const streams = new EventStreams(run.source(), () => nowMs);
  const [slow, quick] = [new FakeSink(), new FakeSink()];
  for (const sink of [slow, quick]) {
    sink.fills = true;
    streams.open(sink, { lastEventId: undefined, isAuthenticated: true });
  }
  for (let i = 0; i < 10; i += 1) quick.emit('drain');
  assert.deepEqual(received(quick.moments), counted(1000));
  nowMs = 61_000;
  quick.writableNeedDrain = false;
  streams.tick();
  assert.deepEqual([slow.destroyed, quick.destroyed, streams.size], [true, false, 1]);
  streams.close();
});
