// Tiny requests, huge responses, over TCP: 8 bytes (how many messages, how large each) are answered with that many messages.
// argv[2] says how they are written: `drain`, which is Node.js's own idiom with the same high watermark, `channel`, `unique`, which is a channel with a copy of
// its own of each message, or `budget`, which is that under a budget of 64 MB and bounded kernel buffers.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { boundKernelBuffers, createChannel, createWriteBudget } from '../../dist/backpressure/index.js';

const REQUEST_BYTES = 8;

/** Of all variants; a channel's default. */
const HIGH_WATER_MARK_BYTES = 256 * 1024;

const CHANNEL = { highWaterMarkBytes: HIGH_WATER_MARK_BYTES };

/**
 * Node.js's idiom, as its documentation advises for small writes: corked until the code that runs now has returned, so that they leave in one
 * `writev`; and waiting for 'drain' when `write()` says so.
 */
function drain(socket) {
  let isCorked = false;
  const uncork = () => {
    isCorked = false;
    socket.uncork();
  };
  return async (message, count) => {
    for (let i = 0; i < count; i += 1) {
      if (!isCorked) {
        isCorked = true;
        socket.cork();
        process.nextTick(uncork);
      }
      if (!socket.write(message)) await once(socket, 'drain');
    }
  };
}

function channel(socket) {
  const to = createChannel(socket, CHANNEL);
  return async (message, count) => {
    for (let i = 0; i < count; i += 1) {
      if (!to.write(message)) {
        const isReady = await to.ready();
        if (!isReady) return;
      }
    }
  };
}

function unique(socket) {
  return encoder(createChannel(socket, CHANNEL));
}

const shared = createWriteBudget({ limitBytes: 64 * 1024 * 1024 });

/** Peers that never read are left to the budget. */
function budget(socket) {
  return encoder(createChannel(socket, { ...CHANNEL, budget: shared, slowPeer: false }));
}

function encoder(to) {
  return async (message, count) => {
    for (let i = 0; i < count; i += 1) {
      if (!to.encode(message.length, (target, start) => message.copy(target, start))) {
        const isReady = await to.ready();
        if (!isReady) return;
      }
    }
  };
}

const writerOf = { drain, channel, unique, budget }[process.argv[2]];
if (writerOf === undefined) throw new Error(`no variant '${process.argv[2]}'`);

const messages = new Map();

function messageOf(bytes) {
  if (!messages.has(bytes)) messages.set(bytes, Buffer.alloc(bytes, 'm'));
  return messages.get(bytes);
}

const server = createServer({ noDelay: true, highWaterMark: HIGH_WATER_MARK_BYTES }, (socket) => {
  socket.on('error', () => {});
  const write = writerOf(socket);
  // One response after the other, as in any protocol without multiplexing.
  let previous = Promise.resolve();
  let rest = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= REQUEST_BYTES) {
      const [count, size] = [rest.readUInt32BE(0), rest.readUInt32BE(4)];
      rest = rest.subarray(REQUEST_BYTES);
      // 'drain' never comes once the socket is closed; such a response just stays.
      previous = previous.then(() => write(messageOf(size), count)).catch(() => {});
    }
  });
});

if (writerOf === budget) boundKernelBuffers(server);

server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
