// What somebody asks for while nothing has happened.
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RespiteError } from '../../../core/errors.ts';
import type { Captured, OnDemand } from './captures.ts';
import { makeDirectory } from './make-directory.ts';
import type { Witness } from './witness.ts';

/** A heap of gigabytes takes minutes. */
const SNAPSHOT_TIMEOUT_MS = 600_000;

const TIMEOUT_MS = 5000;

/**
 * Rejects with `RESPITE_SUPERVISOR_CAPTURE_FAILED` when the worker can't tell it, or when it can't be written.
 *
 * @param seconds For how long to look, for a profile.
 * @param directory For a heap snapshot; undefined when nothing may be written.
 */
export async function captureNow(
  { id, pid, captures }: Pick<Witness, 'id' | 'pid' | 'captures'>,
  what: OnDemand,
  seconds: number,
  directory: string | undefined,
): Promise<Captured> {
  const durationMs = Math.round(1000 * seconds);
  const content = (extension: string, text: string): Captured => ({
    kind: 'content',
    fileName: `worker-${id}.${extension}`,
    content: text,
  });
  switch (what) {
    case 'stack':
      return content('stack.json', await captures.request('stack', { timeoutMs: TIMEOUT_MS }));
    case 'heap-profile': {
      captures.sampleHeap();
      await delay(durationMs);
      return content('heapprofile', await captures.request('heap-profile', { timeoutMs: TIMEOUT_MS }));
    }
    case 'cpu-profile': {
      const timeoutMs = durationMs + TIMEOUT_MS;
      return content('cpuprofile', await captures.request('cpu-profile', { durationMs, timeoutMs }));
    }
    default: {
      if (directory === undefined) throw failed('incidents are switched off, so there is no place for it');
      await makeDirectory(directory, 0o700);
      const name = `worker-${id}-${pid}-${Date.now()}.heapsnapshot`;
      const file = path.resolve(directory, name);
      await captures.request('heap-snapshot', { file, timeoutMs: SNAPSHOT_TIMEOUT_MS });
      return { kind: 'file', file, bytes: (await stat(file)).size };
    }
  }
}

function failed(reason: string): RespiteError {
  return new RespiteError('RESPITE_SUPERVISOR_CAPTURE_FAILED', reason);
}
