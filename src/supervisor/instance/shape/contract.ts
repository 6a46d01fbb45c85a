// The recording of a load shape, as the supervisor offers it.

/** Requests that a worker has recorded, as they come: in no order. */
export interface RecordedRequests {
  readonly worker: number;
  /** Routes that this worker had not named before; their indexes follow those of the others. */
  readonly routes: readonly string[];
  /** For each request: ms from the beginning, index of the worker's routes, bytes of its body, bytes of its response; -1 is not known. */
  readonly requests: readonly (readonly [number, number, number, number])[];
}

/** How a recording ended. */
export interface ShapeEnd {
  /** How long it lasted, in ms. */
  readonly durationMs: number;
  readonly requests: number;
  /** Requests that there was no room for. */
  readonly dropped: number;
  /** Workers that ended meanwhile: what they had in flight, and up to 250 ms of their arrivals, is missing. */
  readonly lostWorkers: number;
}

export interface ShapeRecording {
  readonly durationMs: number;
  /** Returns false when there is no room for them: they count as dropped. */
  readonly onRequests: (recorded: RecordedRequests) => boolean;
  /** Settles when the last worker has sent its last batch. Never rejects. */
  readonly ended: Promise<ShapeEnd>;
  /** Ends it before its time. Does nothing the second time. */
  stop(): void;
}

/** Records load shapes, one at a time. */
export interface ShapeRecorder {
  /** Rejects with `RESPITE_SUPERVISOR_SHAPE_RECORDED` while another one is being recorded. */
  record(options: Pick<ShapeRecording, 'durationMs' | 'onRequests'>): Promise<ShapeRecording>;
  /** Ends the recording that is under way. False: none is. */
  stop(): boolean;
}
