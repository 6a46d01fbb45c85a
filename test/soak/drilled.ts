// An instance that every drill is possible on: a small heap, little memory, a small disk, few descriptors.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from '../harness/process.ts';
import { bin, RunningRespite } from '../harness/respite.ts';

/** Small enough that a leak is found soon. */
const MEMORY_BYTES = 800_000_000;
const DESCRIPTORS = 2000;
const DISK_MB = 128;

/** Mounts a disk of its own for temporary files, bounds its descriptors, and becomes `node`. */
const ENTER = `set -e
mount -t tmpfs -o size=${DISK_MB}m tmpfs tmp
ulimit -n ${DESCRIPTORS}
TMPDIR=$PWD/tmp exec "$@"`;

/** Programs that {@link startDrilled} needs, and root. */
export const DRILLED_NEEDS = ['unshare', 'mount', 'taskset'] as const;

export interface Drilled {
  readonly script: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly env?: NodeJS.ProcessEnv;
  /** `admission` of the configuration. */
  readonly admission?: object;
}

export function startDrilled(
  t: TestContext,
  { script, dependencies = {}, env = {}, admission = {} }: Drilled,
): RunningRespite {
  const dir = temporaryDirectory();
  mkdirSync(path.join(dir, 'tmp'));
  const config = {
    drills: { dependencies },
    admission,
    supervisor: { workers: 2, heapMb: 200, detect: { memory: { limitBytes: MEMORY_BYTES } } },
  };
  writeFileSync(path.join(dir, 'respite.config.json'), JSON.stringify(config));
  const command = [process.execPath, bin, 'run', '--management', '127.0.0.1:0', script];
  const running = new RunningRespite(['--mount', 'sh', '-c', ENTER, 'sh', ...command], dir, {
    node: 'unshare',
    env: { PORT: '0', ...env },
  });
  t.after(() => running.cleanUp());
  return running;
}
