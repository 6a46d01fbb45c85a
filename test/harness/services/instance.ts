// `respite run` behind a balancer.
import type { TestContext } from 'node:test';
import { type RespiteOptions, respite, type RunningRespite } from '../respite.ts';
import type { Place } from './configuration.ts';
import { freePort } from './service.ts';

export async function freePlace(): Promise<Place> {
  return { port: await freePort(), managementPort: await freePort() };
}

/**
 * Starts an instance there, of a script that listens on PORT, and waits until it is ready. It refuses nothing: on a machine that is
 * busy with other tests admission would, and what is looked for here are requests that get lost.
 */
export async function startAt(
  t: TestContext,
  { port, managementPort }: Place,
  { options = [], config }: Pick<RespiteOptions, 'options' | 'config'> = {},
): Promise<RunningRespite> {
  const running = respite(t, 'node-http.mjs', {
    options: ['--dry-run', '--management', `127.0.0.1:${managementPort}`, ...options],
    env: { PORT: String(port) },
    config,
  });
  await running.ready();
  return running;
}
