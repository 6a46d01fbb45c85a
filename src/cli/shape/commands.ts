// `respite shape`, as the command line declares it.
import type { Command } from 'commander';
import { choosesInstance } from '../operate/commands.ts';
import type { ShapeRequest } from './request.ts';

export function addShape(program: Command, record: (request: ShapeRequest) => Promise<void>): void {
  const command = program
    .command('shape')
    .description('record what traffic looks like, to play it again with `respite load --like`');
  choosesInstance(
    command
      .command('record')
      .description(
        'record arrival times, methods, routes and sizes of the requests of a running `respite run`: no paths, queries, headers or bodies',
      ),
  )
    .option('--for <time>', 'how long: 30s, 5m, at most 1h (default 60s)')
    .option('--output <file>', 'where the shape is written (default: <time>.shape in this directory)')
    .option('--json', 'where it is and what is in it, as JSON')
    .addHelpText(
      'after',
      '\nCtrl-C ends the recording and writes what was recorded. `respite load --like <file>` plays it.\nExit codes: 0 recorded, 1 nothing was recorded, nothing answered, or the instance ended meanwhile, 2 bad usage, 130 interrupted, and what was recorded is written.',
    )
    .action(async (flags: ShapeRequest) => record(flags));
}
