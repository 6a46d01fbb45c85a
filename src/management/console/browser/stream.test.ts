import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { EventParser, type ServerEvent } from './stream.ts';

const TEXT =
  ': hello\n\nid: 7-1\nevent: moments\ndata: {"a":1}\n\nid: 7-2\r\nevent: state\r\ndata:x\r\ndata: y\r\n\r\ndata: z\n\nid: 7-3\nevent: half\ndata';

test('events, however they are cut into pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 30 })), (sizes) => {
      const parser = new EventParser();
      const events: ServerEvent[] = [];
      let rest = TEXT;
      for (const size of [...sizes, TEXT.length]) {
        events.push(...parser.push(rest.slice(0, size)));
        rest = rest.slice(size);
      }
      assert.deepEqual(events, [
        { type: 'moments', data: '{"a":1}' },
        { type: 'state', data: 'x\ny' },
        { type: 'message', data: 'z' },
      ]);
      assert.equal(parser.lastId, '7-2', 'half of an event has not been seen');
    }),
  );
});

test('after a break what was half there is forgotten, and the id is not', () => {
  const parser = new EventParser();
  parser.push('id: 1\ndata: a\n\nid: 2\ndata: b');
  parser.reset();
  assert.deepEqual(parser.push('data: c\n\n'), [{ type: 'message', data: 'c' }]);
  assert.equal(parser.lastId, '1');
});
