import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lackOfRoom, roomRules, shortage } from './room.ts';

const MB = 1024 * 1024;
const RULES = roomRules({ warnShare: 0.7, replaceShare: 0.9, limitBytes: undefined });

function used(megabytes: number) {
  return { limitBytes: 500 * MB, usedBytes: megabytes * MB, source: 'control group' } as const;
}

test('a standby fits when the largest worker would fit once more, with a distance to where workers are replaced', () => {
  assert.equal(lackOfRoom(used(300), [80 * MB, 100 * MB], RULES), undefined);
  assert.equal(
    lackOfRoom(used(301), [80 * MB, 100 * MB], RULES),
    'it needs about 100 MB, and 99 MB are left of 80 % of the 500 MB of the control group',
  );
  assert.match(lackOfRoom(used(450), [80 * MB], RULES) ?? '', /^it needs about 80 MB, and 0 MB are left/);
});

test('a standby goes where a worker would be replaced for its memory, and one that was just started does not', () => {
  assert.equal(shortage(used(450), RULES), undefined);
  assert.equal(shortage(used(455), RULES), '91 % of the memory of the control group is used');
  assert.ok(RULES.startShare < RULES.keepShare);
  assert.ok(roomRules(false).startShare < roomRules(false).keepShare);
});
