// What a server can do, by a closed loop that always has a request waiting.
import type { Side } from './benchmark.ts';
import { closedLoop } from './closed-loop.ts';
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

/** Quick enough for servers that work. wrk counts an answer after 2 s as an error, which a connection that waits to be accepted may have. */
const GENERATOR = 'own';

const WARM_UP_SECONDS = 1;

/** Requests a second of a fresh server. */
export async function capacityOf(options: CapacityOptions): Promise<number> {
  const { side, script, env, connections, seconds } = options;
  const { server, port } = await listen(side, script, { env });
  try {
    const load = { port, bodyBytes: BODY_BYTES, connections };
    await closedLoop(GENERATOR, { ...load, seconds: WARM_UP_SECONDS });
    return (await closedLoop(GENERATOR, { ...load, seconds })).perSecond;
  } finally {
    await server.stop();
  }
}
