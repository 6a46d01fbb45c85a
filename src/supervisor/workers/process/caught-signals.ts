// Which signals a process catches: proc(5), /proc/<pid>/status.
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** A mask in hexadecimal digits; the lowest bit stands for signal 1. */
const CAUGHT = /^SigCgt:\s*([0-9a-f]+)$/m;

/** @param status The whole file. True where it does not say. */
export function isCaught(status: string, signal: NodeJS.Signals): boolean {
  const mask = CAUGHT.exec(status)?.[1];
  return mask === undefined || ((BigInt(`0x${mask}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
}

/** Those of the signals that a process has a handler for. */
export function caughtBy(pid: number, signals: readonly NodeJS.Signals[]): readonly NodeJS.Signals[] {
  const status = statusOf(pid);
  return signals.filter((signal) => isCaught(status, signal));
}

/**
 * Sends a signal to those processes that have a handler for it; it would end the others. Without /proc to all.
 *
 * @returns How many have got it.
 */
export function signalThoseThatCatch(signal: NodeJS.Signals, pids: readonly number[]): number {
  return pids.filter((pid) => {
    try {
      return isCaught(statusOf(pid), signal) && process.kill(pid, signal);
    } catch {
      return false; // it has just ended
    }
  }).length;
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return '';
  }
}
