import Module from 'node:module';

/** Runs the script. Node.js keeps it replaceable by `--require` (lib/internal/main/run_main_module.js); the same from Node.js 22 to 26. */
type RunMain = (this: unknown, ...args: unknown[]) => void;

/**
 * The script runs once `ready` has resolved. An `await` in a module of `--import` would do the same, but then Node.js loads the script by its
 * loader for ESM: `module.parent` is undefined, and a file with an unknown ending is an error.
 */
export function holdMainModule(ready: Promise<void>): void {
  const commonJs = Module as unknown as { runMain: RunMain };
  const { runMain } = commonJs;
  commonJs.runMain = function runMainLater(...args): void {
    // Launchers call it once more, for the script that they start.
    commonJs.runMain = runMain;
    // The channel to the supervisor alone does not keep the process alive.
    const waiting = setInterval(() => {}, 1000);
    const run = (): void => {
      clearInterval(waiting);
      Reflect.apply(runMain, this, args);
    };
    // Outside of the promise, so that what the script throws is an uncaught exception.
    void ready.then(() => setImmediate(run));
  };
}
