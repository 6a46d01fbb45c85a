import { RespiteError } from '../../core/errors.ts';
import { usageError } from '../usage.ts';
import { type ManagementPort, managementPort } from '../view/answer.ts';
import { findInstances } from './find.ts';
import { type Instance, instanceDirectories } from './instance.ts';

/** The flags by which every command chooses the instance that it is for. */
export interface InstanceFlags {
  readonly management?: string;
  readonly name?: string;
}

/**
 * The management port of the instance that is meant: at the address of `--management`; of the running instance named by `--name`; of the only
 * one that runs; or at the default address. Throws a usage error when several run and none is named.
 */
export function instancePort(
  { management, name }: InstanceFlags,
  env: NodeJS.ProcessEnv = process.env,
  cwd: string = process.cwd(),
): ManagementPort {
  if (management !== undefined) {
    if (name !== undefined)
      throw usageError('--management and --name both choose the instance: give one of them');
    return managementPort(management, env);
  }
  const directories = instanceDirectories(cwd, env);
  const { running, unreadable } = findInstances(directories);
  const meant = running.filter(
    (each) => name === undefined || each.name === name || String(each.pid) === name,
  );
  const [only] = meant;
  if (meant.length > 1) {
    throw usageError(
      `${meant.length} instances run here: choose one with --name <name or process id>: ${list(meant)}`,
    );
  }
  if (only !== undefined) return managementPort(connectable(only.management), env);
  if (unreadable.length > 0) {
    throw noInstance(
      `may not read ${unreadable.join(', ')}: run this as the user of the instance, or say where it is with --management`,
    );
  }
  if (name === undefined) return managementPort(undefined, env);
  const others = running.length === 0 ? 'none runs' : `these run: ${list(running)}`;
  throw noInstance(
    `no running instance is called ${JSON.stringify(name)} in ${directories.join(' or ')}; ${others}`,
  );
}

function list(instances: readonly Instance[]): string {
  return instances.map(({ name, pid, script }) => `${name} (process ${pid}, ${script})`).join(', ');
}

/** A port that is open on every interface is reached through the loopback one. */
function connectable(address: string): string {
  return address.replace(/^(?:0\.0\.0\.0|\[::\]|):/, '127.0.0.1:');
}

function noInstance(message: string): RespiteError {
  return new RespiteError('RESPITE_CLI_NO_INSTANCE', message);
}
