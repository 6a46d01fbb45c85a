// The standbys of an instance, with what they need of it.
import { memoryUseOf } from '../../detect/probes/memory.ts';
import type { Exit } from '../../workers/process/worker-end.ts';
import type { WorkerProcess } from '../../workers/process/worker-process.ts';
import type { Slot } from '../../workers/slot/slot.ts';
import type { SlotRules } from '../../workers/slot/state.ts';
import type { PoolConfig } from '../pool-config.ts';
import type { Identities } from './identities.ts';
import { lackOfRoom, roomRules, shortage } from './room.ts';
import { StandbyLog } from './standby-log.ts';
import { type Lack, Standbys } from './standbys.ts';
import type { Releases } from '../../workers/release/index.ts';
import type { WorkerStarts } from '../worker-starts.ts';

interface Around extends Pick<PoolConfig, 'supervisor' | 'log' | 'live' | 'sockets'> {
  readonly rules: SlotRules;
  readonly nowMs: () => number;
  /** Those of the workers that serve. */
  readonly slots: readonly Slot<WorkerProcess>[];
  readonly releases: Releases;
  readonly starts: WorkerStarts;
  readonly identities: Identities;
  readonly exitOf: (worker: WorkerProcess) => Exit | undefined;
  readonly emptied: () => void;
}

export function createStandbys(around: Around): Standbys<WorkerProcess> {
  const { supervisor, log, live, sockets, rules, nowMs, slots, releases, starts, identities } = around;
  const { memory, blockedLoop } = supervisor.detect;
  const limitBytes = memory === false ? undefined : memory.limitBytes;
  const shares = roomRules(memory);
  const serving = (): WorkerProcess[] => slots.flatMap((slot) => slot.serving ?? []);

  /** A server that a worker has closed: a standby would go on listening where no connection is to be accepted. */
  const closed = (): string | undefined => {
    for (const worker of serving()) {
      const where = sockets.closedBy(worker).find(({ othersListen }) => !othersListen)?.where;
      if (where !== undefined) return `worker ${worker.id} has closed its server on ${where}`;
    }
    return undefined;
  };
  const lack = (): Lack | undefined => {
    const isServed = slots.every(
      (slot) => slot.serving !== undefined && slot.starting === undefined && slot.service !== 'down',
    );
    const sizes = serving().flatMap(({ report, sample }) => report?.rssBytes ?? sample?.rssBytes ?? []);
    // Each tells its size within a second.
    if (!isServed || sizes.length < slots.length) return { kind: 'moment' };
    const use = memoryUseOf(limitBytes, live);
    const text = closed() ?? (use && lackOfRoom(use, sizes, shares));
    return text === undefined ? undefined : { kind: 'reason', text };
  };
  return new Standbys({
    wanted: supervisor.standby,
    workers: slots.length,
    rules: { ...rules, isStandby: true },
    nowMs,
    blockedLoop,
    log: new StandbyLog({ log, exitOf: around.exitOf, problemOf: (slot) => starts.problemOf(slot) }),
    identities,
    release: () => releases.current,
    start: (slot, release) => starts.start({ slot, release, isStandby: true }),
    lack,
    shortage() {
      const use = memoryUseOf(limitBytes, live);
      return closed() ?? (use && shortage(use, shares));
    },
    emptied: around.emptied,
  });
}
