import { SHAPE_CELLS, type ShapeBatch, type ToSupervisor } from '../../../worker/index.ts';
import type { WorkerProcess } from '../../workers/process/worker-process.ts';
import type { ShapeEnd, ShapeRecording } from './contract.ts';

/** Maximum number of requests of a recording; what comes then is dropped. A shape file takes about 25 bytes for each. */
const MAX_REQUESTS = 1_000_000;

/** How soon a worker that starts meanwhile records too, in ms: before its script listens. */
const NEW_WORKERS_EVERY_MS = 50;

/** Time that workers have to send their last batch, in ms; one whose event loop is blocked does not. */
const LAST_BATCH_MS = 1500;

/** Records in every worker, also in those that start meanwhile. */
export class LiveRecording implements ShapeRecording {
  readonly durationMs: number;
  readonly onRequests: ShapeRecording['onRequests'];
  readonly ended: Promise<ShapeEnd>;
  readonly #id: number;
  readonly #live: ReadonlySet<WorkerProcess>;
  readonly #startMs = monotonicMs();
  /** Those that record. */
  readonly #recording = new Map<WorkerProcess, () => void>();
  readonly #end: (end: ShapeEnd) => void;
  readonly #joining: NodeJS.Timeout;
  readonly #timer: NodeJS.Timeout;
  #stoppedMs: number | undefined;
  #requests = 0;
  #dropped = 0;
  #lostWorkers = 0;

  constructor(
    id: number,
    live: ReadonlySet<WorkerProcess>,
    { durationMs, onRequests }: Pick<ShapeRecording, 'durationMs' | 'onRequests'>,
  ) {
    this.#id = id;
    this.#live = live;
    this.durationMs = durationMs;
    this.onRequests = onRequests;
    const { promise, resolve } = Promise.withResolvers<ShapeEnd>();
    this.ended = promise;
    this.#end = resolve;
    this.#joining = setInterval(() => this.#join(), NEW_WORKERS_EVERY_MS).unref();
    this.#timer = setTimeout(() => this.stop(), durationMs).unref();
    this.#join();
  }

  stop(): void {
    if (this.#stoppedMs !== undefined) return;
    this.#stoppedMs = monotonicMs();
    clearInterval(this.#joining);
    clearTimeout(this.#timer);
    for (const worker of this.#recording.keys()) this.#tell(worker, false);
    const late = setTimeout(() => {
      this.#lostWorkers += this.#recording.size;
      for (const leave of this.#recording.values()) leave();
    }, LAST_BATCH_MS);
    void this.ended.then(() => clearTimeout(late));
    this.#endIfAlone();
  }

  #join(): void {
    for (const worker of this.#live) {
      // A standby serves no requests yet, but may at any moment, so it records too.
      if (this.#recording.has(worker)) continue;
      const onMessage = (message: ToSupervisor): void => {
        if (message.kind !== 'shape' || message.recording !== this.#id) return;
        this.#add(worker, message.batch);
        if (message.isLast) leave();
      };
      const onExit = (): void => {
        if (this.#recording.has(worker)) this.#lostWorkers += 1;
        leave();
      };
      const leave = (): void => {
        worker.off('message', onMessage);
        worker.off('exit', onExit);
        if (this.#recording.delete(worker)) this.#endIfAlone();
      };
      worker.on('message', onMessage);
      worker.on('exit', onExit);
      this.#recording.set(worker, leave);
      this.#tell(worker, true);
    }
  }

  #tell(worker: WorkerProcess, isOn: boolean): void {
    worker.tell({ kind: 'record-shape', recording: this.#id, isOn });
  }

  #add(worker: WorkerProcess, { routes, cells, dropped }: ShapeBatch): void {
    this.#dropped += dropped;
    const all = cells.length / SHAPE_CELLS;
    const count = Math.min(all, MAX_REQUESTS - this.#requests);
    const requests = Array.from({ length: count }, (_, i) => {
      const [at = 0, kind = 0, body = -1, response = -1] = cells.subarray(
        i * SHAPE_CELLS,
        (i + 1) * SHAPE_CELLS,
      );
      // A request that came while the recording began.
      return [Math.max(0, at - this.#startMs), kind, body, response] as const;
    });
    if (this.onRequests({ worker: worker.id, routes, requests })) this.#requests += count;
    else this.#dropped += count;
    this.#dropped += all - count;
  }

  #endIfAlone(): void {
    if (this.#stoppedMs === undefined || this.#recording.size > 0) return;
    this.#end({
      durationMs: this.#stoppedMs - this.#startMs,
      requests: this.#requests,
      dropped: this.#dropped,
      lostWorkers: this.#lostWorkers,
    });
  }
}

/** The clock that all processes of the machine share. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
