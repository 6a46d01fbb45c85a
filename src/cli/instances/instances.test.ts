import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { findInstances } from './find.ts';
import {
  decodeInstance,
  fileNameOf,
  type Instance,
  instanceDirectories,
  nameOf,
  processStart,
} from './instance.ts';
import { instancePort } from './port.ts';
import { recordInstance } from './record.ts';

/** Above every process id that Linux gives (PID_MAX_LIMIT, 2^22). */
const NO_PID = 2 ** 22 + 1;

const SHOP = { name: 'shop', script: '/srv/shop/server.js', management: '127.0.0.1:4000', version: '1.0.0' };
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function directory(t: TestContext): string {
  const made = mkdtempSync(path.join(tmpdir(), 'respite-instances-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function write(where: string, given: Partial<Instance>, fileName?: string): void {
  const { pid } = process;
  const instance: Instance = { ...SHOP, pid, processStart: processStart(pid), host: hostname(), ...given };
  const file = path.join(where, fileName ?? fileNameOf(instance));
  writeFileSync(file, JSON.stringify(instance), { mode: 0o600 });
}

test('an instance is found until it is removed, and only its user can read the file', (t) => {
  const where = path.join(directory(t), 'instances');
  const remove = recordInstance([where], SHOP, silent);
  const [file = ''] = readdirSync(where);
  assert.equal(statSync(path.join(where, file)).mode & 0o777, 0o600);
  assert.equal(statSync(where).mode & 0o777, 0o700);
  const { running } = findInstances([where]);
  assert.deepEqual(
    running.map(({ name, pid, management }) => ({ name, pid, management })),
    [{ name: 'shop', pid: process.pid, management: '127.0.0.1:4000' }],
  );
  remove();
  assert.deepEqual(findInstances([where]).running, []);
  assert.deepEqual(readdirSync(where), []);
});

test('a directory that cannot be written to gives way to the next one; without any it is logged', (t) => {
  const where = directory(t);
  const blocked = path.join(where, 'file');
  writeFileSync(blocked, '');
  const other = path.join(where, 'other');
  recordInstance([path.join(blocked, 'instances'), other], SHOP, silent)();
  recordInstance([path.join(blocked, 'instances'), other], SHOP, silent);
  assert.equal(findInstances([other]).running.length, 1);
  const lines: string[] = [];
  const log = { ...silent, info: (_fields: object, message: string) => void lines.push(message) };
  recordInstance([path.join(blocked, 'instances')], SHOP, log)();
  assert.match(lines.join(), /--management/);
});

test('files of processes that have ended are removed; a process id that is used again is not taken for the instance', (t) => {
  const where = directory(t);
  write(where, { pid: NO_PID });
  write(where, { processStart: '1' }, 'other-17.json');
  assert.deepEqual(findInstances([where]).running, []);
  assert.deepEqual(readdirSync(where), []);
});

test('files of another machine that shares the directory are passed over', (t) => {
  const where = directory(t);
  write(where, { pid: NO_PID, host: 'elsewhere' });
  assert.deepEqual(findInstances([where]).running, []);
  assert.equal(readdirSync(where).length, 1);
});

test('what another user could have written is not believed', (t) => {
  const where = directory(t);
  write(where, {});
  chmodSync(path.join(where, fileNameOf({ host: hostname(), pid: process.pid })), 0o666);
  assert.deepEqual(findInstances([where]).running, []);
});

test('garbage is no instance', () => {
  for (const text of ['', '{', 'null', '[]', '{"pid":1}', JSON.stringify({ ...SHOP, host: 'h', pid: -1 })])
    assert.equal(decodeInstance(text), undefined, text);
});

test('names come from the script', () => {
  assert.deepEqual(['/srv/api.js', '/srv/bin/www', '/srv/a b.ts'].map(nameOf), ['api', 'www', 'a-b']);
});

test('a command asks the address that is given, or the only instance, or the default address', (t) => {
  const cwd = directory(t);
  const [where = ''] = instanceDirectories(cwd, {});
  mkdirSync(where, { recursive: true });
  const port = (flags: object): unknown => instancePort(flags, {}, cwd);
  const at = (number: number): object => ({ host: '127.0.0.1', port: number, token: undefined });
  assert.deepEqual(port({}), at(9999));
  write(where, { management: '[::]:4001' });
  assert.deepEqual(port({}), at(4001));
  assert.deepEqual(port({ name: 'shop' }), at(4001));
  assert.deepEqual(port({ name: String(process.pid) }), at(4001));
  assert.deepEqual(port({ management: ':5' }), at(5));
  assert.throws(() => port({ name: 'shop', management: ':5' }), { code: 'RESPITE_CLI_USAGE' });
  assert.throws(() => port({ name: 'till' }), {
    code: 'RESPITE_CLI_NO_INSTANCE',
    message: /^no running instance is called "till" .*these run: shop \(process \d+, /,
  });
  write(where, { name: 'till', management: '127.0.0.1:4002' }, 'other-17.json');
  assert.throws(() => port({}), { code: 'RESPITE_CLI_USAGE', message: /^2 instances run here: .*--name/ });
  assert.deepEqual(port({ name: 'till' }), at(4002));
});

test('RESPITE_INSTANCES is the only directory; XDG_RUNTIME_DIR is the second', () => {
  assert.deepEqual(instanceDirectories('/srv', {}), ['/srv/.respite/instances']);
  assert.deepEqual(instanceDirectories('/srv', { XDG_RUNTIME_DIR: '/run/user/1' }), [
    '/srv/.respite/instances',
    '/run/user/1/respite',
  ]);
  assert.deepEqual(
    instanceDirectories('/srv', { XDG_RUNTIME_DIR: '/run/user/1', RESPITE_INSTANCES: '/run/shop' }),
    ['/run/shop'],
  );
});
