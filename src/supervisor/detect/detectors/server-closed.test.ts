import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { resolveDetectOptions } from './options.ts';
import { findServerClosed } from './server-closed.ts';

const options = resolveDetectOptions().serverClosed || assert.fail();
const closed = { where: '[::]:3000', closedForMs: 5000, othersListen: false, listensElsewhere: false };

test('a server that was closed and not opened again for five seconds is found', () => {
  const finding = findServerClosed(3, [closed], options);
  assert.deepEqual([finding?.cause, finding?.severity], ['server-closed', 'replace']);
  assert.equal(
    finding?.summary,
    'worker 3 has closed its server on [::]:3000 and not opened it again for 5.0 s',
  );
  assert.match(finding.facts[0] ?? '', /no worker listens there/);
  assert.equal(findServerClosed(3, [{ ...closed, closedForMs: 4999 }], options), undefined);
  assert.equal(findServerClosed(3, [], options), undefined);
});

test('what only this worker listened on, while it listens elsewhere, was closed on purpose', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.boolean(), (othersListen, listensElsewhere) => {
      const found = findServerClosed(3, [{ ...closed, othersListen, listensElsewhere }], options);
      assert.equal(found === undefined, listensElsewhere && !othersListen);
    }),
  );
});
