import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, linkSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Management, startManagement } from './server.ts';
import { FakeLog, FakeSupervisor } from './support.test.ts';

const isWindows = process.platform === 'win32';

function socketPath(t: TestContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'respite-listen-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return path.join(directory, 'management.sock');
}

async function opened(t: TestContext, socket: string, token?: string): Promise<Management> {
  const management = await startManagement({
    supervisor: new FakeSupervisor(),
    log: new FakeLog(),
    version: '1.2.3',
    address: { path: socket },
    token,
    showsScriptMetrics: true,
    incidentsDirectory: undefined,
  });
  t.after(() => management.close());
  return management;
}

async function post(socket: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  const sent = request({ socketPath: socket, path: '/drain', method: 'POST', headers, agent: false }).end();
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}

async function listening(socket: string): Promise<Server> {
  const server = createServer().listen(socket);
  await once(server, 'listening');
  return server;
}

/** Leaves a socket behind, as a process does that is killed. */
async function leaveBehind(socket: string): Promise<void> {
  const other = `${socket}.other`;
  const server = await listening(other);
  linkSync(other, socket);
  server.close();
  await once(server, 'close');
}

test('a Unix socket answers like a port, only to its user', { skip: isWindows }, async (t) => {
  const socket = socketPath(t);
  const umask = process.umask(0o022);
  t.after(() => process.umask(umask));
  const management = await opened(t, socket);
  assert.equal(management.address, `unix:${socket}`);
  assert.equal(statSync(socket).mode & 0o777, 0o600);
  assert.equal(process.umask(umask), 0o022, 'what the process creates otherwise is as before');
  assert.equal(await post(socket), 403);
  assert.equal(await post(socket, { Respite: '1' }), 202);
  await management.close();
  assert.ok(!existsSync(socket), 'it goes with the port');
});

test('on a Unix socket a token that is set is required', { skip: isWindows }, async (t) => {
  const socket = socketPath(t);
  await opened(t, socket, 'secret');
  assert.equal(await post(socket, { Respite: '1' }), 401);
  assert.equal(await post(socket, { Authorization: 'Bearer secret' }), 202);
});

test('a socket that was left behind is replaced', { skip: isWindows }, async (t) => {
  const socket = socketPath(t);
  await leaveBehind(socket);
  await opened(t, socket);
  assert.equal(await post(socket, { Respite: '1' }), 202);
});

test('a socket that somebody listens on is not replaced', { skip: isWindows }, async (t) => {
  const socket = socketPath(t);
  const other = await listening(socket);
  t.after(() => other.close());
  await assert.rejects(opened(t, socket), {
    code: 'RESPITE_MANAGEMENT_ADDRESS_IN_USE',
    message: `the management address unix:${socket} is in use: choose another with --management <host:port|unix:/path>, or none with --management off`,
  });
  assert.ok(statSync(socket).isSocket());
});

test('a file that is no socket is not replaced', { skip: isWindows }, async (t) => {
  const socket = socketPath(t);
  writeFileSync(socket, 'precious');
  await assert.rejects(opened(t, socket), { code: 'RESPITE_MANAGEMENT_ADDRESS_IN_USE' });
  assert.ok(statSync(socket).isFile());
});
