import assert from 'node:assert/strict';
import { existsSync, chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileIdentity, isAbandonedSocket, removeSocketFile } from '../../core/socket-file.ts';
import { bindUnixSocket, canOutliveItsHandle, openToOthers } from './unix-socket.ts';
import type { TcpHandle } from '../handles.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'respite-unix-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const freePath = (): string => path.join(folder, `${(files += 1)}.sock`);

function bound(address: string, isAbandoned: boolean = false): TcpHandle {
  const handle = bindUnixSocket(address, 511, isAbandoned);
  if (typeof handle === 'number') assert.fail(`error ${handle}`);
  return handle;
}

const closed = async (handle: TcpHandle): Promise<void> => new Promise((resolve) => handle.close(resolve));

const taken = -constants.errno.EADDRINUSE;

test('the file outlives the handle that it was bound by, and nothing else is left', async () => {
  const address = freePath();
  const handle = bound(address);
  assert.ok(!(await isAbandonedSocket(address)));
  await closed(handle);
  assert.ok(await isAbandonedSocket(address));
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith(path.basename(address))),
    [path.basename(address)],
  );
});

test('the file of another program is in the way, until no program listens on it', async () => {
  const address = freePath();
  const server = createServer().listen(address);
  await once(server, 'listening');
  assert.equal(bindUnixSocket(address, 511, false), taken);
  server.close();
  await once(server, 'close');
  await closed(bound(address));
  assert.equal(bindUnixSocket(address, 511, false), taken);
  chmodSync(address, 0o640);
  const before = fileIdentity(address);
  const next = bound(address, true);
  assert.ok(!(await isAbandonedSocket(address)));
  assert.equal(statSync(address).mode & 0o777, 0o640);
  // Of a file that was replaced, its former owner does not dispose.
  removeSocketFile(address, before);
  assert.ok(existsSync(address));
  removeSocketFile(address, fileIdentity(address));
  assert.ok(!existsSync(address));
  await closed(next);
});

test('what is no socket is never abandoned', async () => {
  const file = freePath();
  writeFileSync(file, '');
  assert.ok(!(await isAbandonedSocket(file)));
  assert.ok(!(await isAbandonedSocket(freePath())));
  assert.equal(bindUnixSocket(file, 511, false), taken);
});

test('a path whose file could not be moved is left to Node.js', async () => {
  const long = path.join(folder, 'x'.repeat(100 - Buffer.byteLength(folder)));
  assert.ok(canOutliveItsHandle(long));
  await closed(bound(long));
  assert.ok(existsSync(long));
  assert.ok(!canOutliveItsHandle(path.join(folder, 'x'.repeat(20), 'y'.repeat(100))));
  assert.ok(canOutliveItsHandle('\0abstract'));
});

test('an error is the number that Node.js would have got', () => {
  assert.equal(bindUnixSocket(path.join(folder, 'missing', 'a.sock'), 511, false), -constants.errno.EACCES);
});

for (const [mode, options] of [
  [1, { readableAll: true }],
  [2, { writableAll: true }],
  [3, { readableAll: true, writableAll: true }],
] as const) {
  test(`with ${Object.keys(options).join(' and ')} the socket has the permissions that Node.js gives it`, async () => {
    const server = createServer();
    const expected = freePath();
    server.listen({ path: expected, ...options });
    await once(server, 'listening');
    const address = freePath();
    const handle = bound(address);
    chmodSync(address, 0o700);
    openToOthers(handle, address, mode);
    assert.equal(statSync(address).mode, statSync(expected).mode);
    assert.equal(handle.fchmod?.(mode), 0);
    server.close();
    await closed(handle);
  });
}

test('without these options the socket keeps its permissions, and one that is gone is an error', async () => {
  const address = freePath();
  const handle = bound(address);
  chmodSync(address, 0o700);
  openToOthers(handle, address, 0);
  assert.deepEqual([statSync(address).mode & 0o777, handle.fchmod?.(0)], [0o700, 0]);
  openToOthers(handle, freePath(), 1);
  assert.equal(handle.fchmod?.(1), -constants.errno.ENOENT);
  await closed(handle);
});
