import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** A client's session of HTTP/2 with a server that `handle` answers for, until the test ends. */
export async function sessionWith(
  t: TestContext,
  handle: RequestListener,
): Promise<http2.ClientHttp2Session> {
  const server = http2.createServer((req, res) => {
    handle(req as never, res as never);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => {
    session.destroy();
    server.close();
  });
  return session;
}
