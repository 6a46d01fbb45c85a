import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bodyAt, decodeFrame, encodeFrame, encodeStart, isGarbage } from './frame.ts';

const key = fc.string({ minLength: 1 });
const body = fc.uint8Array({ maxLength: 300 });
const garbageOnly = (error: unknown): boolean => isGarbage(error);

test('what is put into a frame comes out of it', () => {
  fc.assert(
    fc.property(key, fc.string({ unit: 'binary' }), body, (name, head, content) => {
      const frame = decodeFrame(name, encodeFrame(name, 'record', head.toWellFormed(), content));
      assert.equal(frame.kind, 'record');
      assert.equal(frame.head, head.toWellFormed());
      assert.deepEqual(Buffer.from(frame.body), Buffer.from(content));
    }),
  );
});

test('a frame with any of its bits turned is garbage', () => {
  const frame = encodeFrame('key', 'record', '[1,"head"]', Buffer.from('the body'));
  for (let bit = 0; bit < frame.byteLength * 8; bit += 1) {
    const spoiled = Buffer.from(frame);
    spoiled[bit >> 3] = (spoiled[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => decodeFrame('key', spoiled), garbageOnly, `bit ${bit}`);
  }
});

test('a frame that is cut or longer is garbage', () => {
  const frame = encodeFrame('key', 'record', 'head', Buffer.from('the body'));
  for (let length = 0; length < frame.byteLength; length += 1)
    assert.throws(() => decodeFrame('key', frame.subarray(0, length)), garbageOnly);
  assert.throws(() => decodeFrame('key', Buffer.concat([frame, Buffer.from([0])])), garbageOnly);
});

test('a frame of another key is garbage', () => {
  assert.throws(() => decodeFrame('b', encodeFrame('a', 'record', 'head', Buffer.from('body'))), garbageOnly);
});

test('any bytes at all are garbage', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.throws(() => decodeFrame('key', Buffer.from(bytes)), garbageOnly);
      assert.throws(() => decodeFrame('key', Buffer.concat([Buffer.from('RSP2'), bytes])), garbageOnly);
    }),
  );
});

test('another start before the same body is a frame, and another state', () => {
  fc.assert(
    fc.property(body, (content) => {
      const before = encodeFrame('key', 'record', 'old', content);
      const start = encodeStart('key', 'record', 'a newer head', content.byteLength);
      const after = Buffer.concat([start, before.subarray(bodyAt(before))]);
      assert.equal(decodeFrame('key', after).head, 'a newer head');
      assert.deepEqual(Buffer.from(decodeFrame('key', after).body), Buffer.from(content));
      assert.notEqual(after.toString('latin1', 0, 16), before.toString('latin1', 0, 16));
    }),
  );
});
