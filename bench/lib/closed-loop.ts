// Throughput: as many requests as the server answers, each connection sending its next one when it has an answer.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { watchCores, type CoreShares } from './cores.ts';
import { KeepAliveConnection, type Target } from './keep-alive-connection.ts';
import { onLoadCore } from './pinning.ts';
import { start } from './processes.ts';

const WRK = 'wrk';

/** Beyond this a core has no time left. */
const SATURATED = 0.95;

export interface ClosedLoopOptions extends Target {
  readonly connections: number;
  readonly seconds: number;
  /** Each request comes on a connection of its own; needs wrk. Default false. */
  readonly newConnections?: boolean | undefined;
}

export interface Throughput {
  readonly answers: number;
  readonly perSecond: number;
  readonly cores: CoreShares;
  /** The generator's core was at its end and the server's was not: what was measured is the generator. */
  readonly isVoid: boolean;
}

export type Generator = 'wrk' | 'own';

/** wrk where it is installed: it needs a fraction of the time that a generator in Node.js does. */
export function chooseGenerator(): Generator {
  return spawnSync(WRK, ['--version']).error === undefined ? 'wrk' : 'own';
}

export async function closedLoop(generator: Generator, options: ClosedLoopOptions): Promise<Throughput> {
  const work = generator === 'wrk' ? wrk : own;
  const { result, cores } = await watchCores(() => work(options));
  const { server, load } = cores;
  const isVoid = server !== undefined && load !== undefined && load > SATURATED && server < SATURATED;
  return { ...result, cores, isVoid };
}

type Counted = Pick<Throughput, 'answers' | 'perSecond'>;

async function wrk({
  port,
  status,
  connections,
  seconds,
  newConnections = false,
}: ClosedLoopOptions): Promise<Counted> {
  const settings = ['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`];
  if (newConnections) settings.push('--header', 'Connection: close');
  const child = start(onLoadCore([WRK, ...settings, `http://127.0.0.1:${port}/`]));
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(child, 'close');
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]);
  const requests = /(\d+) requests in/.exec(output)?.[1];
  const refused = /Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1];
  // wrk does not tell one refusal from another: all of the answers have to be one, or none.
  const wanted = status === undefined ? undefined : requests;
  if (Number.isNaN(perSecond) || output.includes('Socket errors') || refused !== wanted) {
    throw new Error(`wrk met errors or was not understood:\n${output}`);
  }
  return { answers: Number(requests), perSecond };
}

async function own({ connections, seconds, newConnections, ...target }: ClosedLoopOptions): Promise<Counted> {
  if (newConnections === true)
    throw new Error('a connection for each request needs wrk (apt-get install wrk)');
  let answers = 0;
  let failure: Error | undefined;
  const answered = (connection: KeepAliveConnection): void => {
    answers += 1;
    connection.send();
  };
  const failed = (error: Error): void => {
    failure ??= error;
  };
  const open = await Promise.all(
    Array.from({ length: connections }, () => KeepAliveConnection.open(target, { answered, failed })),
  );
  const startedMs = performance.now();
  for (const connection of open) connection.send();
  await delay(1000 * seconds);
  const perSecond = (1000 * answers) / (performance.now() - startedMs);
  for (const connection of open) connection.close();
  if (failure !== undefined) throw failure;
  return { answers, perSecond };
}
