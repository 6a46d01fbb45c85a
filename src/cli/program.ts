import { Command, Option } from 'commander';
import { addIncidents } from './incidents/commands.ts';
import type { IncidentsRequest } from './incidents/request.ts';
import type { RestartFlags } from './restart.ts';
import type { RunFlags } from './settings.ts';
import type { StatusFlags } from './status.ts';
import type { InstanceFlags } from './instances/index.ts';
import { addLoad } from './load/commands.ts';
import type { LoadRequest } from './load/request.ts';
import { addDrill } from './drill/commands.ts';
import type { DrillRequest } from './drill/request.ts';
import { addOperate, choosesInstance } from './operate/commands.ts';
import type { OperateRequest } from './operate/request.ts';
import { addPrepare } from './prepare/commands.ts';
import type { PrepareRequest } from './prepare/request.ts';
import { addShape } from './shape/commands.ts';
import type { ShapeRequest } from './shape/request.ts';
import { addTune } from './tune/commands.ts';
import type { TuneRequest } from './tune/request.ts';

/** `respite run`, as typed. */
export interface RunRequest {
  /** Undefined: what the script `start` of package.json runs. */
  readonly script: string | undefined;
  /** The script's own arguments. */
  readonly args: readonly string[];
  readonly flags: RunFlags;
}

export interface ProgramConfig {
  readonly version: string;
  readonly run: (request: RunRequest) => Promise<void>;
  readonly incidents: (request: IncidentsRequest) => Promise<void>;
  readonly status: (flags: StatusFlags) => Promise<void>;
  readonly top: (flags: InstanceFlags) => Promise<void>;
  readonly restart: (flags: RestartFlags) => Promise<void>;
  readonly operate: (request: OperateRequest) => Promise<void>;
  readonly prepare: (request: PrepareRequest) => Promise<void>;
  readonly load: (request: LoadRequest) => Promise<void>;
  readonly tune: (request: TuneRequest) => Promise<void>;
  readonly drill: (request: DrillRequest) => Promise<void>;
  readonly shape: (request: ShapeRequest) => Promise<void>;
  readonly tryNotifications: (flags: { readonly config?: string }) => Promise<void>;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

/** The command line. Parsing throws commander's `CommanderError` instead of ending the process. */
export function createProgram(config: ProgramConfig): Command {
  const { version, run, write, writeError } = config;
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
    .usage('[options] [script or program] [args]')
    .argument(
      '[script]',
      'what `node` would run, or a program of an installed package; default: what `npm start` runs',
    )
    .argument('[args...]', 'its own arguments')
    .passThroughOptions()
    .option('--workers <n|auto>', 'worker processes; auto: one for each core (default 1)')
    .option('--standby <n>', 'more processes, loaded and waiting to take the place of a worker (default 0)')
    .option('--config <file>', 'configuration (default respite.config.{ts,mjs,js,json} in this directory)')
    .option('--limit <n|adaptive>', 'requests in flight at which everything is shed (default adaptive)')
    .option('--management <host:port|unix:/path|off>', 'health, metrics and status (default 127.0.0.1:9999)')
    .option('--agent-check <host:port|off>', "where HAProxy's agent check asks for a weight (default off)")
    .option('--heap <MB>', "old generation of each worker's heap, in megabytes (default Node's own)")
    .option('--incidents <dir|off>', 'where incident reports are kept (default .respite/incidents)')
    .option('--name <name>', "what commands find it by when several run here (default: the script's name)")
    .option(
      '--node-arg <option>',
      'an option for Node.js in the workers, such as --import=tsx; may be repeated',
      collect,
    )
    .option('--env-file <file>', 'variables for the workers; may be repeated', collectAs('--env-file'))
    .option(
      '--env-file-if-exists <file>',
      'the same, unless the file is missing',
      collectAs('--env-file-if-exists'),
    )
    .addOption(new Option('--inspect <option>').argParser(collect).hideHelp())
    .addHelpText(
      'after',
      '\nDebug the workers as with node: --inspect, --inspect-brk or --inspect-wait, =host:port for the first of them.',
    )
    .option('--sticky', 'give all connections of a client to one of several workers: for sessions in memory')
    .option('--no-listen', 'it never listens, as a queue consumer: supervised, and ready when it runs')
    .option('--dry-run', 'decide and count, but shed nothing')
    .action(async (script: string | undefined, args: readonly string[], { listen, ...given }: RunFlags) => {
      // A flag that begins with `no` has a default.
      const flags = listen === false ? { ...given, listen } : given;
      await run({ script, args: args[0] === '--' ? args.slice(1) : args, flags });
    });
  addStatus(program, config);
  addOperate(program, config.operate);
  addPrepare(program, config.prepare);
  addIncidents(program, config.incidents);
  addLoad(program, config.load);
  addTune(program, config.tune);
  addDrill(program, config.drill);
  addShape(program, config.shape);
  addNotify(program, config);
  return program;
}

function addStatus(program: Command, { status, top, restart }: ProgramConfig): void {
  choosesInstance(
    program
      .command('status')
      .description('show a running `respite run`: workers, limits, shed requests, incidents'),
  )
    .option('--json', 'the answer of the management port')
    .option('--watch', 'again every second, until Ctrl-C')
    .addHelpText('after', '\nExit codes: 0 healthy, 1 unhealthy or no answer, 2 bad usage.')
    .action(async (flags: StatusFlags) => status(flags));
  choosesInstance(
    program
      .command('top')
      .description(
        'show workers, limits and incidents live in the terminal, until q; prints lines when the output is no terminal',
      ),
  ).action(async (flags: InstanceFlags) => top(flags));
  choosesInstance(
    program
      .command('restart')
      .description(
        'replace every worker of a running `respite run`, one after the other, and wait for the result',
      ),
  )
    .option(
      '--script <path>',
      'another version of the script; default: the same path, its symbolic links followed again',
    )
    .option('--json', 'the result as JSON, when it is known')
    .addHelpText(
      'after',
      '\nExit codes: 0 every worker is new, 1 the new version was taken back or nothing answered, 2 bad usage, 130 interrupted.',
    )
    .action(async (flags: RestartFlags) => restart(flags));
}

function addNotify(program: Command, { tryNotifications }: ProgramConfig): void {
  program
    .command('notify')
    .description('notifications of incidents')
    .command('test')
    .description('send a test message to every place that `notify` in the configuration names')
    .option('--config <file>', 'configuration (default respite.config.{ts,mjs,js,json} in this directory)')
    .action(async (flags: { readonly config?: string }) => tryNotifications(flags));
}

/** Of an option of Node.js, as that has it. */
function collectAs(option: string): (value: string, before?: readonly string[]) => readonly string[] {
  return (value, before) => collect(`${option}=${value}`, before);
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
