import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishHealth, receiveHealth } from './health-link.ts';
import { reportOf as report } from './support.test.ts';

test('whichever comes first, the receiver has what every source reported last', () => {
  const [one, two] = [{}, {}];
  publishHealth(one, [report('a'), report('b')]);
  const received: string[][] = [];
  receiveHealth((reports) => received.push(reports.map(({ name }) => name)));
  publishHealth(two, [report('c')]);
  publishHealth(one, [report('b')]);
  publishHealth(one, []);
  publishHealth(two, []);
  assert.deepEqual(received, [['a', 'b'], ['a', 'b', 'c'], ['b', 'c'], ['c'], []]);
  receiveHealth(() => {});
});
