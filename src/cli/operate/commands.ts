// The commands for a running instance, as the command line declares them.
import { Argument, type Command } from 'commander';
import type { CaptureFlags, OperateFlags, OperateRequest } from './request.ts';

/** Adds the options that choose the instance. */
export function choosesInstance(command: Command): Command {
  return command
    .option(
      '--management <host:port|unix:/path>',
      'where the management port is (default: that of the instance that runs here, or 127.0.0.1:9999); RESPITE_MANAGEMENT_TOKEN is sent along',
    )
    .option('--name <name>', 'which instance, when several run here: its name or its process id');
}

const EXIT_CODES = '\nExit codes: 0 done, 1 not done or nothing answered, 2 bad usage.';

export function addOperate(program: Command, operate: (request: OperateRequest) => Promise<void>): void {
  choosesInstance(
    program
      .command('drain')
      .description('leave the load balancer: readiness goes down for good, requests are still served'),
  )
    .option('--json', 'the answer of the management port')
    .addHelpText('after', EXIT_CODES)
    .action(async (flags: OperateFlags) => operate({ command: 'drain', flags }));
  choosesInstance(
    program
      .command('dry-run')
      .description(
        'on: shed nothing, hold back and repeat no call, and count what would be; off: as configured',
      )
      .addArgument(new Argument('<mode>', 'on or off').choices(['on', 'off'])),
  )
    .option('--json', 'the answer of the management port')
    .addHelpText('after', EXIT_CODES)
    .action(async (mode: 'on' | 'off', flags: OperateFlags) => operate({ command: 'dry-run', mode, flags }));
  choosesInstance(
    program
      .command('health')
      .description(
        'show whether the instance is healthy: all of it, or a group of indicators such as ready or live',
      )
      .argument('[group]', 'ready, live, or a group of your own'),
  )
    .option('--json', 'the answer of the management port')
    .addHelpText('after', '\nExit codes: 0 up, 1 not up or nothing answered, 2 bad usage, no such group.')
    .action(async (group: string | undefined, flags: OperateFlags) =>
      operate({ command: 'health', group, flags }),
    );
  const quarantine = program
    .command('quarantine')
    .description(
      'list or release quarantines: requests that are shed because requests like them have ended several workers',
    );
  choosesInstance(quarantine.command('list').description('a line for each quarantine'))
    .option('--json', 'the answer of the management port')
    .addHelpText('after', EXIT_CODES)
    .action(async (flags: OperateFlags) => operate({ command: 'quarantine-list', flags }));
  choosesInstance(
    quarantine
      .command('release')
      .description('end a quarantine: such requests are served again')
      .argument('<id>', 'as `respite quarantine list` shows it, such as q1'),
  )
    .option('--json', 'the answer of the management port')
    .addHelpText('after', EXIT_CODES)
    .action(async (id: string, flags: OperateFlags) => operate({ command: 'quarantine-release', id, flags }));
  choosesInstance(
    program
      .command('capture')
      .description(
        'capture the stack, a profile or a heap snapshot of a worker, also while its event loop is blocked',
      )
      .argument('<what>', 'stack, cpu-profile, heap-profile or heap-snapshot'),
  )
    .option('--worker <id>', 'which worker, as `respite status` lists them; needed when there are several')
    .option('--seconds <n>', 'how long a profile takes (default: 2 for cpu-profile, 5 for heap-profile)')
    .option('--output <file>', 'where a profile is written (default: worker-<id>.<kind> in this directory)')
    .option('--json', 'where it is, as JSON; the stack itself for stack')
    .addHelpText('after', EXIT_CODES)
    .action(async (what: string, flags: CaptureFlags) => operate({ command: 'capture', what, flags }));
}
