// Loaded into the workers of a server that is tuned, before the script: its `listen()` has another backlog than it asked for.
import net from 'node:net';
import { BACKLOG_VARIABLE } from './backlog-variable.ts';

type Listen2 = (this: net.Server, ...args: unknown[]) => void;

const backlog = Number(process.env[BACKLOG_VARIABLE]);
if (backlog > 0) {
  // What Node.js calls once it has understood the arguments: the fourth one is the backlog (lib/net.js).
  const server = net.Server.prototype as net.Server & { _listen2: Listen2 };
  const listen2 = server._listen2;
  server._listen2 = function listenWithBacklog(...args) {
    listen2.apply(this, args.with(3, backlog));
  };
}
