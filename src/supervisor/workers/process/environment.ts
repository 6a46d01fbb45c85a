/**
 * The environment of the processes that the supervisor starts: its own, without the token of the management port. A worker, what it
 * starts, or a dependency that reports its environment must not be able to drain the instance or to take heap snapshots.
 */
export function inheritedEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { RESPITE_MANAGEMENT_TOKEN: _, ...inherited } = env;
  return inherited;
}
