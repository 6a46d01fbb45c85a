import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { until } from '../until.ts';
import { type Changes, haproxyConfig, haproxyStates, haproxyWeights, type Places } from './configuration.ts';
import { freePort, type Service, startService } from './service.ts';

export interface Haproxy {
  readonly service: Service;
  readonly port: number;
  /** How it holds the instances, in order, such as `UP DOWN`. */
  states(): Promise<string>;
  /** The weights that it gives the instances, in order. */
  weights(): Promise<readonly number[]>;
  /** Waits until it holds them so. */
  sees(...states: readonly ('UP' | 'DOWN')[]): Promise<void>;
}

/** deploy/haproxy/haproxy.cfg, changed, in front of one or two instances. */
export async function startHaproxy(t: TestContext, places: Places, changes: Changes = []): Promise<Haproxy> {
  const statsPort = await freePort();
  const file = (directory: string): string => path.join(directory, 'haproxy.cfg');
  const service = await startService(t, {
    command: 'haproxy',
    prepare(port, directory) {
      writeFileSync(file(directory), haproxyConfig(port, statsPort, places, changes));
    },
    args: (_port, directory) => ['-db', '-f', file(directory)],
  });
  const states = (): Promise<string> => haproxyStates(statsPort);
  return {
    service,
    port: service.port,
    states,
    weights: async () => (await haproxyWeights(statsPort)).split(' ').map(Number),
    async sees(...wanted) {
      let seen = '';
      await until(
        `HAProxy to see ${wanted.join(', ')}`,
        async () => {
          seen = await states();
          return seen === wanted.join(' ');
        },
        () => seen,
      );
    },
  };
}
