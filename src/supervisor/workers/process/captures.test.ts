import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommand } from '../../../worker/watchdog/command.ts';
import { Captures } from './captures.ts';

function line(): { captures: Captures; said: unknown[] } {
  const said: unknown[] = [];
  return { captures: new Captures((text) => said.push(parseCommand(text.trimEnd()))), said };
}

test('an answer may come in parts, and answers in any order', async () => {
  const { captures, said } = line();
  const first = captures.request('requests');
  const second = captures.request('cpu-profile', { durationMs: 7, timeoutMs: 9 });
  captures.received({ kind: 'captured', id: 2, part: 'a', isLast: false });
  captures.received({ kind: 'captured', id: 1, part: '[]', isLast: true });
  captures.received({ kind: 'captured', id: 9, part: '?', isLast: true });
  captures.received({ kind: 'captured', id: 2, part: 'b', isLast: true });
  assert.deepEqual([await first, await second], ['[]', 'ab']);
  captures.sampleHeap();
  assert.deepEqual(said, [
    { kind: 'capture', id: 1, what: 'requests', timeoutMs: 2000, durationMs: 0 },
    { kind: 'capture', id: 2, what: 'cpu-profile', timeoutMs: 9, durationMs: 7 },
    { kind: 'sample-heap' },
  ]);
});

test('a thread that is asked and has nothing to say says why', async () => {
  const { captures } = line();
  const refused = captures.request('report');
  const unanswered = captures.request('stack');
  const late = captures.request('heap-profile', { timeoutMs: 0 });
  const expected = { code: 'RESPITE_SUPERVISOR_CAPTURE_FAILED' };
  captures.received({ kind: 'captured', id: 1, part: '', isLast: true, problem: 'busy' });
  await assert.rejects(refused, { ...expected, message: 'no report of the worker: busy' });
  await assert.rejects(late, { ...expected, message: /no answer within 0 ms$/ });
  captures.close();
  await assert.rejects(unanswered, { ...expected, message: /its process has ended$/ });
  await assert.rejects(captures.request('stack'), expected);
});
