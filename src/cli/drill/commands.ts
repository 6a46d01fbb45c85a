// `respite drill`, as the command line declares it.
import type { Command } from 'commander';
import { choosesInstance } from '../operate/commands.ts';
import type { DrillFlags, DrillRequest, ProxyFlags } from './request.ts';

export function addDrill(program: Command, act: (request: DrillRequest) => Promise<void>): void {
  const command = choosesInstance(
    program
      .command('drill')
      .description(
        'inject faults into a running `respite run`, and see whether it heals and whether anyone would be woken; needs `drills: true` in its configuration',
      )
      .argument('[names...]', 'which drills (default: all that are possible)'),
  )
    .option('--file <file>', 'the drill of a file that `respite incidents replay` has written, with its load')
    .option(
      '--param <name=values...>',
      "with --file: what fills a parameter of the routes: 'id=1..1000' 'name=ann,bob' 'id=@ids.txt'",
    )
    .option('--list', 'the drills, and what each does')
    .option('--rate <n>', 'requests a second of the steady load (default 50)')
    .option('--path <path>', 'what the steady load asks for (default /)')
    .option('--url <origin>', 'where the server is (default: its first TCP socket, over HTTP)')
    .option(
      '--stop-below <share>',
      'revert a fault when less than this share of 15 s is served (default 0.25)',
    )
    .option('--json', 'the report as JSON')
    .option('--junit <file>', 'the report for CI')
    .option('--html <file>', 'the report for people')
    .addHelpText(
      'after',
      '\nCtrl-C reverts the fault and ends.\nExit codes: 0 every hypothesis held, 1 one did not or nothing answered, 2 bad usage.',
    )
    .action(async (names: readonly string[], flags: DrillFlags) => act({ action: 'drill', names, flags }));
  command
    .command('proxy')
    .description('a TCP proxy that behaves like a bad network, until Ctrl-C')
    .requiredOption('--to <host:port>', 'where connections lead')
    .option(
      '--listen <host:port>',
      'where it listens: a port alone is one of 127.0.0.1 (default: a free one)',
    )
    .option('--upstream', 'delay and cut what goes to the server, instead of what comes back')
    .option('--latency <ms>', 'delay all data')
    .option('--jitter <ms>', 'by up to this much more or less')
    .option('--bandwidth <bytes>', 'maximum number of bytes a second')
    .option('--slow-close <ms>', 'delay the end of connections')
    .option('--timeout <ms>', 'pass on nothing, and close after this time; 0: never')
    .option('--reset-peer <ms>', 'reset connections after this time')
    .option('--slicer <bytes>', 'send pieces of this size')
    .option('--limit-data <bytes>', 'close a connection after this much data')
    .option('--down', 'refuse connections')
    .action(async (flags: ProxyFlags) => act({ action: 'proxy', flags }));
}
