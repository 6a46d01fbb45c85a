// Sockets that systemd has opened for this process: sd_listen_fds(3).

/**
 * How many there are, from descriptor 3 on. The variables count only for the process that `LISTEN_PID` names: a process that is started by
 * that one inherits them too, and has other descriptors under these numbers.
 */
export function activatedSockets(env: NodeJS.ProcessEnv, pid: number): number {
  if (env['LISTEN_PID'] !== String(pid)) return 0;
  const count = Number(env['LISTEN_FDS']);
  return Number.isInteger(count) && count > 0 ? count : 0;
}
