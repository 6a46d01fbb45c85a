import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestInFlight } from '../../admission/index.ts';
import { SHAPE_CELLS, shapeRoute } from './batch.ts';
import { Recorder } from './recorder.ts';

interface Given {
  readonly method?: string;
  readonly route?: string;
  readonly bodyBytes?: number;
  readonly isExempt?: boolean;
  readonly head?: string;
  /** Bytes that its connection has sent before it, and with it. */
  readonly written?: readonly [number, number];
}

/** A request as far as a recorder looks at it, and its connection. */
function requestOf(given: Given): { readonly request: RequestInFlight; readonly answer: () => void } {
  const { method = 'GET', route = '', bodyBytes = 0, isExempt = false, head, written = [0, 0] } = given;
  const socket = { bytesWritten: written[0] };
  const request = {
    method,
    route,
    bodyBytes,
    isExempt,
    arrivedMs: performance.now(),
    peer: socket,
    body: undefined,
    target: '/secret/17?token=x',
    answering: head === undefined ? undefined : { req: { socket }, _header: head },
  };
  return {
    request: request as unknown as RequestInFlight,
    answer: () => {
      socket.bytesWritten = written[1];
    },
  };
}

function recorded(recorder: Recorder): (readonly [route: string, body: number, response: number])[] {
  const { routes, cells } = recorder.take();
  return Array.from({ length: cells.length / SHAPE_CELLS }, (_, i) => {
    const [, kind = 0, body = 0, response = 0] = cells.subarray(i * SHAPE_CELLS, (i + 1) * SHAPE_CELLS);
    return [routes[kind] ?? '', body, response];
  });
}

test('sizes are those that were declared, or written to the connection', () => {
  const recorder = new Recorder();
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  const all = [
    requestOf({ route: '/a/:id', head: 'HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n' }),
    requestOf({ method: 'POST', route: 'POST /b', bodyBytes: 5, head, written: [100, 150 + head.length] }),
    requestOf({ bodyBytes: -1 }),
  ];
  for (const { request } of all) recorder.arrived(request, false);
  for (const { request, answer } of all) {
    answer();
    recorder.ended(request);
  }
  assert.deepEqual(recorded(recorder), [
    ['GET /a/:id', 0, 17],
    ['POST /b', 5, 50],
    ['GET *', -1, -1],
  ]);
});

test('requests that were shed, and those in flight at the end, are recorded too', () => {
  const recorder = new Recorder();
  recorder.arrived(requestOf({ route: '/shed' }).request, true);
  recorder.arrived(requestOf({ route: '/open' }).request, false);
  assert.deepEqual(recorded(recorder), [['GET /shed', 0, -1]]);
  recorder.finish();
  const { routes, cells } = recorder.take();
  assert.deepEqual([routes, cells.length, cells[1]], [['GET /open'], SHAPE_CELLS, 1]);
});

test('health checks, and requests that came before the recording, are not', () => {
  const recorder = new Recorder();
  recorder.arrived(requestOf({ isExempt: true }).request, false);
  recorder.ended(requestOf({}).request);
  recorder.finish();
  assert.equal(recorder.take().cells.length, 0);
});

test('what there is no room for is counted', () => {
  const recorder = new Recorder();
  for (let i = 0; i < 20_005; i += 1) recorder.arrived(requestOf({}).request, true);
  const { cells, dropped } = recorder.take();
  assert.deepEqual([cells.length / SHAPE_CELLS, dropped], [20_000, 5]);
  assert.equal(recorder.take().dropped, 0);
});

test('arrivals are by the clock that all processes share', () => {
  const recorder = new Recorder();
  const beforeMs = Number(process.hrtime.bigint()) / 1e6;
  recorder.arrived(requestOf({}).request, true);
  const atMs = recorder.take().cells[0] ?? 0;
  assert.ok(
    atMs >= beforeMs - 1 && atMs <= Number(process.hrtime.bigint()) / 1e6 + 1,
    String(atMs - beforeMs),
  );
});

test('a route is what a request line can have, or not named', () => {
  const routes: readonly (readonly [label: string, route: string])[] = [
    ['/users/:id', 'GET /users/:id'],
    ['POST /users/:id', 'GET /users/:id'],
    ['/café au lait/:id', 'GET /caf%C3%A9%20au%20lait/:id'],
    ['', 'GET *'],
    ['_OTHER', 'GET *'],
    ['(.*)', 'GET *'],
    ['/\uD800', 'GET *'],
  ];
  for (const [label, route] of routes) assert.equal(shapeRoute('GET', label), route);
});
