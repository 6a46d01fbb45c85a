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
