// A Unix socket whose file stays when a process closes its handle. libuv removes the path that a handle was bound to, and would remove it
// under the workers that go on listening. So a socket is bound to another name, and its file then moved to its path.
import { chmodSync, chownSync, linkSync, lstatSync, renameSync, type Stats, unlinkSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import type { TcpHandle } from '../handles.ts';
import { isAbstract } from './place.ts';
import { createServerHandle } from './server-handle.ts';

/** Maximum length of a path in bytes: `sun_path` of macOS, which has 4 less than that of Linux, without the final NUL. */
const MAX_PATH_BYTES = 103;

/** libuv's UV_READABLE and UV_WRITABLE, and the mode bits that they stand for. */
const MODES = [
  [1, 0o444],
  [2, 0o222],
] as const;

const createHandle = (address: string): TcpHandle | number => createServerHandle(address, -1, -1);

/** Whether its file can be moved: the name that it is bound to has to fit too. */
export function canOutliveItsHandle(address: string): boolean {
  if (process.platform === 'win32' || Buffer.byteLength(address) > MAX_PATH_BYTES) return false;
  return isAbstract(address) || bindingName(address) !== undefined;
}

/**
 * @param isAbandoned No program listens on what is there: its file is replaced, and the new one has its mode and owner.
 * @returns A handle that listens, or an error number.
 */
export function bindUnixSocket(address: string, backlog: number, isAbandoned: boolean): TcpHandle | number {
  if (isAbstract(address)) return listening(createHandle(address), backlog);
  const name = bindingName(address) ?? address;
  const before = statOf(address);
  if (before !== undefined && !isAbandoned) return -constants.errno.EADDRINUSE;
  const handle = listening(createHandle(name), backlog);
  if (typeof handle === 'number') return handle;
  try {
    if (before !== undefined) {
      inherit(name, before);
      renameSync(name, address);
    } else moveToFreePath(name, address);
    return handle;
  } catch {
    handle.close();
    return -constants.errno.EADDRINUSE;
  }
}

/** Does what `readableAll` and `writableAll` ask for. Node.js does it by the handle's method, if it has got the handle at once. */
export function openToOthers(handle: TcpHandle, address: string, mode: number): void {
  const status = mode === 0 ? 0 : setPermissions(address, mode);
  handle.fchmod = () => status;
}

/** The socket gets these permissions and no others, as by libuv. @returns An error number, or 0. */
function setPermissions(address: string, mode: number): number {
  const bits = MODES.reduce((sum, [flag, permissions]) => ((mode & flag) === 0 ? sum : sum | permissions), 0);
  try {
    chmodSync(address, bits);
    return 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).errno ?? -constants.errno.EINVAL;
  }
}

function listening(handle: TcpHandle | number, backlog: number): TcpHandle | number {
  if (typeof handle === 'number') return handle;
  const status = handle.listen(backlog);
  if (status === 0) return handle;
  handle.close();
  return status;
}

/** A name in the same folder; undefined when none fits. */
function bindingName(address: string): string | undefined {
  const own = process.pid.toString(36);
  const names = [`${address}.${own}`, path.join(path.dirname(address), `.${own}`)];
  return names.find((name) => Buffer.byteLength(name) <= MAX_PATH_BYTES);
}

/** Throws if something is there by now. */
function moveToFreePath(name: string, address: string): void {
  try {
    linkSync(name, address);
  } catch (error) {
    // Some file systems have no links.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' || statOf(address) !== undefined) throw error;
    renameSync(name, address);
    return;
  }
  unlinkSync(name);
}

function statOf(file: string): Stats | undefined {
  return lstatSync(file, { throwIfNoEntry: false });
}

/** Only the superuser may give a file away; other users' files are in the way then, with their own mode. */
function inherit(name: string, { mode, uid, gid }: Stats): void {
  try {
    chmodSync(name, mode & 0o7777);
    chownSync(name, uid, gid);
  } catch {
    // It has this process's own owner.
  }
}
