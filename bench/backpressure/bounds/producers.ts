import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createChannel } from 'respite/backpressure';
import { dial, KB, listen } from './support.ts';

const PRODUCERS = 1000;
const MESSAGE_BYTES = 8 * KB;
const RUN_MS = 2000;
const CLOSE_MS = 1000;

export interface ProducersBound {
  readonly wrote: number;
  readonly mostPendingBytes: number;
  /** The default high mark and one message. */
  readonly allowedBytes: number;
  /** Producers that still wait a second after the peer has gone. */
  readonly hung: number;
}

/** A thousand producers share one socket, whose peer reads and then goes. */
export async function producers(): Promise<ProducersBound> {
  let [wrote, mostPendingBytes, left] = [0, 0, PRODUCERS];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    const channel = createChannel(socket);
    const produce = async (): Promise<void> => {
      for (;;) {
        const isReady = await channel.ready();
        if (!isReady) break;
        channel.write(Buffer.alloc(MESSAGE_BYTES, wrote));
        wrote += 1;
        mostPendingBytes = Math.max(mostPendingBytes, channel.pendingBytes);
      }
      left -= 1;
    };
    for (let i = 0; i < PRODUCERS; i += 1) void produce();
  });
  const client = await dial(await listen(server));
  // In steps, so that the channel is blocked again and again.
  const reading = setInterval(() => client.read(), 20);
  await sleep(RUN_MS);
  clearInterval(reading);
  client.destroy();
  await sleep(CLOSE_MS);
  server.close();
  return { wrote, mostPendingBytes, allowedBytes: 256 * KB + MESSAGE_BYTES, hung: left };
}
