import path from 'node:path';
import { isatty } from 'node:tty';
import type { Management, ResolvedManagementOptions } from '../management/index.ts';
import {
  directoryAsReached,
  type Fleet,
  type Log,
  NO_HEALTH,
  opensInspector,
  type ResolvedSupervisorOptions,
  type Supervisor,
  startSupervisor,
  takeEnvFiles,
  wordsOf,
} from '../supervisor/index.ts';
import type { ConfiguredChecks } from './checks/index.ts';
import type { RespiteConfig } from './config/config.ts';
import { findConfig, loadConfig } from './config/load.ts';
import { instanceDirectories, nameOf } from './instances/instance.ts';
import { createLog, type LateLog, resolveLogSettings } from './log.ts';
import { write } from './output.ts';
import { platformProblem } from './platform.ts';
import type { RunRequest } from './program.ts';
import { ReadOnce } from './read-once.ts';
import { resolveTarget } from './script/index.ts';
import { handleSignals } from './signals.ts';
import { keepSmallSoon } from './small-process.ts';
import { startServiceNotifier } from './systemd/notifier.ts';
import { startTelling } from './telling.ts';
import { usageError } from './usage.ts';
import { WorkerSettingsSource } from './worker-settings/index.ts';

/** `respite run`: resolves with the exit code when everything has ended. Rejects when it cannot start. */
export async function run({ script, args: typed, flags }: RunRequest, version: string): Promise<number> {
  const unsupported = platformProblem(process.platform);
  if (unsupported !== undefined) throw usageError(unsupported);
  const cwd = process.cwd();
  const words = script === undefined ? [] : [script, ...typed];
  const reached = directoryAsReached(cwd, path.resolve(cwd, script ?? 'package.json'), process.env.PWD);
  const { script: file, args, nodeArgs, env } = resolveTarget(reached, words);
  // Also for the configuration, which may look at NODE_ENV.
  Object.assign(process.env, env);
  const logSettings = resolveLogSettings(process.env, isatty(2));
  const source = new WorkerSettingsSource({ flags, nodeArgs, directory: cwd, environment: process.env });
  const config = await loadConfig(cwd, flags.config);
  const foundConfig = findConfig(cwd, flags.config);
  const configFile = foundConfig === undefined ? undefined : path.resolve(cwd, foundConfig);
  const readOnce = new ReadOnce(
    takeEnvFiles(process.execArgv).files.map((each) => path.resolve(cwd, each.path)),
  );
  const { settings, ofWorkers } = source.first(config);
  const { supervisor: options, management } = settings;

  const log = createLog(logSettings);
  // What debuggers need is meant for the workers, and the port is the first one's.
  if (opensInspector([...process.execArgv, ...wordsOf(process.env.NODE_OPTIONS)]))
    process.getBuiltinModule('node:inspector').close();
  let indicators: ConfiguredChecks | undefined;
  const health = {
    readyShare: config.health?.readyShare ?? NO_HEALTH.readyShare,
    reports: () => indicators?.reports() ?? [],
  };
  const telling = startTelling(config.notify, file, log);
  const serviceManager = startServiceNotifier(process.env, log);
  // Before the worker: what decides about healing must be there when something goes wrong.
  const fleet = await joinFleet(options.fleet, log);
  // Before the first worker starts: a signal that comes in between would end this process and leave the worker behind.
  const ignoreSignals = handleSignals({
    supervisor: {
      leave: (signal) => supervisor.leave(signal),
      stop: (signal) => supervisor.stop(signal),
      passOn: (signal) => supervisor.passOn(signal),
      restart: () => supervisor.restart(),
    },
    log,
  });
  // First the worker; what is loaded from here on is loaded while it starts.
  const supervisor = startSupervisor({
    script: file,
    directory: directoryAsReached(cwd, file, process.env.PWD),
    args,
    supervisor: options,
    settings: ofWorkers,
    readSettings: async (directory) => {
      warnOfChanges(readOnce, log);
      return source.again(directory, log);
    },
    drills: settings.drills,
    log,
    health,
    onIncident: telling?.tell,
    onPhase: (phase) => serviceManager?.tell(phase),
    exchangeRates: fleet && (async (rates) => fleet.exchangeRates(rates)),
    inTurn: fleet === undefined ? undefined : (cause, heal) => fleet.inTurn(cause, heal),
  });
  const checking = openHealth(config, configFile, log).then((checks) => (indicators = checks));
  // Only then: without indicators everything would look well.
  const opening = checking.then(() =>
    openManagement(
      management,
      { name: flags.name ?? nameOf(file), script: file, version },
      supervisor,
      log,
      options.incidents,
    ),
  );
  opening.catch(() => {
    supervisor.stop('SIGTERM');
  });
  keepSmallSoon();

  const { exitCode, failure } = await supervisor.ended;
  ignoreSignals();
  const checksEnded = checking.then((checks) => checks?.close());
  await log.open();
  if (failure !== undefined) write('stderr', `respite: ${failure}\n`);
  await Promise.all([
    opening.then((opened) => opened?.close()),
    checksEnded,
    telling?.close(),
    fleet?.leave(),
    serviceManager?.close(),
  ]);
  return exitCode;
}

/** An operator who has changed one expects the restart to apply it. */
function warnOfChanges(readOnce: ReadOnce, log: Log): void {
  for (const file of readOnce.changed()) {
    log.warn(
      { file },
      `${file} has changed, but Node.js read it for Respite itself (node --env-file). This needs a new start of Respite; a rolling restart reads files of respite run --env-file again`,
    );
  }
}

async function openHealth(
  { health }: RespiteConfig,
  file: string | undefined,
  log: LateLog,
): Promise<ConfiguredChecks | undefined> {
  if (health?.indicators === undefined || file === undefined) return undefined;
  const { ConfiguredChecks: Checks } = await import('./checks/index.ts');
  return new Checks({ options: health, file, log });
}

async function joinFleet(
  options: ResolvedSupervisorOptions['fleet'],
  log: LateLog,
): Promise<Fleet | undefined> {
  if (options === undefined) return undefined;
  const { Fleet: Joined } = await import('../supervisor/instance/fleet/index.ts');
  return new Joined(options, log);
}

/** The agent check, the management port, and the instance file by which commands find it. */
async function openManagement(
  { address, token, scriptMetrics, agentCheck }: ResolvedManagementOptions,
  instance: { readonly name: string; readonly script: string; readonly version: string },
  supervisor: Supervisor,
  log: LateLog,
  incidents: ResolvedSupervisorOptions['incidents'],
): Promise<Pick<Management, 'close'> | undefined> {
  await log.open();
  if (address === false && agentCheck === false) return undefined;
  const { startAgentCheck, startManagement } = await import('../management/index.ts');
  const agent =
    agentCheck === false ? undefined : await startAgentCheck({ supervisor, log, address: agentCheck });
  if (address === false) return agent;
  const { recordInstance } = await import('./instances/record.ts');
  const management = await startManagement({
    supervisor,
    log,
    version: instance.version,
    address,
    token,
    showsScriptMetrics: scriptMetrics,
    incidentsDirectory: incidents === false ? undefined : incidents.directory,
  });
  const directories = instanceDirectories(process.cwd(), process.env);
  const removeRecord = recordInstance(directories, { ...instance, management: management.address }, log);
  return {
    close: async () => {
      removeRecord();
      await Promise.all([management.close(), agent?.close()]);
    },
  };
}
