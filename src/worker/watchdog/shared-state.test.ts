import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SharedState } from './shared-state.ts';
import { histories } from '../../../test/harness/histories.ts';

test('what one side writes the other reads', () => {
  const main = new SharedState();
  const watchdog = new SharedState(main.memory);
  assert.deepEqual([watchdog.beat, watchdog.get('liveBytes'), watchdog.lastRequest], [0, 0, '']);
  main.turned();
  main.set('liveBytes', 2 ** 40 + 1);
  main.set('inspectorPort', 9229);
  main.requestStarted('GET', '/users/7');
  assert.equal(watchdog.beat, 1);
  assert.equal(watchdog.get('liveBytes'), 2 ** 40 + 1);
  assert.equal(watchdog.get('inspectorPort'), 9229);
  assert.equal(watchdog.lastRequest, 'GET /users/7');
});

test('of a request the method and the path are kept, never the query, and no more than there is room for', () => {
  const state = new SharedState();
  fc.assert(
    fc.property(
      fc.constantFrom('GET', 'PROPFIND', 'A-METHOD-OF-TWENTY-FOUR-B'),
      fc.webPath(),
      fc.webQueryParameters(),
      (method, path, query) => {
        state.requestStarted(method, `${path}?${query}`);
        const whole = `${method.slice(0, 16)} ${path}`;
        assert.equal(state.lastRequest, whole.slice(0, 128));
      },
    ),
    { numRuns: histories(25) },
  );
  state.requestStarted('GET', '/a');
  assert.equal(state.lastRequest, 'GET /a', 'nothing of the longer one before is left');
});
