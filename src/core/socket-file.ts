// The file of a Unix socket: it outlives the program that listened there, and another one may be put in its place.
import { once } from 'node:events';
import { lstatSync, unlinkSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { connect } from 'node:net';

/** A program that does not answer by then listens, as far as its socket goes. */
const PROBE_MS = 1000;

/** Tells a file from another one under the same path. Its number is not used again while its socket is open. */
export type FileIdentity = string;

/** Undefined when there is no such file. */
export function fileIdentity(path: string): FileIdentity | undefined {
  try {
    const { dev, ino } = lstatSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** Removes a file, unless another one has taken its place. */
export function removeSocketFile(path: string, identity: FileIdentity | undefined): void {
  if (identity === undefined || fileIdentity(path) !== identity) return;
  try {
    unlinkSync(path);
  } catch {
    // It is gone, or the folder may not be written to any more: then the next start takes it over.
  }
}

/** Whether the file is a socket on which no program listens: what a killed process leaves behind. */
export async function isAbandonedSocket(path: string): Promise<boolean> {
  const file = await lstat(path).catch(() => undefined);
  if (file?.isSocket() !== true) return false;
  const probe = connect(path);
  try {
    await once(probe, 'connect', { signal: AbortSignal.timeout(PROBE_MS) });
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
  } finally {
    probe.destroy();
  }
}
