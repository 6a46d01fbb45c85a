import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ToWorker } from '../../../worker/index.ts';
import { InspectorPorts } from './inspector-ports.ts';

interface Fake {
  readonly id: number;
  readonly identity: number;
  /** Whether it may have the port, as it was told, oldest first. */
  readonly told: boolean[];
  tell(message: ToWorker): void;
}

function fake(id: number, identity: number): Fake {
  const told: boolean[] = [];
  return {
    id,
    identity,
    told,
    tell: (message) => {
      assert.ok(message.kind === 'inspector');
      told.push(message.isYours);
    },
  };
}

test('a worker gives the port up when its replacement starts, and gets it back if that one ends first', () => {
  const ports = new InspectorPorts();
  const [old, other, first, second] = [fake(1, 1), fake(2, 2), fake(3, 1), fake(4, 1)];
  ports.join(old);
  ports.join(other);
  ports.join(first);
  assert.deepEqual(old.told, [false]);
  ports.leave(first);
  assert.deepEqual(old.told, [false, true]);
  ports.join(second);
  ports.leave(old);
  assert.deepEqual([old.told, other.told, first.told, second.told], [[false, true, false], [], [], []]);
});
