import assert from 'node:assert/strict';
import { createServer, Server } from 'node:net';
import { test } from 'node:test';
import { Admission } from '../admission.ts';
import { intercept, isIntercepted } from './intercept.ts';
import { admissionOf, requestOf } from './marks.ts';
import { resolveAdmissionOptions } from '../options.ts';

const admission = (): Admission => new Admission(resolveAdmissionOptions({ limit: 1 }));

test('events of the same names of servers that are not HTTP pass untouched', () => {
  const server = createServer();
  intercept(server, admission());
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
  intercept(server, admission());
  for (const event of ['request', 'stream', 'other']) {
    let received: unknown[] = [];
    server.on(event, (...args: unknown[]) => (received = args));
    server.emit(event, 1, 2, 3, 4, 5);
    assert.deepEqual(received, [1, 2, 3, 4, 5]);
  }
});

test('without a listener of its own, a server seems to listen for checkContinue, and for nothing else', () => {
  const server = createServer();
  const uninstall = intercept(server, admission());
  assert.equal(server.listenerCount('checkContinue'), 1);
  assert.equal(server.listenerCount('request'), 0);
  server.on('checkContinue', () => {});
  assert.equal(server.listenerCount('checkContinue'), 1);
  uninstall();
  server.removeAllListeners('checkContinue');
  assert.equal(server.listenerCount('checkContinue'), 0);
});

test('protections of one server can end in any order', () => {
  for (const [ends, left] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const server = createServer();
    const admissions = [admission(), admission()];
    const undo = admissions.map((each) => intercept(server, each));
    undo[ends]?.();
    assert.equal(admissionOf(server), admissions[left]);
    assert.ok(isIntercepted(server));
    undo[ends]?.();
    undo[left]?.();
    assert.equal(admissionOf(server), undefined);
    assert.ok(!isIntercepted(server));
  }
});

test('what is wrapped around the hook in between goes on working', () => {
  const server = createServer();
  const undo = intercept(server, admission());
  const { emit } = server;
  const seen: unknown[] = [];
  server.emit = function wrapped(this: Server, ...args: Parameters<typeof emit>) {
    seen.push(args[0]);
    return emit.apply(this, args);
  } as typeof emit;
  undo();
  let heard = 0;
  server.on('other', () => (heard += 1));
  server.emit('other');
  intercept(server, admission());
  server.emit('other');
  assert.deepEqual([seen, heard], [['other', 'other'], 2]);
  assert.ok(isIntercepted(server));
});

test('an agent that wrapped a prototype before takes events past the hook, which is noticed', () => {
  class Base extends Server {}
  class Http extends Base {}
  const before = new Http().emit;
  Http.prototype.emit = function wrapped(this: Server, ...args: Parameters<typeof before>) {
    return before.apply(this, args);
  } as typeof before;
  intercept(Base.prototype, admission());
  const server = new Http();
  assert.ok(!isIntercepted(server));
  intercept(server, admission());
  assert.ok(isIntercepted(server));
});

test('what replaces the emit of all emitters later is called', () => {
  class Base extends Server {}
  const own = Object.getPrototypeOf(Base.prototype) as Server;
  intercept(Base.prototype, admission());
  const server = new Base();
  const emitted: unknown[] = [];
  own.emit = function late(this: Server, ...args: unknown[]) {
    emitted.push(args[0]);
    return true;
  } as Server['emit'];
  try {
    server.emit('other');
  } finally {
    Reflect.deleteProperty(own, 'emit');
  }
  assert.deepEqual(emitted, ['other']);
});

test('a server knows the admission before it, its own or that of all, as long as there is one', () => {
  const [ofAll, own] = [admission(), admission()];
  class Base extends Server {}
  const server = new Base();
  assert.equal(admissionOf(server), undefined);
  const uninstallAll = intercept(Base.prototype, ofAll);
  assert.equal(admissionOf(server), ofAll);
  const uninstall = intercept(server, own);
  assert.equal(admissionOf(server), own);
  uninstall();
  assert.equal(admissionOf(server), ofAll);
  uninstallAll();
  assert.equal(admissionOf(server), undefined);
});

test('the request in flight is on the response, or on the stream under it', () => {
  const permit = admission().request('GET', '/', 0, {});
  const holder = { [Symbol.for('respite.request')]: permit };
  assert.equal(requestOf(holder), permit);
  assert.equal(requestOf({ stream: holder }), permit);
  assert.equal(requestOf({}), undefined);
});
