// The fallback responder's own process: accepts on the workers' listening sockets while no worker does, and tells everybody to come again.
// Loads as little as it can, so that it is there soon.
import { createServer, type Server, type Socket } from 'node:net';
import { type ResolvedShedResponse, SHED_RESPONSE_DEFAULTS } from '../../admission/shed/options.ts';
import { retryAfterSeconds } from '../../admission/shed/retry-after.ts';
import { reply } from './conversation.ts';
import { hearSupervisor, tellSupervisor } from './messages.ts';

/** A client that says nothing, or only half of it, for that long gets no answer. */
const SILENT_MS = 10_000;
/** How long a connection stays half open after the answer, so that what the client still sends doesn't reset it before it has read. */
const LINGER_MS = 1000;
/** For those that had connected when a worker came back, but not asked yet. */
const LEAVE_MS = 1000;
/** How often the answers are reported. */
const TELL_MS = 500;

const servers: Server[] = [];
const connections = new Set<Socket>();
let backInSeconds = 1;
let shedResponse: ResolvedShedResponse = SHED_RESPONSE_DEFAULTS;
let answered = 0;
let told = 0;
let leaving = false;

function converse(socket: Socket): void {
  let received: Buffer = Buffer.alloc(0);
  let isAnswered = false;
  connections.add(socket);
  socket.setTimeout(SILENT_MS, () => socket.destroy());
  // The client has gone away.
  socket.on('error', () => {});
  socket.on('close', () => {
    connections.delete(socket);
    if (leaving && connections.size === 0) end();
  });
  socket.on('data', (chunk: Buffer) => {
    if (isAnswered) return;
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const next = reply(received, retryAfterSeconds(backInSeconds, Math.random()), shedResponse);
    if (next.kind === 'more') return;
    isAnswered = true;
    if (next.kind === 'close') {
      socket.destroy();
      return;
    }
    answered += 1;
    socket.end(next.bytes);
    setTimeout(() => socket.destroy(), LINGER_MS);
  });
}

function tell(): void {
  if (answered === told) return;
  told = answered;
  tellSupervisor({ kind: 'answered', count: answered });
}

/** Stops accepting at once: from here on connections are the workers'. */
function leave(): void {
  if (leaving) return;
  leaving = true;
  for (const server of servers) server.close();
  if (connections.size === 0) end();
  else setTimeout(end, LEAVE_MS);
}

function end(): void {
  tell();
  // What was told has to be written before.
  setImmediate(() => process.exit(0));
}

hearSupervisor((message, handle) => {
  switch (message.kind) {
    case 'socket': {
      if (handle === undefined || leaving) break;
      // One copy will do: a turn of this event loop takes some microseconds, and accepts one connection.
      const server = createServer(converse);
      server.on('error', () => {});
      server.listen(handle);
      servers.push(server);
      break;
    }
    case 'shed-response':
      shedResponse = message.options;
      break;
    case 'back-in':
      backInSeconds = message.seconds;
      break;
    case 'leave':
      leave();
  }
});
// The supervisor is no more, however it ended.
process.on('disconnect', leave);
setInterval(tell, TELL_MS).unref();
tellSupervisor({ kind: 'hello' });
