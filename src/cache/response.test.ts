import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { StoredResponse } from './response.ts';

const FROM = { url: 'http://a.example/b', redirected: false };
const INIT = { status: 203, statusText: 'So', headers: { 'content-type': 'text/plain; charset=utf-8' } };

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
    return [clone.status, clone.headers.get('content-type'), await clone.text()];
  },
  'a stream': async (response) => {
    let text = '';
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
    return text;
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
      assert.deepEqual(
        await outcome(new StoredResponse(bytes, INIT, FROM), taken),
        await outcome(new Response(bytes, INIT), taken),
      );
    }),
    { numRuns: 300 },
  );
});

test('what is done to the bytes that it gives does nothing to those that are stored', async () => {
  const stored = Buffer.from('a'.repeat(200_000));
  const fill = (bytes: Uint8Array): void => void bytes.fill(0);
  fill(new Uint8Array(await new StoredResponse(stored, INIT, FROM).arrayBuffer()));
  fill(await new StoredResponse(stored, INIT, FROM).bytes());
  for await (const chunk of new StoredResponse(stored, INIT, FROM).body ?? []) fill(chunk);
  for await (const chunk of new StoredResponse(stored, INIT, FROM).clone().body ?? []) fill(chunk);
  assert.equal(stored.toString(), 'a'.repeat(200_000));
});

test('a form comes apart by its type', async () => {
  const form = new FormData();
  form.set('a', 'b');
  const sent = new Response(form);
  const headers = { 'content-type': sent.headers.get('content-type') ?? '' };
  const stored = new StoredResponse(await sent.bytes(), { headers }, FROM);
  assert.equal((await stored.formData()).get('a'), 'b');
});

test('it knows where it came from, and so does its clone', () => {
  for (const response of [new StoredResponse(new Uint8Array(1), INIT, FROM)]) {
    for (const one of [response, response.clone()]) {
      assert.equal(one.url, FROM.url);
      assert.equal(one.redirected, false);
      assert.equal(one.type, 'basic');
      assert.equal(one.status, 203);
      assert.equal(one.statusText, 'So');
      assert.ok(one instanceof Response);
    }
  }
});
