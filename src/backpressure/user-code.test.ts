// User code that throws, and that does to channels whatever it likes, at any time that it is called.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import type { BoundedChannel } from './bounded-channel.ts';
import { broadcast, type OverflowPolicy } from './broadcast/index.ts';
import { createWriteBudget, type WriteBudget } from './budget/index.ts';
import type { ChannelState } from './channel.ts';
import { type FakeTransport, open } from './fake-transport.test.ts';
import { collectThrown } from './thrown.test.ts';
import { histories } from '../../test/harness/histories.ts';

const KB = 1024;
const LIMIT_BYTES = 1024 * KB;
/** What broadcasts consist of; other messages consist of the number of their channel. */
const BROADCAST = 9;
const POLICIES: readonly OverflowPolicy[] = ['disconnect', 'drop-oldest', 'coalesce', 'pause'];
const ORDER: readonly ChannelState[] = ['open', 'ending', 'closed'];
/** What user code may hear of its own doing. */
const OWN_FAULTS = /^(Error: user code|Error: fill failed|RespiteError: write\(\) after end\(\))$/;

type Kind =
  | 'write'
  | 'encode'
  | 'flush'
  | 'end'
  | 'evict'
  | 'gone'
  | 'take'
  | 'broadcast'
  | 'throw'
  | 'fails';
/** What is done, to which channel, with how many bytes. */
type Act = readonly [kind: Kind, channel: number, bytes: number];

const act: fc.Arbitrary<Act> = fc.tuple(
  fc.constantFrom<Kind>(
    ...(['write', 'write', 'write', 'encode', 'flush', 'take', 'take', 'broadcast'] as const),
    ...(['throw', 'end', 'evict', 'gone', 'fails'] as const),
  ),
  fc.nat(3),
  fc.oneof(fc.nat(100), fc.nat(5000), fc.nat(300 * KB)),
);

interface Peer {
  readonly channel: BoundedChannel;
  readonly transport: FakeTransport;
  lastState: ChannelState;
  lastTold: boolean;
}

class World {
  readonly budget: WriteBudget = createWriteBudget({ limitBytes: LIMIT_BYTES });
  readonly peers: readonly Peer[];
  readonly waiting: Promise<unknown>[] = [];
  /** What listeners do, one act each. */
  readonly #reactions: Act[];
  #depth = 0;

  constructor(reactions: readonly Act[]) {
    this.#reactions = [...reactions];
    this.peers = POLICIES.map((policy) => this.#peer(policy));
  }

  do([kind, index, bytes]: Act): void {
    const peer = this.peers[index];
    if (peer === undefined) return;
    const { channel, transport } = peer;
    if (kind === 'throw') throw new Error('user code');
    if (kind === 'take') transport.open(bytes);
    else if (kind === 'write') channel.write(Buffer.alloc(bytes, index));
    else if (kind === 'encode')
      channel.encode(bytes, (target, start) => this.#fill(target, start, index, bytes));
    else if (kind === 'flush') channel.flush();
    else if (kind === 'end') channel.end();
    else if (kind === 'evict') channel.evict('test');
    else if (kind === 'gone') transport.events?.onClosed();
    else if (kind === 'fails') {
      transport.send = () => {
        this.react();
        throw new Error('_write failed');
      };
    } else
      this.waiting.push(broadcast(this.channels, Buffer.alloc(bytes, BROADCAST), { key: String(bytes % 3) }));
    this.waiting.push(channel.ready(), channel.flushed());
  }

  /** Does the next act of the tape, from within a call of user code. */
  react(): void {
    const next = this.#reactions.pop();
    if (next === undefined || this.#depth > 3) return;
    this.#depth += 1;
    try {
      this.do(next);
    } finally {
      this.#depth -= 1;
    }
  }

  check(): void {
    let held = 0;
    for (const peer of this.peers) {
      const { channel } = peer;
      held += channel.heldBytes;
      assert.ok(ORDER.indexOf(channel.state) >= ORDER.indexOf(peer.lastState), 'states go one way');
      peer.lastState = channel.state;
      if (channel.state !== 'open') assert.equal(channel.isWritable(), false);
      if (channel.isClosed) assert.deepEqual([channel.pendingBytes, channel.heldBytes], [0, 0]);
      assert.ok(channel.heldBytes >= 0 && channel.pendingBytes >= 0);
    }
    const { usedBytes, channels } = this.budget.stats();
    assert.equal(usedBytes, held);
    assert.ok(usedBytes <= LIMIT_BYTES, `${usedBytes} used`);
    assert.equal(channels, this.peers.filter(({ channel }) => !channel.isClosed).length);
  }

  /** Memory is shared between channels, their bytes are not. */
  checkBytes(): void {
    for (const [index, { transport }] of this.peers.entries()) {
      const own = new RegExp(`^[\\x0${index}\\x0${BROADCAST}]*$`);
      for (const bytes of transport.received) assert.match(bytes.toString('latin1'), own);
    }
  }

  get channels(): readonly BoundedChannel[] {
    return this.peers.map(({ channel }) => channel);
  }

  #peer(policy: OverflowPolicy): Peer {
    const options = {
      highWaterMarkBytes: 8 * KB,
      sliceBytes: 4 * KB,
      overflow: { policy, maxBytes: 6 * KB },
    };
    const opened = open({ ...options, budget: this.budget });
    const peer: Peer = { ...opened, lastState: 'open', lastTold: true };
    opened.channel.onWritabilityChanged((isWritable) => {
      assert.equal(isWritable, opened.channel.isWritable(), 'told what is true');
      peer.lastTold = isWritable;
      this.react();
    });
    return peer;
  }

  #fill(target: Buffer, start: number, value: number, bytes: number): number {
    target.fill(value, start, start + bytes);
    if (bytes % 7 === 0) this.react();
    if (bytes % 5 === 0) throw new Error('fill failed');
    return bytes;
  }
}

test('whatever user code does and throws: states go one way, the budget is exact, no call is left waiting', async (t) => {
  const thrown = collectThrown(t);
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { maxLength: 60 }),
      fc.array(act, { maxLength: 40 }),
      async (acts, reactions) => {
        const world = new World(reactions);
        for (const [i, each] of acts.entries()) {
          try {
            world.do(each);
          } catch (error) {
            assert.match(String(error), OWN_FAULTS);
          }
          world.check();
          if (i % 4 === 3) await nextTurn();
          world.check();
        }
        await nextTurn();
        for (const { channel, lastTold } of world.peers) assert.equal(lastTold, channel.isWritable());
        for (const { channel } of world.peers) channel.evict('test');
        world.check();
        world.checkBytes();
        await Promise.allSettled(world.waiting);
        for (const { channel } of world.peers) assert.ok((await channel.closed).reason);
        await nextTurn();
        for (const error of thrown.splice(0)) assert.match(String(error), OWN_FAULTS);
      },
    ),
    // What is written from within a `fill` that then throws takes up no room.
    { numRuns: histories(300), examples: [[[['encode', 0, 0]], [['write', 0, 0]]]] },
  );
});
