// A Redis and a memcached of the benchmark's own, on the core of the load: the process that is measured has the other one.
import { freePort } from '../../lib/free-port.ts';
import { onLoadCore } from '../../lib/pinning.ts';
import { Server } from '../../lib/server.ts';
import { until } from '../../lib/until.ts';
import { accepts, find } from '../proxies.ts';
import type { Backend } from './plan.ts';

export interface StoreServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Undefined if it is not installed. What it holds is gone when it is stopped. */
export async function startStoreServer(backend: Backend): Promise<StoreServer | undefined> {
  const command = find(backend === 'Redis' ? 'redis-server' : 'memcached');
  if (command === undefined) return undefined;
  const port = await freePort();
  const options =
    backend === 'Redis'
      ? ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
      : // It refuses to run as root unless told who to be.
        ['-p', String(port), '-l', '127.0.0.1', '-U', '0', '-u', 'nobody', '-t', '1'];
  const server = new Server(onLoadCore([command, ...options]));
  await until(`${backend} on port ${port}`, () => accepts(port));
  return { port, stop: () => server.stop() };
}
