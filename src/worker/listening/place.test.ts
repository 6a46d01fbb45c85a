import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { overlap, placeOf, type Wanted } from './place.ts';

const HOSTS: readonly Pick<Wanted, 'address' | 'addressType' | 'flags'>[] = [
  { address: null, addressType: 4, flags: 0 },
  { address: '::', addressType: 6, flags: 0 },
  { address: '::', addressType: 6, flags: 1 },
  { address: '0000:0000:0000:0000:0000:0000:0000:0000', addressType: 6, flags: 0 },
  { address: '0:0::1', addressType: 6, flags: 0 },
  { address: '::1', addressType: 6, flags: 0 },
  { address: '0.0.0.0', addressType: 4, flags: 0 },
  { address: '127.0.0.1', addressType: 4, flags: 0 },
  { address: '127.0.0.2', addressType: 4, flags: 0 },
];

async function listens(wanted: Wanted, whileOpen: (port: number) => Promise<void>): Promise<boolean> {
  const server = createServer();
  const { address, port, flags } = wanted;
  const host = address === null ? {} : { host: address };
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.on('error', () => resolve(false));
  server.listen({ port, ipv6Only: flags === 1, ...host }, () => {
    const bound = server.address();
    void whileOpen(typeof bound === 'object' ? (bound?.port ?? 0) : 0).then(() => {
      server.close(() => resolve(true));
    });
  });
  return promise;
}

/** Whether the second can't be listened on beside the first. Another process may have that port of the second, so several ports are tried. */
async function collide(first: Wanted, second: Wanted): Promise<boolean> {
  for (let tries = 0; tries < 5; tries += 1) {
    const results: boolean[] = [];
    await listens(first, async (port) => {
      results.push(await listens({ ...second, port }, async () => {}));
    });
    if (results.includes(true)) return false;
  }
  return true;
}

test('two places overlap where the kernel says that the address is in use', async () => {
  const found: string[] = [];
  const said: string[] = [];
  for (const first of HOSTS) {
    for (const second of HOSTS) {
      const name = `${first.address}${first.flags} ${second.address}${second.flags}`;
      if (await collide({ ...first, port: 0 }, { ...second, port: 0 })) found.push(name);
      if (overlap(placeOf({ ...first, port: 1 }), placeOf({ ...second, port: 1 }))) said.push(name);
    }
  }
  assert.deepEqual(said, found);
});

test('Unix sockets overlap when they have the same file, or the same abstract name', () => {
  const at = (address: string): ReturnType<typeof placeOf> =>
    placeOf({ address, port: -1, addressType: -1, flags: 0 });
  assert.ok(overlap(at('a.sock'), at(path.resolve('x/../a.sock'))));
  assert.ok(overlap(at('\0a'), at('\0a')));
  assert.ok(!overlap(at('a.sock'), at('b.sock')));
  assert.ok(!overlap(at('\0a'), at('a')));
});

test('other ports never overlap', () => {
  const place = placeOf({ address: null, port: 1, addressType: 4, flags: 0 });
  assert.equal(overlap(place, { ...place, port: 2 }), false);
});
