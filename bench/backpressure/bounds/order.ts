import { createHash, randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createChannel } from 'respite/backpressure';
import { dial, KB, listen, MB } from './support.ts';

const BYTES = 64 * MB;
const MOST_A_MESSAGE = 150 * KB;

export interface OrderBound {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Whether the digests of what was sent and received are the same. */
  readonly isSame: boolean;
}

/** Random bytes in messages of random sizes, to a client that pauses at random. */
export async function order(): Promise<OrderBound> {
  const [sent, received] = [createHash('sha256'), createHash('sha256')];
  let [sentBytes, receivedBytes] = [0, 0];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    const channel = createChannel(socket);
    void (async () => {
      while (sentBytes < BYTES) {
        const message = randomBytes(randomInt(2) === 0 ? randomInt(1, 3 * KB) : randomInt(1, MOST_A_MESSAGE));
        sent.update(message);
        sentBytes += message.length;
        const isWritable = channel.write(message);
        if (!isWritable && !(await channel.ready())) return;
      }
      channel.end();
    })();
  });
  const client = await dial(await listen(server));
  client.on('data', (bytes: Buffer) => {
    received.update(bytes);
    receivedBytes += bytes.length;
    if (randomInt(50) > 0) return;
    client.pause();
    void sleep(randomInt(1, 20)).then(() => client.resume());
  });
  client.resume();
  await once(client, 'end');
  client.destroy();
  server.close();
  return { sentBytes, receivedBytes, isSame: sent.digest('hex') === received.digest('hex') };
}
