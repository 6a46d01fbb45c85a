import assert from 'node:assert/strict';
import { createServer, Server } from 'node:net';
import { test } from 'node:test';
import { Admission } from './admission.ts';
import { admissionOf, installGate, permitOf } from './gate.ts';
import { resolveAdmissionOptions } from './options.ts';

const admission = (): Admission => new Admission(resolveAdmissionOptions({ limit: 1 }));

test('events of the same names of servers that are not HTTP pass untouched', () => {
  const server = createServer();
  installGate(server, admission());
  const seen: unknown[][] = [];
  for (const event of [
    'request',
    'checkContinue',
    'checkExpectation',
    'stream',
    'upgrade',
    'connect',
    'other',
  ]) {
    server.on(event, (...args: unknown[]) => seen.push([event, ...args]));
    server.emit(event);
    server.emit(event, 'text', 2);
    server.emit(event, {}, {});
  }
  assert.equal(seen.length, 21);
  assert.deepEqual(seen[1], ['request', 'text', 2]);
});

test('events with more arguments than HTTP has keep them all', () => {
  const server = createServer();
  installGate(server, admission());
  for (const event of ['request', 'stream', 'other']) {
    let received: unknown[] = [];
    server.on(event, (...args: unknown[]) => (received = args));
    server.emit(event, 1, 2, 3, 4, 5);
    assert.deepEqual(received, [1, 2, 3, 4, 5]);
  }
});

test('without a listener of its own, a server seems to listen for checkContinue, and for nothing else', () => {
  const server = createServer();
  const uninstall = installGate(server, admission());
  assert.equal(server.listenerCount('checkContinue'), 1);
  assert.equal(server.listenerCount('request'), 0);
  server.on('checkContinue', () => {});
  assert.equal(server.listenerCount('checkContinue'), 1);
  uninstall();
  server.removeAllListeners('checkContinue');
  assert.equal(server.listenerCount('checkContinue'), 0);
  assert.ok(!Object.hasOwn(server, 'emit'));
});

test('gates can be put up and taken away again in any nesting', () => {
  const server = createServer();
  const first = installGate(server, admission());
  const own = Object.getOwnPropertyDescriptor(server, 'emit');
  const second = installGate(server, admission());
  second();
  assert.deepEqual(Object.getOwnPropertyDescriptor(server, 'emit'), own);
  first();
  assert.ok(!Object.hasOwn(server, 'emit'));
});

test('a server knows the admission before it, its own or that of all, as long as there is one', () => {
  const [ofAll, own] = [admission(), admission()];
  class Base extends Server {}
  const server = new Base();
  assert.equal(admissionOf(server), undefined);
  const uninstallAll = installGate(Base.prototype, ofAll);
  assert.equal(admissionOf(server), ofAll);
  const uninstall = installGate(server, own);
  assert.equal(admissionOf(server), own);
  uninstall();
  assert.equal(admissionOf(server), ofAll);
  uninstallAll();
  assert.equal(admissionOf(server), undefined);
});

test('the permit is on the response, or on the stream under it', () => {
  const permit = admission().request('GET', '/', 0, {});
  const holder = { [Symbol.for('respite.permit')]: permit };
  assert.equal(permitOf(holder), permit);
  assert.equal(permitOf({ stream: holder }), permit);
  assert.equal(permitOf({}), undefined);
});
