import path from 'node:path';
import type { TestContext } from 'node:test';
import { repository } from '../nodes.ts';
import { type Service, startService } from './service.ts';

/** An HTTP server: `/` is 200, `/moved` redirects there, `/away` to another host, a number is answered as status, `/late` after 200 ms. */
const HTTP = `require('node:http').createServer(({ url }, response) => {
  const to = { '/moved': '/', '/away': 'http://192.0.2.1/' }[url];
  const status = to ? 302 : Number(url.slice(1)) || 200;
  response.writeHead(status, to ? { location: to } : {});
  setTimeout(() => response.end('x'.repeat(100_000)), url === '/late' ? 200 : 0);
}).listen(Number(process.argv[1]), '127.0.0.1')`;

/** A server whose accept queue is full when two connections wait in it. */
const TCP = `require('node:net').createServer().listen({ port: Number(process.argv[1]), host: '127.0.0.1', backlog: 1 })`;

export async function startHttp(t: TestContext): Promise<Service> {
  return startNode(t, HTTP);
}

export async function startTcp(t: TestContext): Promise<Service> {
  return startNode(t, TCP);
}

/** The mail gateway of the mailbox example. */
export async function startSmtp(t: TestContext): Promise<Service> {
  const script = path.join(repository, 'examples/mailbox/smtp/main.ts');
  return startService(t, {
    command: 'env',
    args: (port) => [`PORT=${port}`, process.execPath, script],
  });
}

/** One of the servers of the fixtures: `grpc`, `kafka`, `mail`, `mongod`, `search`. */
export async function startFixture(
  t: TestContext,
  name: string,
  ...args: readonly string[]
): Promise<Service> {
  const script = path.join(repository, 'test/harness/fixtures/servers', `${name}.mjs`);
  return startService(t, {
    command: process.execPath,
    args: (port) => [script, String(port), ...args],
  });
}

async function startNode(t: TestContext, program: string): Promise<Service> {
  return startService(t, {
    command: process.execPath,
    args: (port) => ['--eval', program, String(port)],
  });
}
