import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveClientOptions } from './options.ts';
import { Peers } from './peers.ts';

const { rulesOf, random } = resolveClientOptions();

test('a thousand origins are remembered, and those used last stay', () => {
  const peers = new Peers(rulesOf, random);
  for (let i = 0; i < 1000; i += 1) peers.of(`http://${i}.example`, i);
  peers.of('http://0.example', 1000).admit(1, 1000);
  peers.of('http://new.example', 1001);
  assert.equal(peers.get('http://1.example'), undefined);
  assert.ok(peers.get('http://0.example'));
});

test('counters never go back, and have 201 labels at most', () => {
  const peers = new Peers(rulesOf, random);
  for (let i = 0; i < 3000; i += 1) {
    peers.of(`http://${i}.example`, i).admit(1, i);
    if (i % 500 === 0) peers.countsByLabel();
  }
  const counts = peers.countsByLabel();
  assert.equal(
    [...counts.values()].reduce((sum, { calls }) => sum + calls, 0),
    3000,
  );
  assert.ok(counts.size <= 201, `${counts.size} labels`);
});

test('states are counted by label, those of origins that share one together', () => {
  const { rulesOf: rules } = resolveClientOptions({
    circuit: { failures: 2, afterMs: 0 },
    throttle: false,
  });
  const peers = new Peers(rules, random);
  for (let i = 0; i < 203; i += 1) peers.of(`http://${i}.example`, 0);
  const failing = peers.of('http://0.example', 0);
  for (let i = 0; i < 2; i += 1) {
    const admission = failing.admit(1, i);
    assert.ok('pass' in admission && admission.pass !== undefined);
    failing.ended(admission.pass, 1, { kind: 'connection-lost' }, i);
  }
  const states = peers.statesByLabel(2);
  assert.deepEqual([...(states.get('http://0.example') ?? [])], [['open', 1]]);
  assert.deepEqual([...(states.get('http://1.example') ?? [])], [['closed', 1]]);
  assert.deepEqual([...(states.get('_OTHER') ?? [])], [['closed', 3]]);
});
