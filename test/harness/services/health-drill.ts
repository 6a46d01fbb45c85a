// What every indicator has to stand: what it looks at hangs, goes on, dies, and comes back.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { type HealthCheck, HealthRegistry, type IndicatorReport } from '../../../src/health/index.ts';
import { Lateness } from '../lateness.ts';
import { until } from '../until.ts';
import type { Service } from './service.ts';

const INTERVAL_MS = 250;
const TIMEOUT_MS = 500;

/** For what a check and a signal take; how late this machine runs timers is measured. */
const SLACK_MS = 150;

/** Within that it must be down. */
export const DOWN_MS: number = INTERVAL_MS + TIMEOUT_MS + SLACK_MS;

/** Time that clients wait between their own tries to connect again, which grows. */
const RECONNECT_MS = 5000;

export interface Drill {
  readonly check: HealthCheck;
  readonly service: Service;
  readonly pause?: (() => void) | undefined;
  readonly resume?: (() => void) | undefined;
  readonly kill?: (() => Promise<void>) | undefined;
  /** Connections of the client's own, beside at most two of checks. */
  readonly connections?: number | undefined;
  /** Maximum time until it is down. More for clients that block the event loop, or share it with others that do. */
  readonly downMs?: number | undefined;
}

/** An indicator that runs, and when it changed. */
export class Watched {
  readonly #registry: HealthRegistry;
  readonly #lateness: Lateness;
  #checks = 0;
  readonly #changes: { readonly status: string; readonly atMs: number }[] = [];

  constructor(t: TestContext, check: HealthCheck) {
    this.#lateness = new Lateness(t);
    this.#registry = new HealthRegistry(() => {
      const [report] = this.#registry.reports();
      if (report === undefined) return;
      const { status } = report;
      this.#checks += 1;
      if (status !== this.#changes.at(-1)?.status) this.#changes.push({ status, atMs: performance.now() });
    });
    t.after(() => this.#registry.clear());
    this.#registry.add('it', { check, intervalMs: INTERVAL_MS, timeoutMs: TIMEOUT_MS });
  }

  get report(): IndicatorReport {
    const [report] = this.#registry.reports();
    assert.ok(report);
    return report;
  }

  async checked(times: number): Promise<void> {
    const before = this.#checks;
    await until(`${times} checks`, () => this.#checks >= before + times);
  }

  /** Waits until it is so, and for no longer than may be since then. */
  async becomes(status: 'UP' | 'DOWN', sinceMs: number, withinMs: number): Promise<void> {
    const change = await until(
      `${status} instead of ${this.report.status}`,
      () => this.#changes.findLast(({ status: word, atMs }) => word === status && atMs >= sinceMs),
      () => JSON.stringify(this.report),
    );
    const tookMs = Math.round(change.atMs - sinceMs);
    // Two timers, the interval's and the time-out's, each as late as the machine ran any; a time-out that is late waits once more for
    // as long, by a third timer.
    const allowedMs = Math.round(withinMs + 4 * this.#lateness.maxMs);
    assert.ok(tookMs <= allowedMs, `${status} after ${tookMs} ms, ${allowedMs} allowed`);
  }
}

export async function drill(t: TestContext, given: Drill): Promise<void> {
  const { check, service, connections = 0, downMs = DOWN_MS } = given;
  const {
    pause = () => service.pause(),
    resume = () => service.resume(),
    kill = async () => service.kill(),
  } = given;
  const upMs = Math.max(RECONNECT_MS, downMs);
  const startedMs = performance.now();
  const watched = new Watched(t, check);
  await watched.becomes('UP', startedMs, upMs);
  assert.match(watched.report.peer ?? '', new RegExp(`:${service.port}$`));

  const hangsMs = performance.now();
  pause();
  await watched.becomes('DOWN', hangsMs, downMs);
  await watched.checked(6);
  assert.equal(watched.report.trouble, 'dependency-down');
  // Those of checks that were given up are closed, except two at most that may be pending.
  assert.ok(
    connectionsTo(service.port) <= connections + 2,
    `${connectionsTo(service.port)} connections while it hangs`,
  );

  const goesOnMs = performance.now();
  resume();
  await watched.becomes('UP', goesOnMs, upMs);

  const diesMs = performance.now();
  await kill();
  await watched.becomes('DOWN', diesMs, downMs);
  await watched.checked(3);
  assert.notEqual(watched.report.error, '');

  await service.start();
  await watched.becomes('UP', performance.now() - INTERVAL_MS, upMs);
  await watched.checked(3);
  assert.ok(connectionsTo(service.port) <= connections + 2);
}

/** Connections of this process to a port of this machine, by the kernel's own lists. */
export function connectionsTo(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    readFileSync(file, 'latin1').split('\n'),
  );
  const sockets = new Set(
    lines.flatMap((line) => {
      const [, , remote = '', , , , , , , inode] = line.trim().split(/\s+/);
      return remote.endsWith(`:${hex}`) && inode !== undefined ? [`socket:[${inode}]`] : [];
    }),
  );
  return ownSockets().filter((socket) => sockets.has(socket)).length;
}

/** As `socket:[inode]`. */
function ownSockets(): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/self/fd/${descriptor}`)];
    } catch {
      // Closed meanwhile, such as the one that lists them.
      return [];
    }
  });
}
