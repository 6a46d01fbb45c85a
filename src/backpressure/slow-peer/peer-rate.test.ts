import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SLOW_PEER_DEFAULTS } from './options.ts';
import { PeerRate } from './peer-rate.ts';

const KB = 1024;

/** What a peer has taken by then. */
type Peer = (ms: number) => number;

interface Setting {
  /** Whether the kernel can be asked. */
  readonly sees: boolean;
  /** What it had taken when it became blocked. */
  readonly before?: number;
}

/** Looks once a second, as the sweep does. @returns When the peer is found to be too slow; Infinity if never. */
function foundSlowMs(peer: Peer, { sees, before = 0 }: Setting): number {
  const rate = new PeerRate(SLOW_PEER_DEFAULTS, 0, before);
  for (let ms = 300; ms < 10 * 60_000; ms += 1000) {
    if (rate.isTooSlow(ms, before + peer(ms), sees)) return ms;
  }
  return Infinity;
}

/** Takes that many bytes a second, seen in steps. */
function inSteps(bytesPerSecond: number, stepBytes: number): Peer {
  return (ms) => Math.floor((bytesPerSecond * ms) / 1000 / stepBytes) * stepBytes;
}

test('one that never takes anything is found within 10 s', () => {
  assert.ok(foundSlowMs(() => 0, { sees: true }) < 10_000);
  assert.ok(foundSlowMs(() => 0, { sees: false }) < 10_000);
});

test('one whose kernel takes something at first, and that reads nothing, is found within 10 s', () => {
  assert.ok(foundSlowMs((ms) => Math.min(200 * KB, ms * KB), { sees: true }) < 10_000);
});

test('a peer of 32 KB/s is never found slow, however large the steps in which a receive buffer opens', () => {
  for (const stepBytes of [1, 16 * KB, 64 * KB, 192 * KB]) {
    assert.equal(foundSlowMs(inSteps(32 * KB, stepBytes), { sees: true }), Infinity, String(stepBytes));
  }
});

test('where the kernel can not be asked, the steps are those of its buffer', () => {
  const buffer = 4096 * KB;
  assert.equal(foundSlowMs(inSteps(32 * KB, buffer / 3), { sees: false, before: buffer }), Infinity);
  // Who had little before can't have much in the kernel.
  assert.ok(foundSlowMs(() => 0, { sees: false, before: 192 * KB }) < 10_000);
});

test('one that drips, so that there is always some progress, is found by its average', () => {
  const foundMs = foundSlowMs(inSteps(200, 10), { sees: true });
  assert.ok(foundMs > 20_000 && foundMs < 30_000, String(foundMs));
});

test('one that is fast for a while and then stops is found as well', () => {
  const foundMs = foundSlowMs((ms) => Math.min(ms, 60_000) * 100, { sees: true });
  assert.ok(foundMs >= 67_000 && foundMs < 70_000, String(foundMs));
});
