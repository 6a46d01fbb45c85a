import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ownModule } from '../core/own-files.ts';
import type * as RuntimeFigures from './runtime-figures.ts';

/** Before the first sample, and not in the way of the start. */
const AFTER_MS = 500;

/** The next try, when they could not be loaded. */
const AGAIN_MS = 10_000;

type RuntimeReader = RuntimeFigures.RuntimeReader;

/** Reads figures of V8 and Node.js from soon on. What a worker can't load must not end it: the package may be being replaced. */
export function readFiguresSoon(
  servers: ConstructorParameters<typeof RuntimeFigures.RuntimeReader>[0],
  watch: (reader: RuntimeReader) => void,
  afterMs: number = AFTER_MS,
): void {
  setTimeout(() => {
    try {
      watch(new (load().RuntimeReader)(servers));
    } catch {
      readFiguresSoon(servers, watch, AGAIN_MS);
    }
  }, afterMs).unref();
}

function load(): typeof RuntimeFigures {
  const file = fileURLToPath(ownModule('worker/runtime-figures'));
  return createRequire(import.meta.url)(file) as typeof RuntimeFigures;
}
