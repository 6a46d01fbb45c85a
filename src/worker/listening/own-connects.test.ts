import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import type { BoundAddress } from '../protocol.ts';
import { OwnConnects, refusalOf } from './own-connects.ts';

const ANY: BoundAddress = { address: '::', port: 3000, family: 'IPv6' };
const ONE: BoundAddress = { address: '10.0.0.7', port: 80, family: 'IPv4' };
const FILE: BoundAddress = { address: '/run/app.sock', port: -1, family: 'unix' };
type Refusal = NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };

const HELD = [ANY, ONE, FILE];

test('connections to what is held are refused, others are not', () => {
  const refused = [
    { port: 3000 },
    { port: '3000', host: '127.0.0.1' },
    { port: 3000, host: 'localhost' },
    { port: 3000, host: '::1' },
    { port: 80, host: '10.0.0.7' },
    { path: '/run/app.sock' },
  ];
  const others = [
    { port: 3001 },
    { port: 3000, host: 'db.example' },
    { port: 80, host: '10.0.0.8' },
    { path: '/run/other.sock' },
    { path: '/run/app.sock2', port: 3000 },
  ];
  for (const target of refused) assert.ok(refusalOf(target, HELD), JSON.stringify(target));
  for (const target of others) assert.equal(refusalOf(target, HELD), undefined, JSON.stringify(target));
});

test('what reaches a server of this process is not refused, whatever is held on the same port', () => {
  const held: BoundAddress[] = [{ address: '::1', port: 3000, family: 'IPv6' }];
  const at = (address: string, host: string, port: number = 3000): boolean =>
    refusalOf({ port, host }, held, [
      { address, port: 3000, family: net.isIP(address) === 6 ? 'IPv6' : 'IPv4' },
    ]) === undefined;
  for (const [address, host] of [
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', 'localhost'],
    ['0.0.0.0', '127.0.0.1'],
    ['::', '127.0.0.1'],
    ['::', '::1'],
  ] as const)
    assert.ok(at(address, host), `${host} at ${address}`);
  for (const address of ['127.0.0.1', '0.0.0.0']) assert.ok(!at(address, '::1'), address);
});

test('the error is that of Node.js', async () => {
  const closed = net.createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as net.AddressInfo;
  closed.close();
  await once(closed, 'close');
  const [expected] = (await once(net.connect(port, '127.0.0.1'), 'error')) as [Refusal];
  const error = refusalOf({ port, host: '127.0.0.1' }, [{ ...ANY, port }]);
  const fieldsOf = ({ errno, code, syscall, address, port: to, message }: Refusal): unknown[] => [
    errno,
    code,
    syscall,
    address,
    to,
    message,
  ];
  assert.ok(error);
  assert.deepEqual(fieldsOf(error), fieldsOf(expected));
});

test('a socket is refused until the process listens, and what has wrapped connect meanwhile stays', async () => {
  class Recorded extends net.Socket {}
  const reached: unknown[] = [];
  const prototype: Pick<net.Socket, 'connect'> = Recorded.prototype;
  prototype.connect = function record(this: net.Socket, ...args: unknown[]): net.Socket {
    reached.push(args[0]);
    return this;
  };
  const connects = new OwnConnects(
    () => HELD,
    () => [],
    prototype,
  );
  connects.refuse();
  connects.refuse();
  const [error] = (await once(new Recorded().connect(3000), 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNREFUSED');
  new Recorded().connect(3001);
  assert.deepEqual(reached, [3001]);

  const { connect: ours } = prototype;
  const wrapped: typeof ours = function wrap(this: net.Socket, ...args: unknown[]): net.Socket {
    return Reflect.apply(ours, this, args);
  };
  prototype.connect = wrapped;
  connects.allow();
  assert.equal(prototype.connect, wrapped);
  new Recorded().connect(3000);
  assert.deepEqual(reached, [3001, 3000]);
});

test('without a wrapper nothing is left behind', () => {
  const prototype = { connect: net.Socket.prototype.connect };
  const connects = new OwnConnects(
    () => HELD,
    () => [],
    prototype,
  );
  connects.refuse();
  assert.notEqual(prototype.connect, net.Socket.prototype.connect);
  connects.allow();
  connects.refuse();
  assert.equal(prototype.connect, net.Socket.prototype.connect);
});
