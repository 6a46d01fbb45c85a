import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadOf, Weight } from './weight.ts';

function after(seconds: number, load: number): number {
  const weight = new Weight();
  for (let second = 0; second <= seconds; second += 1) weight.add(load, second * 1000);
  return weight.percent;
}

test('an instance begins with a small weight, and gets more while it has room', () => {
  assert.equal(new Weight().percent, 16);
  const [soon, later] = [after(5, 0.2), after(20, 0.2)];
  assert.ok(soon > 16 && soon < later, `${soon} ${later}`);
  assert.equal(after(120, 0.2), 256);
});

test('the fuller, the less; never 0, which would mean a drain', () => {
  const weights = [0.5, 0.6, 0.8, 1, 1.4, 4].map((load) => after(300, load));
  assert.deepEqual(weights, [256, 123, 39, 16, 4, 1]);
});

test('what nobody knows changes nothing', () => {
  assert.equal(after(100, Number.NaN), 16);
});

test('past its capacity the load of an instance is what is asked of it', () => {
  const loads = [
    loadOf(0.9, 100, 0),
    loadOf(1, 100, 50),
    loadOf(0, 0, 0),
    loadOf(1, 0, 10),
    loadOf(1, 1, 99),
  ];
  assert.deepEqual(loads, [0.9, 1.5, 0, 4, 4]);
});
