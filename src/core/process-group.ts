/**
 * Ends a process and every process of its group with SIGKILL. A process without a group of its own is ended alone. Does nothing
 * when no such process is left.
 *
 * @param leader Process id of the group's leader.
 */
export function killProcessGroup(leader: number): void {
  if (!killGroupOf(leader)) sendKill(leader);
}

/**
 * Ends what is left of the group of a process that has ended: what it started and did not detach.
 *
 * The kernel gives the number of a process to no other one while a group of that number has members. An empty group is not
 * found, as long as this is called before the numbers have gone round: right after the end.
 *
 * @param leader Process id of the leader that has ended.
 * @returns Whether there was any process in the group.
 */
export function killGroupOf(leader: number): boolean {
  // 0 stands for our own group, and 1 for every process that there is: kill(2).
  return leader > 1 && sendKill(-leader);
}

function sendKill(target: number): boolean {
  try {
    return process.kill(target, 'SIGKILL');
  } catch {
    return false; // no such process, or not ours
  }
}
