import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { inspect } from 'node:util';
import type { Answer } from '../engine/answer.ts';
import { StoredResponse } from './stored-response.ts';
import { histories } from '../../../test/harness/histories.ts';

const INIT = { status: 203, statusText: 'So', headers: { 'content-type': 'text/plain; charset=utf-8' } };

/** The one that is tested. */
function stored(bytes: Uint8Array, type: string = INIT.headers['content-type']): Response {
  const answer: Answer = {
    status: INIT.status,
    statusText: INIT.statusText,
    fields: { 'content-type': type },
    extra: undefined,
    setCookies: [],
    age: 7,
    cacheStatus: 'Respite; hit',
    result: 'hit',
    body: bytes,
    url: 'http://a.example/b',
    redirected: false,
  };
  return new StoredResponse(bytes, answer);
}

/** What one can do with a body, and what it gives, as something that can be compared. */
const STEPS: Record<string, (response: Response) => Promise<unknown>> = {
  text: (response) => response.text(),
  json: (response) => response.json(),
  arrayBuffer: async (response) => Buffer.from(await response.arrayBuffer()).toString(),
  bytes: async (response) => Buffer.from(await response.bytes()).toString(),
  blob: async (response) => {
    const blob = await response.blob();
    return [blob.type, await blob.text()];
  },
  clone: async (response) => {
    const clone = response.clone();
    return [clone.status, clone.headers.get('content-type'), clone.headers.get('x-mine'), await clone.text()];
  },
  'a stream': async (response) => {
    let text = '';
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
    return text;
  },
  'headers, written to': (response) => {
    const before = response.headers.get('x-mine');
    response.headers.set('x-mine', 'yes');
    return Promise.resolve([before, response.headers.get('content-type')]);
  },
  'a Response of it': async (response) => {
    const other = new Response(response.body, response);
    return [other.status, other.statusText, other.headers.get('content-type'), await other.text()];
  },
  'a look at the body': (response) => Promise.resolve([response.body === null, response.body?.locked]),
  'a reader': (response) => Promise.resolve(response.body?.getReader() !== undefined),
};

async function outcome(response: Response, steps: readonly string[]): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (const step of steps) {
    try {
      seen.push(await STEPS[step]?.(response));
    } catch (error) {
      seen.push((error as Error).name);
    }
    seen.push(response.bodyUsed);
  }
  return seen;
}

test('whatever is done to it, it does what a Response does', async () => {
  const steps = fc.array(fc.constantFrom(...Object.keys(STEPS)), { maxLength: 4 });
  const body = fc.constantFrom('', '{"a":[1,2]}', '\uFEFFmarked', 'ü€😀', '\uD800');
  await fc.assert(
    fc.asyncProperty(steps, body, async (taken, text) => {
      const bytes = new TextEncoder().encode(text);
      assert.deepEqual(await outcome(stored(bytes), taken), await outcome(new Response(bytes, INIT), taken));
    }),
    { numRuns: histories(300) },
  );
});

test('what is done to the bytes that it gives does nothing to those that are stored', async () => {
  const kept = Buffer.from('a'.repeat(200_000));
  const fill = (bytes: Uint8Array): void => void bytes.fill(0);
  fill(new Uint8Array(await stored(kept).arrayBuffer()));
  fill(await stored(kept).bytes());
  for await (const chunk of stored(kept).body ?? []) fill(chunk);
  for await (const chunk of stored(kept).clone().body ?? []) fill(chunk);
  assert.equal(kept.toString(), 'a'.repeat(200_000));
});

test('a form comes apart by its type', async () => {
  const form = new FormData();
  form.set('a', 'b');
  const sent = new Response(form);
  const type = sent.headers.get('content-type') ?? '';
  assert.equal((await stored(await sent.bytes(), type).formData()).get('a'), 'b');
});

test('it is a Response to who looks, and so is its clone', () => {
  const response = stored(new Uint8Array(1));
  for (const one of [response, response.clone()]) {
    assert.equal(one.url, 'http://a.example/b');
    assert.equal(one.redirected, false);
    assert.equal(one.type, 'basic');
    assert.equal(one.status, 203);
    assert.equal(one.ok, true);
    assert.equal(one.statusText, 'So');
    assert.equal(one.headers.get('age'), '7');
    assert.equal(one.headers.get('cache-status'), 'Respite; hit');
    assert.ok(one instanceof Response);
    assert.equal(Object.prototype.toString.call(one), '[object Response]');
    assert.match(inspect(one), /status: 203/);
  }
});

test('nothing is left to the methods of the platform, which would not find what they have not made', () => {
  for (const name of Object.getOwnPropertyNames(Response.prototype)) {
    assert.ok(Object.hasOwn(StoredResponse.prototype, name), name);
  }
});

test(
  'what only some versions of Node.js have works if it is there',
  { skip: !('textStream' in Response.prototype) && 'needs Response.prototype.textStream of Node.js 26' },
  async () => {
    const response = stored(Buffer.from('grün'));
    let text = '';
    for await (const piece of response.textStream()) text += piece;
    assert.equal(text, 'grün');
    assert.equal(response.bodyUsed, true);
  },
);
