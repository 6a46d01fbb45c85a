// `respite tune`, as the command line declares it.
import type { Command } from 'commander';
import type { TuneFlags, TuneRequest } from './request.ts';

export function addTune(program: Command, tune: (request: TuneRequest) => Promise<void>): void {
  program
    .command('tune')
    .description(
      'find out how much a server can take and whether its settings are right; starts it under load, and ends it',
    )
    .usage('[options] <script or program> [args]')
    .argument('<script>', 'as for `respite run`')
    .argument('[args...]', 'its own arguments')
    .passThroughOptions()
    .option('--config <file>', 'configuration (default respite.config.{ts,mjs,js,json} in this directory)')
    .option('--url-path <path>', 'path and query of the requests (default /)')
    .option(
      '--mix <kind>',
      "a kind of request, as '3 GET /a', 'POST /b 2048' or 'PUT /c @file': weight, method, path, body; may be repeated",
      collect,
    )
    .option('--deadline <time>', 'within which a response is of use: 500ms, 2s (default 1s)')
    .option('--for <time>', 'how long it may take, at most 3m (default 3m)')
    .option('--normal <rate>', 'requests per second that the server gets normally')
    .option('--only <parts>', 'some of the experiments: capacity,limit,accept (default all)')
    .option('--json', 'the findings as JSON')
    .option('--html <file>', 'also a report with curves')
    .addHelpText(
      'after',
      '\nExit codes: 0 changes are proposed or nothing is to change, 1 no answer, 2 bad usage.',
    )
    .action(async (script: string, args: readonly string[], flags: TuneFlags) =>
      tune({ script, args: args[0] === '--' ? args.slice(1) : args, flags }),
    );
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
