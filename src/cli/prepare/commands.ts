// The commands for what is there before anything runs, as the command line declares them.
import type { Command } from 'commander';
import type { ConfigCheckFlags, InitFlags, PrepareRequest } from './request.ts';

export function addPrepare(program: Command, prepare: (request: PrepareRequest) => Promise<void>): void {
  program
    .command('config')
    .description('check the configuration')
    .command('check')
    .description('read the configuration as `respite run` would, and list what is wrong with it')
    .option('--config <file>', 'configuration (default respite.config.{ts,mjs,js,json} in this directory)')
    .option('--json', 'the result as JSON')
    .addHelpText('after', '\nExit codes: 0 valid, 2 not valid.')
    .action(async (flags: ConfigCheckFlags) => prepare({ command: 'config check', flags }));
  program
    .command('init')
    .description('write a configuration and the .gitignore entry; files that exist are kept as they are')
    .argument('[script]', 'what `respite run` is to start (default: main of package.json, or server.js)')
    .option('--systemd', 'also a unit for systemd')
    .option('--docker', 'also a Dockerfile and a .dockerignore')
    .option('--json', 'which files were written and kept, as JSON')
    .addHelpText('after', '\nExit codes: 0 written or kept, 1 a file could not be written, 2 bad usage.')
    .action(async (script: string | undefined, flags: InitFlags) =>
      prepare({ command: 'init', script, flags }),
    );
}
