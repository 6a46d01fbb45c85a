import { readdirSync, readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { kill } from '../process.ts';
import type { Service } from './service.ts';
import { until } from '../until.ts';

/** Makes a server that serves by processes of its own hang as a whole, until the test has ended at most. */
export function pauseFamily(t: TestContext, service: Service): void {
  const members = family(service.pid);
  for (const pid of members) process.kill(pid, 'SIGSTOP');
  // Stopped ones would never notice that their parent is gone.
  t.after(() => members.forEach((pid) => kill(pid, 'SIGCONT')));
}

export function resumeFamily(service: Service): void {
  for (const pid of family(service.pid)) process.kill(pid, 'SIGCONT');
}

/** Kills it and waits until its processes have noticed: before that it can't be started again. */
export async function killFamily(service: Service): Promise<void> {
  const members = family(service.pid);
  await service.kill();
  await until('its processes to end', () => members.every((pid) => !isAlive(pid)));
}

/** A process and those that it has started, by /proc. */
function family(ancestor: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (Number.isInteger(pid)) parents.set(pid, parentOf(pid));
  }
  const found = [ancestor];
  for (const member of found) {
    for (const [pid, parent] of parents) if (parent === member) found.push(pid);
  }
  return found;
}

function parentOf(pid: number): number {
  try {
    // After the name, which may hold anything: state, parent.
    return Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return -1;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
