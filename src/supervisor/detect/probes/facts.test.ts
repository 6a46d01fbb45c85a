import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuSecondsOf } from './cpu.ts';
import { machineFacts } from './facts.ts';
import { MachineHistory } from './machine-history.ts';

test('says how the machine is', async () => {
  const facts = new Map(
    (await machineFacts([process.cwd(), '/nowhere'])).map(({ name, value }) => [name, value]),
  );
  assert.match(facts.get('load average, 1, 5 and 15 minutes') ?? '', /^\d+\.\d\d, \d+\.\d\d, \d+\.\d\d$/);
  assert.match(facts.get(`free on the disk of ${process.cwd()}`) ?? '', /^\d+ of \d+ MB$/);
  assert.ok(!facts.has('free on the disk of /nowhere'));
});

test('shares are shares', { skip: process.platform !== 'linux' && 'needs Linux' }, () => {
  const machine = new MachineHistory(10);
  machine.add(1000);
  // So that the processors' counters, of 10 ms, have moved.
  const end = performance.now() + 50;
  while (performance.now() < end);
  machine.add(1050);
  for (const name of ['processorShare', 'memoryShare'] as const) {
    const { values } = machine.history.curve(name);
    assert.ok(
      values.length === 1 && (values[0] ?? -1) >= 0 && (values[0] ?? 2) <= 1,
      `${name} ${values.join()}`,
    );
  }
});

test(
  'the processor time of a process is that which it reads of itself',
  { skip: process.platform !== 'linux' && 'needs Linux' },
  () => {
    const { user, system } = process.cpuUsage();
    assert.ok(Math.abs((cpuSecondsOf(process.pid) ?? 0) - (user + system) / 1e6) < 0.5);
    assert.equal(cpuSecondsOf(0), undefined);
  },
);
