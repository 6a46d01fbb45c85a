import { mailbox } from './given.ts';

// The guide:
import { createServer } from 'node:net';
import { createChannel } from 'respite/backpressure';

createServer((socket) => {
  const channel = createChannel(socket);
  socket.on('data', async (request: Buffer) => {
    for (const message of mailbox(request)) {
      if (!channel.write(message) && !(await channel.ready())) return; // the peer is gone
    }
  });
  socket.on('error', () => {});
}).listen(1430);
