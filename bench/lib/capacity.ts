// What a server can do, by a closed loop that always has a request waiting.
import type { Side } from './benchmark.ts';
import { chooseGenerator, closedLoop } from './closed-loop.ts';
import { listen } from './server.ts';

export interface CapacityOptions {
  readonly side: Side;
  /** Of bench/servers; it answers `done`. */
  readonly script: string;
  readonly env?: Readonly<Record<string, string>>;
  /** More than it serves at once. */
  readonly connections: number;
  readonly seconds: number;
}

const BODY_BYTES = 'done'.length;

const WARM_UP_SECONDS = 1;

/** Requests a second of a fresh server. */
export async function capacityOf(options: CapacityOptions): Promise<number> {
  const { side, script, env, connections, seconds } = options;
  const { server, port } = await listen(side, script, { env });
  try {
    const load = { port, bodyBytes: BODY_BYTES, connections };
    await closedLoop(chooseGenerator(), { ...load, seconds: WARM_UP_SECONDS });
    return (await closedLoop(chooseGenerator(), { ...load, seconds })).perSecond;
  } finally {
    await server.stop();
  }
}
