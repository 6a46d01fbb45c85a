// Recording of load shapes. Loaded into a worker when one is asked for.
import type { RequestRecorder } from '../../admission/index.ts';
import type { ToSupervisor, ToWorker } from '../protocol.ts';
import { Recorder } from './recorder.ts';

/** How often a worker sends what it has recorded, in ms. */
const SEND_EVERY_MS = 250;

/** Maximum duration of a recording, in ms, should the supervisor not end it. */
const MAX_DURATION_MS = 3_700_000;

let stop: (() => void) | undefined;

/** Begins or ends a recording. The one before ends when another begins. */
export function recordShape(
  admissions: { recorder: RequestRecorder | undefined },
  { recording, isOn }: Extract<ToWorker, { kind: 'record-shape' }>,
  tell: (message: ToSupervisor) => void,
): void {
  stop?.();
  stop = undefined;
  if (!isOn) return;
  const recorder = new Recorder();
  admissions.recorder = recorder;
  const send = (isLast: boolean): void => {
    if (isLast) recorder.finish();
    const batch = recorder.take();
    if (isLast || batch.cells.length > 0 || batch.dropped > 0)
      tell({ kind: 'shape', recording, batch, isLast });
  };
  const sending = setInterval(() => send(false), SEND_EVERY_MS).unref();
  const end = (): void => {
    clearInterval(sending);
    clearTimeout(forgotten);
    admissions.recorder = undefined;
    send(true);
  };
  const forgotten = setTimeout(() => stop?.(), MAX_DURATION_MS).unref();
  stop = end;
}
