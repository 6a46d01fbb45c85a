import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type RequestListener } from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EventSource } from 'undici';
import { createEventFeed } from './event-feed.ts';
import { type EventStream, openEventStream } from './event-stream.ts';
import { commentText, eventText } from './event-text.ts';
import { History } from './history.ts';

async function listen(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    if ('closeAllConnections' in server) (server as http.Server).closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Reads events as browsers do, by a client that is not ours. */
function eventSource(t: TestContext, url: string): { source: EventSource; next(): Promise<MessageEvent> } {
  const source = new EventSource(url);
  t.after(() => source.close());
  const [events, waiting]: [MessageEvent[], ((event: MessageEvent) => void)[]] = [[], []];
  const take = (event: MessageEvent): void => {
    const first = waiting.shift();
    if (first === undefined) events.push(event);
    else first(event);
  };
  source.addEventListener('message', take);
  source.addEventListener('price', take as never);
  return {
    source,
    next: () =>
      new Promise((resolve) => {
        const event = events.shift();
        if (event === undefined) waiting.push(resolve);
        else resolve(event);
      }),
  };
}

test('an event is written line by line; a type or an id cannot smuggle in another', () => {
  assert.equal(
    eventText({ data: 'a\nb\r\nc\rd', event: 'price', id: '7', retryMs: 100 }),
    'event: price\nid: 7\nretry: 100\ndata: a\ndata: b\ndata: c\ndata: d\n\n',
  );
  assert.equal(commentText('x\ny'), ': x\n: y\n\n');
  for (const wrong of ['a\nb', 'a\rb', 'a\0b']) {
    assert.throws(() => eventText({ data: '', id: wrong }), { code: 'RESPITE_OPTIONS_INVALID' });
    assert.throws(() => eventText({ data: '', event: wrong }), { code: 'RESPITE_OPTIONS_INVALID' });
  }
});

test('a history knows what came after an event, and forgets the oldest', () => {
  const history = new History(10);
  for (const id of ['a', 'b', 'c']) history.add(id, `${id}${id}${id}`);
  assert.deepEqual(history.after('a'), ['bbb', 'ccc']);
  assert.deepEqual(history.after('c'), []);
  history.add('d', 'ddd');
  assert.equal(history.after('a'), undefined);
  assert.deepEqual(history.after('b'), ['ccc', 'ddd']);
  history.add('large', 'x'.repeat(11));
  assert.equal(history.after('d'), undefined);
});

test('events arrive with their type, id and lines, over HTTP/1', async (t) => {
  let stream: EventStream | undefined;
  const server = http.createServer((request, response) => {
    stream = openEventStream(request, response);
    stream.comment('welcome');
    stream.send({ data: 'one\ntwo', event: 'price', id: '1' });
  });
  const { source, next } = eventSource(t, await listen(t, server));
  const { type, data, lastEventId } = await next();
  assert.deepEqual([type, data, lastEventId], ['price', 'one\ntwo', '1']);
  source.close();
  assert.equal((await stream?.channel.closed)?.reason, 'peer-gone');
});

test('over HTTP/2, and to HEAD', async (t) => {
  const server = http2.createServer((request, response) => {
    const stream = openEventStream(request, response);
    if (request.method === 'HEAD') assert.equal(stream.channel.state, 'closed');
    else {
      stream.send({ data: 'hi' });
      stream.close();
    }
  });
  const session = http2.connect(await listen(t, server));
  t.after(() => session.destroy());
  for (const [method, expected] of [
    ['GET', 'data: hi\n\n'],
    ['HEAD', ''],
  ] as const) {
    const request = session.request({ ':path': '/', ':method': method });
    const [headers] = (await once(request, 'response')) as [http2.IncomingHttpHeaders];
    assert.equal(headers['content-type'], 'text/event-stream');
    const text: string[] = [];
    request.setEncoding('utf8').on('data', (chunk: string) => text.push(chunk));
    await once(request, 'end');
    assert.equal(text.join(''), expected);
  }
});

test('heartbeats come while nothing waits, and end with the client', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let stream: EventStream | undefined;
  const answer: RequestListener = (request, response) => {
    stream = openEventStream(request, response, { heartbeatMs: 1000 });
  };
  const url = await listen(t, http.createServer(answer));
  const aborting = new AbortController();
  const response = await fetch(url, { signal: aborting.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  t.mock.timers.tick(1000);
  assert.equal((await reader?.read())?.value, ': \n\n');
  aborting.abort();
  await reader?.read().catch(() => {});
  assert.equal((await stream?.channel.closed)?.reason, 'peer-gone');
  await nextTurn();
  t.mock.timers.tick(10_000);
});

test('a client that comes back to a feed gets what it has missed, once', async (t) => {
  const feed = createEventFeed();
  const url = await listen(
    t,
    http.createServer((request, response) => void feed.subscribe(request, response)),
  );
  const { next } = eventSource(t, url);
  const subscribed = async (count: number): Promise<void> => {
    while (feed.subscribers !== count) await nextTurn();
  };
  await subscribed(1);
  await feed.publish({ data: '1', retryMs: 1 });
  assert.equal((await next()).data, '1');
  feed.close();
  await subscribed(0);
  await feed.publish({ data: '2' });
  await feed.publish({ data: '3' });
  assert.deepEqual([(await next()).data, (await next()).data], ['2', '3']);
  await subscribed(1);
  await feed.publish({ data: '4' });
  assert.equal((await next()).data, '4');
});

test('an id beyond ASCII is known again, as browsers send it and as others do', async (t) => {
  const feed = createEventFeed();
  t.after(() => feed.close());
  const [ids, missed]: [unknown[], boolean[]] = [[], []];
  const url = await listen(
    t,
    http.createServer((request, response) => {
      const stream = feed.subscribe(request, response);
      ids.push(stream.lastEventId);
      missed.push(stream.hasMissedEvents);
      stream.close();
    }),
  );
  await feed.publish({ data: '1', id: 'größe-€' });
  await feed.publish({ data: '2', id: 'café' });
  // Fields are sent as Latin-1: what is given here are the bytes.
  for (const sent of [Buffer.from('größe-€').toString('latin1'), 'café'])
    await (await fetch(url, { headers: { 'last-event-id': sent } })).text();
  assert.deepEqual(ids, ['größe-€', 'café']);
  assert.deepEqual(missed, [false, false]);
});

test('a client whose last event is not known any more is told so', async (t) => {
  const feed = createEventFeed({ historyBytes: 0 });
  const missed: boolean[] = [];
  const url = await listen(
    t,
    http.createServer((request, response) => {
      const stream = feed.subscribe(request, response);
      missed.push(stream.hasMissedEvents);
      stream.close();
    }),
  );
  await (await fetch(url)).text();
  await (await fetch(url, { headers: { 'last-event-id': 'of-another-process' } })).text();
  assert.deepEqual(missed, [false, true]);
});

test('a bad option is refused', () => {
  assert.throws(() => createEventFeed({ historyBytes: -1 }), { code: 'RESPITE_OPTIONS_INVALID' });
  assert.throws(() => createEventFeed({ history: 5 } as never), { code: 'RESPITE_OPTIONS_INVALID' });
  assert.throws(() => createEventFeed({ heartbeatMs: 0 }), /eventFeed\.heartbeatMs/);
  assert.throws(() => createEventFeed({ channel: { sliceBytes: 0 } }), /channel\.sliceBytes/);
});
