// `respite incidents`, as the command line declares it.
import type { Command } from 'commander';
import type { IncidentsFlags, IncidentsRequest } from './request.ts';

export function addIncidents(program: Command, act: (request: IncidentsRequest) => Promise<void>): void {
  const where = [
    '--incidents <dir>',
    "where they are kept (default the configuration's, or .respite/incidents)",
  ] as const;
  const one = ['<id>', 'of the incident, or "last"'] as const;
  const command = program
    .command('incidents')
    .description('what was wrong, what was done about it, and what was kept of it')
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
  command
    .command('prune')
    .description("remove the oldest: without options what goes beyond the configuration's limits")
    .option(...where)
    .option('--keep <n>', 'how many stay')
    .option('--older-than <age>', 'those opened longer ago: 90m, 12h, 7d, 4w')
    .action(async (_flags: unknown, own: Command) => act({ action: 'prune', flags: withFlags(own) }));
}
