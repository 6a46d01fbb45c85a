// Handlers of undici up to version 6 on both sides of the client: what the one gets, the other was given.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnyVersionHandler } from './any-version-handler.ts';
import { callerHandler } from './caller-handler.ts';
import type { LegacyHandler } from './legacy-shapes.ts';

const raw = ['X-A', 'ü', 'set-cookie', 'a=1', 'Set-Cookie', 'b=2'].map((each) => Buffer.from(each, 'latin1'));

/** A handler of version 6 that notes what it gets, behind the client's, as undici 6 sees it. */
function noting(own: LegacyHandler = {}): { readonly seen: unknown[]; readonly outer: LegacyHandler } {
  const seen: unknown[] = [];
  const handler: LegacyHandler = {
    onConnect: () => seen.push('connect'),
    onHeaders: (...values) => {
      seen.push(['headers', values[0], values[1], values[3]]);
      return undefined;
    },
    onData: (chunk) => {
      seen.push(String(chunk));
      return undefined;
    },
    onComplete: (trailers) => seen.push(['complete', trailers]),
    onError: (error) => seen.push(error.message),
    onRequestSent: () => seen.push('sent'),
    ...own,
  };
  const inner = callerHandler(handler);
  assert.ok(inner);
  return { seen, outer: new AnyVersionHandler(inner) };
}

test('a response arrives as it was sent, byte by byte', () => {
  const { seen, outer } = noting();
  outer.onConnect?.(() => {});
  outer.onRequestSent?.();
  assert.equal(
    outer.onHeaders?.(200, raw, () => {}, 'OK'),
    true,
  );
  assert.equal(outer.onData?.(Buffer.from('body')), true);
  outer.onComplete?.([]);
  assert.deepEqual(seen, ['connect', 'sent', ['headers', 200, raw, 'OK'], 'body', ['complete', []]]);
});

test('a handler that pauses gets no more until it resumes', () => {
  let resume = (): void => {};
  const { outer } = noting({
    onHeaders: (_status, _headers, again) => {
      resume = again;
      return false;
    },
  });
  let resumed = 0;
  outer.onConnect?.(() => {});
  assert.equal(
    outer.onHeaders?.(200, raw, () => (resumed += 1)),
    false,
  );
  resume();
  assert.equal(resumed, 1);
  assert.equal(outer.onData?.(Buffer.from('x')), true);
});

test('an abort and an error go their ways', () => {
  let aborted: Error | undefined;
  const { seen, outer } = noting({ onConnect: (abort) => abort() });
  outer.onConnect?.((reason) => (aborted = reason));
  assert.equal((aborted as { code?: string } | undefined)?.code, 'UND_ERR_ABORTED');
  outer.onError?.(new Error('lost'));
  assert.deepEqual(seen, ['lost']);
});

test('fields are parsed as the client reads them, and what is no handler is left to undici', () => {
  let headers: unknown;
  const outer: LegacyHandler = new AnyVersionHandler({
    onResponseStart: (_controller, _status, given) => (headers = { ...given }),
  });
  outer.onConnect?.(() => {});
  outer.onHeaders?.(200, raw, () => {});
  assert.deepEqual(headers, { 'x-a': 'ü', 'set-cookie': ['a=1', 'b=2'] });
  for (const none of [undefined, null, 7, {}]) assert.equal(callerHandler(none), undefined);
});
