// Loaded into the supervisor of a server that is tuned, by the configuration that stands in for the user's: that one, with what an
// experiment changes, and without what concerns others.
import { rmSync } from 'node:fs';

/** What an experiment needs to be different. */
export interface Overlay {
  /** Process id of `respite tune`: the server ends with it. */
  readonly owner: number;
  /** Files of the run, which the server removes when its owner no longer can. */
  readonly directory: string;
  readonly management: string;
  readonly copies: number | undefined;
  readonly workers: number | undefined;
  readonly nodeArgs: readonly string[];
}

/** A configuration as a file holds it. */
interface Configuration {
  readonly supervisor?: Readonly<Record<string, unknown>> & { readonly nodeArgs?: readonly string[] };
  readonly [section: string]: unknown;
}

/** How often the supervisor looks whether `respite tune` still runs, in ms; and how long it may take to stop without it. */
const LOOK_MS = 250;
const STOP_MS = 5000;

export function overlay(configured: Configuration, changes: Overlay): Configuration {
  endWith(changes);
  const { supervisor = {}, health, admission, backpressure, client } = configured;
  return {
    admission,
    backpressure,
    client,
    health,
    supervisor: {
      ...supervisor,
      ...(changes.copies === undefined ? {} : { listeningCopies: changes.copies }),
      ...(changes.workers === undefined ? {} : { workers: changes.workers }),
      nodeArgs: [...(supervisor.nodeArgs ?? []), ...changes.nodeArgs],
      // An experiment is no incident. Other instances and load balancers must not wait for it.
      incidents: false,
      fleet: undefined,
      balancer: undefined,
    },
    management: { address: changes.management },
  };
}

/** Ends this process with the one that started it: a process whose parent has ended gets another one. */
function endWith({ owner, directory }: Overlay): void {
  // Health checks run in a process of their own, which reads the configuration too and ends with the supervisor.
  if (process.argv[2] !== 'run') return;
  const looking = setInterval(() => {
    if (process.ppid === owner) return;
    clearInterval(looking);
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
    process.kill(process.pid, 'SIGINT');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), STOP_MS).unref();
  }, LOOK_MS).unref();
}
