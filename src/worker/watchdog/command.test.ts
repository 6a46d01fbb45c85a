import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommand } from './command.ts';

test('only what is ours is a command', () => {
  assert.deepEqual(parseCommand('{"kind":"sample-heap"}'), { kind: 'sample-heap' });
  assert.deepEqual(parseCommand('{"kind":"collect-garbage"}'), { kind: 'collect-garbage' });
  assert.equal(
    parseCommand('{"kind":"capture","id":1,"what":"stack","timeoutMs":1,"durationMs":0}')?.kind,
    'capture',
  );
  for (const line of [
    '',
    'null',
    '7',
    '{',
    '{"kind":"capture","id":1,"what":"everything"}',
    '{"kind":"quit"}',
  ]) {
    assert.equal(parseCommand(line), undefined, line);
  }
});
