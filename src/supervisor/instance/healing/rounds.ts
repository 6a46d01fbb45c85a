// What can be seen of the workers and the machine from outside, looked at once a second.
import type { IndicatorReport } from '../../../core/health-link.ts';
import { troubles } from '../../../health/troubles.ts';
import type { WaitingRoute, WatchdogReport, WorkerSample } from '../../../worker/index.ts';
import {
  findDescriptorsExhausted,
  findDiskFull,
  findServerClosed,
  judgeMemory,
  type MemoryHistory,
  nearlyExhausted,
  type ResolvedDetectOptions,
} from '../../detect/detectors/index.ts';
import { type ServerReading } from '../../workers/sockets/closed-servers.ts';
import type { Circumstances, Trouble } from '../../detect/diagnosis/index.ts';
import type { Healer } from './healer.ts';
import {
  type MemoryUse,
  memoryUseOf,
  peersOf,
  readConnections,
  readCpu,
  readDescriptorKinds,
  readDescriptors,
  readDisks,
  readLinks,
  readMainThread,
  socketInodes,
  waitingCalls,
} from '../../detect/probes/index.ts';
import type { Patient } from './patient.ts';
import { Silence } from './silence.ts';

const ROUND_MS = 1000;

/** Disks fill up more slowly, and to ask one that does not answer holds up a thread. */
const DISK_ROUNDS = 10;

/** A worker as it is seen here. */
export interface Visited extends Patient {
  readonly report: WatchdogReport | undefined;
  /** The last sample of its main thread. */
  readonly sample: Pick<WorkerSample, 'instruments'> | undefined;
  readonly waiting: readonly WaitingRoute[];
}

interface RoundsConfig<Worker extends Visited> {
  readonly detect: ResolvedDetectOptions;
  readonly healer: Healer<Worker>;
  /** Workers that serve. */
  readonly workers: () => readonly Worker[];
  /** All that run, and take memory. */
  readonly residents: () => Iterable<Visited>;
  /** Servers that a worker has closed and not opened again. */
  readonly closedServers: (worker: Worker) => readonly ServerReading[];
  /** What the health indicators, of the instance and of its workers, have found last. */
  readonly health: () => readonly IndicatorReport[];
}

export class Rounds<Worker extends Visited> {
  readonly #config: RoundsConfig<Worker>;
  readonly #silence: Silence<Worker>;
  #history: MemoryHistory | undefined;
  #round = 0;
  #stopped = false;

  constructor(config: RoundsConfig<Worker>) {
    this.#config = config;
    this.#silence = new Silence(config.detect, ROUND_MS);
  }

  /** One after the other: a round that takes longer delays the next. */
  start(): void {
    void this.#go()
      // What can't be read now may be the next time; what watches must not be what the instance dies of.
      .catch(() => {})
      .finally(() => {
        if (!this.#stopped) setTimeout(() => this.start(), ROUND_MS).unref();
      });
  }

  stop(): void {
    this.#stopped = true;
  }

  async #go(): Promise<void> {
    const { detect, healer, health, workers } = this.#config;
    const { memory: memoryOptions, memoryLeak } = detect;
    for (const worker of workers()) this.#lookAtServers(worker);
    const cpu = readCpu();
    const memory = memoryOptions === false && memoryLeak === false ? undefined : this.#readMemory();
    await Promise.all([
      ...workers().map((worker) => this.#lookAtDescriptors(worker)),
      ...workers().map((worker) => this.#lookForSilence(worker)),
      this.#round++ % DISK_ROUNDS === 0 ? this.#lookAtDisks() : undefined,
    ]);
    healer.surroundedBy({ cpu, memory, troubles: troublesOf(health()) });
    if (memory !== undefined) this.#judgeMemory(memory);
  }

  #readMemory(): MemoryUse | undefined {
    const { detect, residents } = this.#config;
    return memoryUseOf(detect.memory === false ? undefined : detect.memory.limitBytes, residents());
  }

  #judgeMemory({ limitBytes, usedBytes, source }: MemoryUse): void {
    const { detect, healer, workers } = this.#config;
    if (detect.memory === false) return;
    const known = workers().flatMap((worker) => {
      const { report } = worker;
      if (report === undefined) return [];
      const { rssBytes, oldGenerationBytes: heapBytes, externalBytes } = report;
      return [{ worker, memory: { id: worker.id, rssBytes, heapBytes, externalBytes } }];
    });
    const reading = { limitBytes, usedBytes, source, workers: known.map((each) => each.memory) };
    const { history, found } = judgeMemory(this.#history, reading, performance.now(), detect.memory);
    this.#history = history;
    const sick = known.find(({ worker }) => worker.id === found?.worker)?.worker;
    if (found !== undefined && sick !== undefined) healer.found(sick, found.finding);
  }

  async #lookAtDescriptors(worker: Worker): Promise<void> {
    const { detect, healer } = this.#config;
    if (detect.descriptors === false) return;
    const reading = await readDescriptors(worker.pid);
    if (reading === undefined || !nearlyExhausted(reading, detect.descriptors)) return;
    const kinds = await readDescriptorKinds(worker.pid);
    healer.found(worker, findDescriptorsExhausted(worker.id, reading, kinds));
  }

  #lookAtServers(worker: Worker): void {
    const { detect, healer, closedServers } = this.#config;
    if (detect.serverClosed === false) return;
    const finding = findServerClosed(worker.id, closedServers(worker), detect.serverClosed);
    if (finding !== undefined) healer.found(worker, finding);
  }

  async #lookForSilence(worker: Worker): Promise<void> {
    const finding = await this.#silence.look(worker);
    if (finding !== undefined) this.#config.healer.found(worker, finding);
  }

  async #lookAtDisks(): Promise<void> {
    const { detect, healer } = this.#config;
    if (detect.diskFull === false) return;
    const { fullDisks, finding } = findDiskFull(await readDisks(), detect.diskFull);
    healer.surroundedBy({ fullDisks });
    healer.foundInGeneral('disk-full', finding);
  }
}

/** A full disk is looked for by itself, with or without an indicator. */
function troublesOf(reports: readonly IndicatorReport[]): readonly Trouble[] {
  return troubles(reports)
    .filter(({ cause }) => cause !== 'disk-full')
    .map(({ cause, indicator, peer, error }) => ({
      name: indicator,
      kind: cause === 'dependency-slow' ? 'slow' : 'down',
      address: peer,
      detail: error,
    }));
}

/** Whom a worker is connected to, which services it waits for, and which requests wait in it. */
export async function investigate(worker: Visited): Promise<Partial<Circumstances>> {
  const [links, connections] = await Promise.all([readLinks(worker.pid), readConnections(worker.pid)]);
  return {
    peers: peersOf(connections, socketInodes(links)),
    calls: waitingCalls(worker.sample?.instruments ?? []),
    waiting: worker.waiting,
  };
}

export async function whereInKernel({ pid }: Visited): Promise<string | undefined> {
  return readMainThread(pid);
}
