import { CommanderError } from 'commander';
import { write } from './output.ts';
import { VERSION } from '../core/version.ts';
import { createProgram } from './program.ts';
import { inspectFlags } from './inspect-flags.ts';
import { run } from './run.ts';
import { complaint, exitCodeOf } from './usage.ts';

/** Runs one command line, without `node` and the program's name. Resolves with the exit code; never rejects. */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = createProgram({
    version: VERSION,
    run: async (request) => {
      exitCode = await run(request, VERSION);
    },
    // Each is loaded when it is asked for: `respite run` is to be quick.
    incidents: async (request) => {
      exitCode = await (await import('./incidents/index.ts')).incidents(request);
    },
    status: async (flags) => {
      exitCode = await (await import('./status.ts')).status(flags);
    },
    top: async (flags) => {
      exitCode = await (await import('./top.ts')).top(flags);
    },
    restart: async (flags) => {
      exitCode = await (await import('./restart.ts')).restart(flags);
    },
    operate: async (request) => {
      exitCode = await (await import('./operate/index.ts')).operate(request);
    },
    prepare: async (request) => {
      exitCode = await (await import('./prepare/index.ts')).prepare(request);
    },
    load: async (request) => {
      exitCode = await (await import('./load/index.ts')).load(request);
    },
    tune: async (request) => {
      exitCode = await (await import('./tune/index.ts')).tune(request);
    },
    drill: async (request) => {
      exitCode = await (await import('./drill/index.ts')).drill(request);
    },
    shape: async (request) => {
      exitCode = await (await import('./shape/index.ts')).record(request);
    },
    tryNotifications: async (flags) => {
      exitCode = await (await import('./try-notifications.ts')).tryNotifying(flags.config);
    },
    write: (text) => write('stdout', text),
    writeError: (text) => write('stderr', text),
  });
  const runOptions = program.commands.find((command) => command.name() === 'run')?.options ?? [];
  const takesValue = (flag: string): boolean =>
    runOptions.some(({ long, required }) => required && long === flag);
  try {
    await program.parseAsync(inspectFlags(args, takesValue), { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has said what it has to say. Whatever it does not like is bad usage; help and version are no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    write('stderr', complaint(error));
    return exitCodeOf(error);
  }
}
