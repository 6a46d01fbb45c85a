// Runs the cases, each in a process of its own.
import { once } from 'node:events';
import path from 'node:path';
import { onServerCore } from '../../lib/pinning.ts';
import { start } from '../../lib/processes.ts';
import type { OrderBound } from './order.ts';
import type { PeersBound } from './peers.ts';
import type { ProducersBound } from './producers.ts';
import type { ResponsesBound } from './responses.ts';

export interface Bounds {
  readonly producers: ProducersBound;
  readonly peers: PeersBound;
  readonly responses: ResponsesBound;
  readonly order: OrderBound;
}

export async function runBounds(say: (line: string) => void): Promise<Bounds> {
  const run = async <T>(name: keyof Bounds): Promise<T> => {
    const result = (await runCase(name)) as T;
    say(`bounds, ${name}: done`);
    return result;
  };
  return {
    producers: await run('producers'),
    peers: await run('peers'),
    responses: await run('responses'),
    order: await run('order'),
  };
}

async function runCase(name: string): Promise<unknown> {
  const child = start(onServerCore([process.execPath, path.join(import.meta.dirname, 'main.ts'), name]));
  let output = '';
  let complaints = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode !== 0) throw new Error(`the case '${name}' ended with exit code ${exitCode}:\n${complaints}`);
  return JSON.parse(output) as unknown;
}
