import { Command } from 'commander';
import type { RunFlags } from './settings.ts';

/** `respite run`, as typed. */
export interface RunRequest {
  readonly script: string;
  /** The script's own arguments. */
  readonly args: readonly string[];
  readonly flags: RunFlags;
}

export interface ProgramConfig {
  readonly version: string;
  readonly run: (request: RunRequest) => Promise<void>;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

/** The command line. Parsing throws commander's `CommanderError` instead of ending the process. */
export function createProgram({ version, run, write, writeError }: ProgramConfig): Command {
  const program = new Command('respite')
    .description('Overload protection and self-healing for Node.js servers.')
    .version(version)
    .exitOverride()
    // Options after the script are the script's own.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: write,
      writeErr: writeError,
      outputError: (text, writeErr) => {
        writeErr(
          `respite: ${text
            .replace(/^error: /, '')
            .trim()
            .replaceAll('\n', ' ')}\n`,
        );
      },
    });
  program
    .command('run')
    .description('run an HTTP server, unchanged: protected, supervised and observable')
    .usage('[options] <script> [-- args]')
    .argument('<script>', 'a .js, .mjs, .cjs or .ts file that starts a server')
    .argument('[args...]', "the script's own arguments")
    .passThroughOptions()
    .option('--workers <n|auto>', 'worker processes; auto: one for each core (default 1)')
    .option('--config <file>', 'configuration (default respite.config.{ts,mjs,js,json} in this directory)')
    .option('--limit <n|adaptive>', 'requests in flight at which everything is shed (default adaptive)')
    .option('--management <host:port|off>', 'health, metrics and status (default 127.0.0.1:9999)')
    .option('--heap <MB>', "old generation of each worker's heap, in megabytes (default Node's own)")
    .option('--incidents <dir|off>', 'where incident reports are kept (default .respite/incidents)')
    .option('--dry-run', 'decide and count, but shed nothing')
    .action(async (script: string, args: readonly string[], flags: RunFlags) => {
      await run({ script, args: args[0] === '--' ? args.slice(1) : args, flags });
    });
  return program;
}
