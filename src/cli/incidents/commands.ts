// `respite incidents`, as the command line declares it.
import type { Command } from 'commander';
import { choosesInstance } from '../operate/commands.ts';
import type { IncidentsFlags, IncidentsRequest, ReplayFlags } from './request.ts';

export function addIncidents(program: Command, act: (request: IncidentsRequest) => Promise<void>): void {
  const where = [
    '--incidents <dir>',
    "where they are kept (default the configuration's, or .respite/incidents)",
  ] as const;
  const one = ['<id>', 'of the incident, or "last"'] as const;
  const command = program
    .command('incidents')
    .description('list incidents: what was wrong, what Respite did about it, and the evidence it kept')
    .option(...where)
    .option('--json', 'as JSON')
    .action(async (flags: IncidentsFlags) => act({ action: 'list', flags }));
  const withFlags = (own: Command): IncidentsFlags => own.optsWithGlobals();
  command
    .command('show')
    .description('one incident: its cause, facts, timeline and stack')
    .argument(...one)
    .option(...where)
    .option('--json', 'as JSON')
    .action(async (id: string, _flags: unknown, own: Command) =>
      act({ action: 'show', id, flags: withFlags(own) }),
    );
  command
    .command('open')
    .description('its report in the browser; prints where it is when there is no display')
    .argument(...one)
    .option(...where)
    .action(async (id: string, _flags: unknown, own: Command) =>
      act({ action: 'open', id, flags: withFlags(own) }),
    );
  choosesInstance(
    command
      .command('replay')
      .description(
        'write a drill file with the fault of an incident and the load before it, carry it out, and see whether the same cause is found; needs `drills: true` in the configuration',
      )
      .argument(...one)
      .option(...where),
  )
    .option('--output <file>', 'where the drill file is written (default: <id>.drill.json in this directory)')
    .option('--no-run', 'only write the drill file: `respite drill --file <file>` carries it out')
    .option(
      '--param <name=values...>',
      "what fills a parameter of the routes: 'id=1..1000' 'name=ann,bob' 'id=@ids.txt'",
    )
    .option('--rate <n>', 'requests a second, where the incident has no load in its evidence (default 50)')
    .option('--path <path>', 'what requests ask for whose route is not known (default /)')
    .option('--url <origin>', 'where the server is (default: its first TCP socket, over HTTP)')
    .option(
      '--stop-below <share>',
      'revert the fault when less than this share of 15 s is served (default 0.25)',
    )
    .option('--junit <file>', 'the report for CI')
    .option('--html <file>', 'the report for people')
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 the same cause was found, 1 another or none, or it cannot be replayed, 2 bad usage.',
    )
    .action(async (id: string, _flags: unknown, own: Command) =>
      act({ action: 'replay', id, flags: own.optsWithGlobals<ReplayFlags>() }),
    );
  command
    .command('prune')
    .description("remove the oldest: without options what goes beyond the configuration's limits")
    .option(...where)
    .option('--keep <n>', 'how many stay')
    .option('--older-than <age>', 'those opened longer ago: 90m, 12h, 7d, 4w')
    .action(async (_flags: unknown, own: Command) => act({ action: 'prune', flags: withFlags(own) }));
}
