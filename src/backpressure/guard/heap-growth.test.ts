import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeapGrowth } from './heap-growth.ts';

const MB = 1024 * 1024;

function growth(): { growth: HeapGrowth; flags: string[] } {
  const flags: string[] = [];
  return { growth: new HeapGrowth(64 * MB, (flag) => flags.push(flag)), flags };
}

test('the flag is set once while memory is short, and given back once', () => {
  const { growth: heap, flags } = growth();
  for (const megabytes of [100, 110, 116]) heap.look(megabytes * MB);
  assert.deepEqual(flags, [], 'a quarter of the limit is no shortage');
  for (const megabytes of [117, 150, 160]) heap.look(megabytes * MB);
  assert.deepEqual(flags, ['--heap-growing-percent=20']);
  heap.look(105 * MB);
  assert.deepEqual(flags, ['--heap-growing-percent=20', '--heap-growing-percent=0']);
});

test('growth is counted from the least that the process has held, and anew once there is no upgraded client', () => {
  const { growth: heap, flags } = growth();
  heap.look(200 * MB);
  heap.look(90 * MB);
  heap.look(120 * MB);
  assert.equal(flags.length, 1);
  heap.end();
  heap.end();
  assert.deepEqual(flags.slice(1), ['--heap-growing-percent=0']);
  heap.look(120 * MB);
  assert.equal(flags.length, 2);
});

test('the flag is given back when memory is short for no budget any more', () => {
  const [one, other] = [growth(), growth()];
  for (const { growth: heap } of [one, other]) {
    heap.look(100 * MB);
    heap.look(200 * MB);
  }
  one.growth.end();
  assert.deepEqual([one.flags, other.flags], [['--heap-growing-percent=20'], []]);
  other.growth.end();
  assert.deepEqual(other.flags, ['--heap-growing-percent=0']);
});

test('V8 knows the flag, and takes it while it runs', () => {
  const heap = new HeapGrowth(MB);
  heap.look(0);
  heap.look(2 * MB);
  heap.end();
});
