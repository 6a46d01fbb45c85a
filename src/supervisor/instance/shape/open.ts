import { RespiteError } from '../../../core/errors.ts';
import type { WorkerProcess } from '../../workers/process/worker-process.ts';
import type { ShapeRecorder, ShapeRecording } from './contract.ts';

/** The recordings of an instance, one at a time. Nothing of them is loaded before the first. */
export class ShapeRecordings implements ShapeRecorder {
  readonly #live: ReadonlySet<WorkerProcess>;
  #active: Promise<ShapeRecording> | undefined;
  #count = 0;

  constructor(live: ReadonlySet<WorkerProcess>) {
    this.#live = live;
  }

  async record(options: Pick<ShapeRecording, 'durationMs' | 'onRequests'>): Promise<ShapeRecording> {
    if (this.#active !== undefined)
      throw new RespiteError(
        'RESPITE_SUPERVISOR_SHAPE_RECORDED',
        'the load shape is being recorded already: POST /shape/stop ends that recording',
      );
    this.#count += 1;
    const id = this.#count;
    const active = import('./recording.ts').then(
      ({ LiveRecording }) => new LiveRecording(id, this.#live, options),
    );
    this.#active = active;
    const over = (): void => {
      if (this.#active === active) this.#active = undefined;
    };
    try {
      const recording = await active;
      void recording.ended.then(over);
      return recording;
    } catch (error) {
      over();
      throw error;
    }
  }

  /** False when none is under way. */
  stop(): boolean {
    const active = this.#active;
    void active?.then(
      (recording) => recording.stop(),
      () => {},
    );
    return active !== undefined;
  }
}
