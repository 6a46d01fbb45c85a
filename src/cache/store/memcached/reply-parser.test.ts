import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Reply, ReplyParser } from './reply-parser.ts';
import { histories } from '../../../../test/harness/histories.ts';

const LIMIT = 1000;

function parse(chunks: readonly Uint8Array[]): readonly Reply[] {
  const replies: Reply[] = [];
  const parser = new ReplyParser(LIMIT, (reply) => {
    replies.push(reply);
  });
  for (const chunk of chunks) parser.push(Buffer.from(chunk));
  return replies;
}

/** A reply, and its bytes. */
const reply = fc.oneof(
  fc.constantFrom('HD', 'EN', 'NF', 'NS', 'EX', 'MN', 'ERROR').map((code) => ({
    reply: { code, rest: '', value: undefined },
    bytes: Buffer.from(`${code}\r\n`),
  })),
  fc.constantFrom('HD c12', 'SERVER_ERROR out of memory storing object', 'CLIENT_ERROR bad').map((line) => ({
    reply: { code: line.split(' ')[0], rest: line.slice(line.indexOf(' ') + 1), value: undefined },
    bytes: Buffer.from(`${line}\r\n`),
  })),
  fc
    .tuple(
      fc.oneof(
        fc.uint8Array({ maxLength: 50 }),
        fc.constantFrom('\r\n', 'EN\r\n', 'VA 5\r\nhello\r\n').map((text) => Buffer.from(text)),
      ),
      fc.constantFrom('', 'c7', 'c18446744073709551615 W'),
    )
    .map(([value, flags]) => ({
      reply: { code: 'VA', rest: flags, value: Buffer.from(value) },
      bytes: Buffer.concat([
        Buffer.from(`VA ${value.byteLength}${flags === '' ? '' : ` ${flags}`}\r\n`),
        value,
        Buffer.from('\r\n'),
      ]),
    })),
  // Larger than any of ours: something that is no value of ours in its place.
  fc.integer({ min: LIMIT + 1, max: LIMIT + 50 }).map((bytes) => ({
    reply: { code: 'VA', rest: 'c1', value: Buffer.from('too large') },
    bytes: Buffer.concat([Buffer.from(`VA ${bytes} c1\r\n`), Buffer.alloc(bytes, 'V'), Buffer.from('\r\n')]),
  })),
);

test('replies are the same wherever their bytes are cut in two', () => {
  fc.assert(
    fc.property(fc.array(reply, { minLength: 1, maxLength: 4 }), (replies) => {
      const bytes = Buffer.concat(replies.map((one) => one.bytes));
      const expected = replies.map((one) => one.reply);
      assert.deepEqual(parse([bytes]), expected);
      for (let at = 0; at <= bytes.byteLength; at += 1) {
        assert.deepEqual(parse([bytes.subarray(0, at), bytes.subarray(at)]), expected, `cut at ${at}`);
      }
    }),
    { numRuns: histories(30) },
  );
});

test('replies are the same however many pieces their bytes come in', () => {
  fc.assert(
    fc.property(
      fc.array(reply, { maxLength: 6 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      (replies, sizes) => {
        const bytes = Buffer.concat(replies.map((one) => one.bytes));
        const chunks: Uint8Array[] = [];
        let at = 0;
        while (at < bytes.byteLength) {
          const size = sizes.next().value ?? 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        assert.deepEqual(
          parse(chunks),
          replies.map((one) => one.reply),
        );
      },
    ),
    { numRuns: histories(30) },
  );
});

test('what is no reply is refused, or is not complete', () => {
  for (const bytes of [
    '\r\n',
    'HD\n',
    'hello\r\n',
    'VA\r\n',
    'VA x\r\n',
    'VA -1\r\n',
    'VA 99999999999\r\n',
    'VA 2 c1\r\nabc\r\n',
    'X'.repeat(3000),
    '<html>\r\n',
  ]) {
    assert.throws(
      () => parse([Buffer.from(bytes)]),
      { code: 'RESPITE_CACHE_PROTOCOL' },
      JSON.stringify(bytes),
    );
  }
});

test('any bytes at all give replies or are refused, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (chunks) => {
      try {
        parse(chunks);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'RESPITE_CACHE_PROTOCOL');
      }
    }),
  );
});
