// Both versions of a comparison, ready for requests: started anew for each round, or running already.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RunningVersion, StartedVersion, Version } from '../contract.ts';
import { type Checkout, checkOut, findRepository, type Repository } from './checkout.ts';
import { type Cores, divideCores } from './cores.ts';
import { Keeper } from './keeper.ts';
import { listenerOn } from './listener.ts';
import { startServer } from './server.ts';

/** One version, ready for requests. */
export interface Ready {
  readonly url: URL;
  /** Undefined where its process is unknown. */
  readonly pid: number | undefined;
  /** Throws when it was started and has ended by itself. */
  assertAlive(): void;
  stop(): Promise<void>;
}

export interface BothReady {
  readonly baseline: Ready;
  readonly candidate: Ready;
}

export interface Versions {
  /** They are started for each round. */
  readonly areFresh: boolean;
  readonly baselineCommit: string | undefined;
  readonly cores: string;
  open(): Promise<BothReady>;
  /** Removes everything that was made for the comparison. */
  close(): Promise<void>;
}

export interface VersionsOptions {
  readonly baseline: Version;
  readonly candidate: Version;
  /** Of requests to versions that are started. */
  readonly path: string;
  readonly signal: AbortSignal;
}

const ANYWHERE = 'servers and load share all cores: the servers were running already';

/** Checks out what has to be, and divides the cores. Nothing runs yet. */
export async function prepareVersions(options: VersionsOptions): Promise<Versions> {
  const { baseline, candidate } = options;
  if ('url' in baseline && 'url' in candidate) return runningAlready(baseline, candidate);
  const workspace = await Workspace.create(options);
  return {
    areFresh: !('url' in baseline) && !('url' in candidate),
    baselineCommit: workspace.commitOf(baseline),
    cores: workspace.cores.description,
    open: async () => {
      const both = await Promise.allSettled([
        workspace.open('baseline', baseline),
        workspace.open('candidate', candidate),
      ]);
      const [first, second] = both;
      if (first.status === 'fulfilled' && second.status === 'fulfilled')
        return { baseline: first.value, candidate: second.value };
      await Promise.all(
        both.map(async (each) => (each.status === 'fulfilled' ? each.value.stop() : undefined)),
      );
      throw both.find((each) => each.status === 'rejected')?.reason;
    },
    close: async () => workspace.close(),
  };
}

function runningAlready(baseline: RunningVersion, candidate: RunningVersion): Versions {
  const both = { baseline: readyAt(baseline), candidate: readyAt(candidate) };
  return {
    areFresh: false,
    baselineCommit: undefined,
    cores: ANYWHERE,
    open: async () => both,
    close: async () => {},
  };
}

function readyAt({ url, pid }: RunningVersion): Ready {
  const target = new URL(url);
  const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80));
  const isLocal = ['localhost', '[::1]'].includes(target.hostname) || target.hostname.startsWith('127.');
  return {
    url: target,
    pid: pid ?? (isLocal ? listenerOn(port) : undefined),
    assertAlive: () => {},
    stop: async () => {},
  };
}

/** Everything that is made for a comparison on this machine. */
class Workspace {
  readonly cores: Cores;
  readonly #folder: string;
  readonly #keeper: Keeper;
  readonly #options: VersionsOptions;
  readonly #checkouts = new Map<Version, Checkout>();

  private constructor(options: VersionsOptions, folder: string, repository: Repository | undefined) {
    this.#options = options;
    this.#folder = folder;
    this.#keeper = new Keeper([folder], repository?.root);
    this.cores = divideCores();
  }

  static async create(options: VersionsOptions): Promise<Workspace> {
    const { baseline, candidate } = options;
    const withRef = [baseline, candidate].find((version) => 'ref' in version && version.ref !== undefined);
    const repository = withRef === undefined ? undefined : await findRepository(directoryOf(withRef));
    const folder = mkdtempSync(path.join(tmpdir(), 'respite-load-'));
    const workspace = new Workspace(options, folder, repository);
    try {
      await workspace.#checkOut('baseline', baseline);
      await workspace.#checkOut('candidate', candidate);
      return workspace;
    } catch (error) {
      await workspace.close();
      throw error;
    }
  }

  commitOf(version: Version): string | undefined {
    return this.#checkouts.get(version)?.commit;
  }

  async open(name: 'baseline' | 'candidate', version: Version): Promise<Ready> {
    if ('url' in version) return readyAt(version);
    const { signal, path: requestPath } = this.#options;
    const { origin, pid, assertAlive, stop } = await startServer({
      name,
      command: version.command,
      directory: this.#checkouts.get(version)?.directory ?? directoryOf(version),
      env: version.env ?? {},
      cores: this.cores,
      keeper: this.#keeper,
      signal,
    });
    return { url: new URL(requestPath, origin), pid, assertAlive, stop };
  }

  async close(): Promise<void> {
    this.cores.restore();
    for (const checkout of this.#checkouts.values()) await checkout.remove();
    rmSync(this.#folder, { recursive: true, force: true });
    await this.#keeper.close();
  }

  async #checkOut(name: string, version: Version): Promise<void> {
    if ('url' in version || version.ref === undefined) return;
    const checkout = await checkOut({
      repository: await findRepository(directoryOf(version)),
      ref: version.ref,
      folder: path.join(this.#folder, name),
      setup: version.setup,
      keeper: this.#keeper,
      signal: this.#options.signal,
    });
    this.#checkouts.set(version, checkout);
  }
}

function directoryOf(version: Version): string {
  const { directory }: Partial<StartedVersion> = 'url' in version ? {} : version;
  return directory ?? process.cwd();
}
