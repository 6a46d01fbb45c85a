import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdaptiveLimit } from './adaptive.ts';
import { type LimitOptions, resolveLimitOptions } from './options.ts';
import { FakeCounted } from './fake-counted.test.ts';
import { type Place, type Stage, strike } from './roster.ts';

/** A server whose requests the limit counts. Requests end in the order they came. */
class Server {
  readonly limit: AdaptiveLimit;
  readonly inFlight: FakeCounted[] = [];

  constructor(options: LimitOptions = {}) {
    this.limit = new AdaptiveLimit(resolveLimitOptions(options), 0);
  }

  arrive(arrivedMs: number, stage: Stage = 'waiting'): FakeCounted {
    const request = new FakeCounted(arrivedMs, stage);
    this.inFlight.push(request);
    this.limit.admitted(this.inFlight.length, request);
    return request;
  }

  end(request: FakeCounted, nowMs: number, outcome: 'completed' | 'failed' | 'cancelled' | undefined): void {
    this.inFlight.splice(this.inFlight.indexOf(request), 1);
    strike(request);
    this.limit.ended(request.place, outcome, nowMs - request.arrivedMs, nowMs);
  }

  /** Keeps the limit full: requests are shed, and those that are admitted take `latencyMs`. */
  flood(fromMs: number, latencyMs: number, rounds: number): void {
    let nowMs = fromMs;
    const fill = (): void => {
      while (this.inFlight.length < this.limit.value) this.arrive(nowMs);
    };
    fill();
    for (let round = 0; round < rounds; round += 1) {
      nowMs += latencyMs;
      this.limit.shed(nowMs);
      for (const request of this.inFlight.slice()) {
        this.end(request, nowMs, 'completed');
        fill();
      }
    }
  }
}

const places = (requests: readonly FakeCounted[]): string => requests.map(({ place }) => place).join(' ');

test('the limit starts at its initial value and rises while it is full and nothing waits', () => {
  const server = new Server();
  assert.equal(server.limit.value, 32);
  server.flood(0, 50, 10);
  assert.ok(server.limit.value > 32, String(server.limit.value));
});

test('the limit falls when full windows take longer than the target', () => {
  const server = new Server();
  server.flood(0, 50, 5);
  const before = server.limit.value;
  server.flood(250, 2000, 5);
  assert.ok(server.limit.value < before, `${before} to ${server.limit.value}`);
});

test('the limit does not learn from requests that say nothing about the server', () => {
  const server = new Server();
  for (let i = 0; i < 100; i += 1) {
    const request = server.arrive(i * 10);
    server.limit.shed(i * 10);
    server.end(request, i * 10 + 5, undefined);
  }
  // Requests were shed, and as far as the limit knows nothing was answered.
  server.limit.shed(2000);
  assert.equal(server.limit.value, 16);
});

test('failed requests are answers, cancelled ones are not', () => {
  const valueAfter = (outcome: 'failed' | 'cancelled'): number => {
    const server = new Server();
    for (let i = 0; i < 10; i += 1) {
      server.limit.shed(0);
      server.end(server.arrive(0), 10, outcome);
    }
    server.limit.shed(2000);
    return server.limit.value;
  };
  assert.equal(valueAfter('failed'), 32);
  assert.equal(valueAfter('cancelled'), 16);
});

test('the end of a request ends a window that is due', () => {
  const server = new Server({ initialLimit: 10 });
  server.limit.shed(0);
  for (let i = 0; i < 10; i += 1) server.arrive(0);
  for (const request of server.inFlight.slice()) {
    server.end(request, 100, 'completed');
    server.arrive(100);
  }
  for (const request of server.inFlight.slice()) server.end(request, 200, 'completed');
  assert.equal(server.limit.value, 20);
});

test('requests that are not counted any more teach nothing when they end', () => {
  const server = new Server();
  server.limit.shed(0);
  const requests = Array.from({ length: 10 }, () => server.arrive(0, 'answered'));
  for (const request of requests) request.moveTo('none');
  for (const request of requests) server.end(request, 10, 'completed');
  server.limit.shed(2000);
  assert.equal(server.limit.value, 16, 'as if nothing was answered');
});

test('when requests step aside and others were shed, the limit makes room within half a second', () => {
  const server = new Server();
  for (let i = 0; i < 32; i += 1) server.arrive(-2000);
  server.limit.shed(0);
  server.limit.sweep(0, true);
  server.limit.shed(499);
  assert.equal(server.limit.value, 32);
  server.limit.shed(500);
  assert.equal(server.limit.value, 64);
});

test('a burst may exceed the limit until a request waits or was shed', () => {
  const server = new Server({ initialLimit: 10 });
  assert.equal(server.limit.burst(0), 30);
  const request = server.arrive(5000);
  assert.equal(server.limit.burst(5099), 30);
  assert.equal(server.limit.burst(5100), 10, 'one has waited');
  server.end(request, 5150, 'completed');
  assert.equal(server.limit.burst(5200), 30);
  server.limit.shed(5200);
  assert.equal(server.limit.burst(6199), 10, 'one was shed');
  assert.equal(server.limit.burst(6200), 30);
});

test('without room, the sweep stops counting requests that do not wait in the queue', () => {
  const server = new Server();
  const old = [server.arrive(0), server.arrive(0, 'sending')];
  const young = [server.arrive(9500), server.arrive(9500, 'answered')];
  server.limit.sweep(10_000, true);
  assert.equal(places(old), 'aside none');
  assert.equal(places(young), 'queue none');
});

test('with room, the sweep only stops counting what is answered', () => {
  const server = new Server();
  const requests = [server.arrive(0), server.arrive(0, 'sending'), server.arrive(0, 'answered')];
  server.limit.sweep(10_000, false);
  assert.equal(places(requests), 'queue queue none');
});

test('a sweep that is not due does nothing', () => {
  const server = new Server();
  server.limit.sweep(10_000, false);
  const request = server.arrive(10_000, 'answered');
  server.limit.sweep(10_099, false);
  assert.equal(request.place, 'queue');
  server.limit.sweep(10_100, false);
  assert.equal(request.place, 'none');
});

test('a sweep ends windows that are due: answers that are on their way raise a full limit', () => {
  const server = new Server();
  for (let i = 0; i < 32; i += 1) server.arrive(0, 'answered');
  server.limit.shed(0);
  server.limit.sweep(1000, true);
  assert.equal(server.limit.value, 64);
});

test('only as many requests step aside as its own limit allows, and those that end make room', () => {
  const server = new Server({ initialLimit: 5, maxLimit: 20 });
  const requests = Array.from({ length: 21 }, () => server.arrive(0));
  server.limit.sweep(10_000, true);
  assert.equal(places(requests), `${'aside '.repeat(20)}queue`);
  server.limit.sweep(11_000, true);
  assert.equal(places(requests.slice(20)), 'queue');
  const [first] = requests;
  assert.ok(first !== undefined);
  server.end(first, 11_500, undefined);
  server.limit.sweep(20_000, true);
  assert.equal(places(requests.slice(20)), 'aside');
});

test('the end of a request in the queue leaves the count of those aside as it is', () => {
  const server = new Server({ initialLimit: 5, maxLimit: 20 });
  const requests = Array.from({ length: 21 }, () => server.arrive(0));
  server.limit.sweep(10_000, true);
  server.end(server.arrive(10_500), 10_600, 'failed');
  server.limit.sweep(20_000, true);
  assert.equal(places(requests.slice(20)), 'queue');
});

test('the limit of those aside rises while it is full and none of them ends', () => {
  const server = new Server({ initialLimit: 5 });
  const requests = Array.from({ length: 30 }, () => server.arrive(0));
  server.limit.sweep(10_000, true);
  assert.equal(places(requests.slice(19)), `aside ${'queue '.repeat(10)}`.trim());
  server.limit.sweep(20_000, true);
  assert.equal(places(requests.slice(19)), 'aside '.repeat(11).trim());
});

test('requests that end in the queue show which others do not wait there', () => {
  const server = new Server();
  const slow = server.arrive(9000);
  for (let i = 0; i < 8; i += 1) server.end(server.arrive(9800), 9900, 'completed');
  server.limit.sweep(10_000, true);
  assert.equal(slow.place, 'aside', 'eight have overtaken it');
  const other = new Server();
  const waiting = other.arrive(9000);
  for (let i = 0; i < 8; i += 1) other.end(other.arrive(9800), 9900, 'failed');
  other.limit.sweep(10_000, true);
  assert.equal(waiting.place, 'queue', 'errors show nothing, and it is not yet silent for a second');
});

test('a request aside that completes shows that the server is not silent', () => {
  const swept = (outcome: 'completed' | 'failed'): Place => {
    const server = new Server();
    const [aside, waiting] = [server.arrive(5000), server.arrive(9500)];
    server.limit.sweep(10_000, true);
    assert.equal(aside.place, 'aside');
    server.end(aside, 10_400, outcome);
    server.limit.sweep(10_900, true);
    return waiting.place;
  };
  assert.equal(swept('completed'), 'queue');
  assert.equal(swept('failed'), 'aside');
});
