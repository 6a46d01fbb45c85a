import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync } from 'node:fs';
import path from 'node:path';

/** The user as whom a server that refuses to be run by root is run; undefined, which is ourselves, when we are not root. */
export function serverUser(name: string): number | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return Number(execFileSync('id', ['-u', name], { encoding: 'utf8' }));
}

/** Hands a temporary directory to that user, and lets it pass through the one above, which is only ours. */
export function giveTo(uid: number | undefined, directory: string): void {
  if (uid === undefined) return;
  chownSync(directory, uid, 0);
  chmodSync(path.dirname(directory), 0o711);
}
