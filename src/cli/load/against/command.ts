// The part of `respite load` that compares two versions, as the command line declares it.
import type { Command } from 'commander';

export interface AgainstFlags {
  readonly against?: string;
  readonly script?: string;
  readonly start?: string;
  readonly setup?: string;
  readonly pid?: string;
  readonly againstPid?: string;
  readonly minEffect?: readonly string[];
  readonly strict?: boolean;
  readonly markdown?: string;
}

export function addAgainst(command: Command): Command {
  return command
    .option(
      '--against <ref|url>',
      'compare with another version: a commit, branch or tag, or a running server',
    )
    .option('--script <file>', 'with a ref: what node runs of both versions; it listens on the port in PORT')
    .option(
      '--start <command>',
      'with a ref: instead of a script, a command for the shell, such as npm start',
    )
    .option('--setup <command>', "with a ref: installs what the other version needs, such as 'npm ci'")
    .option(
      '--pid <pid>',
      'with a URL: the process of the server (default: the one that listens on the port)',
    )
    .option('--against-pid <pid>', 'the same of the other server')
    .option(
      '--min-effect <share...>',
      'with --against: smallest change that matters (default cpu=3% goodput=3% p99=10%)',
    )
    .option('--strict', "with --against: fail when it can't tell")
    .option('--markdown <file>', 'with --against: write the comparison for a pull request')
    .addHelpText(
      'after',
      "\nWith --against: 0 not worse, or it can't tell; 1 worse, or a version does not start; see the guide on performance tests in CI.",
    );
}
