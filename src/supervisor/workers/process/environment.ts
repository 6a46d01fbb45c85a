/**
 * The environment of the processes that the supervisor starts: its own, without two things. The token of the management port: a worker, what it
 * starts, or a dependency that reports its environment must not be able to drain the instance or to take heap snapshots. And the
 * variables by which a program talks to its service manager: the supervisor does that, and a worker is not the service's main process.
 */
export function inheritedEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const {
    RESPITE_MANAGEMENT_TOKEN: _token,
    NOTIFY_SOCKET: _socket,
    WATCHDOG_USEC: _usec,
    WATCHDOG_PID: _pid,
    ...inherited
  } = env;
  return inherited;
}

/**
 * What a worker's script can tell itself from the others by: a number of its own, of how many, and the same number as pm2 counts it, from
 * 0. A replacement has those of its predecessor.
 *
 * @param identity From 1.
 * @param identities Of the workers that serve, and of the standbys.
 */
export function identityOf(
  identity: number,
  identities: number,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  // Under pm2 the instance that is the only worker keeps the number that pm2 has given to it.
  const pm2 = (identities === 1 && env['NODE_APP_INSTANCE']) || String(identity - 1);
  return { RESPITE_WORKER: String(identity), RESPITE_WORKERS: String(identities), NODE_APP_INSTANCE: pm2 };
}
