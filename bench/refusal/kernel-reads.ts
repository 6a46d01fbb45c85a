// How much of what clients sent did the server read? The kernel knows: what it received less what still lies unread.
import { execFile, spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const SS = 'ss';
const SAMPLE_MS = 5;

interface Connection {
  readonly received: number;
  readonly unread: number;
}

export function canAskKernel(): boolean {
  return spawnSync(SS, ['-V']).error === undefined;
}

/** Watches the server's end of every new connection to a port. */
export class KernelReads {
  readonly #port: number;
  readonly #before: ReadonlySet<string>;
  /** The latest sample of each connection, by the client's port. */
  readonly #latest = new Map<string, Connection>();
  readonly #running: Promise<void>;
  #stopping = false;
  #samples = 0;

  private constructor(port: number, before: ReadonlySet<string>) {
    this.#port = port;
    this.#before = before;
    this.#running = this.#run();
    this.#running.catch(() => {});
  }

  /** Connections that exist already are left out. */
  static async watch(port: number): Promise<KernelReads> {
    return new KernelReads(port, new Set((await connectionsTo(port)).keys()));
  }

  /** Goes on until the connections are closed, or at most this long. */
  async stop(
    atMostMs: number,
  ): Promise<{ readonly readBytes: number | undefined; readonly samples: number }> {
    const timer = setTimeout(
      () => {
        this.#stopping = true;
      },
      this.#latest.size === 0 ? 0 : atMostMs, // came and went unseen
    );
    await this.#running;
    clearTimeout(timer);
    if (this.#latest.size === 0) return { readBytes: undefined, samples: 0 };
    let readBytes = 0;
    for (const { received, unread } of this.#latest.values()) readBytes += received - unread;
    return { readBytes, samples: this.#samples };
  }

  async #run(): Promise<void> {
    for (;;) {
      const now = await connectionsTo(this.#port);
      const ours = [...now].filter(([clientPort]) => !this.#before.has(clientPort));
      for (const [clientPort, connection] of ours) this.#latest.set(clientPort, connection);
      if (ours.length > 0) this.#samples += 1;
      else if (this.#latest.size > 0 || this.#stopping) return;
      if (this.#stopping) return;
      await delay(SAMPLE_MS);
    }
  }
}

async function connectionsTo(port: number): Promise<ReadonlyMap<string, Connection>> {
  const { stdout } = await run(SS, ['-tinHO', `sport = :${port}`]);
  const found = new Map<string, Connection>();
  for (const line of stdout.split('\n')) {
    const [, unread, clientPort] = /^\S+\s+(\d+)\s+\d+\s+\S+:\d+\s+\S+:(\d+)/.exec(line) ?? [];
    if (unread === undefined || clientPort === undefined) continue;
    const received = Number(/\bbytes_received:(\d+)/.exec(line)?.[1] ?? 0);
    found.set(clientPort, { received, unread: Number(unread) });
  }
  return found;
}
