// HAProxy and nginx as docs/guide/load-balancers.md has them, on the server's core.
import { mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  type Changes,
  haproxyConfig,
  haproxyStates,
  nginxConfig,
  type Places,
} from '../../test/harness/services/configuration.ts';
import { freePort } from '../lib/free-port.ts';
import { oneRequest } from '../lib/one-request.ts';
import { onServerCore } from '../lib/pinning.ts';
import { emptyDirectory } from '../lib/processes.ts';
import { Server } from '../lib/server.ts';
import { until } from '../lib/until.ts';

export const BALANCERS = ['haproxy', 'nginx'] as const;

export type Balancer = (typeof BALANCERS)[number];

export interface Proxy {
  readonly port: number;
  /** Waits until it sends requests to both instances. nginx always does. */
  readonly seesBoth: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startProxy(balancer: Balancer, places: Places, changes: Changes = []): Promise<Proxy> {
  const port = await freePort();
  const statsPort = await freePort();
  const directory = mkdtempSync(path.join(emptyDirectory(), `${balancer}-`));
  const file = path.join(directory, `${balancer}.conf`);
  const isHaproxy = balancer === 'haproxy';
  writeFileSync(
    file,
    isHaproxy
      ? haproxyConfig(port, statsPort, places, changes)
      : nginxConfig(port, directory, places, changes),
  );
  const server = new Server(
    onServerCore(
      isHaproxy ? ['haproxy', '-db', '-f', file] : ['nginx', '-e', 'stderr', '-p', directory, '-c', file],
    ),
  );
  await until(`${balancer} to answer`, async () => (await oneRequest(port, 1000)).kind === 'answered');
  return {
    port,
    async seesBoth() {
      if (isHaproxy)
        await until('HAProxy to see both', async () => (await haproxyStates(statsPort)) === 'UP UP');
    },
    stop: () => server.stop(),
  };
}
