import type { CallsCommands, RedisClient } from './options.ts';

/** Runs one command of Redis. Rejects as the client does. */
export type RunCommand = (args: readonly string[]) => Promise<unknown>;

export function runWith(client: RedisClient): RunCommand {
  // ioredis has a sendCommand too, which takes something else.
  if (calls(client)) return async ([command = '', ...args]) => client.call(command, ...args);
  return async (args) => client.sendCommand([...args]);
}

function calls(client: RedisClient): client is CallsCommands {
  return 'call' in client && typeof client.call === 'function';
}
