import { lstatSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { decodeInstance, type Instance, isFileName, processStart } from './instance.ts';

/** What the directories hold. */
export interface FoundInstances {
  readonly running: readonly Instance[];
  /** Files and directories that another user owns and closes to us. */
  readonly unreadable: readonly string[];
}

/** Running instances that have left a file in one of the directories. Files of processes that have ended are removed. */
export function findInstances(directories: readonly string[]): FoundInstances {
  const running: Instance[] = [];
  const unreadable: string[] = [];
  for (const directory of directories) {
    for (const file of filesIn(directory, unreadable)) {
      const instance = readTrusted(file, unreadable);
      if (instance === undefined || instance.host !== hostname()) continue;
      if (isRunning(instance)) running.push(instance);
      else remove(file);
    }
  }
  return { running, unreadable };
}

function filesIn(directory: string, unreadable: string[]): readonly string[] {
  try {
    return readdirSync(directory)
      .filter((name) => isFileName(name))
      .map((name) => path.join(directory, name));
  } catch (error) {
    if (isDenied(error)) unreadable.push(directory);
    return [];
  }
}

/**
 * Reads a file that its owner alone can write. A command sends its token to the address in it, so a file of another user counts only
 * for root, who reads the files of the services that it starts.
 */
function readTrusted(file: string, unreadable: string[]): Instance | undefined {
  try {
    const stats = lstatSync(file);
    const self = process.getuid?.();
    const isTrusted = self === undefined || self === 0 || stats.uid === self || stats.uid === 0;
    if (!stats.isFile() || !isTrusted || (stats.mode & 0o022) !== 0) return undefined;
    return decodeInstance(readFileSync(file, 'utf8'));
  } catch (error) {
    if (isDenied(error)) unreadable.push(file);
    return undefined;
  }
}

function isRunning({ pid, processStart: start }: Instance): boolean {
  const now = processStart(pid);
  if (start !== undefined && now !== undefined) return start === now;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // There is such a process, of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function remove(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // Of another user, or removed meanwhile.
  }
}

function isDenied(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EACCES';
}
